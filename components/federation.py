"""The federation: one Okta org connected to one IAM Identity Center instance.

Only composes: app → provisioning → gate → mappings → assignments → push groups. Whatever can be
wrong with the inputs is looked up first, so that a refused declaration has changed nothing.
"""

from collections.abc import Mapping

import pulumi
from pulumi import InvokeOutputOptions, Output, Resource, ResourceOptions

from okta_idc.rules import groups as rules

from ._aws_resources import declare_aws_resources, part
from ._checks.console_steps import provisioning_steps
from ._checks.deprovisioning_guard import LIMIT, DeprovisioningGuard
from ._checks.drift import REPORT, Drift
from ._checks.lookups import (
    check_distinct_roles,
    check_same_instance,
    lookup_instance,
    refuse_retired,
)
from ._checks.next_steps import next_steps
from ._checks.provisioning_gate import ENFORCE, ProvisioningGate
from ._errors import raise_findings
from ._polling import WaitPolicy
from .aws.scim_token import ScimToken
from .federation_args import API, IdentityCenterFederationArgs
from .okta._propagation import SETTLE_SECONDS
from .okta.group_assignments import GroupAssignments
from .okta.groups import Group, find_groups, group_key, resolve_groups
from .okta.profile_mappings import ProfileMappings
from .okta.provisioning import Provisioning
from .okta.push_groups import PushGroups
from .okta.pushed_members_group import PushedMembersGroup
from .okta.saml_app import DEFAULT_TEMPLATE, SamlApp
from .okta.user_assignments import User, UserAssignments, find_users, ids_of


