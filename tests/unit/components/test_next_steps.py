"""The `nextSteps` output lists the remaining setup steps."""

import re
from typing import Any

import pytest

from components import IdentityCenterFederation
from components._checks.next_steps import next_steps
from tests.paths import ROOT
from tests.unit.components.conftest import MockCloud
from tests.unit.components.test_federation import Declare, arguments

DONE: dict[str, Any] = {
    "connect": [], "block_reason": "", "steps": "", "days_left": 300, "assigns": True,
    "groups": {"aws-admins": "id"}, "drift": [],
}  # fmt: skip


def test_a_finished_setup_has_no_next_steps() -> None:
    assert next_steps(**DONE) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"block_reason": "GROUP_PUSH is off.", "steps": "1. Open"}, "GROUP_PUSH is off. 1. Open"),
        ({"days_left": 90}, "expires in 90 days"),
        ({"groups": {"aws-admins": None}}, "aws-admins: not in IAM Identity Center yet"),
        (
            {"drift": ["push: gone", "unknown: the rest"]},
            "1 difference from the declared configuration",
        ),
        ({"assigns": False, "groups": {}}, "List groups under push_groups and assignments"),
    ],
)
def test_each_open_item_is_a_next_step(changes: dict[str, Any], expected: str) -> None:
    [step] = next_steps(**{**DONE, **changes})
    assert expected in step


def test_a_part_that_was_not_compared_is_no_difference() -> None:
    assert next_steps(**DONE | {"drift": ["unknown: the access was not compared."]}) == []


def test_the_steps_in_aws_come_before_those_in_okta() -> None:
    undone = {"connect": ["Connect AWS to Okta", "Run `pulumi up`."], "block_reason": "off"}
    nothing = {"days_left": 0, "assigns": False, "groups": {}}
    assert next_steps(**DONE | undone | nothing) == undone["connect"]


def test_groups_are_listed_after_provisioning_is_on() -> None:
    [turn_on] = next_steps(**DONE | {"block_reason": "off", "assigns": False, "groups": {}})
    assert turn_on.startswith("Turn provisioning on. off")


def test_the_stack_readme_references_existing_outputs(cloud: MockCloud, declare: Declare) -> None:
    existing: set[str] = set()

    def program() -> object:
        made = IdentityCenterFederation("idc", arguments())
        existing.update(made.outputs())
        return made.push_groups

    declare(program)
    text = (ROOT / "Pulumi.README.md").read_text()
    referenced = set(re.findall(r"\$\{outputs\.(\w+)\}", text))
    assert referenced <= existing, referenced - existing
    assert {
        "appId",
        "metadataUrl",
        "signInUrl",
        "pushGroups",
        "tokenDaysLeft",
        "nextSteps",
    } <= referenced
