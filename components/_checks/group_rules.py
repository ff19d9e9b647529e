"""Compares the declared group rules with those in Okta.

A rule that is not active fills no group, and nothing else fails. The provider sees it only with
`--refresh` (docs/research/okta-provider.md#group-rules). One list call in a run that declares
rules, and one more in an update that finds a difference.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi import Output, Resource

from okta_idc.clients.json_path import get_text
from okta_idc.clients.okta import OktaError
from okta_idc.clients.okta_auth import CredentialsError
from okta_idc.rules import Finding, group_rules
from okta_idc.settings import Settings
from okta_idc.settings.expressions import DeclaredRule, groups_to_create
from okta_idc.settings.expressions import group_rules as declared_rules
from okta_idc.settings.models import DriftPolicy

from .._clients import okta_client
from .._errors import ValidationError, raise_findings
from .._state import EMPTY, GROUP_RULE, State, read_state

Listed = Sequence[Mapping[str, Any]]
"""Group rules as Okta's API returns them."""


@dataclass(frozen=True)
class _Recorded:
    """A rule in the state: its ID in Okta and its URN."""

    id: str
    urn: str


@dataclass(frozen=True)
class RulesInOkta:
    """What Okta showed before the run changed anything. `unknown`: why it showed nothing."""

    recorded: Mapping[str, _Recorded]
    listed: Listed = ()
    unknown: tuple[str, ...] = ()


def read_group_rules(
    parent: Resource, federation: str, settings: Settings
) -> Output[RulesInOkta | None]:
    """The org's rules; None if no rule is declared. Fails if a rule that the run creates has the
    name of a rule that the stack does not manage (OIC-235)."""
    declared = [*declared_rules(settings)]
    if not declared:
        return Output.from_input(None)

    async def read(state: State | None) -> RulesInOkta | None:
        recorded = _recorded(state or EMPTY, federation)
        _warn_of_operators(parent, settings)
        listed = await _list(parent)
        if isinstance(listed, str):
            return RulesInOkta(recorded, unknown=(_unknown(parent, listed),))
        if recorded and not listed:  # an admin role may hide them
            reason = "Okta shows no rule: all are deleted or hidden."
            return RulesInOkta(recorded, unknown=(_unknown(parent, reason),))
        if state is not None:
            _check_names(declared, recorded, listed)
        return RulesInOkta(recorded, listed)

    return read_state(parent).apply(read)


def _warn_of_operators(parent: Resource, settings: Settings) -> None:
    """Logs a warning for each operator that Okta does not list for group rules (OIC-236)."""
    for path, group in groups_to_create(settings):
        condition = group.rule if isinstance(group.rule, str) else ""
        for finding in group_rules.condition_operators(condition):
            pulumi.log.warn(finding.text(f"{path}.rule"), parent)


def rule_differences(
    parent: Resource,
    settings: Settings,
    before: Output[RulesInOkta | None],
    rules: Iterable[Resource],
) -> Output[list[str]]:
    """One line per difference, also logged; in an update, fails for one if the drift policy is
    `enforce`.

    What this run itself changes is no difference: after a refresh, an update activates a rule. So
    an update with a difference reads the rules again when it has changed all `rules`.
    """
    declared = [*declared_rules(settings)]

    async def report(known: Sequence[Any]) -> list[str]:
        found: RulesInOkta | None = known[0]
        if found is None or found.unknown:
            return [*found.unknown] if found else []
        lines = _lines(declared, found.recorded, found.listed)
        if lines and not pulumi.runtime.is_dry_run():
            listed = await _list(parent)
            lines = [] if isinstance(listed, str) else _lines(declared, found.recorded, listed)
            if lines and settings.drift == DriftPolicy.ENFORCE:
                text = "\n".join(("Okta differs from the declared configuration:", *lines))
                raise ValidationError.at("", text)
        for line in lines:
            pulumi.log.warn(line, parent)
        return lines

    preview = pulumi.runtime.is_dry_run()
    after = [] if preview else [Output.from_input(rule.urn) for rule in rules]
    return Output.all(before, *after).apply(report)


async def _list(parent: Resource) -> Listed | str:
    """The org's rules, or why Okta does not show them."""
    try:
        return await okta_client(parent).every("/api/v1/groups/rules", limit=200)
    except (OktaError, CredentialsError) as error:
        return str(error)


def _unknown(parent: Resource, reason: str) -> str:
    line = (
        f"unknown: whether the group rules are active in Okta. {reason} Needs okta.groups.read, "
        "and an admin role that can see group rules."
    )
    pulumi.log.warn(line, parent)
    return line


def _recorded(state: State, federation: str) -> dict[str, _Recorded]:
    """The rules of the state by the names of their resources, without the federation's."""
    prefix = f"{federation}-"
    return {
        name: _Recorded(get_text(outputs, "id"), state.urns[GROUP_RULE, prefix + name])
        for name, outputs in state.of_type(GROUP_RULE, prefix).items()
    }


def _check_names(
    declared: Sequence[DeclaredRule], recorded: Mapping[str, _Recorded], listed: Listed
) -> None:
    own = {each.id for each in recorded.values()}
    existing = frozenset(str(rule.get("name")) for rule in listed if rule.get("id") not in own)
    created = [each for each in declared if each.resource not in recorded]
    names = group_rules.RuleNames(tuple(each.name for each in created), existing)
    paths = {f"[{index}]": each.path for index, each in enumerate(created)}
    found = group_rules.rule_name_is_free(names)
    raise_findings(finding.renamed(lambda path: paths[path]) for finding in found)


def _lines(
    declared: Sequence[DeclaredRule], recorded: Mapping[str, _Recorded], listed: Listed
) -> list[str]:
    """The differences of the rules that earlier runs created."""
    # A replaced rule has another ID; a rule that was renamed in Okta has another name.
    statuses = {
        str(rule.get(key)): str(rule.get("status")) for key in ("name", "id") for rule in listed
    }
    lines: list[str] = []
    for each in declared:
        if (known := recorded.get(each.resource)) is None:
            continue
        status = statuses.get(known.id) or statuses.get(each.name, "")
        found = group_rules.FoundRule(each.name, status)
        for rule in (group_rules.rule_active, group_rules.rule_valid, group_rules.rule_exists):
            lines += (_line(finding, known.urn) for finding in rule(found))
    return lines


def _line(finding: Finding, urn: str) -> str:
    """The finding; for an invalid rule, with the corrective command."""
    text = finding.text()
    if finding.rule is group_rules.rule_valid:
        text += f" Run: pulumi up --refresh --replace '{urn}'"
    return text