class IdentityCenterFederation(pulumi.ComponentResource):
    """Everything that can be declared of the federation.

    Okta's org and the Identity Center instance are those of the `providers` in its options, by
    default the stack's; any number of federations can stand beside each other.
    """

    app_id: Output[str]
    outputs: dict[str, object]
    """What a stack exports: ids, links and names, nothing secret."""

    def __init__(
        self, name: str, args: IdentityCenterFederationArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("okta-identity-center:index:IdentityCenterFederation", name, {}, opts)
        child = ResourceOptions(parent=self)
        protect = args.get("protect", False)
        assign, push = args.get("assign", []), args.get("push", [])
        roles = rules.GroupRoles(tuple(map(group_key, assign)), tuple(map(group_key, push)))
        raise_findings(rules.named_once(roles) + rules.one_role_per_group(roles))
        refuse_retired(args, tuple(group_key(group) for group in push if group.get("retire")))
        by_api = args.get("mode", API) == API
        token = ScimToken(
            f"{name}-scim-token",
            {"secret": args["secret"], "read_token": by_api, "probe": args.get("probe")},
            part(child, args.get("secret_provider")),
        )
        found = find_groups(
            {f"assign[{i}]": group for i, group in enumerate(assign)}
            | {f"push[{i}]": group for i, group in enumerate(push)},
            InvokeOutputOptions(parent=self),
        ).apply(lambda known: check_distinct_roles(known, assign, push))
        instance = lookup_instance(InvokeOutputOptions(parent=self))
        store_id = instance.apply(lambda i: i[0])
        one_by_one, template = args.get("assign_people", []), args.get("user_name_template")
        people = find_users(
            one_by_one, template or DEFAULT_TEMPLATE, InvokeOutputOptions(parent=self)
        )
        # Whatever is made first waits for every look-up, and for the token to be proven.
        checked = Output.all(token.endpoint, found, instance, people, token.proven).apply(
            lambda read: check_same_instance(args["issuer_url"], read)
        )
        app_label = args.get("label", "AWS IAM Identity Center")
        pushed = resolve_groups(f"{name}-group", push, found, checked, child)
        assigned = resolve_groups(f"{name}-group", assign, found, checked, child)
        if everybody := args.get("assign_pushed"):
            filled = PushedMembersGroup(
                f"{name}-people", {"name": everybody, "push": pushed, "after": checked}, child
            )
            assigned[everybody] = filled.group

        app = SamlApp(
            f"{name}-app",
            {
                "acs_url": args["acs_url"],
                "issuer_url": args["issuer_url"],
                "label": checked.apply(lambda _: app_label),
                "user_name_template": template or DEFAULT_TEMPLATE,
                "rename_users_from": args.get("rename_users_from", ""),
                "attributes": args.get("attributes", []),
                "import_id": args.get("import_id", ""),
                "protect": protect,
            },
            child,
        )
        gate = self._provisioned(name, args, app, token)
        before = self._before_assigning(name, args, gate, assigned, people)
        assignments = GroupAssignments(
            f"{name}-assign",
            {"app_id": gate.app_id, "groups": assigned, "after": before, "protect": protect},
            child,
        )
        singly = UserAssignments(
            f"{name}-assign-people",
            {
                "app_id": gate.app_id,
                "people": one_by_one,
                "found": people,
                "after": before,
                "protect": protect,
            },
            child,
        )
        pushes = PushGroups(
            f"{name}-push",
            {
                "app_id": gate.app_id,
                "identity_store_id": store_id,
                "groups": pushed,
                "assigned": assigned,
                "people": people.apply(ids_of),
                "after": [*assignments.assignments.values(), *singly.assignments],
                "protect": protect,
                "wait": args.get("arrival", WaitPolicy.none()),
                "settle_seconds": args.get("settle_seconds", SETTLE_SECONDS),
            },
            child,
        )
        drift = Drift(
            f"{name}-drift",
            {
                "app": app,
                "read": gate.read,
                "assigned": assigned,
                "assignments": assignments,
                "pushed": pushed,
                "pushes": pushes,
                "policy": args.get("drift", REPORT),
            },
            child,
        )
        instance_arn = checked.apply(lambda known: known[2][2])
        declare_aws_resources(self, name, args, instance_arn, token, pushes)
        self.app_id = app.app_id
        self.outputs = {
            "appId": app.app_id,
            "appLabel": app.resource.label,
            "signInUrl": app.sign_in_url,
            "metadataUrl": app.metadata_url,
            "mode": args.get("mode", API),
            "drift": drift.found,
            "gate": gate.closed.apply(lambda reason: reason or "open"),
            "region": instance.apply(lambda i: i[1]),
            "identityStoreId": store_id,
            "secretName": args["secret"],
            "tokenExpires": token.expires,
            "tokenDaysLeft": token.days_left,
            "tokenProven": token.proven,
            "attributes": [a["key"] for a in args.get("attributes", [])],
            "assignmentGroups": [{"name": g.name, "id": g.id} for g in assigned.values()],
            "nextSteps": Output.all(
                closed=gate.closed,
                steps=gate.steps,
                days_left=token.days_left,
                groups=pushes.group_ids.apply(lambda ids: {c: ids.get(c) for c in pushed}),
                drift=drift.found,
                metadata_url=app.metadata_url,
            ).apply(lambda known: next_steps(**known)),
            "pushGroups": [
                {
                    "name": group.name,
                    "sourceGroupId": group.id,
                    "mappingId": pushes.mappings[called],
                    "awsGroupId": pushes.group_ids.apply(lambda ids, key=called: ids.get(key)),
                }
                for called, group in pushed.items()
            ],
        }
        self.register_outputs({"app_id": self.app_id})

    def _provisioned(
        self, name: str, args: IdentityCenterFederationArgs, app: SamlApp, token: ScimToken
    ) -> ProvisioningGate:
        """Provisioning turned on, by the program or by a person, and the gate behind it."""
        wanted = _wanted_features(args)
        read = (app.metadata_url, app.app_id, token.endpoint)
        steps = Output.all(*read).apply(
            lambda known: provisioning_steps(*known, secret=args["secret"], wanted=wanted)
        )
        app_id, after = app.app_id, [app.resource]
        if token.token is not None:
            declared = Provisioning(
                f"{name}-provisioning",
                {
                    "app_id": app.app_id,
                    "endpoint": token.endpoint,
                    "token": token.token,
                    "create_users": args.get("create_users", True),
                    "update_users": args.get("update_users", True),
                    "deactivate_users": args.get("deactivate_users", True),
                },
                ResourceOptions(parent=self),
            )
            app_id, after = declared.app_id, [declared.connection, declared.features]
        return ProvisioningGate(
            f"{name}-gate",
            {
                "app_id": app_id,
                "wanted": wanted,
                "after": after,
                "steps": "" if token.token is not None else steps,
                "policy": args.get("gate", ENFORCE),
                "wait": args.get("wait", WaitPolicy.none()),
            },
            ResourceOptions(parent=self),
        )

    def _before_assigning(
        self,
        name: str,
        args: IdentityCenterFederationArgs,
        gate: ProvisioningGate,
        assigned: Mapping[str, Group],
        people: Output[dict[str, User]],
    ) -> list[Resource]:
        """What assignments wait for: that nobody is unassigned who was not meant to be, and that
        the attributes are mapped."""
        child = ResourceOptions(parent=self)
        unassigning = DeprovisioningGuard(
            f"{name}-unassigning",
            {
                "groups": assigned,
                "people": people.apply(ids_of),
                "limit": args.get("unassign_limit", LIMIT),
                "accepted": args.get("unassign", []),
            },
            child,
        )
        before: list[Resource] = [unassigning.resource]
        if mappings := args.get("mappings"):
            mapped = ProfileMappings(
                f"{name}-mappings", {"app_id": gate.app_id, "mappings": mappings}, child
            )
            before.append(mapped.resource)
        return before


def _wanted_features(args: IdentityCenterFederationArgs) -> list[str]:
    """Okta's names for the features that the program enables."""
    names = {
        "PUSH_NEW_USERS": args.get("create_users", True),
        "PUSH_PROFILE_UPDATES": args.get("update_users", True),
        "PUSH_USER_DEACTIVATION": args.get("deactivate_users", True),
        "GROUP_PUSH": bool(args.get("push")),
    }
    return [name for name, on in names.items() if on]
