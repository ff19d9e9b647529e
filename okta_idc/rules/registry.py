"""Rules and findings. The registry is the only list of rules; documentation and tests read it.

A subject is always known: None in a subject means that a value is absent, never that it could not
be read. An enforcement point that cannot read a part of a subject reports `unknown` instead.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from types import MappingProxyType
from typing import Any, Generic, TypeVar

Subject = TypeVar("Subject")
REPOSITORY = "the repository of okta-identity-center"
DOCS_NOTE = f"Sources in docs/ are in {REPOSITORY}."
"""Messages refer to pages that the wheel does not contain."""


class Severity(StrEnum):
    """The effect of a violation."""

    BLOCKING = "blocking"
    """A user or group is not provisioned or is lost, or access is denied, now or within days."""
    ADVISORY = "advisory"
    """Provisioning and access work today, but can fail later."""


class EnforcementPoint(StrEnum):
    """Where a rule is checked. A component rejects violations, the others report them."""

    COMPONENT = "component"
    """A component checks its inputs; the program checks the settings in the stack file."""
    POLICY = "policy pack"
    """The policy pack checks all declared resources."""
    DOCTOR = "doctor"
    """The doctor checks Okta and AWS."""
    REVIEW = "review"
    """`okta-idc review` checks what an update changes for people."""


@dataclass(frozen=True, slots=True)
class Related:
    """Another path that a finding refers to, with the value at that path if it matters."""

    path: str = ""
    value: str | None = None

    def __str__(self) -> str:
        if self.value is None or self.value == self.path:
            return self.path
        return ": ".join(filter(None, (self.path, repr(shorten(self.value)))))


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to do about one finding, if the rule's remedy cannot say it; empty if the message does.

    Only for rules that components alone enforce: reports print a rule's remedy once for all of its
    findings."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation of one rule.

    `path` is a path in the subject (`push_groups[2]`, `title`), `value` the value at that path
    (None if there is none, or if it must not be shown). `message` is a clause that can follow
    "path: value"; other paths and values are in `related`. `personal`: the values belong to a user.
    """

    rule: "Rule[Any]" = field(repr=False)
    path: str
    value: str | None
    message: str
    related: tuple[Related, ...] = ()
    personal: bool = False
    own_remedy: Remedy | None = None

    @property
    def remedy(self) -> str:
        """What to do: the finding's own remedy, or the rule's."""
        return self.rule.remedy if self.own_remedy is None else self.own_remedy.text

    def renamed(self, name: Callable[[str], str]) -> "Finding":
        """The finding with other names for its paths."""
        others = (
            Related(name(each.path) if each.path else "", each.value) for each in self.related
        )
        return replace(self, path=name(self.path), related=tuple(others))

    def masked(self) -> "Finding":
        """The finding without a user's values."""
        if not self.personal:
            return self
        others = (Related(each.path) for each in self.related)
        return replace(self, value=None, related=tuple(others))

    @property
    def explanation(self) -> str:
        """The message, with the related places in parentheses."""
        others = ", ".join(filter(None, map(str, self.related)))
        return f"{self.message.rstrip('.')} ({others})." if others else self.message

    @property
    def problem(self) -> str:
        """Value and explanation."""
        return f"{'' if self.value is None else f'{shorten(self.value)!r} '}{self.explanation}"

    @property
    def advice(self) -> str:
        """Problem, remedy and rule ID: all but the path."""
        return " ".join(filter(None, (self.problem, self.remedy, f"[{self.rule.id}]")))

    def within(self, prefix: str) -> "Finding":
        """The finding with its paths below `prefix`."""
        return self.renamed(lambda path: join_path(prefix, path)) if prefix else self

    def text(self, prefix: str = "") -> str:
        """One line: path and advice. `prefix` precedes the paths."""
        found = self.within(prefix)
        return f"{found.path}: {found.advice}"


def shorten(text: str, limit: int = 100) -> str:
    """The text, truncated to `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def count(number: int, noun: str) -> str:
    """`1 finding`, `2 findings`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def shortened(names: Sequence[str], most: int = 5) -> str:
    """`a, b, c, d, e and 3 more`."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


def expiry(ends: datetime, now: datetime) -> str:
    """`expires in 1 day, on 2026-11-30`, or `expired on 2020-01-01, 2,525 days ago`."""
    days, day = abs(ends - now).days, ends.date()
    span = count(days, "day") if days else "less than a day"
    return f"expires in {span}, on {day}" if ends > now else f"expired on {day}, {span} ago"


def join_path(*parts: str) -> str:
    """`("push", "[2]", "name")` is `push[2].name`; empty parts are skipped."""
    path = ""
    for part in parts:
        path += part if not path or not part or part.startswith("[") else f".{part}"
    return path


def repeated(values: Iterable[Hashable]) -> Iterator[tuple[int, int]]:
    """The index of each repeated value, with the index of its first occurrence."""
    seen: dict[Hashable, int] = {}
    for index, value in enumerate(values):
        first = seen.setdefault(value, index)
        if first != index:
            yield index, first


Violation = tuple[str, str | None, str, *tuple[Related | Remedy, ...]]
"""What a check yields: path, value, message, and related places or a remedy if there are any."""


@dataclass(frozen=True)
class Rule(Generic[Subject]):
    """A rule; call it with its subject to get the findings."""

    id: str
    title: str
    """What is wrong if the rule is violated."""
    severity: Severity
    enforced_by: tuple[EnforcementPoint, ...]
    source: str
    remedy: str
    check: Callable[[Subject], Iterable[Violation]] = field(repr=False)
    good: object = field(repr=False)
    bad: object = field(repr=False)
    personal: bool = False
    """The subject has users' attributes, which findings quote."""

    @property
    def link(self) -> str:
        """The rule's section in the reference, relative to the repository."""
        return f"docs/reference/rules.md#{self.id.lower()}"

    @property
    def citation(self) -> str:
        """The source in a report."""
        return f"Source: {self.source.rstrip('.')}."

    def __call__(self, subject: Subject) -> list[Finding]:
        """The findings, empty when the rule holds."""
        return [
            Finding(
                self, path, value, message,
                tuple(each for each in more if isinstance(each, Related)),
                self.personal,
                next((each for each in more if isinstance(each, Remedy)), None),
            )
            for path, value, message, *more in self.check(subject)
        ]  # fmt: skip


_registered: dict[str, Rule[Any]] = {}
RULES: Mapping[str, Rule[Any]] = MappingProxyType(_registered)
"""Every rule by its ID."""


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
    personal: bool = False,
) -> Callable[[Callable[[Subject], Iterable[Violation]]], Rule[Subject]]:
    """Make a check a registered rule."""

    def register(check: Callable[[Subject], Iterable[Violation]]) -> Rule[Subject]:
        texts = (rule_id, title, severity, enforced_by, source, remedy)
        if rule_id in _registered:
            raise ValueError(f"{rule_id} is registered twice")
        _registered[rule_id] = Rule(*texts, check, good, bad, personal)
        return _registered[rule_id]

    return register


component_rule = partial(rule, enforced_by=(EnforcementPoint.COMPONENT,))
policy_rule = partial(rule, enforced_by=(EnforcementPoint.POLICY,))
doctor_rule = partial(rule, enforced_by=(EnforcementPoint.DOCTOR,))
review_rule = partial(rule, enforced_by=(EnforcementPoint.REVIEW,))
core_rule = partial(
    rule,
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
)
"""A rule that components, the policy pack and the doctor check."""
user_rule = partial(doctor_rule, personal=True)
"""A rule on users' attributes, which only the doctor reads. Its findings may quote them."""
