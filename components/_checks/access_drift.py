"""Compares account access in AWS with the declaration in every preview and `up`.

An `up` compares once all resources are done: everything declared must then exist. A preview
compares what the last `up` deployed and this run does not change. What this run removes is not
reported, because the engine removes it after the check.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypedDict

import pulumi
from pulumi import Output, Resource

from okta_idc.clients.aws import AwsError
from okta_idc.clients.group_access import (
    MAX_CALLS_OF_A_RUN,
    GroupAccess,
    calls_for,
    read_group_access,
)
from okta_idc.clients.identity_center import IdentityCenter
from okta_idc.rules import Finding, access_drift
from okta_idc.rules.access_drift import (
    ControlAttributes,
    DeclaredAccess,
    Grants,
    PermissionSets,
    PermissionSetState,
)
from okta_idc.rules.registry import count
from okta_idc.settings import Settings
from okta_idc.settings.declared_access import declared_access, declared_set
from okta_idc.settings.models import DriftPolicy, PermissionSet
from okta_idc.settings.parts import CORE

from .. import _state
from .._clients import aws_client
from .._errors import ValidationError
from .._state import State, read_state
from .lookups import Lookups
from .next_steps import UNKNOWN, unread
from .stack_settings import StackSettings

Places = frozenset[str]
_NONE: Places = frozenset()
_DOCTOR = "Run `okta-idc doctor`."
_NO_STATE = f"{UNKNOWN}account access in AWS was not compared: the state cannot be read. {_DOCTOR}"
_SET_RULES = (
    access_drift.set_missing,
    access_drift.settings_as_declared,
    access_drift.policies_are_declared,
    access_drift.policies_exist,
    access_drift.boundary_as_declared,
)
_GRANT_RULES = (access_drift.assignments_exist, access_drift.assignments_are_declared)
_LATER = ("description", "session_duration", "relay_state", "inline_policy")


@dataclass
class Deployed:
    """Account access in the stack's state: by Identity Store group ID and permission set ARN."""

    groups: dict[str, str] = field(default_factory=dict[str, str])
    """Identity Store group IDs by name in the settings."""
    sets: dict[str, PermissionSetState] = field(default_factory=dict[str, PermissionSetState])
    accounts: dict[tuple[str, str], Places] = field(
        default_factory=lambda: defaultdict[tuple[str, str], Places](frozenset)
    )
    applications: dict[str, Places] = field(
        default_factory=lambda: defaultdict[str, Places](frozenset)
    )
    attributes: dict[str, str] | None = None


def deployed_access(state: State) -> Deployed:
    """The account access in the stack's state."""
    found = Deployed()
    texts: dict[str, dict[str, Any]] = {}
    for kind, resources in state.by_type.items():
        for outputs in resources.values():
            arn = str(outputs.get("permissionSetArn"))
            of_set = texts.setdefault(arn, {}) if "permissionSetArn" in outputs else {}
            match kind, outputs:
                case _state.PERMISSION_SET, {"arn": arn, "name": name}:
                    texts.setdefault(arn, {}).update(
                        name=name,
                        description=outputs.get("description") or "",
                        session_duration=outputs.get("sessionDuration") or "",
                        relay_state=outputs.get("relayState") or "",
                    )
                case _state.MANAGED_POLICY, {"managedPolicyArn": policy}:
                    of_set.setdefault("managed_policies", []).append(policy)
                case _state.CUSTOMER_POLICY, {"customerManagedPolicyReference": policy}:
                    listed = of_set.setdefault("customer_managed_policies", [])
                    listed.append(_path_and_name(policy))
                case _state.INLINE_POLICY, {"inlinePolicy": policy}:
                    of_set["inline_policy"] = policy
                case _state.BOUNDARY, {"permissionsBoundary": boundary}:
                    own = boundary.get("customerManagedPolicyReference")
                    of_set["permissions_boundary"] = (
                        _path_and_name(own) if own else boundary.get("managedPolicyArn") or ""
                    )
                case _state.ACCOUNT_ASSIGNMENT, {"principalId": group, "targetId": account}:
                    found.accounts[group, arn] |= {account}
                case _state.APPLICATION_ASSIGNMENT, {"principalId": group, "applicationArn": app}:
                    found.applications[group] |= {app}
                case _state.CONTROL_ATTRIBUTES, {"attributes": attributes}:
                    found.attributes = {
                        each["key"]: "".join(s for v in each["values"] for s in v["sources"])
                        for each in attributes
                    }
                case _state.PUSH_GROUPS, {"group_ids": groups}:
                    found.groups |= groups
                case _:
                    pass
    for arn, given in texts.items():
        properties: dict[str, Any] = dict.fromkeys(access_drift.PROPERTIES, "") | given
        found.sets[arn] = PermissionSetState.of(properties.pop("name", ""), **properties)
    return found


def _path_and_name(reference: Mapping[str, Any]) -> str:
    return f"{str(reference.get('path') or '/').strip('/')}/{reference['name']}".strip("/")


