"""Reads the tables of docs/reference/permissions.md."""

import re

from tests.paths import ROOT

Called = dict[str, set[str]]
"""Calls by `okta` and `aws`."""

PAGE = (ROOT / "docs" / "reference" / "permissions.md").read_text()


def _rows(heading: str) -> list[dict[str, str]]:
    """The rows of the table whose first column has this heading, without backticks."""
    table = re.search(rf"^(\| {heading} \|.*)\n\|[-|: ]+\|\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    if not table:
        return []
    names = [cell.strip() for cell in table[1].strip("|").split("|")]
    return [
        dict(
            zip(names, (c.strip().replace("`", "") for c in row.strip("|").split("|")), strict=True)
        )
        for row in table[2].splitlines()
    ]


OKTA = _rows("call")
AWS = _rows("action")
COMMANDS = (
    "preview", "up", "drift", "doctor", "status", "map", "review", "token status", "token store",
    "token rotate",
)  # fmt: skip

CALLS: dict[str, dict[str, set[str]]] = {
    "okta": {row["call"]: {c for c in COMMANDS if row[c]} for row in OKTA},
    "aws": {row["action"]: {c for c in COMMANDS if row[c]} for row in AWS},
}
"""The commands that make each call, by server and call."""


def scopes(*commands: str) -> set[str]:
    """The Okta scopes that these commands need."""
    found = {s for row in OKTA for s in row["scope"].split(", ") if any(row[c] for c in commands)}
    return found - {"none"}
