"""The process: three ports of 127.0.0.1, a ready file, a clean shutdown."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.exceptions import ClientError

from sandbox.org_file import load_org
from tests.paths import ROOT
from tests.sandbox_process import sandbox_process

ORG = load_org()
STORE = ORG.aws.identity_store_id


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "sandbox", "serve", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def instance_info(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    ready = tmp_path_factory.mktemp("sandbox") / "ready.json"
    process = start("--port", "0", "--ready-file", str(ready))
    try:
        while not ready.exists():
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        instance_info = json.loads(ready.read_text())
        yield instance_info
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        assert not ready.exists()
        assert "sandbox-scim-" not in out + err
        assert "Okta  http://127.0.0.1:" in out
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def client(instance_info: dict[str, Any], service: Any, region: str = "us-east-1") -> Any:
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=instance_info["aws"],
        aws_access_key_id="sandbox",
        aws_secret_access_key="sandbox",
    )


def secret(instance_info: dict[str, Any]) -> dict[str, Any]:
    answer = client(instance_info, "secretsmanager").get_secret_value(SecretId=ORG.aws.secret)
    return json.loads(answer["SecretString"])


def scim(instance_info: dict[str, Any], method: str, path: str, body: object = None) -> Any:
    document = secret(instance_info)
    local = document["endpoint"].replace(
        "https://scim.us-east-1.amazonaws.com", instance_info["scim"]
    )
    request = Request(
        local.rstrip("/") + path,
        method=method,
        data=json.dumps(body).encode() if body else None,
        headers={"Authorization": f"Bearer {document['token']}"},
    )
    with urlopen(request, timeout=60) as answer:
        return json.loads(answer.read() or "null")


def test_the_ready_file_equals_the_health_response(instance_info: dict[str, Any]) -> None:
    with urlopen(instance_info["okta"] + "/sandbox/health", timeout=60) as answer:
        assert json.load(answer) == instance_info
    assert set(instance_info) == {"id", "pid", "region", "okta", "aws", "scim", "started"}


def test_nothing_listens_beyond_loopback(instance_info: dict[str, Any]) -> None:
    tables = [Path(f"/proc/{instance_info['pid']}/net/{name}") for name in ("tcp", "tcp6")]
    if not tables[0].exists():
        pytest.skip("requires /proc")
    own: set[int] = set()
    links = [str(p.readlink()) for p in Path(f"/proc/{instance_info['pid']}/fd").iterdir()]
    own |= {int(link[8:-1]) for link in links if link.startswith("socket:[")}
    rows = [line.split() for t in tables if t.exists() for line in t.read_text().splitlines()[1:]]
    listening = [row[1].split(":") for row in rows if row[3] == "0A" and int(row[9]) in own]
    assert len(listening) == 3
    assert {address for address, _ in listening} == {"0100007F"}


def test_a_port_in_use_is_reported_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ready = tmp_path / "ready.json"
        process = start("--port", str(port - 2), "--ready-file", str(ready))
        out, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert err.count("\n") == 1
    assert "can't be opened" in err
    assert "--port" in err
    assert out == ""
    assert not ready.exists()


def test_the_secret_has_the_values_of_the_console(instance_info: dict[str, Any]) -> None:
    document = secret(instance_info)
    assert document["endpoint"].endswith("/scim/v2/")
    assert document["token"].startswith("sandbox-scim-")
    assert 500 <= len(document["token"]) <= 620
    described = client(instance_info, "secretsmanager").describe_secret(SecretId=ORG.aws.secret)
    tags = {tag["Key"]: tag["Value"] for tag in described["Tags"]}
    assert tags == {key: document[key] for key in ("endpoint", "token_id", "created", "expires")}


def test_one_instance_exists_in_its_region_only(instance_info: dict[str, Any]) -> None:
    here = client(instance_info, "sso-admin").list_instances()["Instances"]
    assert [(i["InstanceArn"], i["IdentityStoreId"]) for i in here] == [
        (f"arn:aws:sso:::instance/{ORG.aws.instance_id}", STORE)
    ]
    assert client(instance_info, "sso-admin", "eu-west-1").list_instances()["Instances"] == []


def test_boto3_reads_what_scim_wrote(instance_info: dict[str, Any]) -> None:
    user = scim(
        instance_info,
        "POST",
        "/Users",
        {
            "userName": "ada@example.com",
            "displayName": "Ada Berg",
            "name": {"givenName": "Ada", "familyName": "Berg"},
            "externalId": "00u1",
            "active": False,
            "title": "Engineer",
            "emails": [{"value": "ada@example.com", "primary": True}],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "R&D"},
        },
    )
    group = scim(instance_info, "POST", "/Groups", {"displayName": "g", "externalId": "00g1"})
    operations = [{"op": "add", "path": "members", "value": [{"value": user["id"]}]}]
    scim(instance_info, "PATCH", f"/Groups/{group['id']}", {"Operations": operations})
    store = client(instance_info, "identitystore")
    extension = "aws:identitystore:enterprise"
    shown = store.describe_user(IdentityStoreId=STORE, UserId=user["id"], Extensions=[extension])
    assert (shown["UserStatus"], shown["Title"]) == ("DISABLED", "Engineer")
    assert shown["Name"] == {"GivenName": "Ada", "FamilyName": "Berg"}
    assert shown["Extensions"] == {extension: {"department": "R&D"}}
    model = store.meta.service_model.operation_model("DescribeUser")
    assert set(shown) - {"ResponseMetadata"} <= set(model.output_shape.members)
    found = store.list_group_memberships(IdentityStoreId=STORE, GroupId=group["id"])
    assert [m["MemberId"] for m in found["GroupMemberships"]] == [{"UserId": user["id"]}]
    external = shown["ExternalIds"][0] | {"Id": "00g1"}
    by_id = store.get_group_id(IdentityStoreId=STORE, AlternateIdentifier={"ExternalId": external})
    assert by_id["GroupId"] == group["id"]
    by_name = store.get_user_id(
        IdentityStoreId=STORE,
        AlternateIdentifier={
            "UniqueAttribute": {"AttributePath": "userName", "AttributeValue": "ada@example.com"}
        },
    )
    assert by_name["UserId"] == user["id"]


@pytest.mark.parametrize(
    ("service", "call", "code"),
    [
        ("identitystore", lambda c: c.list_users(IdentityStoreId="d-0000000000"),
         "ResourceNotFoundException"),
        ("secretsmanager", lambda c: c.validate_resource_policy(ResourcePolicy="{}"),
         "UnsupportedOperation"),
        ("sts", lambda c: c.get_web_identity_token(Audience=["x"], SigningAlgorithm="RS256"),
         "UnsupportedOperation"),
    ],
)  # fmt: skip
def test_unsupported_calls_and_unknown_objects_are_errors_without_retries(
    instance_info: dict[str, Any], service: str, call: Any, code: str
) -> None:
    with pytest.raises(ClientError) as caught:
        call(client(instance_info, service))
    response: Any = caught.value.response
    assert response["Error"]["Code"] == code
    assert response["ResponseMetadata"]["RetryAttempts"] == 0


def test_names_in_the_identity_store_are_unique(instance_info: dict[str, Any]) -> None:
    store = client(instance_info, "identitystore")
    store.create_group(IdentityStoreId=STORE, DisplayName="twice")
    with pytest.raises(ClientError, match="ConflictException"):
        store.create_group(IdentityStoreId=STORE, DisplayName="TWICE")


def test_the_users_aws_profile_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """moto's clients read the profile, and fail if no configuration file has it."""
    monkeypatch.setenv("AWS_PROFILE", "of-another-machine")
    with sandbox_process(tmp_path) as addresses:
        assert addresses["aws"].startswith("http://127.0.0.1:")
