"""The report: what was found, what could not be told, what was not asked, and the exit code."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from okta_idc.inventory.unavailable import Unavailable
from okta_idc.rules import Rule, Severity

_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")

SOUND, FINDINGS, COULD_NOT_LOOK = 0, 1, 2
"""Exit codes."""


@dataclass(frozen=True, slots=True)
class Found:
    """A breach of a rule. `who` is a person, a group or a part; `place` the field in it.

    `personal`: the value is a person's, and is shown to nobody who did not ask for it.
    """

    rule: Rule[Any]
    who: str
    place: str
    value: str | None
    problem: str
    personal: bool = False

    def masked(self) -> "Found":
        """The same without a person's value, also where the problem quotes one."""
        if not self.personal:
            return self
        return replace(self, value=None, problem=_QUOTED.sub("…", self.problem))


@dataclass
class Report:
    """What came of one look. `unknown` and `not_asked`: rule ids by the reason."""

    found: list[Found] = field(default_factory=list[Found])
    asked: set[str] = field(default_factory=set[str])
    unknown: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    not_asked: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    about: dict[str, str] = field(default_factory=dict[str, str])
    """What was looked at: org, app, identity store, numbers; for the head of the report."""

    def cannot(self, rule: Rule[Any], gap: Unavailable) -> None:
        """This rule could not be asked, or not of everything."""
        why = (self.unknown if gap.wanted else self.not_asked)[gap.text]
        if rule.id not in why:
            why.append(rule.id)

    def masked(self) -> "Report":
        """The same report without values of people's profiles."""
        return replace(self, found=[each.masked() for each in self.found])

    def by_rule(self) -> list[tuple[Rule[Any], list[Found]]]:
        """Findings grouped by what to do: blocking ones first, then by id."""
        grouped: dict[str, list[Found]] = defaultdict(list)
        for each in self.found:
            grouped[each.rule.id].append(each)
        ordered = sorted(grouped.values(), key=lambda f: (_order(f[0].rule.severity), f[0].rule.id))
        return [(found[0].rule, sorted(found, key=_who)) for found in ordered]

    def exit_code(self, fail_on: Severity) -> int:
        """1 for a finding at least as severe, else 2 where something is unknown, else 0."""
        if any(_order(each.rule.severity) <= _order(fail_on) for each in self.found):
            return FINDINGS
        return COULD_NOT_LOOK if self.unknown else SOUND


def _order(severity: Severity) -> int:
    return list(Severity).index(severity)


def _who(found: Found) -> tuple[str, str]:
    return found.who.casefold(), found.place


def count(number: int, one: str, many: str = "") -> str:
    """`1 finding`, `2 findings`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def ids(rules: Iterable[str]) -> str:
    return ", ".join(sorted(rules))
