"""A running sandbox, and boto3 clients that check every answer against AWS's service models."""

import json
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from sandbox.aws.constraints import is_document
from sandbox.org_file import load_org
from tests.sandbox_process import sandbox_process

ORG = load_org()
STORE = ORG.aws.identity_store_id
INSTANCE = f"arn:aws:sso:::instance/{ORG.aws.instance_id}"
APPLICATION = (
    f"arn:aws:sso::{ORG.aws.account}:application/{ORG.aws.instance_id}/{ORG.aws.applications[0].id}"
)

Client = Callable[..., Any]


def agrees(shape: Any, value: Any, place: str) -> None:
    """Assert that the shape allows the value at every depth; null counts as absent."""
    if value is None:
        return
    limits = shape.metadata
    if is_document(shape):
        return
    kind = {"structure": dict, "list": list, "string": str, "boolean": bool, "integer": int,
            "long": int, "timestamp": (int, float, datetime), "map": dict,
            }[shape.type_name]  # fmt: skip
    assert isinstance(value, kind), f"{place}: {value!r} is no {shape.type_name}"
    size = (
        value
        if shape.type_name in ("integer", "long")
        else len(value)
        if hasattr(value, "__len__")
        else 0
    )
    assert limits.get("min", size) <= size <= limits.get("max", size), f"{place}: {value!r}"
    assert value in (limits.get("enum") or [value]), f"{place}: {value!r}"
    if limits.get("pattern") and "\\p{" not in limits["pattern"]:
        assert re.fullmatch(limits["pattern"], value), f"{place}: {value!r}"
    if shape.type_name == "structure":
        assert set(value) <= set(shape.members), f"{place}: {sorted(value)}"
        given = {name for name in value if value[name] is not None}
        assert set(shape.required_members) <= given, f"{place}: {sorted(value)}"
        for name, member in value.items():
            agrees(shape.members[name], member, f"{place}.{name}")
    if shape.type_name == "list":
        for number, item in enumerate(value):
            agrees(shape.member, item, f"{place}[{number}]")


def hold(operation_model: Any, response_dict: dict[str, Any], **_: Any) -> None:
    """Check the raw answer, because botocore drops unknown members."""
    if operation_model.service_model.protocol != "json" or response_dict["status_code"] != 200:
        return
    if body := json.loads(response_dict["body"] or "{}"):
        agrees(operation_model.output_shape, body, operation_model.name)


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with sandbox_process(tmp_path_factory.mktemp("sandbox")) as addresses:

        def connect(service: Any, region: str = "us-east-1") -> Any:
            created: Any = boto3.client(
                service, region_name=region, endpoint_url=addresses["aws"],
                aws_access_key_id="test", aws_secret_access_key="test",
            )  # fmt: skip
            if service != "identitystore":  # checked in tests/sandbox/test_server.py
                created.meta.events.register("before-parse.*.*", hold)
            return created

        yield connect


@pytest.fixture
def sso(client: Client) -> Any:
    return client("sso-admin")


@pytest.fixture
def permission_set(sso: Any) -> str:
    """The ARN of a new permission set."""
    created = sso.create_permission_set(InstanceArn=INSTANCE, Name=f"set-{uuid.uuid4().hex[:8]}")
    return created["PermissionSet"]["PermissionSetArn"]


@pytest.fixture
def group(client: Client) -> str:
    """The ID of a new group."""
    created = client("identitystore").create_group(
        IdentityStoreId=STORE, DisplayName=f"group-{uuid.uuid4().hex[:8]}"
    )
    return created["GroupId"]


def refused(call: Callable[..., Any], code: str, **params: Any) -> str:
    """Assert that AWS refuses the call without a retry; return the message."""
    with pytest.raises(ClientError) as caught:
        call(**params)
    answer: Any = caught.value.response
    assert answer["Error"]["Code"] == code, answer["Error"]
    assert answer["ResponseMetadata"]["RetryAttempts"] == 0
    return answer["Error"]["Message"]
