"""Compares Okta with the declared configuration on every `up`, without a refresh.

Without a refresh, which costs one read per resource, the provider hides drift
(docs/research/okta-provider.md#drift-without-a-refresh). This comparison costs one more list call.
Each difference is a warning or fails the run, and its message says how to correct it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pulumi
import pulumi_okta as okta
from pulumi import InvokeOutputOptions, Output, Resource

from okta_idc.rules import Finding, app_drift, push_drift
from okta_idc.rules.attribute_statements import Statement
from okta_idc.settings.models import DriftPolicy

from .._errors import ValidationError
from .._lookup_errors import readable
from .._state import EMPTY, GROUP_ASSIGNMENT, PUSH_MAPPING, SAML_APP, Names, State, read_state
from ..okta._app_lists import PushMapping
from ..okta.group_assignments import GroupAssignments
from ..okta.groups import Group
from ..okta.push_groups import PushGroups
from ..okta.saml_app import SamlApp

_NO_STATE = (
    "unknown: whether push mappings were deleted in Okta. The engine does not return the state."
)
_ById = Mapping[str, str]
"""Okta IDs by name."""


def differences(
    parent: Resource,
    *,
    app: SamlApp,
    read: Output[okta.app.GetSamlResult],
    assigned: Mapping[str, Group[Any]],
    assignments: GroupAssignments,
    pushed: Mapping[str, Group[Any]],
    elsewhere: Mapping[str, Output[str]],
    pushes: PushGroups,
    names: Names,
    adopted: frozenset[str],
    policy: DriftPolicy,
) -> Output[list[str]]:
    """One line per difference. Fails for blocking differences if `policy` is `enforce`.

    `read`: the app as Okta shows it. `elsewhere`: IDs of the groups that other stacks push.
    `adopted`: push groups whose mapping is adopted, and so not recorded. What this run changes is
    no difference: in an update, the app and the assignments are read after it; a preview compares
    only what the run leaves alone.
    """
    preview = pulumi.runtime.is_dry_run()
    after = [] if preview else [*assignments.assignments.values()]
    opts = InvokeOutputOptions(parent=parent, depends_on=after)
    found = readable(okta.get_app_group_assignments_output(id=app.app_id, opts=opts))
    known: Any = Output.all(
        state=read_state(parent),
        read=read,
        declared=app.declared,
        assigned={key: group.id for key, group in assigned.items()},
        found=found.groups,
        pushed={key: group.id for key, group in pushed.items()},
        mappings=Output.all(pushes.existing_mappings, dict(elsewhere)).apply(
            lambda both: {k: each for k, each in both[0].items() if k not in both[1].values()}
        ),
    )

    def report(known: Mapping[str, Any]) -> list[str]:
        found = _findings(known, names, adopted, preview=preview)
        return _report(parent, known, found, names, policy)

    return known.apply(report)


def push_differences(
    parent: Resource,
    *,
    pushed: Mapping[str, Group[Any]],
    pushes: PushGroups,
    names: Names,
    adopted: frozenset[str],
    policy: DriftPolicy,
) -> Output[list[str]]:
    """The same for the push mappings of a stack that only pushes groups. Mappings that no stack
    declares are in the core stack's."""
    known: Any = Output.all(
        state=read_state(parent),
        pushed={key: group.id for key, group in pushed.items()},
        mappings=pushes.existing_mappings,
    )

    def report(known: Mapping[str, Any]) -> list[str]:
        old = _recorded_ids(known["state"], PUSH_MAPPING, names.pushes, "sourceGroupId")
        ours = {*known["pushed"].values(), *old.values()}
        found = {ident: each for ident, each in known["mappings"].items() if ident in ours}
        kept = _kept(known["pushed"], old, adopted)
        findings = _mappings(kept, known["pushed"], old, found)
        return _report(parent, known, findings, names, policy)

    return known.apply(report)


def _report(
    parent: Resource,
    known: Mapping[str, Any],
    found: Iterable[Finding],
    names: Names,
    policy: DriftPolicy,
) -> list[str]:
    """One line per finding, also logged; fails for a blocking one if `policy` is `enforce`."""
    findings = [*found]
    urns = _mapping_urns(known["state"], names, known["pushed"])
    lines = [_line(finding, urns) for finding in findings]
    if known["state"] is None:
        lines.append(_NO_STATE)
    blocking = [_line(f, urns) for f in findings if f.rule.severity == "blocking"]
    if blocking and policy == DriftPolicy.ENFORCE and not pulumi.runtime.is_dry_run():
        text = "\n".join(("Okta differs from the declared configuration:", *blocking))
        raise ValidationError.at("", text)
    for line in lines:
        pulumi.log.warn(line, parent)
    return lines


def _mapping_urns(state: State | None, names: Names, pushed: _ById) -> dict[str, str]:
    """URNs of the recorded push mappings by the name of the group."""
    state = state or EMPTY
    recorded = _recorded_ids(state, PUSH_MAPPING, names.pushes, "sourceGroupId")
    by_id = {ident: key for key, ident in pushed.items()}
    return {
        by_id.get(ident, key): state.urns[PUSH_MAPPING, f"{names.pushes}{key}"]
        for key, ident in recorded.items()
    }


