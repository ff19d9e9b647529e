"""The results of each lookup, from the sandbox and from a server with scripted responses."""

import time
from datetime import datetime
from typing import Any

import pytest

from offline_plugins.property_values import Secret
from tests.unit.offline_plugins.aws.conftest import (
    SECRET,
    STORE,
    CallError,
    Engine,
    Scripted,
)

pytestmark = pytest.mark.usefixtures("things")


def test_secrets_are_found_by_a_name_prefix(connected: Engine) -> None:
    token = "aws:secretsmanager/getSecrets:getSecrets"
    filters = [{"name": "name", "values": [SECRET]}]
    found = connected.invoke(token, filters=filters)
    assert found["names"] == [SECRET, f"{SECRET}-old"]
    assert {arn.rsplit("-", 1)[0].split(":")[-1] for arn in found["arns"]} == set(found["names"])
    assert found["filters"] == filters
    assert (found["id"], found["region"]) == ("us-east-1", "us-east-1")
    assert "elsewhere" in connected.invoke(token)["names"]
    none = connected.invoke(token, filters=[{"name": "name", "values": ["nothing-like-it"]}])
    assert (none["arns"], none["names"]) == ([], [])


def test_aws_validates_the_filter(connected: Engine) -> None:
    with pytest.raises(CallError, match=r"listing Secrets Manager Secrets: .*Validation"):
        connected.invoke(
            "aws:secretsmanager/getSecrets:getSecrets",
            filters=[{"name": "colour", "values": ["blue"]}],
        )


def test_a_secret_value_is_plain_text_as_in_the_official_plugin(connected: Engine) -> None:
    found = connected.invoke(
        "aws:secretsmanager/getSecretVersion:getSecretVersion", secretId=SECRET
    )
    assert not isinstance(found["secretString"], Secret)
    assert found["secretString"].startswith('{"endpoint": "https://scim.')
    assert found["id"] == f"{SECRET}|AWSCURRENT"
    assert found["versionStages"] == ["AWSCURRENT"]
    assert found["versionStage"] == "AWSCURRENT"
    assert found["arn"] == found["secretArn"]
    assert found["secretBinary"] == ""
    datetime.strptime(found["createdDate"], "%Y-%m-%dT%H:%M:%SZ")


def test_the_version_id_takes_precedence_over_the_stage(
    at_scripted: Engine, scripted: Scripted
) -> None:
    response = {"ARN": "arn", "Name": "n", "VersionId": "v" * 32, "VersionStages": ["b", "a"],
            "CreatedDate": 1767225600}  # fmt: skip
    scripted.answer = lambda _operation, _body: response
    token = "aws:secretsmanager/getSecretVersion:getSecretVersion"
    by_id = at_scripted.invoke(token, secretId="n", versionId="v" * 32, versionStage="a")
    by_stage = at_scripted.invoke(token, secretId="n", versionStage="a", versionId="")
    assert [body for _, body in scripted.requests] == [
        {"SecretId": "n", "VersionId": "v" * 32},
        {"SecretId": "n", "VersionStage": "a"},
    ]
    assert (by_id["id"], by_stage["id"]) == (f"n|{'v' * 32}", "n|a")
    assert by_id["versionStages"] == ["a", "b"]


def test_a_binary_value_is_returned_as_text(connected: Engine) -> None:
    token = "aws:secretsmanager/getSecretVersion:getSecretVersion"
    found = connected.invoke(token, secretId="elsewhere")
    assert (found["secretBinary"], found["secretString"]) == ("BINARY-VALUE", "")
    with pytest.raises(CallError, match="is not UTF-8 text"):
        connected.invoke(token, secretId="raw")


