"""What is left to do: nothing once everything is done."""

import re
from typing import Any

import pytest

from components import IdentityCenterFederation
from components._checks.next_steps import next_steps
from tests.paths import ROOT
from tests.unit.components.conftest import World
from tests.unit.components.test_federation import Declare, arguments

DONE: dict[str, Any] = {
    "block_reason": "", "steps": "", "days_left": 300, "groups": {"aws-admins": "id"}, "drift": [],
    "metadata_url": "https://acme.okta.com/metadata",
}  # fmt: skip


def test_nothing_is_left_when_all_is_done() -> None:
    assert next_steps(**DONE) == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"block_reason": "GROUP_PUSH is off.", "steps": "1. Open"}, "GROUP_PUSH is off. 1. Open"),
        ({"days_left": 90}, "expires in 90 days"),
        ({"groups": {"aws-admins": None}}, "aws-admins: not in IAM Identity Center yet"),
        ({"drift": ["push: gone"]}, "1 difference from the declared configuration"),
    ],
)
def test_what_is_left_is_told(changes: dict[str, Any], says: str) -> None:
    [step] = next_steps(**{**DONE, **changes})
    assert says in step


def test_before_anything_is_pushed_the_way_in_is_kept_before_the_source_is_switched() -> None:
    first, second = next_steps(**{**DONE, "groups": {}})
    assert first.index("make sure that you can sign in without it") < first.index("upload it")
    assert "https://acme.okta.com/metadata" in first
    assert "push_groups" in second


def test_the_stacks_readme_names_outputs_that_are_there(world: World, declare: Declare) -> None:
    names: set[str] = set()

    def program() -> object:
        made = IdentityCenterFederation("idc", arguments())
        names.update(made.outputs())
        return made.push_groups

    declare(program)
    text = (ROOT / "Pulumi.README.md").read_text()
    asked = set(re.findall(r"\$\{outputs\.(\w+)\}", text))
    assert asked <= names, asked - names
    assert {
        "appId",
        "metadataUrl",
        "signInUrl",
        "pushGroups",
        "tokenDaysLeft",
        "nextSteps",
    } <= asked
