"""What is there against what is declared, on every `up`, without a refresh.

Owns nothing. The engine's own refresh costs a read for each resource, and without it the provider
hides things: an update of the app that failed is recorded as done, a mapping that was deleted goes
unseen (docs/research/okta-provider.md#drift-without-a-refresh). Here lists are compared: the app,
its assigned groups and its push mappings; one list more than is read anyway.

It reports, or fails the run; a difference is named with what mends it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypedDict

import pulumi
import pulumi_okta as okta
from pulumi import InvokeOutputOptions, Output, ResourceOptions

from okta_idc.rules import Finding, app_drift, push_drift
from okta_idc.rules.attribute_statements import Statement

from .._errors import ValidationError
from ..okta.group_assignments import GroupAssignments
from ..okta.groups import Group, output_dict
from ..okta.push_groups import PushGroups, PushMappingStatus, listed
from ..okta.saml_app import SamlApp

REPORT, ENFORCE = "report", "enforce"
_BY_HAND = (push_drift.mapping_by_hand, push_drift.assignment_by_hand)
_DELETED_LAST = (
    " If this run is taking it out of the declaration, there is nothing to do: the engine deletes "
    "last, after this was read."
)


class DriftArgs(TypedDict):
    """Inputs of Drift."""

    app: SamlApp
    read: Output[okta.app.GetSamlResult]
    """The app as the ProvisioningGate found it."""
    assigned: Mapping[str, Group]
    assignments: GroupAssignments
    pushed: Mapping[str, Group]
    pushes: PushGroups
    policy: str
    """`report` (a warning for each difference), or `enforce` (the run fails)."""


class Drift(pulumi.ComponentResource):
    """Compares. Raises ValidationError for a blocking difference where it is to be enforced."""

    found: Output[list[str]]
    """Every difference, a line each."""

    def __init__(self, name: str, args: DriftArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("okta-identity-center:index:Drift", name, {}, opts)
        after = list(args["assignments"].assignments.values())
        assigned = okta.get_app_group_assignments_output(
            id=args["app"].app_id, opts=InvokeOutputOptions(parent=self, depends_on=after)
        )
        known: Any = Output.all(
            read=args["read"],
            declared=args["app"].declared,
            assigned=output_dict({called: group.id for called, group in args["assigned"].items()}),
            there=assigned.apply(lambda answer: list(answer.groups or [])),
            pushed=output_dict({called: group.id for called, group in args["pushed"].items()}),
            mappings=args["pushes"].mappings,
            listed=args["pushes"].listed,
            urns=output_dict({called: push.urn for called, push in args["pushes"].pushes.items()}),
        )

        def compare(known: Mapping[str, Any]) -> list[str]:
            return self._tell(list(_differences(known)), known["urns"], args)

        def complete(known: dict[str, Any]) -> Any:
            return self._complete(known, args)

        self.found = known.apply(complete).apply(compare)
        self.register_outputs({})

    def _complete(self, known: dict[str, Any], args: DriftArgs) -> Any:
        """With a list of mappings that has those which this run has made: asked again only where
        one is missing in the list that was read before."""
        sources = {mapping["source"] for mapping in known["listed"]}
        if sources >= set(known["pushed"].values()):
            return known
        opts = InvokeOutputOptions(parent=self)
        again = okta.get_push_groups_output(app_id=args["app"].app_id, opts=opts)
        return again.apply(lambda answer: {**known, "listed": listed(answer)})

    def _tell(self, findings: list[Finding], urns: Mapping[str, str], args: DriftArgs) -> list[str]:
        lines = [_text(finding, urns) for finding in findings]
        blocking = [_text(f, urns) for f in findings if f.rule.severity == "blocking"]
        if blocking and args["policy"] == ENFORCE and not pulumi.runtime.is_dry_run():
            raise ValidationError(
                "What is there differs from what is declared:\n" + "\n".join(blocking)
            )
        for line in lines:
            pulumi.log.warn(line, self)
        return lines


def _text(finding: Finding, urns: Mapping[str, str]) -> str:
    """With the command that it takes, where a mapping is no longer what the state says."""
    text, gone = finding.text(), finding.value or ""
    if finding.rule in _BY_HAND:
        text += _DELETED_LAST
    elif finding.rule is push_drift.mapping_gone and gone in urns:
        text += f" Run: pulumi state delete '{urns[gone]}' --force && pulumi up"
    elif finding.rule is push_drift.mapping_in_error and finding.path in urns:
        text += (
            f" Then run `pulumi up --refresh`. To give it up instead: remove it in Okta, keeping "
            f"the group in AWS, and run: pulumi state delete '{urns[finding.path]}' --force"
        )
    return text


def _differences(known: Mapping[str, Any]) -> Iterator[Finding]:
    read, declared = known["read"], known["declared"]
    yield from app_drift.app_active(read.status or "unknown")
    settings = json.loads(read.app_settings_json or "{}")
    there = {**settings, "label": read.label, "userNameTemplate": read.user_name_template}
    yield from app_drift.settings_as_declared(app_drift.Setting(declared["settings"], there))
    statements = tuple(
        Statement(s.name, tuple(s.values or ()), s.namespace or "", s.type or "EXPRESSION")
        for s in read.attribute_statements or ()
    )
    wanted = tuple(Statement(name, tuple(v), space) for name, space, v in declared["statements"])
    yield from app_drift.statements_as_declared(app_drift.Statements(wanted, statements))
    yield from _assignments(known["assigned"], known["there"])
    yield from _mappings(known["pushed"], known["listed"])


def _assignments(assigned: Mapping[str, str], there: Sequence[str]) -> Iterator[Finding]:
    called = {ident: name for name, ident in assigned.items()}
    groups = push_drift.Groups(
        frozenset(assigned), frozenset(called.get(ident, ident) for ident in there)
    )
    yield from push_drift.assignment_gone(groups)
    yield from push_drift.assignment_by_hand(groups)


def _mappings(pushed: Mapping[str, str], found: Sequence[PushMappingStatus]) -> Iterator[Finding]:
    called = {ident: name for name, ident in pushed.items()}
    for mapping in found:
        if mapping["source"] in called:
            one = push_drift.FoundMapping(called[mapping["source"]], mapping["status"])
            yield from push_drift.mapping_in_error(one)
            yield from push_drift.mapping_inactive(one)
    there = frozenset(called.get(m["source"], m["source"]) for m in found)
    groups = push_drift.Groups(frozenset(pushed), there)
    yield from push_drift.mapping_gone(groups)
    yield from push_drift.mapping_by_hand(groups)
