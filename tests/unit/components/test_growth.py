"""What a program makes grows with its resources, not with their square."""

from collections.abc import Callable
from typing import Any

import pytest
from pulumi import Output

from components import IdentityCenterFederation
from components._checks import access_drift, stack_settings
from components.fleet_part import FederationPart
from okta_idc.fleet.stack_files import Part
from okta_idc.settings import load_settings
from tests.unit.components.conftest import MockCloud
from tests.unit.components.test_federation import arguments
from tests.unit.okta_idc.access_rules.directory import DEV1, MemoryDirectory

Declare = Callable[..., None]
FLEET = {each: {"count": 1} for each in ("push_groups", "permission_sets", "accounts")}


def federation(part: str, groups: list[str]) -> Callable[[], object]:
    """One stack: each group is pushed, and has a permission set of its own."""
    given: dict[str, Any] = {
        "push_groups": groups,
        "account_access__permission_sets": [
            {"name": f"Set-{each}", "groups": [each], "accounts": [DEV1]} for each in groups
        ],
    }
    if part != "single":
        given["fleet"] = FLEET
    settings = arguments(**given)
    if part in ("single", "core"):
        return lambda: IdentityCenterFederation("idc", settings).drift
    loaded = load_settings(settings)
    return lambda: FederationPart("idc", loaded, Part(core="prod", name=part)).drift


@pytest.mark.parametrize("deployed", [False, True])
@pytest.mark.parametrize("part", ["single", "core", "push-1", "sets-1", "access-1"])
def test_outputs_grow_with_the_groups(
    cloud: MockCloud, declare: Declare, monkeypatch: pytest.MonkeyPatch, part: str, deployed: bool
) -> None:
    monkeypatch.setattr(stack_settings, "directory", lambda _parent: MemoryDirectory())
    given, made = Output.from_input, 0

    def from_input(value: Any) -> Any:
        nonlocal made
        made += 1
        return given(value)

    monkeypatch.setattr(Output, "from_input", staticmethod(from_input))
    numbers: list[int] = []
    for number in (10, 20, 30):
        names = [f"group-{each}" for each in range(number)]
        cloud.groups = {"aws-access": "00gA", **{each: f"00g-{each}" for each in names}}
        cloud.mapped = [f"00g-{each}" for each in names] if deployed else []
        cloud.in_aws = names if deployed or part == "access-1" else []
        cloud.stacks = {
            "prod": {"appId": "0oa1", "assignmentGroups": [{"id": "00gA"}]},
            "prod-sets-1": {"permissionSetArns": {f"Set-{each}": f"arn:{each}" for each in names}},
        }
        cloud.declared, made = [], 0
        declare(federation(part, names), preview=True)
        numbers.append(made)
    assert numbers[2] - numbers[1] == pytest.approx(numbers[1] - numbers[0], rel=0.05)


def test_what_is_compared_grows_with_the_access(
    cloud: MockCloud, declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack_settings, "directory", lambda _parent: MemoryDirectory())
    names = [f"group-{each}" for each in range(12)]
    cloud.groups = {"aws-access": "00gA", **{each: f"00g-{each}" for each in names}}
    cloud.in_aws = names
    cloud.stacks = {
        "prod": {"appId": "0oa1", "assignmentGroups": [{"id": "00gA"}]},
        "prod-sets-1": {"permissionSetArns": {f"Set-{each}": f"arn:{each}" for each in names}},
    }
    compared: list[tuple[str, str]] = []

    def grants(group: str, name: str = "", **given: Any) -> access_drift.Grants:
        compared.append((group, name))
        return made(group, name, **given)

    made = access_drift.Grants
    monkeypatch.setattr(access_drift, "Grants", grants)
    declare(federation("access-1", names))
    accounts = [each for each in compared if each[1]]
    assert sorted(accounts) == sorted((each, f"Set-{each}") for each in names)
