"""Every lookup, compared with the SDK that reads its result and with AWS's service models."""

import inspect
from importlib import import_module
from typing import Any

import pulumi_aws
import pytest

from offline_plugins.aws.registry import LOOK_UPS
from tests.unit.offline_plugins.aws.conftest import INSTANCE, SECRET, STORE, Engine
from tests.unit.offline_plugins.aws.schema_checks import assert_matches

GROUP = {"uniqueAttribute": {"attributePath": "DisplayName", "attributeValue": "aws-admins"}}
USER = {"uniqueAttribute": {"attributePath": "UserName", "attributeValue": "ada@example.com"}}
GROUP_ID, USER_ID, SET_ARN = "the group's id", "the user's id", "the set's ARN"
"""Placeholders for values of the running sandbox."""
EVERY: dict[str, list[dict[str, Any]]] = {
    "aws:identitystore/getGroup:getGroup": [
        {"identityStoreId": STORE, "alternateIdentifier": GROUP},
        {"identityStoreId": STORE, "groupId": GROUP_ID},
    ],
    "aws:identitystore/getGroupMemberships:getGroupMemberships": [
        {"identityStoreId": STORE, "groupId": GROUP_ID}
    ],
    "aws:identitystore/getGroups:getGroups": [{"identityStoreId": STORE}],
    "aws:identitystore/getUser:getUser": [
        {"identityStoreId": STORE, "alternateIdentifier": USER},
        {"identityStoreId": STORE, "userId": USER_ID},
    ],
    "aws:identitystore/getUsers:getUsers": [{"identityStoreId": STORE}],
    "aws:index/getCallerIdentity:getCallerIdentity": [{}],
    "aws:index/getRegion:getRegion": [{}, {"name": "eu-west-1"}],
    "aws:organizations/getOrganization:getOrganization": [{}, {"returnOrganizationOnly": True}],
    "aws:secretsmanager/getSecret:getSecret": [{"name": SECRET}],
    "aws:secretsmanager/getSecretVersion:getSecretVersion": [
        {"secretId": SECRET},
        {"secretId": SECRET, "versionStage": "AWSCURRENT"},
    ],
    "aws:secretsmanager/getSecrets:getSecrets": [
        {},
        {"filters": [{"name": "name", "values": [SECRET]}]},
    ],
    "aws:ssoadmin/getInstances:getInstances": [{}],
    "aws:ssoadmin/getPermissionSet:getPermissionSet": [
        {"instanceArn": INSTANCE, "name": "Known"},
        {"instanceArn": INSTANCE, "arn": SET_ARN},
    ],
    "aws:ssoadmin/getPermissionSets:getPermissionSets": [{"instanceArn": INSTANCE}],
}
"""The arguments of every lookup."""
CASES = [(token, args) for token, many in EVERY.items() for args in many]
CALLS: dict[str, list[tuple[str, str]]] = {
    "aws:identitystore/getGroup:getGroup": [
        ("identitystore", "GetGroupId"),
        ("identitystore", "DescribeGroup"),
    ],
    "aws:identitystore/getGroupMemberships:getGroupMemberships": [
        ("identitystore", "ListGroupMemberships")
    ],
    "aws:identitystore/getGroups:getGroups": [("identitystore", "ListGroups")],
    "aws:identitystore/getUser:getUser": [
        ("identitystore", "GetUserId"),
        ("identitystore", "DescribeUser"),
    ],
    "aws:identitystore/getUsers:getUsers": [("identitystore", "ListUsers")],
    "aws:index/getCallerIdentity:getCallerIdentity": [("sts", "GetCallerIdentity")],
    "aws:index/getRegion:getRegion": [],
    "aws:organizations/getOrganization:getOrganization": [
        ("organizations", "DescribeOrganization"),
        ("organizations", "ListAccounts"),
        ("organizations", "ListRoots"),
        ("organizations", "ListAWSServiceAccessForOrganization"),
    ],
    "aws:secretsmanager/getSecret:getSecret": [
        ("secretsmanager", "DescribeSecret"),
        ("secretsmanager", "GetResourcePolicy"),
    ],
    "aws:secretsmanager/getSecretVersion:getSecretVersion": [("secretsmanager", "GetSecretValue")],
    "aws:secretsmanager/getSecrets:getSecrets": [("secretsmanager", "ListSecrets")],
    "aws:ssoadmin/getInstances:getInstances": [("sso-admin", "ListInstances")],
    "aws:ssoadmin/getPermissionSet:getPermissionSet": [
        ("sso-admin", "ListPermissionSets"),
        ("sso-admin", "DescribePermissionSet"),
        ("sso-admin", "ListTagsForResource"),
    ],
    "aws:ssoadmin/getPermissionSets:getPermissionSets": [("sso-admin", "ListPermissionSets")],
}
"""The calls that each lookup may make, in order. Only one of them reads a secret's value."""

pytestmark = pytest.mark.usefixtures("things")


def result_class(token: str) -> Any:
    module, name = token.split(":")[1].split("/")[0], token.rsplit(":", 1)[1]
    home = pulumi_aws if module == "index" else import_module(f"pulumi_aws.{module}")
    return getattr(home, f"{name[0].upper()}{name[1:]}Result")


def sdk_arguments(token: str) -> set[str]:
    module, name = token.split(":")[1].split("/")[0], token.rsplit(":", 1)[1]
    home = pulumi_aws if module == "index" else import_module(f"pulumi_aws.{module}")
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
    accepted = set(inspect.signature(getattr(home, snake)).parameters) - {"opts"}
    return {"".join([n.split("_")[0], *(w.title() for w in n.split("_")[1:])]) for n in accepted}


def test_every_lookup_has_a_case() -> None:
    assert set(EVERY) == set(LOOK_UPS)


@pytest.mark.parametrize("token", EVERY)
def test_the_arguments_match_the_sdk(token: str) -> None:
    assert LOOK_UPS[token].required | LOOK_UPS[token].optional == sdk_arguments(token)


@pytest.mark.parametrize(("token", "args"), CASES)
def test_the_result_has_every_member_that_the_sdk_reads(
    connected: Engine, known: dict[str, str], token: str, args: dict[str, Any]
) -> None:
    assert_matches(connected.invoke(token, **filled(args, known)), result_class(token), token)


@pytest.mark.parametrize(("token", "args"), CASES)
def test_every_call_is_in_the_service_model(
    connected: Engine, known: dict[str, str], called: list[tuple[str, str]], token: str,
    args: dict[str, Any],
) -> None:  # fmt: skip
    connected.invoke(token, **filled(args, known))
    made = list(dict.fromkeys(called))  # a lookup by name may read each candidate
    first = args == EVERY[token][0]
    assert made == [call for call in CALLS[token] if first or call in made]


@pytest.fixture
def known(connected: Engine) -> dict[str, str]:
    group = connected.invoke(
        "aws:identitystore/getGroup:getGroup", identityStoreId=STORE, alternateIdentifier=GROUP
    )
    user = connected.invoke(
        "aws:identitystore/getUser:getUser", identityStoreId=STORE, alternateIdentifier=USER
    )
    found = connected.invoke(
        "aws:ssoadmin/getPermissionSet:getPermissionSet", instanceArn=INSTANCE, name="Known"
    )
    return {GROUP_ID: group["groupId"], USER_ID: user["userId"], SET_ARN: found["arn"]}


def filled(args: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
    return {
        name: known.get(value, value) if isinstance(value, str) else value
        for name, value in args.items()
    }