def test_dates_are_in_utc_in_every_time_zone(
    at_scripted: Engine, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        response = {"ARN": "a", "Name": "n", "VersionId": "v", "VersionStages": [],
                "CreatedDate": 1767225600.9}  # fmt: skip
        scripted.answer = lambda _operation, _body: response
        token = "aws:secretsmanager/getSecretVersion:getSecretVersion"
        assert at_scripted.invoke(token, secretId="n")["createdDate"] == "2026-01-01T00:00:00Z"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_secret_is_described_without_its_value(connected: Engine) -> None:
    found = connected.invoke("aws:secretsmanager/getSecret:getSecret", name=SECRET)
    assert set(found["tags"]) == {"endpoint", "token_id", "created", "expires"}
    assert found["id"] == found["arn"]
    assert "sandbox-scim-" not in str(found)
    by_arn = connected.invoke("aws:secretsmanager/getSecret:getSecret", arn=found["arn"])
    assert by_arn == found


@pytest.mark.parametrize("args", [{}, {"arn": "arn:aws:secretsmanager:1", "name": "n"}])
def test_a_secret_needs_exactly_one_of_arn_and_name(
    connected: Engine, args: dict[str, str]
) -> None:
    with pytest.raises(CallError, match="exactly one of `arn,name`"):
        connected.invoke("aws:secretsmanager/getSecret:getSecret", **args)


def test_the_instance_is_found_only_in_its_region(connected: Engine) -> None:
    token = "aws:ssoadmin/getInstances:getInstances"
    here, there = connected.invoke(token), connected.invoke(token, region="eu-west-1")
    assert here["identityStoreIds"] == [STORE]
    assert here["arns"][0].startswith("arn:aws:sso:::instance/ssoins-")
    assert (here["id"], here["region"]) == ("us-east-1", "us-east-1")
    assert there == {
        "arns": [], "id": "eu-west-1", "identityStoreIds": [], "region": "eu-west-1"
    }  # fmt: skip


def test_groups_have_the_outputs_that_the_program_reads(connected: Engine) -> None:
    found = connected.invoke("aws:identitystore/getGroups:getGroups", identityStoreId=STORE)
    (group,) = [group for group in found["groups"] if group["displayName"] == "aws-admins"]
    assert (group["displayName"], group["description"]) == ("aws-admins", "They may all")
    assert (group["identityStoreId"], group["externalIds"]) == (STORE, [])
    assert found["identityStoreId"] == STORE


def test_users_and_memberships_have_the_outputs_that_the_program_reads(connected: Engine) -> None:
    found = connected.invoke("aws:identitystore/getUsers:getUsers", identityStoreId=STORE)
    (user,) = found["users"]
    assert (user["userName"], user["userStatus"]) == ("ada@example.com", "ENABLED")
    assert (user["title"], user["timezone"]) == ("Engineer", "")
    assert (user["names"][0]["givenName"], user["names"][0]["middleName"]) == ("Ada", "")
    assert user["emails"] == [{"primary": True, "type": "work", "value": "ada@example.com"}]
    groups = connected.invoke("aws:identitystore/getGroups:getGroups", identityStoreId=STORE)
    (group_id,) = [g["groupId"] for g in groups["groups"] if g["displayName"] == "aws-admins"]
    token = "aws:identitystore/getGroupMemberships:getGroupMemberships"
    shown = connected.invoke(token, identityStoreId=STORE, groupId=group_id)
    assert [one["memberId"] for one in shown["groupMemberships"]] == [{"userId": user["userId"]}]


def test_every_page_is_read(at_scripted: Engine, scripted: Scripted) -> None:
    def page(_operation: str, body: dict[str, Any]) -> Any:
        number = int(body.get("NextToken", "0"))
        groups = [
            {"GroupId": f"g{number}", "IdentityStoreId": STORE,
             "ExternalIds": [{"Id": "00g1", "Issuer": "https://scim.example.com"}]}
        ]  # fmt: skip
        return {"Groups": groups} | ({"NextToken": str(number + 1)} if number < 2 else {})

    scripted.answer = page
    found = at_scripted.invoke("aws:identitystore/getGroups:getGroups", identityStoreId=STORE)
    assert [group["groupId"] for group in found["groups"]] == ["g0", "g1", "g2"]
    assert found["groups"][0]["externalIds"] == [
        {"id": "00g1", "issuer": "https://scim.example.com"}
    ]
    assert len(scripted.requests) == 3
