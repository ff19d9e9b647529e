"""Every look-up, held to the SDK that reads its result and to the models of AWS's services."""

import inspect
import types
import typing
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import pulumi_aws
import pytest
from botocore.client import BaseClient
from botocore.model import Shape

from tests.toolchain.plugins.aws.conftest import SECRET, STORE, Engine
from toolchain.plugins.aws.registry import LOOK_UPS

EVERY: dict[str, list[dict[str, Any]]] = {
    "aws:identitystore/getGroups:getGroups": [{"identityStoreId": STORE}],
    "aws:index/getCallerIdentity:getCallerIdentity": [{}],
    "aws:index/getRegion:getRegion": [{}, {"name": "eu-west-1"}],
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
"""Arguments for every look-up of the plugin."""
CASES = [(token, args) for token, many in EVERY.items() for args in many]
CALLS: dict[str, list[tuple[str, str]]] = {
    "aws:identitystore/getGroups:getGroups": [("identitystore", "ListGroups")],
    "aws:index/getCallerIdentity:getCallerIdentity": [("sts", "GetCallerIdentity")],
    "aws:index/getRegion:getRegion": [],
    "aws:secretsmanager/getSecret:getSecret": [
        ("secretsmanager", "DescribeSecret"),
        ("secretsmanager", "GetResourcePolicy"),
    ],
    "aws:secretsmanager/getSecretVersion:getSecretVersion": [("secretsmanager", "GetSecretValue")],
    "aws:secretsmanager/getSecrets:getSecrets": [("secretsmanager", "ListSecrets")],
    "aws:ssoadmin/getInstances:getInstances": [("sso-admin", "ListInstances")],
}
"""What each may ask: service and operation. Only one of them sees a secret's value."""

pytestmark = pytest.mark.usefixtures("things")


def result_class(token: str) -> Any:
    module, name = token.split(":")[1].split("/")[0], token.rsplit(":", 1)[1]
    home = pulumi_aws if module == "index" else import_module(f"pulumi_aws.{module}")
    return getattr(home, f"{name[0].upper()}{name[1:]}Result")


def sdk_arguments(token: str) -> set[str]:
    module, name = token.split(":")[1].split("/")[0], token.rsplit(":", 1)[1]
    home = pulumi_aws if module == "index" else import_module(f"pulumi_aws.{module}")
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
    taken = set(inspect.signature(getattr(home, snake)).parameters) - {"opts"}
    return {"".join([n.split("_")[0], *(w.title() for w in n.split("_")[1:])]) for n in taken}


def agrees(value: Any, hint: Any, place: str) -> None:
    """`value` is what the SDK's annotation says, at every depth."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        if value is not None:
            agrees(value, next(a for a in inner if a is not type(None)), place)
    elif origin is Sequence:
        assert isinstance(value, list), place
        for position, item in enumerate(value):
            agrees(item, inner[0], f"{place}[{position}]")
    elif origin is Mapping:
        assert isinstance(value, dict), place
        for name, item in value.items():
            agrees(item, inner[1], f"{place}.{name}")
    elif hint in (str, int, bool):
        assert isinstance(value, hint), place
    else:
        getters = [g.fget for _, g in inspect.getmembers(hint, lambda m: isinstance(m, property))]
        names = {g._pulumi_name: typing.get_type_hints(g)["return"] for g in getters if g}  # type: ignore[attr-defined]
        assert names, f"{place}: {hint} is not a result of the SDK"
        assert set(value) <= set(names), place
        for name, wanted in names.items():
            agrees(value.get(name), wanted, f"{place}.{name}")


class Reading(dict[str, Any]):
    """An answer that knows its shape: reading a member which AWS does not have is an error."""

    def __init__(self, values: Mapping[str, Any], shape: Shape | None) -> None:
        super().__init__(values)
        self._members: dict[str, Shape] = getattr(shape, "members", {})

    def __getitem__(self, name: str) -> Any:
        return self._shaped(name, super().__getitem__(name))

    def get(self, name: str, default: Any = None) -> Any:
        return self._shaped(name, super().get(name, default))

    def _shaped(self, name: str, value: Any) -> Any:
        assert name in self._members, f"{name} is not a member; there are {sorted(self._members)}"
        return read(value, self._members[name])


def read(value: Any, shape: Any) -> Any:
    if shape.type_name == "structure" and value is not None:
        return Reading(value, shape)
    if shape.type_name == "list" and value is not None:
        return [read(item, shape.member) for item in value]
    return value


def members_only(params: Any, shape: Any, place: str) -> None:
    if shape.type_name == "structure":
        for name, value in params.items():
            assert name in shape.members, f"{place}.{name}"
            members_only(value, shape.members[name], f"{place}.{name}")
    elif shape.type_name == "list":
        for item in params:
            members_only(item, shape.member, f"{place}[]")


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Every call that is made: held to its service's model, what is sent and what is read."""
    calls: list[tuple[str, str]] = []
    original: Any = BaseClient._make_api_call  # type: ignore[attr-defined]

    def recorded(params: Any, model: Any, **_: Any) -> None:
        calls.append((model.service_model.service_name, model.name))
        if params:
            members_only(params, model.input_shape, model.name)

    def make_api_call(self: Any, operation: str, asked: Any) -> Any:
        self.meta.events.register_first("before-parameter-build.*.*", recorded, unique_id="held")
        model = self.meta.service_model.operation_model(operation)
        return Reading(original(self, operation, asked), model.output_shape)

    monkeypatch.setattr(BaseClient, "_make_api_call", make_api_call)
    return calls


def test_every_look_up_is_tested_here() -> None:
    assert set(EVERY) == set(LOOK_UPS)


@pytest.mark.parametrize("token", EVERY)
def test_the_arguments_are_those_of_the_sdk(token: str) -> None:
    assert LOOK_UPS[token].required | LOOK_UPS[token].optional == sdk_arguments(token)


@pytest.mark.parametrize(("token", "args"), CASES)
def test_the_result_has_every_member_that_the_sdk_reads(
    connected: Engine, token: str, args: dict[str, Any]
) -> None:
    agrees(connected.invoke(token, **args), result_class(token), token)


@pytest.mark.parametrize(("token", "args"), CASES)
def test_every_call_is_in_the_service_model(
    connected: Engine, called: list[tuple[str, str]], token: str, args: dict[str, Any]
) -> None:
    connected.invoke(token, **args)
    assert called == CALLS[token]
