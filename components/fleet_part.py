"""One stack of a fleet other than the core: push groups, permission sets, or account assignments.

It declares its share of the settings with the components that a single stack uses. The resources
have the same names and parents, so that they can move from stack to stack without a change in Okta
or AWS (docs/decisions/0038-divide-a-federation-among-stacks.md).
"""

import os
from typing import Any

import pulumi
from pulumi import Output, Resource, ResourceOptions
from pulumi.provider.experimental.util import camel_case

from okta_idc.fleet.stack_files import Part
from okta_idc.settings import Settings
from okta_idc.settings.models import PushGroup
from okta_idc.settings.parts import CORE

from ._checks.access_drift import access_differences
from ._checks.aws_environment import check_environment
from ._checks.drift import push_differences
from ._checks.lookups import Lookups, look_up_groups
from ._checks.provisioning_gate import provisioning_gate, required_features
from ._checks.renamed_groups import check_renamed_groups
from ._checks.stack_settings import resolve_settings
from ._fleet import IdentityStoreGroups, Stacks
from ._grants import grant_access
from ._options import child_of
from ._outputs import PushGroupOutput
from ._state import Names
from .environment import reject_skipped_checkpoints
from .okta.groups import Group, resolve_groups
from .okta.push_groups import PushGroups, pushed_groups


class FederationPart(pulumi.ComponentResource):
    """The share of one stack. Raises ValidationError, as IdentityCenterFederation does, also for
    what another stack has not created yet; a preview does not know it."""

    app_id: Output[str]
    """ID of the app in Okta."""
    region: Output[str]
    """Region of the Identity Center instance."""
    identity_store_id: Output[str]
    """ID of the Identity Store, `d-…`."""
    push_groups: Output[list[PushGroupOutput]]
    """The groups that this stack pushes."""
    permission_set_arns: Output[dict[str, str]]
    """ARNs of the permission sets that this stack manages or assigns, by name."""
    drift: Output[list[str]]
    """Differences of Okta and AWS from what this stack declares, and what could not be compared."""

    def __init__(
        self, name: str, settings: Settings, part: Part, opts: ResourceOptions | None = None
    ) -> None:
        reject_skipped_checkpoints(os.environ)
        # The type of the whole: a resource's URN names the types of its parents.
        super().__init__("okta-identity-center:index:IdentityCenterFederation", name, {}, opts)
        self._name, self._core = name, part.core
        self._resolved = resolve_settings(self, name, settings, part.name, part.core)
        self._stacks = Stacks(self, part.core)
        self.app_id = self._stacks.app_id()
        own = self._resolved.share.settings.account_access
        granted_groups = {group for each in own.permission_sets for group, _ in each.pairs()}
        granted_groups |= {group for each in own.applications for group in each.groups}
        groups = {
            f"push_groups[{index}]": each
            for index, each in enumerate(self._resolved.whole.push_groups)
            if self._resolved.pushes(each.key) or (each.id and each.key in granted_groups)
        }
        existing = {path: each for path, each in groups.items() if each.create is None}
        lookups = look_up_groups(self, settings, Names.of(name), existing)
        self.region, self.identity_store_id = lookups.region, lookups.identity_store_id
        pushed = [group for group in groups.values() if self._resolved.pushes(group.key)]
        pushes = self._push(pushed, lookups)
        in_aws = self._grant(lookups)
        self.drift = Output.all(pushes, in_aws).apply(lambda found: sum(found, list[str]()))
        self.register_outputs(self.outputs())

    def outputs(self) -> dict[str, Output[Any]]:
        """All outputs by their names in a stack, for example `pushGroups`."""
        return {camel_case(key): getattr(self, key) for key in type(self).__annotations__}

    def _push(self, declared: list[PushGroup], lookups: Output[Lookups]) -> Output[list[str]]:
        """Declares the push mappings, once provisioning is on. Returns the differences."""
        renamed = check_renamed_groups(
            self, self._resolved, self._core, Names.of(self._name).pushes
        )
        if not declared:
            self.push_groups = Output.from_input(list[PushGroupOutput]())
            return renamed.apply(lambda _: list[str]())
        whole = self._resolved.whole
        existing = [each for each in declared if each.create is None]
        pushed: dict[str, Group[PushGroup]] = resolve_groups(
            f"{self._name}-group", existing, lookups.groups, lookups, child_of(self, None)
        )
        for each in declared:
            if (name := each.create) is not None:
                ident = self._stacks.created_group(name)
                pushed[each.key] = Group(ident, Output.from_input(name), each)
        checked = Output.all(self.app_id, lookups, renamed).apply(lambda known: known[0])
        gate = provisioning_gate(
            self,
            checked,
            required_features(whole),
            depends_on=list[Resource](),
            policy=whole.provisioning.gate,
        )
        assigned = self._stacks.output(CORE, "assignmentGroups")
        pushes = PushGroups(
            f"{self._name}-push",
            {
                "app_id": checked if pulumi.runtime.is_dry_run() else gate.app_id,
                "identity_store_id": lookups.identity_store_id,
                "groups": pushed_groups(pushed),
                "assigned_group_ids": assigned.apply(_ids),
                "propagation_timeout_minutes": whole.provisioning.propagation_timeout_minutes,
                "propagation_settle_seconds": whole.provisioning.propagation_settle_seconds,
                "protect": whole.protect,
            },
            ResourceOptions(parent=self),
        )
        self.push_groups = pushes.described(pushed)
        return push_differences(
            self,
            pushed=pushed,
            pushes=pushes,
            names=Names.of(self._name),
            adopted=frozenset(key for key, each in pushed.items() if each.declared.import_id),
            policy=whole.drift,
        )

    def _grant(self, lookups: Output[Lookups]) -> Output[list[str]]:
        """Declares permission sets and assignments. Returns the differences, and what could not be
        checked."""
        resolved, settings = self._resolved, self._resolved.share.settings
        access = settings.account_access
        if not (access.permission_sets or access.applications):
            self.permission_set_arns = Output.from_input(dict[str, str]())
            return Output.from_input(list[str]())
        unknown = check_environment(self, settings, lookups, resolved.written)
        checked = Output.all(lookups, unknown).apply(lambda both: both[0])
        in_store = IdentityStoreGroups(self, lookups.identity_store_id)
        groups = {each.key: each for each in resolved.whole.push_groups}

        def group_name(key: str) -> Output[str]:
            group = groups[key]
            named = group.name or group.create
            return Output.from_input(named) if named else lookups.groups[key].name

        def group_id(key: str) -> Output[str]:
            return in_store.required(key, group_name(key), groups[key].aws_group_id)

        tags = [each.key for each in settings.attribute_statements]
        if control := settings.access_control_attributes:
            tags += control.attributes
        granted = grant_access(
            self, self._name, resolved, checked.instance_arn, group_id, tags, stacks=self._stacks
        )
        self.permission_set_arns = granted["set_arns"]
        compared = {group for each in access.permission_sets for group, _ in each.pairs()}
        compared |= {group for each in access.applications for group in each.groups}
        ids = {key: in_store.ident(group_name(key), groups[key].aws_group_id) for key in compared}
        found: Any = Output.all(ids).apply(lambda both: _present(both[0]))
        in_aws = access_differences(
            self,
            resolved=resolved,
            lookups=checked,
            group_ids=found,
            **granted,
        )
        return Output.all(in_aws, unknown).apply(lambda both: both[0] + both[1])


def _ids(groups: list[dict[str, str]] | None) -> list[Any]:
    return [group["id"] for group in groups or []]


def _present(ids: dict[str, Any]) -> dict[str, str]:
    return {key: each for key, each in ids.items() if each}
