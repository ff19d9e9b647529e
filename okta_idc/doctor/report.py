"""The doctor's report: findings, what is unknown, what does not apply, and the exit code."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from okta_idc.rules import Finding, Rule, Severity
from okta_idc.rules.binding import Binding, Unavailable

SUCCESS, FINDINGS, READ_FAILED = 0, 1, 2
"""Exit codes."""


@dataclass(frozen=True, slots=True)
class DoctorFinding:
    """A finding about `name`: a user, a group or a part of the federation."""

    name: str
    finding: Finding

    @property
    def rule(self) -> Rule[Any]:
        """The violated rule."""
        return self.finding.rule


@dataclass(frozen=True, slots=True)
class Affected:
    """Names with the same findings: all findings of users (`are_users`), one finding of anything
    else."""

    names: tuple[str, ...]
    findings: tuple[Finding, ...]
    are_users: bool


@dataclass(frozen=True, slots=True)
class Section:
    """The findings on one rule. `above`: the number of users who are listed in earlier sections, by
    the ID of the section's rule."""

    rule: Rule[Any]
    found: list[DoctorFinding]
    affected: list[Affected]
    above: Mapping[str, int]

    @property
    def users(self) -> int:
        """The number of users who are listed in this section."""
        return sum(len(each.names) for each in self.affected if each.are_users)


@dataclass
class Report:
    """The results of one run. `unknown` and `skipped` are rule IDs by reason."""

    found: list[DoctorFinding] = field(default_factory=list[DoctorFinding])
    checked: set[str] = field(default_factory=set[str])
    unknown: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    skipped: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    people: frozenset[str] = frozenset()
    """The names of findings that belong to users."""
    about: dict[str, str] = field(default_factory=dict[str, str])
    """What was read, for the head of the report: org, app, identity store, counts."""

    def run(self, binding: Binding[Any], source: object) -> None:
        """Apply a rule to its subjects and record the results."""
        try:
            for result in binding.findings(source):
                if isinstance(result, Unavailable):
                    self.mark_unknown(binding.rule, result)
                    continue
                at, finding = result
                finding = replace(finding, path=at.path if at.name else "")
                self.found.append(DoctorFinding(at.name or at.path, finding))
            self.checked.add(binding.rule.id)
        except Unavailable as reason:
            self.mark_unknown(binding.rule, reason)

    def mark_unknown(self, rule: Rule[Any], reason: Unavailable) -> None:
        """Record that a rule could not be applied, or not to every subject."""
        rules = (self.unknown if reason.applicable else self.skipped)[reason.text]
        if rule.id not in rules:
            rules.append(rule.id)

    def masked(self) -> "Report":
        """A copy without values of user profiles."""
        return replace(self, found=[replace(f, finding=f.finding.masked()) for f in self.found])

    def by_rule(self) -> list[tuple[Rule[Any], list[DoctorFinding]]]:
        """Findings grouped by rule: blocking rules first, then by ID."""
        grouped: dict[str, list[DoctorFinding]] = defaultdict(list)
        for each in sorted(self.found, key=lambda f: (f.name.casefold(), f.finding.path)):
            grouped[each.rule.id].append(each)
        ordered = sorted(grouped.values(), key=lambda f: (_order(f[0].rule.severity), f[0].rule.id))
        return [(found[0].rule, found) for found in ordered]

    def sections(self) -> list["Section"]:
        """The findings by rule. A user is in the section of the first rule that they violate, with
        all of their findings."""
        ordered = self.by_rule()
        first: dict[str, Rule[Any]] = {}
        of_user: dict[str, list[Finding]] = defaultdict(list)
        for rule, found in ordered:
            for each in found:
                if each.name in self.people:
                    first.setdefault(each.name, rule)
                    of_user[each.name].append(each.finding)
        return [self._section(rule, found, first, of_user) for rule, found in ordered]

    def _section(
        self, rule: Rule[Any], found: list[DoctorFinding], first: Mapping[str, Rule[Any]],
        of_user: Mapping[str, list[Finding]],
    ) -> "Section":  # fmt: skip
        names: dict[object, list[str]] = defaultdict(list)
        findings: dict[object, tuple[tuple[Finding, ...], bool]] = {}
        above, listed = dict[str, str](), set[str]()
        for each in found:
            user = each.name in self.people
            if user and first[each.name] is not rule:
                above[each.name] = first[each.name].id
            elif not user or each.name not in listed:
                listed.add(each.name)
                same = tuple(of_user[each.name]) if user else (each.finding,)
                key = user, tuple((f.rule.id, f.path, f.value, f.explanation) for f in same)
                names[key].append(each.name)
                findings[key] = same, user
        affected = [Affected(tuple(names[key]), *findings[key]) for key in names]
        return Section(rule, found, affected, Counter(above.values()))

    def exit_code(self, fail_on: Severity) -> int:
        """1 for a finding of at least this severity, else 2 if something is unknown, else 0."""
        if any(_order(each.rule.severity) <= _order(fail_on) for each in self.found):
            return FINDINGS
        return READ_FAILED if self.unknown else SUCCESS


def heading(rule: Rule[Any], found: list[DoctorFinding]) -> str:
    """The rule's title, or its only finding if that has neither path nor value."""
    first = found[0].finding
    if len(found) > 1 or first.path or first.value is not None:
        return rule.title
    return f"{found[0].name} {first.explanation}".rstrip(".")


def _order(severity: Severity) -> int:
    return list(Severity).index(severity)


def ids(rules: Iterable[str]) -> str:
    return ", ".join(sorted(rules))
