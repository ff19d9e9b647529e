"""CloudTrail shows the calls to the SCIM endpoint, and the setting `cloudtrail` what it tells."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import httpx
import pytest

from sandbox.client import SandboxClient
from sandbox.org_file import load_org
from tests.console_visits import ConsoleVisits
from tests.sandbox_process import sandbox_process

TENANT = load_org().aws.tenant
SOURCE = {"AttributeKey": "EventSource", "AttributeValue": "identitystore-scim.amazonaws.com"}


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with sandbox_process(tmp_path_factory.mktemp("sandbox")) as found:
        yield found


@pytest.fixture
def aws(addresses: dict[str, Any]) -> Callable[[str], Any]:
    def connect(service: Any) -> Any:
        return boto3.client(
            service, region_name="us-east-1", endpoint_url=addresses["aws"],
            aws_access_key_id="test", aws_secret_access_key="test",
        )  # fmt: skip

    return connect


@pytest.fixture
def scim(addresses: dict[str, Any], aws: Callable[[str], Any]) -> Iterator[httpx.Client]:
    found = aws("secretsmanager").get_secret_value(SecretId="okta-identity-center/scim")
    token = json.loads(found["SecretString"])["token"]
    with httpx.Client(
        base_url=f"{addresses['scim']}/{TENANT}/scim/v2",
        headers={"Authorization": f"Bearer {token}"}, trust_env=False,
    ) as http:  # fmt: skip
        yield http


def event(aws: Callable[[str], Any], answer: httpx.Response) -> dict[str, Any]:
    pages = aws("cloudtrail").get_paginator("lookup_events").paginate(LookupAttributes=[SOURCE])
    events = [json.loads(each["CloudTrailEvent"]) for page in pages for each in page["Events"]]
    ident = answer.headers["x-amzn-RequestId"]
    return next(each for each in events if each["requestID"] == ident)


def test_a_new_group_is_an_event_with_its_id_and_without_its_name(
    aws: Callable[[str], Any], scim: httpx.Client
) -> None:
    answer = scim.post("/Groups", json={"displayName": "a-hidden-name"})
    found = event(aws, answer)
    assert found["eventName"] == "CreateGroup"
    assert found["responseElements"]["id"] == answer.json()["id"]
    assert "a-hidden-name" not in json.dumps(found)
    assert event(aws, scim.get("/Groups?count=1"))["eventName"] == "ListGroups"
    again = event(aws, scim.post("/Groups", json={"displayName": "a-hidden-name"}))
    assert again["errorCode"] == "ConflictException"


def test_the_setting_says_how_tokens_are_named(
    addresses: dict[str, Any], aws: Callable[[str], Any], scim: httpx.Client
) -> None:
    control, new = SandboxClient(addresses["okta"]), ConsoleVisits(addresses["okta"]).generate()

    def keys() -> list[str]:
        answers = [
            scim.get("/Groups"), scim.get("/Users"),
            scim.get("/Groups", headers={"Authorization": f"Bearer {new}"}),
        ]  # fmt: skip
        return [event(aws, each)["userIdentity"]["accessKeyId"] for each in answers]

    old, again, other = keys()
    assert old == again != other
    control.settings(cloudtrail="same")
    assert len(set(keys())) == 1
    control.settings(cloudtrail="off")
    assert aws("cloudtrail").lookup_events()["Events"] == []
    control.settings(cloudtrail="per-token")


def test_only_the_time_range_is_answered(aws: Callable[[str], Any], scim: httpx.Client) -> None:
    scim.get("/Groups")
    found = aws("cloudtrail").lookup_events(StartTime=2_000_000_000)
    assert found["Events"] == []
    found = aws("cloudtrail").lookup_events(MaxResults=1)
    assert len(found["Events"]) == 1
