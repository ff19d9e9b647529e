"""Turns bindings into policies: when a rule is applied, how a finding is reported, and how unknown
properties are handled.

A rule on one resource is applied before the resource is created or changed. A rule on several is
applied once, at the end of a preview or an update, when the engine shows the whole stack.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
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
from pulumi_policy import Severity as PolicySeverity
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError

from okta_idc.rules.binding import NOWHERE, Binding, Location, Subject, Unavailable, numbered
from okta_idc.rules.conflicting_resources import DeclaredBy
from okta_idc.rules.registry import (
    REPOSITORY,
    EnforcementPoint,
    Rule,
    Severity,
    join_path,
    shortened,
)

from .properties import Inputs, plain
from .stack_graph import Resource, Settings, Stack, grouped

LEVELS = {
    Severity.BLOCKING: (EnforcementLevel.MANDATORY, PolicySeverity.HIGH),
    Severity.ADVISORY: (EnforcementLevel.ADVISORY, PolicySeverity.LOW),
}
_MAX_NOTES = 3
"""Notes per rule and run: in a first preview, every push group may lack the same property."""

Subjects = Iterator[Subject | Unavailable]
Part = TypeVar("Part")


def subject(read: Callable[[], object], location: Location = NOWHERE) -> Subjects:
    """The subject that `read` makes, if any, or the property that is not known yet."""
    missing: list[Unavailable] = []
    for value, at in read_parts([(location, read)], missing):
        yield Subject(value, at)
    yield from missing


def read_parts(
    parts: Iterable[tuple[Location, Callable[[], Part | None]]], missing: list[Unavailable]
) -> Iterator[tuple[Part, Location]]:
    """The parts of a subject that are known, with their locations; adds the others to `missing`."""
    for location, read in parts:
        try:
            part = read()
        except Unavailable as unknown:
            missing.append(unknown)
        else:
            if part is not None:
                yield part, location


def all_parts(parts: Iterable[tuple[Location, Callable[[], object]]]) -> Subjects:
    """The parts that are known as one subject, and those that are not."""
    missing: list[Unavailable] = []
    yield together([*read_parts(parts, missing)])
    yield from missing


def together(parts: Sequence[tuple[object, Location]]) -> Subject:
    """All parts as one subject."""
    return Subject(tuple(part for part, _ in parts), parts=numbered(at for _, at in parts))


def competing(
    together: Iterable[tuple[str, Resource]], one_by_one: Iterable[tuple[str, Resource]]
) -> Subjects:
    """For each owner, the resources that declare all of its objects, and those that declare one
    each."""
    singly = grouped(one_by_one)
    for owner, claiming in grouped(together).items():
        single = singly.get(owner, [])
        by_kind = DeclaredBy(tuple(r.name for r in claiming), tuple(r.name for r in single))
        parts = numbered((r.location for r in claiming), "together")
        yield Subject(by_kind, parts=parts | numbered((r.location for r in single), "one_by_one"))


class NotKnownYet(UnknownValueError):  # noqa: N818 - a note, not an error
    """Reported by the SDK as an advisory note: values that a preview does not know."""

    def __init__(self, unknown: Sequence[Unavailable]) -> None:
        super().__init__(UNKNOWN_STRING_VALUE, [])
        paths = list(dict.fromkeys(each.text for each in unknown))
        self.message = (
            f"not known yet: {shortened(paths, 3)}. The known properties were "
            "checked; the update checks the rest."
        )


@dataclass(frozen=True)
class PolicyBinding(Binding[Any]):
    """A rule on each resource of these types, or (without types) on the stack."""

    types: frozenset[str]
    config: Settings

    def policy(self) -> Policy:
        """The policy, named by the rule's ID; mandatory where the rule is blocking."""
        rule = self.rule
        level, severity = LEVELS[rule.severity]
        common: dict[str, Any] = {
            "name": rule.id.lower(),
            "description": rule.title,
            "display_name": f"{rule.id} {rule.title}",
            "enforcement_level": level,
            "severity": severity,
            "remediation_steps": rule.remedy,
            "url": rule.link,
            "config_schema": PolicyConfigSchema(self.config) if self.config else None,
        }
        if self.types:
            check = partial(self._check_resource, count(1))
            return ResourceValidationPolicy(validate=check, **common)
        return StackValidationPolicy(validate=self._check_stack, **common)

    def check(self, source: object, report: ReportViolation, missing: list[Unavailable]) -> None:
        """Report the findings, then raise NotKnownYet for what is missing."""
        try:
            for result in self.findings(source):
                if isinstance(result, Unavailable):
                    missing.append(result)
                    continue
                at, finding = result
                text = replace(finding, path=join_path(at.name, at.path)).text()
                page = f"{self.rule.link} in {REPOSITORY}"
                report(f"{self.rule.severity}: {text} See {page}.", at.urn or None)
        except Unavailable as unknown:
            missing.append(unknown)
        if missing:
            raise NotKnownYet(missing)

    def _check_resource(
        self, notes: Iterator[int], args: ResourceValidationArgs, report: ReportViolation
    ) -> None:
        if args.resource_type not in self.types:
            return
        try:
            self.check(Inputs(plain(args.props)), report, [])
        except NotKnownYet as note:
            number = next(notes)
            if number == _MAX_NOTES:
                note.message += " The same applies to more resources."
            if number <= _MAX_NOTES:
                raise

    def _check_stack(self, args: StackValidationArgs, report: ReportViolation) -> None:
        stack = Stack(args.resources, args.get_config())
        self.check(stack, report, stack.missing)


BINDINGS: dict[str, PolicyBinding] = {}
"""Every binding by the ID of its rule."""

Register = Callable[[Callable[[Any], Subjects]], Callable[[Any], Subjects]]


def of_resource(*rules: Rule[Any], types: Iterable[str]) -> Register:
    """Apply these rules to each resource of these types, as the program declares it (Inputs)."""
    return partial(_register, rules, frozenset(types), {})


def of_stack(*rules: Rule[Any], config: Settings | None = None) -> Register:
    """Apply these rules to the whole stack (Stack)."""
    return partial(_register, rules, frozenset(), config or {})


def _register(
    rules: Iterable[Rule[Any]],
    types: frozenset[str],
    config: Settings,
    subjects: Callable[[Any], Subjects],
) -> Callable[[Any], Subjects]:
    for rule in rules:
        if EnforcementPoint.POLICY not in rule.enforced_by or rule.id in BINDINGS:
            raise ValueError(f"{rule.id} is not for the policy pack, or is bound twice")
        BINDINGS[rule.id] = PolicyBinding(rule, subjects, types, config)
    return subjects
