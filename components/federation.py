"""The federation: one Okta org connected to one IAM Identity Center instance.

Composes the other components: lookups → app → connection to AWS → provisioning → gate → assignments
→ push → access → alarm. The lookups check the arguments before any resource is created, so a
rejected declaration changes nothing.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pulumi
from pulumi import Input, Output, Resource, ResourceOptions
from pulumi.provider.experimental.util import camel_case

from okta_idc.rules import instance_attributes
from okta_idc.settings.models import AssignmentGroup, ProvisioningMode, PushGroup

from ._checks.access_drift import Granted, access_differences
from ._checks.aws_environment import check_environment
from ._checks.connection import assigns_or_pushes, connection_to_aws, needs_connection
from ._checks.console_steps import provisioning_steps
from ._checks.deprovisioning_guard import DeprovisioningGuard
from ._checks.drift import differences
from ._checks.group_rules import read_group_rules, rule_differences
from ._checks.lookups import Lookups, check_same_instance, look_up
from ._checks.next_steps import next_steps
from ._checks.provisioning_gate import (
    ProvisioningGate,
    Steps,
    provisioning_gate,
    required_features,
)
from ._checks.renamed_groups import check_renamed_groups
from ._checks.stack_settings import resolve_settings
from ._checks.token_health import token_health
from ._grants import grant_access
from ._options import child_of
from ._outputs import AssignmentGroupOutput, PushGroupOutput
from ._polling import NO_WAIT, WaitPolicy
from ._state import Names
from .aws.access_control_attributes import AccessControlAttributes
from .aws.scim_token import ScimToken, read_scim_token
from .aws.token_expiry_alarm import TokenExpiryAlarm
from .environment import reject_skipped_checkpoints
from .federation_args import IdentityCenterFederationArgs, settings_from
from .okta.group_assignments import GroupAssignments, check_priorities
from .okta.groups import Group, resolve_groups
from .okta.profile_mappings import ProfileMappings
from .okta.provisioning import Provisioning
from .okta.push_groups import PushGroups, pushed_groups
from .okta.pushed_members_group import PushedMembersGroup
from .okta.saml_app import SamlApp
from .okta.user_assignments import UserAssignments

Assigned = Mapping[str, Group[Any]]
Pushed = Mapping[str, Group[PushGroup]]


class IdentityCenterFederation(pulumi.ComponentResource):
    """A complete federation of Okta with IAM Identity Center.

    The Okta org and the Identity Center instance are those of the providers in `opts`, by default
    the stack's. Several federations can exist side by side.
    """

    app_id: Output[str]
    """ID of the app in Okta."""
    app_label: Output[str]
    """Application label in Okta."""
    sign_in_url: Output[str]
    """URL that starts the sign-in at Okta."""
    metadata_url: Output[str]
    """URL of the identity provider metadata that AWS needs as a file."""
    mode: Output[str]
    """How Okta's provisioning is connected: `api` or `console`."""
    gate: Output[str]
    """`open`, or why provisioning is not confirmed to be on."""
    drift: Output[list[str]]
    """Differences of Okta and AWS from the declared configuration, and what could not be
    compared."""
    region: Output[str]
    """Region of the Identity Center instance."""
    identity_store_id: Output[str]
    """ID of the Identity Store, `d-…`."""
    secret_name: Output[str]
    """Name or ARN of the secret with the SCIM token."""
    token_expires: Output[str]
    """When the SCIM token expires, ISO 8601; empty if there is none."""
    token_days_left: Output[int]
    """Whole days until the SCIM token expires; 0 if there is none."""
    token_status: Output[str]
    """`valid`, `not verified`, `missing`, or `unknown: REASON`."""
    token_in_okta: Output[str]
    """Which SCIM token Okta uses, as far as it is known; empty if there is none."""
    attribute_statement_keys: Output[list[str]]
    """Keys of the session tags that Okta sends."""
    assignment_groups: Output[list[AssignmentGroupOutput]]
    """The assignment groups."""
    push_groups: Output[list[PushGroupOutput]]
    """The push groups."""
    permission_set_arns: Output[dict[str, str]]
    """ARNs of the permission sets by name."""
    next_steps: Output[list[str]]
    """Remaining manual steps; empty if there are none."""

    def __init__(
        self, name: str, args: IdentityCenterFederationArgs, opts: ResourceOptions | None = None
    ) -> None:
        reject_skipped_checkpoints(os.environ)
        super().__init__("okta-identity-center:index:IdentityCenterFederation", name, {}, opts)
        self._name, self._args, self._child = name, args, ResourceOptions(parent=self)
        self._resolved = resolve_settings(self, name, settings_from(args), core=pulumi.get_stack())
        self._settings = settings = self._resolved.whole
        priorities = {group.key: group.priority for group in settings.assignments.groups}
        if members := settings.assignments.pushed_members_group:
            priorities[members.name] = None
        check_priorities("assignments.groups", priorities)
        provider = args["scim_token"].get("provider")
        token = read_scim_token(
            self,
            settings.scim_token,
            read_token=settings.provisioning.mode == ProvisioningMode.API,
            provider=provider,
        )
        lookups = look_up(self, settings, Names.of(name))
        # The app depends on all lookups and checks, and on the verified token; the rest on the
        # connection.
        rules_in_okta = read_group_rules(self, name, settings)
        share = self._resolved.share
        unknown = check_environment(self, share.settings, lookups, self._resolved.written)
        renamed = check_renamed_groups(
            self, self._resolved, pulumi.get_stack(), Names.of(name).pushes
        )
        checks = rules_in_okta, unknown, renamed
        verified = Output.all(token.status, *checks)
        checked = Output.all(settings.app.issuer_url, token.endpoint, lookups, verified).apply(
            lambda read: check_same_instance(*read[:3])
        )
        app = self._app(checked)
        connect, ready = connection_to_aws(self, settings, checked, token, app, provider)
        assigned, pushed = self._groups(lookups, ready)
        gate = self._provision(app, token, ready)
        assignments, users = self._assign(gate, assigned, lookups)
        own = {key: group for key, group in pushed.items() if self._resolved.pushes(key)}
        pushes = self._push(gate, assigned, own, lookups, [assignments, users])
        tags = [statement.key for statement in settings.attribute_statements]
        granted = self._grant(pushes, ready, tags)
        self._alert(token, ready)
        in_okta = differences(
            self,
            app=app,
            read=gate.app,
            assigned=assigned,
            assignments=assignments,
            pushed=own,
            elsewhere={key: group.id for key, group in pushed.items() if key not in own},
            pushes=pushes,
            names=Names.of(name),
            adopted=frozenset(group.key for group in settings.push_groups if group.import_id),
            policy=settings.drift,
        )
        in_aws = access_differences(
            self, resolved=self._resolved, lookups=ready, group_ids=pushes.group_ids, **granted
        )
        health = token_health(self, pushes.lists, {key: group.id for key, group in pushed.items()})
        declared_rules = [r for g in (*assigned.values(), *pushed.values()) for r in g.rules]
        of_rules = rule_differences(self, settings, rules_in_okta, declared_rules)
        self.drift = Output.all(in_okta, of_rules, in_aws, health, unknown).apply(
            lambda found: sum(found, list[str]())
        )
        self.app_id, self.app_label = app.app_id, app.label
        self.sign_in_url, self.metadata_url = app.sign_in_url, app.metadata_url
        self.mode = Output.from_input(settings.provisioning.mode.value)
        self.gate = gate.block_reason.apply(lambda reason: reason or "open")
        self.region, self.identity_store_id = lookups.region, lookups.identity_store_id
        self.secret_name = Output.from_input(settings.scim_token.secret)
        self.token_expires, self.token_days_left = token.expires, token.days_left
        self.token_status, self.token_in_okta = token.status, token.in_okta
        self.attribute_statement_keys = Output.from_input(tags)
        groups: Any = [{"name": group.name, "id": group.id} for group in assigned.values()]
        self.assignment_groups = Output.from_input(groups)
        self.push_groups = pushes.described(pushed)
        self.permission_set_arns = granted["set_arns"]
        self.next_steps = Output.all(
            connect=connect,
            block_reason=gate.block_reason,
            steps=gate.steps,
            days_left=token.days_left,
            assigns=assigns_or_pushes(settings),
            groups=pushes.group_ids.apply(lambda ids: {key: ids.get(key) for key in own}),
            drift=self.drift,
        ).apply(lambda known: next_steps(**known))
        self.register_outputs(self.outputs())

    def outputs(self) -> dict[str, Output[Any]]:
        """All outputs by their names in a stack, for example `appId`."""
        return {camel_case(key): getattr(self, key) for key in type(self).__annotations__}

    def _groups(self, lookups: Output[Lookups], ready: Output[Lookups]) -> tuple[Assigned, Pushed]:
        """Assignment groups and push groups, created or existing, by name."""
        prefix, assignments = f"{self._name}-group", self._settings.assignments
        known = lookups.groups, ready, child_of(self, None)
        pushed = resolve_groups(prefix, self._settings.push_groups, *known)
        assigned = resolve_groups(prefix, assignments.groups, *known)
        if members := assignments.pushed_members_group:
            sources = [group.id for group in pushed.values()]
            name = ready.apply(lambda _: members.name)
            component = PushedMembersGroup(
                f"{self._name}-members", {"name": name, "source_group_ids": [*sources]}, self._child
            )
            assigned[members.name] = Group(
                component.group_id,
                component.group.name,
                AssignmentGroup(create=members.name),
                tuple(sources),
                tuple(component.rules),
            )
        return assigned, pushed

    def _app(self, checked: Output[Lookups]) -> SamlApp:
        app = self._settings.app
        return SamlApp(
            f"{self._name}-app",
            {
                "acs_url": app.acs_url,
                "issuer_url": checked.issuer_url,
                "label": Output.all(app.label, checked).apply(lambda both: both[0]),
                "username_format": app.username_format,
                "rename_users_from": app.rename_users_from,
                "attribute_statements": self._args.get("attribute_statements", []),
                "import_id": app.import_id,
                "protect": self._settings.protect,
            },
            self._child,
        )

    def _provision(
        self, app: SamlApp, token: ScimToken, ready: Output[Lookups]
    ) -> ProvisioningGate:
        """The gate, and in mode `api` the resources that turn provisioning on."""
        settings = self._settings.provisioning
        features = required_features(self._settings)
        steps: Input[Steps | None] = None
        app_id = connected = Output.all(app.app_id, ready).apply(lambda both: both[0])
        done: Input[Sequence[Resource]] = [app.resource]
        if (secret := token.token) is not None:

            def declare() -> Provisioning:
                return Provisioning(
                    f"{self._name}-provisioning",
                    {
                        "app_id": connected,
                        "endpoint": token.endpoint,
                        "token": secret,
                        "create_users": settings.create_users,
                        "update_user_attributes": settings.update_user_attributes,
                        "deactivate_users": settings.deactivate_users,
                    },
                    self._child,
                )

            if needs_connection(self._settings):
                declared = declare()
                app_id, done = declared.app_id, [declared.connection, declared.features]
            else:  # the first runs, without a token
                found = token.missing.apply(lambda missing: None if missing else declare())
                app_id = found.apply(lambda made: made.app_id if made else connected)
                done = found.apply(
                    lambda made: [made.connection, made.features] if made else [app.resource]
                )
        else:
            name = self._settings.scim_token.secret
            steps = Output.all(app.metadata_url, app.app_id, token.endpoint, name).apply(
                lambda known: partial(provisioning_steps, *known, features=features)
            )
        required = assigns_or_pushes(self._settings)
        gate = provisioning_gate(
            self,
            app_id,
            features,
            depends_on=done,
            steps=steps,
            policy=settings.gate if required else None,
            wait=WaitPolicy.for_mode(settings.wait, settings.wait_timeout_minutes)
            if required
            else NO_WAIT,
        )
        # A preview would not know the ID of an existing app while the run creates the connection.
        return replace(gate, app_id=connected) if pulumi.runtime.is_dry_run() else gate

    def _assign(
        self, gate: ProvisioningGate, assigned: Assigned, lookups: Output[Lookups]
    ) -> tuple[GroupAssignments, UserAssignments]:
        settings, protect = self._settings.assignments, self._settings.protect
        guard = DeprovisioningGuard(
            f"{self._name}-deprovisioning",
            {
                "groups": assigned,
                "user_ids": lookups.apply(lambda found: {k: u.id for k, u in found.users.items()}),
                "max_deprovisioned_users": settings.max_deprovisioned_users,
                "confirm_deprovisioning": settings.confirm_deprovisioning,
            },
            self._child,
        )
        before: list[Resource] = [guard.resource]
        if mappings := self._settings.profile_mappings:
            mapped = ProfileMappings(
                f"{self._name}-mappings",
                {"app_id": gate.app_id, "mappings": {**mappings}},
                self._child,
            )
            before.append(mapped.resource)
        rules = [rule for group in assigned.values() for rule in group.rules]
        assignments = GroupAssignments(
            f"{self._name}-assign",
            {
                "app_id": gate.app_id,
                "groups": [
                    {
                        "name": key,
                        "group_id": group.id,
                        "priority": group.declared.priority,
                        "import_id": group.declared.import_id,
                    }
                    for key, group in assigned.items()
                ],
                "protect": protect,
            },
            ResourceOptions(parent=self, depends_on=[*before, *rules]),
        )
        users = UserAssignments(
            f"{self._name}-assign-users",
            {
                "app_id": gate.app_id,
                "users": [
                    {
                        "name": user.key,
                        "user_id": lookups.users[user.key].id,
                        "username": lookups.users[user.key].username,
                        "import_id": user.import_id,
                    }
                    for user in settings.users
                ],
                "protect": protect,
            },
            ResourceOptions(parent=self, depends_on=before),
        )
        return assignments, users

    def _push(
        self,
        gate: ProvisioningGate,
        assigned: Assigned,
        pushed: Pushed,
        lookups: Output[Lookups],
        after: list[Resource],
    ) -> PushGroups:
        provisioning = self._settings.provisioning
        rules = [rule for group in pushed.values() for rule in group.rules]
        return PushGroups(
            f"{self._name}-push",
            {
                "app_id": gate.app_id,
                "identity_store_id": lookups.identity_store_id,
                "groups": pushed_groups(pushed),
                "assigned_group_ids": [group.id for group in assigned.values()],
                "assigned_user_ids": lookups.apply(
                    lambda found: [user.id for user in found.users.values()]
                ),
                "propagation_timeout_minutes": provisioning.propagation_timeout_minutes,
                "propagation_settle_seconds": provisioning.propagation_settle_seconds,
                "protect": self._settings.protect,
            },
            ResourceOptions(parent=self, depends_on=[*after, *rules]),
        )

    def _grant(self, pushes: PushGroups, ready: Output[Lookups], tags: list[str]) -> Granted:
        """Attributes for access control, permission sets and assignments in AWS."""
        settings, done = self._settings, list[Resource]()
        enabled = settings.access_control_attributes is not None
        declared_attributes = instance_attributes.AccessControlDeclared(tuple(tags), enabled)
        for finding in instance_attributes.access_control_declared(declared_attributes):
            pulumi.log.warn(finding.text("attribute_statements"), self)
        if (control := settings.access_control_attributes) is not None:
            declared = AccessControlAttributes(
                f"{self._name}-attributes",
                {
                    "instance_arn": ready.instance_arn,
                    "attributes": {**control.attributes},
                    "attribute_statement_keys": tags,
                    "import_id": control.import_id,
                    "protect": settings.protect,
                },
                self._child,
            )
            tags = [*tags, *declared.keys]
            done.append(declared.resource)
        known = self._resolved, ready.instance_arn, pushes.required_id, tags
        return grant_access(self, self._name, *known, done=done)

    def _alert(self, token: ScimToken, ready: Output[Lookups]) -> None:
        if (alarm := self._settings.token_expiry_alarm) is None:
            return
        provider = (self._args.get("token_expiry_alarm") or {}).get("provider")
        TokenExpiryAlarm(
            f"{self._name}-alarm",
            {
                "expires": Output.all(token.expires, ready).apply(lambda both: both[0]),
                "secret": self._settings.scim_token.secret,
                "emails": alarm.emails,
                "days_before": alarm.days_before,
            },
            ResourceOptions(
                parent=self,
                providers=[provider] if provider else None,
                depends_on=ready.apply(lambda _: list[Resource]()),  # created after the checks
            ),
        )