class Granted(TypedDict):
    """What a run declares in AWS: ARNs of permission sets by name, and the resources."""

    set_arns: Output[dict[str, str]]
    done: list[Resource]


def access_differences(
    parent: Resource,
    *,
    resolved: StackSettings,
    lookups: Output[Lookups],
    group_ids: Output[dict[str, str]],
    set_arns: Output[dict[str, str]],
    done: list[Resource],
) -> Output[list[str]]:
    """One line per difference of what this stack has, and per part that is unknown. Fails for
    blocking differences if `drift` is `enforce`. Waits for the resources in `done`. `group_ids`:
    Identity Store IDs of the groups that are compared. A part of a fleet knows them, and the ARNs
    of permission sets, in previews too."""
    settings, is_core = resolved.share.settings, resolved.part == CORE
    managed = settings.account_access
    control = settings.access_control_attributes if is_core else None
    if not (managed.permission_sets or managed.applications or control):
        return Output.from_input(list[str]())
    preview = pulumi.runtime.is_dry_run()

    async def compare(known: Any) -> list[str]:
        found, state = known["lookups"], known["state"]
        if state is None:
            return _report(parent, [], [_NO_STATE], settings.drift)
        declared, before = await _known_access(settings), deployed_access(state)
        check = _Check(declared, before, preview, resolved)
        if preview and is_core:
            names = {each.key for each in settings.push_groups}
            check.groups = {key: i for key, i in before.groups.items() if key in names}
            ours = {each.name for each in declared.sets}
            check.arns = {s.name: arn for arn, s in before.sets.items() if s.name in ours}
        else:
            check.groups, check.arns = known["group_ids"], known["set_arns"]
        try:
            center = aws_client(parent, found.region)
            await asyncio.to_thread(check.read, center, found.instance_arn)
        except AwsError as error:
            check.unknown("account access in AWS was not compared", error)
        return _report(parent, [*check.findings()], check.unknowns, settings.drift)

    after: dict[str, Any] = {"urns": [resource.urn for resource in done]}
    after |= {} if preview and is_core else {"group_ids": group_ids, "set_arns": set_arns}
    return Output.all(lookups=lookups, state=read_state(parent), **after).apply(compare)


def _report(
    parent: Resource, findings: list[Finding], unknowns: list[str], policy: DriftPolicy
) -> list[str]:
    blocking = [finding.text() for finding in findings if finding.rule.severity == "blocking"]
    if blocking and policy == DriftPolicy.ENFORCE and not pulumi.runtime.is_dry_run():
        text = "\n".join(("AWS differs from the declared configuration:", *blocking))
        raise ValidationError.at("", text)
    lines = [*(finding.text() for finding in findings), *unknowns]
    for line in lines:
        pulumi.log.warn(line, parent)
    return lines


async def _known_access(settings: Settings) -> DeclaredAccess:
    """The declared access. Values that a preview does not know yet, and secrets, are omitted."""
    access, control = settings.account_access, settings.access_control_attributes
    sets = [await _known_set(each) for each in access.permission_sets]
    plain = access.model_copy(update={"permission_sets": [each for each, _ in sets]})
    sources: dict[str, str] | None = None
    if control is not None:
        values = {key: await _known(source) for key, source in control.attributes.items()}
        if all(known for known, _ in values.values()):
            sources = {key: value for key, (_, value) in values.items()}
    known = None if control is None or sources is None else control.model_copy(
        update={"attributes": sources}
    )  # fmt: skip
    return replace(declared_access(plain, known), sets=tuple(state for _, state in sets))


async def _known_set(declared: PermissionSet) -> tuple[PermissionSet, PermissionSetState]:
    """The set without unknown values, and its state without the properties that have them."""
    values = {key: await _known(getattr(declared, key)) for key in _LATER}
    plain = declared.model_copy(
        update={key: value if known else "" for key, (known, value) in values.items()}
    )
    state = declared_set(plain)
    unknown = {key for key, (known, _) in values.items() if not known}
    kept = {key: texts for key, texts in state.properties.items() if key not in unknown}
    return plain, replace(state, properties=kept)


async def _known(value: Any) -> tuple[bool, Any]:
    """Whether a value can be compared, and the value."""
    output: Output[Any] = Output.from_input(value)
    if not await output.is_known() or await output.is_secret():
        return False, None
    return True, await output.future()


