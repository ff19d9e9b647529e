"""A question: a rule, its subjects, and how its findings are told to somebody who has no list in
front of him that `[3]` could point into."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from okta_idc.doctor.report import Found, Report
from okta_idc.inventory.model import Inventory
from okta_idc.inventory.unavailable import Unavailable
from okta_idc.rules import Finding, Rule

_INDEX = re.compile(r"(?P<list>[a-z_]*)\[(?P<index>\d+)\]")


@dataclass(frozen=True)
class Case:
    """One subject. Of its findings, `who` is whom they concern; without it, the place they name.
    `place` replaces theirs.

    `labels`: what the indexes of a place mean, by the list's name ("" for none). `by_value`: the
    finding's value is whom it concerns, or what `names` has for it. `personal`: see Found.
    """

    subject: Any
    who: str = ""
    place: str | None = None
    labels: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    by_value: bool = False
    personal: bool = False

    def told(self, finding: Finding) -> Found:
        """The finding, with names in place of indexes."""
        where, problem = self._named(finding.place), self._named(finding.problem)
        value, who = finding.value, self.who
        place = where if self.place is None else self.place
        if self.by_value and value is not None:
            who, value = self.names.get(value, value), None
        elif not who:
            who, place = where, self.place or ""
        return Found(finding.rule, who, place, value, problem, self.personal)

    def _named(self, text: str) -> str:
        def name(match: re.Match[str]) -> str:
            listed, index = self.labels.get(match["list"], ()), int(match["index"])
            return listed[index] if index < len(listed) else match[0]

        return _INDEX.sub(name, text) if self.labels else text


@dataclass(frozen=True)
class Question:
    """`cases` makes the rule's subjects, or a Unavailable for one that is not known."""

    rule: Rule[Any]
    cases: Callable[[Inventory], Iterable[Case | Unavailable]]

    def put(self, found: Inventory, report: Report) -> None:
        """Ask, and write into the report what came of it."""
        try:
            for case in self.cases(found):
                if isinstance(case, Unavailable):
                    report.cannot(self.rule, case)
                else:
                    report.found += [case.told(finding) for finding in self.rule(case.subject)]
            report.asked.add(self.rule.id)
        except Unavailable as gap:
            report.cannot(self.rule, gap)
