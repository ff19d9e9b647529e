"""From a rule to a policy: when it is asked, how it is told, and what becomes of what is not known.

A resource's own properties are asked before it is created or changed. What takes several resources
is asked once, at the end of a preview or an update, when the engine shows the whole stack.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any, TypeVar

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyConfigSchema,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy import Severity as Grade
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError

from okta_idc.rules.registry import EnforcementPoint, Finding, Rule, Severity, join_path

from .properties import NOWHERE, Inputs, Place, Undecided, plain
from .stack_graph import Stack

LEVELS = {
    Severity.BLOCKING: (EnforcementLevel.MANDATORY, Grade.HIGH),
    Severity.ADVISORY: (EnforcementLevel.ADVISORY, Grade.LOW),
}
_MOST_NOTES = 3
"""Of one rule in one run. On a first preview every push group may be in the same case."""
_PART = re.compile(r"\w*\[\d+\]")


@dataclass(frozen=True)
class Ask:
    """One question. `subject` makes the rule's subject (None: nothing to ask, Undecided: not yet),
    `parts` says where the parts stand that a rule calls `push[2]` or `[0]`."""

    subject: Callable[[], object]
    place: Place = NOWHERE
    parts: Mapping[str, Place] = field(default_factory=dict[str, Place])

    def tell(self, finding: Finding, report: ReportViolation) -> None:
        """Report the finding, with resources' names for the numbers of the subject's parts."""
        part = _PART.match(finding.place)
        where = self.parts.get(part[0], self.place) if part else self.place
        named = Finding(
            finding.rule,
            join_path(self.place.text, self._named(finding.place)).lstrip("."),
            finding.value,
            self._named(finding.problem),
        )
        text = f"{finding.rule.severity}: {named.text()} See {finding.rule.link}"
        report(text, where.urn or None)

    def _named(self, text: str) -> str:
        return _PART.sub(lambda m: p.text if (p := self.parts.get(m[0])) else m[0], text)


Asks = Iterator[Ask | Undecided]
Part = TypeVar("Part")


def known(
    wanted: Iterable[tuple[Place, Callable[[], Part | None]]],
) -> tuple[list[tuple[Part, Place]], list[Undecided]]:
    """Parts of a subject with their places, as far as they can be read, and what cannot yet."""
    found: list[tuple[Part, Place]] = []
    undecided: list[Undecided] = []
    for place, read in wanted:
        try:
            if (part := read()) is not None:
                found.append((part, place))
        except Undecided as missing:
            undecided.append(missing)
    return found, undecided


def numbered(found: Sequence[tuple[object, Place]], name: str = "") -> dict[str, Place]:
    """Places by what a rule calls the parts: `push[0]`, or `[0]`."""
    return {f"{name}[{index}]": place for index, (_, place) in enumerate(found)}


def together(found: Sequence[tuple[object, Place]]) -> Ask:
    """One question about all of them."""
    return Ask(lambda: tuple(part for part, _ in found), parts=numbered(found))


class NotYet(UnknownValueError):  # noqa: N818 - an answer, and no error
    """What the SDK takes for «cannot be known during preview», and reports as an advisory note."""

    def __init__(self, undecided: Sequence[Undecided]) -> None:
        super().__init__(UNKNOWN_STRING_VALUE, [])
        places = list(dict.fromkeys(each.place for each in undecided))
        more = f" and {len(places) - 3} more" if len(places) > 3 else ""
        self.message = (
            f"unknown, not decided: {', '.join(places[:3])}{more}. What is known was judged; the "
            "rest is asked again during the update."
        )


def judge(rule: Rule[Any], asks: Iterable[Ask | Undecided], report: ReportViolation) -> None:
    """Ask everything that can be asked, then say what cannot. Raises NotYet for that."""
    undecided: list[Undecided] = []
    try:
        for ask in asks:
            if isinstance(ask, Undecided):
                undecided.append(ask)
                continue
            try:
                subject = ask.subject()
            except Undecided as missing:
                undecided.append(missing)
                continue
            for finding in rule(subject) if subject is not None else ():
                ask.tell(finding, report)
    except Undecided as missing:
        undecided.append(missing)
    if undecided:
        raise NotYet(undecided)


@dataclass(frozen=True)
class Question:
    """One rule, and how it is asked: of resources of these types, or (no types) of the stack."""

    rule: Rule[Any]
    asks: Callable[[Any], Asks]
    types: frozenset[str]
    config: Mapping[str, Mapping[str, Any]]

    def policy(self) -> Policy:
        """The policy: named by the rule's id, mandatory where the rule is blocking."""
        rule = self.rule
        level, grade = LEVELS[rule.severity]
        common: dict[str, Any] = {
            "name": rule.id.lower(),
            "description": rule.title,
            "display_name": f"{rule.id} {rule.title}",
            "enforcement_level": level,
            "severity": grade,
            "remediation_steps": rule.remedy,
            "url": rule.link,
            "config_schema": self._schema(),
        }
        if self.types:
            asked = partial(self._of_resource, count(1))
            return ResourceValidationPolicy(validate=asked, **common)
        return StackValidationPolicy(validate=self._of_stack, **common)

    def _schema(self) -> PolicyConfigSchema | None:
        properties = {name: dict(schema) for name, schema in self.config.items()}
        return PolicyConfigSchema(properties) if properties else None

    def _of_resource(
        self, noted: Iterator[int], args: ResourceValidationArgs, report: ReportViolation
    ) -> None:
        if args.resource_type not in self.types:
            return
        try:
            judge(self.rule, self.asks(Inputs(plain(args.props))), report)
        except NotYet as unknown:
            number = next(noted)
            if number == _MOST_NOTES:
                unknown.message += " More resources are in the same case."
            if number <= _MOST_NOTES:
                raise

    def _of_stack(self, args: StackValidationArgs, report: ReportViolation) -> None:
        judge(self.rule, self.asks(Stack(args.resources, args.get_config())), report)


QUESTIONS: dict[str, Question] = {}
"""Every question by the id of its rule."""


def of_resource(
    *rules: Rule[Any], types: Iterable[str]
) -> Callable[[Callable[[Inputs], Asks]], Callable[[Inputs], Asks]]:
    """Ask these rules of each resource of these types, by what the program gives it."""

    def register(asks: Callable[[Inputs], Asks]) -> Callable[[Inputs], Asks]:
        for rule in rules:
            _add(Question(rule, asks, frozenset(types), {}))
        return asks

    return register


def of_stack(
    *rules: Rule[Any], config: Mapping[str, Mapping[str, Any]] | None = None
) -> Callable[[Callable[[Stack], Asks]], Callable[[Stack], Asks]]:
    """Ask these rules of the whole stack. `config`: JSON schemas of what the policy can be told."""

    def register(asks: Callable[[Stack], Asks]) -> Callable[[Stack], Asks]:
        for rule in rules:
            _add(Question(rule, asks, frozenset(), config or {}))
        return asks

    return register


def _add(question: Question) -> None:
    rule = question.rule
    if EnforcementPoint.POLICY not in rule.enforced_by or rule.id in QUESTIONS:
        raise ValueError(f"{rule.id} is not the policy pack's to ask, or is asked twice")
    QUESTIONS[rule.id] = question
