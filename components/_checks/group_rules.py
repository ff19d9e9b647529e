"""Compares the declared group rules with those in Okta.

A rule that is not active fills no group, and nothing else fails. The provider sees it only with
`--refresh` (docs/research/okta-provider.md#group-rules). One list call in a run that declares
rules.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi import Output, Resource

from okta_idc.clients.json_path import get_text
from okta_idc.clients.okta import OktaError
from okta_idc.clients.okta_auth import CredentialsError
from okta_idc.rules import Finding, group_rules
from okta_idc.settings import Settings
from okta_idc.settings.expressions import DeclaredRule
from okta_idc.settings.expressions import group_rules as declared_rules
from okta_idc.settings.models import DriftPolicy

from .._clients import okta_client
from .._errors import ValidationError, raise_findings
from .._state import EMPTY, GROUP_RULE, State, read_state


@dataclass(frozen=True)
class _Recorded:
    """A rule in the state: its ID in Okta, its status and its URN."""

    id: str
    status: str
    urn: str


def check_group_rules(parent: Resource, federation: str, settings: Settings) -> Output[list[str]]:
    """One line per difference, also logged. Fails before anything is created if a rule of the same
    name exists that the stack does not manage (OIC-235), and in an update for blocking differences
    if the drift policy is `enforce`. What this run itself changes is no difference."""
    declared = [*declared_rules(settings)]
    if not declared:
        return Output.from_input(list[str]())

    async def check(state: State | None) -> list[str]:
        try:
            listed = await okta_client(parent).every("/api/v1/groups/rules", limit=200)
        except (OktaError, CredentialsError) as error:
            return [_unknown(parent, str(error))]
        recorded = _recorded(state or EMPTY, federation)
        if recorded and not listed:  # an admin role may hide them
            return [_unknown(parent, "Okta shows no rule: all are deleted or hidden.")]
        if state is not None:
            _check_names(declared, recorded, listed)
        return _report(parent, settings.drift, declared, recorded, listed)

    return read_state(parent).apply(check)


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
        name: _Recorded(
            get_text(outputs, "id"),
            get_text(outputs, "status"),
            state.urns[GROUP_RULE, prefix + name],
        )
        for name, outputs in state.of_type(GROUP_RULE, prefix).items()
    }


def _check_names(
    declared: Sequence[DeclaredRule],
    recorded: Mapping[str, _Recorded],
    listed: Sequence[Mapping[str, Any]],
) -> None:
    own = {each.id for each in recorded.values()}
    existing = frozenset(str(rule.get("name")) for rule in listed if rule.get("id") not in own)
    created = [each for each in declared if each.resource not in recorded]
    names = group_rules.RuleNames(tuple(each.name for each in created), existing)
    paths = {f"[{index}]": each.path for index, each in enumerate(created)}
    found = group_rules.rule_name_is_free(names)
    raise_findings(finding.renamed(lambda path: paths[path]) for finding in found)


def _report(
    parent: Resource,
    policy: DriftPolicy,
    declared: Sequence[DeclaredRule],
    recorded: Mapping[str, _Recorded],
    listed: Sequence[Mapping[str, Any]],
) -> list[str]:
    statuses = {str(rule.get("id")): str(rule.get("status")) for rule in listed}
    lines: list[str] = []
    for each in declared:
        known = recorded.get(each.resource)
        # After a refresh, the state has the status in Okta, and this run corrects it.
        if known is None or known.status not in ("", "ACTIVE"):
            continue
        found = group_rules.FoundRule(each.name, statuses.get(known.id, ""))
        for rule in (group_rules.rule_active, group_rules.rule_valid, group_rules.rule_exists):
            lines += (_line(finding, known.urn) for finding in rule(found))
    # All of these rules are blocking.
    if lines and policy == DriftPolicy.ENFORCE and not pulumi.runtime.is_dry_run():
        text = "\n".join(("Okta differs from the declared configuration:", *lines))
        raise ValidationError.at("", text)
    for line in lines:
        pulumi.log.warn(line, parent)
    return lines


def _line(finding: Finding, urn: str) -> str:
    """The finding; for an invalid rule, with the corrective command."""
    text = finding.text()
    if finding.rule is group_rules.rule_valid:
        text += f" Run: pulumi up --refresh --replace '{urn}'"
    return text
