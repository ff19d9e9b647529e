"""Everything that describes the rotation of the SCIM token has its steps in the same order."""

import re
from typing import Any

import pytest

from components._checks.next_steps import next_steps
from components.aws.token_expiry_alarm import message
from okta_idc.rules import RULES
from tests.paths import ROOT

STEPS = ("token rotate", "generate", "Test API Credentials", "Save", "only then delete")
"""Okta uses the old token until an administrator enters the new one."""
_DUE: dict[str, Any] = {
    "connect": (), "block_reason": "", "steps": "", "assigns": True, "groups": {"a": "g"},
    "drift": (),
}  # fmt: skip


def section(path: str, start: str, end: str) -> str:
    return (ROOT / path).read_text().partition(start)[2].partition(end)[0]


@pytest.mark.parametrize(
    "text",
    [
        *(
            RULES[name].remedy
            for name in ("OIC-103", "OIC-104", "OIC-105", "OIC-117", "OIC-631")
        ),
        *next_steps(days_left=9, **_DUE),
        message("scim", 9),
        section("Pulumi.README.md", "## Rotate the SCIM token", "what is wrong"),
        section("docs/guide/operate/token-expires.md", "## What to do", "## How"),
    ],
)  # fmt: skip
def test_the_old_token_is_deleted_after_okta_works_with_the_new_one(text: str) -> None:
    found = [re.search(re.escape(step), text, re.IGNORECASE) for step in STEPS]
    assert None not in found, STEPS[found.index(None)]
    starts = [match.start() for match in found if match]
    assert starts == sorted(starts), text