def _line(finding: Finding, urns: Mapping[str, str]) -> str:
    """The finding, and for a push mapping that differs from the state, the corrective command."""
    text, missing = finding.text(), finding.value or ""
    if finding.rule is push_drift.mapping_missing and missing in urns:
        text += f" Run: pulumi state delete '{urns[missing]}' --force && pulumi up"
    elif finding.rule is push_drift.mapping_in_error and finding.path in urns:
        text += (
            " Then run `pulumi up --refresh`. To remove the mapping instead: delete it in Okta, "
            f"keep the group in AWS, and run: pulumi state delete '{urns[finding.path]}' --force"
        )
    return text


def _findings(
    known: Mapping[str, Any], names: Names, adopted: frozenset[str], *, preview: bool
) -> Iterator[Finding]:
    read, declared, state = known["read"], known["declared"], known["state"]
    recorded = (state or EMPTY).one(SAML_APP, names.app)
    yield from app_drift.app_active(read.status or "unknown")
    settings = json.loads(read.app_settings_json or "{}")
    found = {**settings, "label": read.label, "userNameTemplate": read.user_name_template}
    statements = tuple(
        Statement(s.name, tuple(s.values or ()), s.namespace or "", s.type or "EXPRESSION")
        for s in read.attribute_statements or ()
    )
    wanted = _statements(declared["statements"])
    unchanged = dict(declared["settings"])
    if preview and recorded:  # an update of the app sends all of it
        old = {**json.loads(recorded.get("appSettingsJson") or "{}"), **recorded}
        if wanted != _statements(recorded.get("attributeStatements") or ()) or any(
            old.get(key) != value for key, value in unchanged.items()
        ):
            unchanged, wanted = {}, statements
    yield from app_drift.settings_as_declared(app_drift.Setting(unchanged, found))
    yield from app_drift.statements_as_declared(app_drift.Statements(wanted, statements))
    old = _recorded_ids(state, GROUP_ASSIGNMENT, names.assignments, "groupId")
    kept = known["assigned"] if state is None or not preview else _kept(known["assigned"], old)
    yield from _assignments(kept, known["assigned"], old, known["found"] or [])
    old = _recorded_ids(state, PUSH_MAPPING, names.pushes, "sourceGroupId")
    kept = _kept(known["pushed"], old, adopted)
    yield from _mappings(kept, known["pushed"], old, known["mappings"])


def _statements(listed: Iterable[Mapping[str, Any]]) -> tuple[Statement, ...]:
    return tuple(
        Statement(each["name"], tuple(each["values"]), each["namespace"]) for each in listed
    )


def _recorded_ids(state: State | None, kind: str, prefix: str, field: str) -> dict[str, str]:
    """IDs by the name of the group."""
    found = (state or EMPTY).of_type(kind, prefix)
    return {key: each[field] for key, each in found.items() if field in each}


def _kept(declared: _ById, recorded: _ById, always: Iterable[str] = ()) -> _ById:
    """What an earlier run declared too: the run creates the rest after the comparison."""
    earlier = set(recorded.values())
    return {k: ident for k, ident in declared.items() if ident in earlier or k in always}


def _compared(
    kept: _ById, declared: _ById, recorded: _ById, found: Iterable[str]
) -> push_drift.Groups:
    """Names of the groups that should and do exist. What only the state has, this run removes."""
    names = {ident: name for ids in (recorded, declared) for name, ident in ids.items()}
    removed = set(recorded.values()) - set(declared.values())
    actual = frozenset(names.get(ident, ident) for ident in found if ident not in removed)
    new = frozenset(declared) - frozenset(kept)
    return push_drift.Groups(frozenset(kept), actual - new)


def _assignments(
    kept: _ById, declared: _ById, recorded: _ById, found: Sequence[str]
) -> Iterator[Finding]:
    groups = _compared(kept, declared, recorded, found)
    yield from push_drift.assignment_missing(groups)
    yield from push_drift.assignment_unmanaged(groups)


def _mappings(
    kept: _ById, declared: _ById, recorded: _ById, found: Mapping[str, PushMapping]
) -> Iterator[Finding]:
    names = {ident: name for name, ident in declared.items()}
    for source, mapping in found.items():
        if source in names:
            existing = push_drift.FoundMapping(names[source], mapping.status, mapping.error)
            yield from push_drift.mapping_in_error(existing)
            yield from push_drift.mapping_inactive(existing)
    # The provider cannot delete a mapping that is gone, so one that this run removes counts too.
    gone = {k: i for k, i in recorded.items() if i not in declared.values() and i not in found}
    groups = _compared({**kept, **gone}, declared, recorded, found)
    yield from push_drift.mapping_missing(groups)
    yield from push_drift.mapping_unmanaged(groups)