@dataclass
class _Check:
    """One comparison. `groups`: Identity Store IDs by name; `arns`: permission sets' by name."""

    declared: DeclaredAccess
    before: Deployed
    preview: bool
    resolved: StackSettings
    groups: dict[str, str] = field(default_factory=dict[str, str])
    arns: dict[str, str] = field(default_factory=dict[str, str])
    unknowns: list[str] = field(default_factory=list[str])
    _access: GroupAccess | None = None
    _attributes: dict[str, str] | None = None

    def read(self, center: IdentityCenter, instance: str) -> None:
        """Read what AWS has, with at most MAX_CALLS_OF_A_RUN calls."""
        wanted = self._wanted_attributes()
        if wanted is not None:
            try:
                self._attributes = dict(center.access_control(instance)[1])
            except AwsError as error:
                self.unknown("attributes for access control were not compared", error)
        if not self.declared.is_managed:
            return
        owned = self.resolved.share.owned_sets
        arns = [arn for name, arn in self.arns.items() if name in owned]
        has_rest = self.resolved.has_rest
        calls = calls_for(len(self.groups), len(arns), applications=has_rest)
        if calls > MAX_CALLS_OF_A_RUN:
            sets, groups = (
                count(len(arns), "permission set"), count(len(self.groups), "push group")
            )  # fmt: skip
            self.unknowns.append(f"{UNKNOWN}{sets} and {groups} were not compared. {_DOCTOR}")
            return
        self._access = read_group_access(
            center, instance, [*self.groups.values()], arns,
            known={*self.arns.values()}.difference(arns), has_account=self.resolved.has_account,
            applications=has_rest, max_calls=MAX_CALLS_OF_A_RUN,
        )  # fmt: skip

    def unknown(self, what: str, error: AwsError) -> None:
        """Record once what was not compared, and why."""
        if (line := unread(what, error)) not in self.unknowns:
            self.unknowns.append(line)

    def findings(self) -> Iterator[Finding]:
        """The findings on what was read; records what was not."""
        wanted = self._wanted_attributes()
        if wanted is not None and self._attributes is not None:
            compared = ControlAttributes(wanted, self._attributes)
            yield from access_drift.attributes_as_declared(compared)
        if (access := self._access) is None:
            return
        owned = self.resolved.share.owned_sets
        for declared in (each for each in self.declared.sets if each.name in owned):
            for subject in self._set(declared, access):
                for rule in _SET_RULES:
                    yield from rule(subject)
        for grants in (*self._accounts(access), *self._applications(access)):
            for rule in _GRANT_RULES:
                yield from rule(grants)
        if access.uncompared:
            sets = count(access.uncompared, "permission set")
            self.unknowns.append(f"{UNKNOWN}{sets} of push groups were not compared. {_DOCTOR}")

    def _wanted_attributes(self) -> Mapping[str, str] | None:
        """The attributes to compare; None if there are none, or if this run changes them."""
        wanted = self.declared.attributes
        return None if self.preview and wanted != self.before.attributes else wanted

    def _set(self, declared: PermissionSetState, access: GroupAccess) -> Iterator[PermissionSets]:
        arn = self.arns.get(declared.name, "")
        if arn not in access.sets:
            return
        actual, before = access.sets[arn], self.before.sets.get(arn, PermissionSetState(""))
        if isinstance(actual, AwsError):
            self.unknown("permission sets were not compared", actual)
            return
        for key, error in actual.unread.items() if actual else ():
            self.unknown(f"{key} of permission sets was not compared", error)
        wanted = declared.unchanged_since(before) if self.preview else declared
        state = PermissionSetState.of(actual.name, **actual.properties()) if actual else None
        yield PermissionSets(wanted, state, declared.with_all_of(before))

    def _grants(self, declared: Places, before: Places, grants: Grants) -> Grants:
        wanted = declared & before if self.preview else declared
        return replace(grants, declared=wanted, removed=declared | before)

    def _accounts(self, access: GroupAccess) -> Iterator[Grants]:
        if isinstance(access.accounts, AwsError):
            self.unknown("account assignments were not compared", access.accounts)
            return
        names = {arn: name for name, arn in self.arns.items()}
        declared_sets: dict[str, list[str]] = defaultdict(list)
        for group, name in self.declared.accounts:
            if name in self.arns:
                declared_sets[group].append(self.arns[name])
        for group, ident in self.groups.items():
            actual: dict[str, set[str]] = defaultdict(set)
            for arn, account in access.accounts.get(ident, ()):
                if self.resolved.has_account(account):
                    actual[arn].add(account)
            for arn in dict.fromkeys((*declared_sets[group], *actual)):
                shown = access.sets.get(arn)
                if shown is None and arn in access.sets:
                    continue  # OIC-632
                name, policies = names.get(arn), ()
                if name is None:
                    details = None if isinstance(shown, AwsError) else shown
                    name = details.name if details else arn
                    policies = access_drift.policies_shown(details.properties() if details else {})
                found = frozenset(actual.get(arn, ()))
                grants = Grants(group, name, actual=found, policies=policies)
                key = (group, name if arn in names else "")
                declared = self.declared.accounts.get(key, _NONE)
                before = self.before.accounts.get((ident, arn), _NONE)
                yield self._grants(declared, before, grants)

    def _applications(self, access: GroupAccess) -> Iterator[Grants]:
        if not self.resolved.has_rest:
            return
        if isinstance(access.applications, AwsError):
            self.unknown("application assignments were not compared", access.applications)
            return
        for group, ident in self.groups.items():
            grants = Grants(group, actual=frozenset(access.applications.get(ident, ())))
            declared = self.declared.applications.get(group, _NONE)
            yield self._grants(declared, self.before.applications[ident], grants)
