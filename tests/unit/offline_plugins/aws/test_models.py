"""Every lookup, compared with the SDK that reads its result and with AWS's service models."""

import inspect
from importlib import import_module
from typing import Any

import pulumi_aws
import pytest

from offline_plugins.aws.registry import LOOK_UPS
from tests.unit.offline_plugins.aws.conftest import SECRET, STORE, Engine
from tests.unit.offline_plugins.aws.schema_checks import assert_matches

GROUP_ID = "the group's id"
"""A placeholder for a value of the running sandbox."""
EVERY: dict[str, list[dict[str, Any]]] = {
    "aws:identitystore/getGroupMemberships:getGroupMemberships": [
        {"identityStoreId": STORE, "groupId": GROUP_ID}
    ],
    "aws:identitystore/getGroups:getGroups": [{"identityStoreId": STORE}],
    "aws:identitystore/getUsers:getUsers": [{"identityStoreId": STORE}],
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
}
"""The arguments of every lookup."""
CASES = [(token, args) for token, many in EVERY.items() for args in many]
CALLS: dict[str, list[tuple[str, str]]] = {
    "aws:identitystore/getGroupMemberships:getGroupMemberships": [
        ("identitystore", "ListGroupMemberships")
    ],
    "aws:identitystore/getGroups:getGroups": [("identitystore", "ListGroups")],
    "aws:identitystore/getUsers:getUsers": [("identitystore", "ListUsers")],
    "aws:secretsmanager/getSecret:getSecret": [
        ("secretsmanager", "DescribeSecret"),
        ("secretsmanager", "GetResourcePolicy"),
    ],
    "aws:secretsmanager/getSecretVersion:getSecretVersion": [("secretsmanager", "GetSecretValue")],
    "aws:secretsmanager/getSecrets:getSecrets": [("secretsmanager", "ListSecrets")],
    "aws:ssoadmin/getInstances:getInstances": [("sso-admin", "ListInstances")],
}
"""The calls that each lookup may make, in order. Only one of them reads a secret's value."""

pytestmark = pytest.mark.usefixtures("things")


def sdk_module(token: str) -> Any:
    module = token.split(":")[1].split("/")[0]
    return pulumi_aws if module == "index" else import_module(f"pulumi_aws.{module}")


def result_class(token: str) -> Any:
    name = token.rsplit(":", 1)[1]
    return getattr(sdk_module(token), f"{name[0].upper()}{name[1:]}Result")


def sdk_arguments(token: str) -> set[str]:
    name = token.rsplit(":", 1)[1]
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
    accepted = set(inspect.signature(getattr(sdk_module(token), snake)).parameters) - {"opts"}
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
    assert called == CALLS[token]


@pytest.fixture
def known(connected: Engine) -> dict[str, str]:
    found = connected.invoke("aws:identitystore/getGroups:getGroups", identityStoreId=STORE)
    [group] = [g["groupId"] for g in found["groups"] if g["displayName"] == "aws-admins"]
    return {GROUP_ID: group}


def filled(args: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
    return {
        name: known.get(value, value) if isinstance(value, str) else value
        for name, value in args.items()
    }
