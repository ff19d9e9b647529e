"""Names and findings in one line, for reports that list each user once."""

from collections.abc import Sequence
from typing import Any

from okta_idc.rules import Finding, Rule
from okta_idc.text import printable


def listed(names: Sequence[str], limit: int, hint: str = "") -> str:
    """`3: a, b, c`; one name alone; or the first names and the number of the others, with a hint
    where those are."""
    text = ", ".join(printable(name, 80) for name in names[:limit])
    if (rest := len(names) - limit) > 0:
        text += f" and {rest:,} more{hint}"
    return f"{len(names):,}: {text}" if len(names) > 1 else text


def problem(rule: Rule[Any], finding: Finding, limit: int | None = 200) -> str:
    """Value and explanation, with the ID of a rule other than the section's. `limit`: characters of
    the value."""
    value = "" if finding.value is None else f"{printable(finding.value, limit)!r} "
    other = "" if finding.rule is rule else f" [{finding.rule.id}]"
    return f"{value}{printable(finding.explanation)}{other}"
