"""How a rule is written down: ID, title, severity, enforcement points, source, remedy, check, one
good and one bad example. The registry is the only list of rules; documentation and tests read it.

A subject is always known. None in a subject means that the thing is absent, never that nobody
could look: an asker that lacks a part of a subject does not ask, and reports `unknown` itself.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Generic, TypeVar

Subject = TypeVar("Subject")


class Severity(StrEnum):
    """What breaking the rule costs."""

    BLOCKING = "blocking"
    """A person or group is not provisioned or is lost, or access is denied, now or within days."""
    ADVISORY = "advisory"
    """It works today, and will surprise somebody."""


class EnforcementPoint(StrEnum):
    """Who asks a rule. A component refuses, the other two report."""

    COMPONENT = "component"
    """A component of its inputs, or the settings of the stack file before any component is made."""
    POLICY = "policy pack"
    """The policy pack, of anybody's declared resources."""
    DOCTOR = "doctor"
    """The doctor, of what is really there."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach of one rule.

    `place` is a path inside what was checked (`push[2]`, `title`), `value` what stood there
    (None where nothing did, or where it must not be shown), `problem` a clause that can follow
    "place: value".
    """

    rule: "Rule[Any]" = field(repr=False)
    place: str
    value: str | None
    problem: str

    def text(self, prefix: str = "") -> str:
        """One line: place, value, problem, rule id, fix. `prefix` goes before the place."""
        place = join_path(prefix, self.place)
        shown = "" if self.value is None else f" {shorten(self.value)!r}"
        return f"{place}:{shown} {self.problem} [{self.rule.id}] Fix: {self.rule.remedy}"


def shorten(text: str, most: int = 100) -> str:
    """The text, cut when it is longer than a line is likely to be."""
    return text if len(text) <= most else text[: most - 1] + "…"


def join_path(*parts: str) -> str:
    """`("push", "[2]", "name")` is `push[2].name`; empty parts are skipped."""
    path = ""
    for part in parts:
        path += part if not path or not part or part.startswith("[") else f".{part}"
    return path


Violation = tuple[str, str | None, str]
"""What a check yields: place, value, problem."""


@dataclass(frozen=True)
class Rule(Generic[Subject]):
    """A rule; call it with its subject to get the findings."""

    id: str
    title: str
    severity: Severity
    enforced_by: tuple[EnforcementPoint, ...]
    source: str
    remedy: str
    check: Callable[[Subject], Iterable[Violation]] = field(repr=False)
    good: object = field(repr=False)
    bad: object = field(repr=False)

    @property
    def link(self) -> str:
        """Where the rule is explained, relative to the repository."""
        return f"docs/reference/rules.md#{self.id.lower()}"

    def __call__(self, subject: Subject) -> list[Finding]:
        """The findings, empty when the rule holds."""
        return [Finding(self, *draft) for draft in self.check(subject)]


_registered: dict[str, Rule[Any]] = {}
RULES: Mapping[str, Rule[Any]] = MappingProxyType(_registered)
"""Every rule by its id."""


def rule(
    rule_id: str,
    title: str,
    *,
    enforced_by: tuple[EnforcementPoint, ...],
    source: str,
    remedy: str,
    good: object,
    bad: object,
    severity: Severity = Severity.BLOCKING,
) -> Callable[[Callable[[Subject], Iterable[Violation]]], Rule[Subject]]:
    """Make a check a registered rule. The check yields `(place, value, problem)`."""

    def register(check: Callable[[Subject], Iterable[Violation]]) -> Rule[Subject]:
        made = Rule(rule_id, title, severity, enforced_by, source, remedy, check, good, bad)
        if rule_id in _registered:
            raise ValueError(f"{rule_id} is registered twice")
        _registered[rule_id] = made
        return made

    return register
