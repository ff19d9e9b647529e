"""Compares Okta with the declared configuration on every `up`, without a refresh.

Without a refresh, which costs one read per resource, the provider hides drift
(docs/research/okta-provider.md#drift-without-a-refresh). This comparison costs one more list call.
Each difference is a warning or fails the run, and its message says how to correct it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pulumi
import pulumi_okta as okta
from pulumi import InvokeOutputOptions, Output, Resource

from okta_idc.rules import Finding, app_drift, push_drift
from okta_idc.rules.attribute_statements import Statement
from okta_idc.settings.models import DriftPolicy

from .._errors import ValidationError
from .._lookup_errors import readable
from ..okta.group_assignments import GroupAssignments
from ..okta.groups import Group
from ..okta.push_groups import PushGroups, PushMappingStatus, mapping_statuses
from ..okta.saml_app import SamlApp

_UNMANAGED = (push_drift.mapping_unmanaged, push_drift.assignment_unmanaged)
_DELETED_LAST = (
    " If this run removes it from the declaration, no action is needed: the engine deletes it "
    "after this check."
)


def differences(
    parent: Resource,
    *,
    app: SamlApp,
    read: Output[okta.app.GetSamlResult],
    assigned: Mapping[str, Group[Any]],
    assignments: GroupAssignments,
    pushed: Mapping[str, Group[Any]],
    pushes: PushGroups,
    policy: DriftPolicy,
) -> Output[list[str]]:
    """One line per difference. Fails for blocking differences if `policy` is `enforce`. `read`: the
    app as Okta shows it."""
    opts = InvokeOutputOptions(parent=parent, depends_on=[*assignments.assignments.values()])
    found = readable(okta.get_app_group_assignments_output(id=app.app_id, opts=opts))
    known: Any = Output.all(
        read=read,
        declared=app.declared,
        assigned={key: group.id for key, group in assigned.items()},
        found=found.groups,
        pushed={key: group.id for key, group in pushed.items()},
        mappings=pushes.mapping_ids,
        statuses=pushes.statuses,
        urns={key: mapping.urn for key, mapping in pushes.mappings.items()},
    )

    def complete(known: dict[str, Any]) -> Any:
        """Reads the push mappings again if this run created some after they were read."""
        sources = {mapping["source"] for mapping in known["statuses"]}
        if sources >= set(known["pushed"].values()):
            return known
        opts = InvokeOutputOptions(parent=parent)
        again = readable(okta.get_push_groups_output(app_id=app.app_id, opts=opts))
        return again.apply(lambda answer: {**known, "statuses": mapping_statuses(answer)})

    def report(known: Mapping[str, Any]) -> list[str]:
        findings = list(_findings(known))
        lines = [_line(finding, known["urns"]) for finding in findings]
        blocking = [_line(f, known["urns"]) for f in findings if f.rule.severity == "blocking"]
        if blocking and policy == DriftPolicy.ENFORCE and not pulumi.runtime.is_dry_run():
            text = "\n".join(("Okta differs from the declared configuration:", *blocking))
            raise ValidationError.at("", text)
        for line in lines:
            pulumi.log.warn(line, parent)
        return lines

    return known.apply(complete).apply(report)


def _line(finding: Finding, urns: Mapping[str, str]) -> str:
    """The finding, and for a push mapping that differs from the state, the corrective command."""
    text, missing = finding.text(), finding.value or ""
    if finding.rule in _UNMANAGED:
        text += _DELETED_LAST
    elif finding.rule is push_drift.mapping_missing and missing in urns:
        text += f" Run: pulumi state delete '{urns[missing]}' --force && pulumi up"
    elif finding.rule is push_drift.mapping_in_error and finding.path in urns:
        text += (
            " Then run `pulumi up --refresh`. To remove the mapping instead: delete it in Okta, "
            f"keep the group in AWS, and run: pulumi state delete '{urns[finding.path]}' --force"
        )
    return text


def _findings(known: Mapping[str, Any]) -> Iterator[Finding]:
    read, declared = known["read"], known["declared"]
    yield from app_drift.app_active(read.status or "unknown")
    settings = json.loads(read.app_settings_json or "{}")
    found = {**settings, "label": read.label, "userNameTemplate": read.user_name_template}
    yield from app_drift.settings_as_declared(app_drift.Setting(declared["settings"], found))
    statements = tuple(
        Statement(s.name, tuple(s.values or ()), s.namespace or "", s.type or "EXPRESSION")
        for s in read.attribute_statements or ()
    )
    wanted = tuple(
        Statement(each["name"], tuple(each["values"]), each["namespace"])
        for each in declared["statements"]
    )
    yield from app_drift.statements_as_declared(app_drift.Statements(wanted, statements))
    yield from _assignments(known["assigned"], known["found"] or [])
    yield from _mappings(known["pushed"], known["statuses"])


def _assignments(assigned: Mapping[str, str], found: Sequence[str]) -> Iterator[Finding]:
    names = {ident: name for name, ident in assigned.items()}
    existing = frozenset(names.get(ident, ident) for ident in found)
    groups = push_drift.Groups(frozenset(assigned), existing)
    yield from push_drift.assignment_missing(groups)
    yield from push_drift.assignment_unmanaged(groups)


def _mappings(pushed: Mapping[str, str], found: Sequence[PushMappingStatus]) -> Iterator[Finding]:
    names = {ident: name for name, ident in pushed.items()}
    for mapping in found:
        if mapping["source"] in names:
            declared = push_drift.FoundMapping(names[mapping["source"]], mapping["status"])
            yield from push_drift.mapping_in_error(declared)
            yield from push_drift.mapping_inactive(declared)
    existing = frozenset(names.get(mapping["source"], mapping["source"]) for mapping in found)
    groups = push_drift.Groups(frozenset(pushed), existing)
    yield from push_drift.mapping_missing(groups)
    yield from push_drift.mapping_unmanaged(groups)
