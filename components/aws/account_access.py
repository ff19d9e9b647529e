"""Account access: what a pushed group may do in which AWS account, and which applications it opens.

Owns permission sets with their policies, and the assignments of pushed groups. A group is known by
its id in IAM Identity Center, which PushGroups hands out once the group has arrived: one run does
it all. Policies may ask only for session tags that are sent (OIC-520).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, Resource, ResourceOptions

from okta_idc.rules import account_access as access_rules
from okta_idc.rules import permission_sets as rules
from okta_idc.rules import policy_tags

from .. import _options
from .._errors import raise_findings
from ._import_hints import ImportHints


class PermissionSetArgs(TypedDict):
    """One permission set, and who gets it where."""

    name: str
    groups: NotRequired[Sequence[str]]
    """Pushed groups, as they are called in the declaration."""
    accounts: NotRequired[Sequence[str]]
    """Ids of AWS accounts, twelve digits."""
    description: NotRequired[str]
    session: NotRequired[str]
    """How long a session lasts, `PT1H` (AWS's default) to `PT12H`."""
    relay_state: NotRequired[str]
    managed: NotRequired[Sequence[str]]
    """ARNs of AWS's managed policies."""
    customer_managed: NotRequired[Sequence[str]]
    """`path/name` of policies that stand in every one of the accounts."""
    inline: NotRequired[Mapping[str, Any]]
    """An IAM policy."""
    boundary: NotRequired[str]
    """The permissions boundary: an ARN of AWS's, or `path/name` of the customer's."""
    import_id: NotRequired[str]
    """`permission set ARN,instance ARN` of one that is there already. What is declared of it is
    taken over with it: every policy, and the assignments of the groups whose id is known."""


class ApplicationArgs(TypedDict):
    """One application of IAM Identity Center, and the pushed groups that may open it."""

    arn: str
    groups: Sequence[str]
    import_assignments: NotRequired[bool]
    """The assignments are there already, of the groups whose id is known. Default: false."""


class AccountAccessArgs(TypedDict):
    """Inputs of AccountAccess."""

    instance_arn: Input[str]
    group_ids: Output[dict[str, str]]
    """Ids in IAM Identity Center of the pushed groups, by what they are called."""
    pushed: Sequence[str]
    """What the pushed groups are called."""
    group_ids_there: NotRequired[Mapping[str, str]]
    """Ids in IAM Identity Center of groups whose assignments may be there already; an import
    needs them before any look-up."""
    permission_sets: NotRequired[Sequence[PermissionSetArgs]]
    applications: NotRequired[Sequence[ApplicationArgs]]
    tags: NotRequired[Sequence[str]]
    """Keys of the session tags that are sent."""
    protect: NotRequired[bool]


class AccountAccess(pulumi.ComponentResource):
    """Permission sets and assignments. Raises ValidationError for the rules of the 5xx family."""

    permission_sets: dict[str, Output[str]]
    """ARNs by name."""

    def __init__(
        self, name: str, args: AccountAccessArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("okta-identity-center:index:AccountAccess", name, {}, opts)
        sets, applications = args.get("permission_sets", []), args.get("applications", [])
        _check(sets, applications, args)
        self._args, self._group_ids_there = args, args.get("group_ids_there", {})
        places = {each["name"]: f"permission_sets[{i}]" for i, each in enumerate(sets)}
        self._conflicts = ImportHints(f"{name}-conflicts", self, places)
        self.permission_sets = {}
        for declared in sets:
            prefix = f"{name}-{declared['name']}"
            made = self._permission_set(prefix, declared)
            self.permission_sets[declared["name"]] = made.arn
            self._assignments(prefix, declared, made, self._policies(prefix, declared, made))
        for application in applications:
            for group in application["groups"]:
                aws.ssoadmin.ApplicationAssignment(
                    f"{name}-{application['arn'].rsplit('/', 1)[-1]}-{group}",
                    application_arn=application["arn"],
                    principal_id=self._principal(group),
                    principal_type="GROUP",
                    opts=self._child(
                        application.get("import_assignments") and application["arn"],
                        self._group_ids_there.get(group),
                        "GROUP",
                    ),
                )
        self.register_outputs({"permission_sets": self.permission_sets})

    def _permission_set(self, prefix: str, declared: PermissionSetArgs) -> Any:
        return aws.ssoadmin.PermissionSet(
            f"{prefix}-set",
            instance_arn=self._args["instance_arn"],
            name=declared["name"],
            description=declared.get("description"),
            session_duration=declared.get("session", "PT1H"),
            relay_state=declared.get("relay_state"),
            opts=_options.options(
                ResourceOptions(
                    parent=self,
                    ignore_changes=["tags"],  # not ours to take away
                    hooks=self._conflicts.binding,
                ),
                declared.get("import_id"),
                self._args.get("protect", False),
            ),
        )

    def _child(self, *ids: str | bool | None, depends_on: Sequence[Resource] = ()) -> Any:
        """Options of a part, which is imported where all of the ids are known that make up its
        own (docs/research/aws-provider.md#import-ids, and the provider's pages on import)."""
        known = ",".join(str(ident) for ident in ids) if ids and all(ids) else None
        base = ResourceOptions(parent=self, depends_on=list(depends_on))
        return _options.options(base, known)

    def _policies(self, prefix: str, declared: PermissionSetArgs, made: Any) -> list[Resource]:
        """Every policy of the set. Assignments wait for them: taking a policy away would be made
        good in every assigned account first."""
        where = {"instance_arn": self._args["instance_arn"], "permission_set_arn": made.arn}
        the_set = declared.get("import_id")
        found: list[Resource] = [
            aws.ssoadmin.ManagedPolicyAttachment(
                f"{prefix}-{arn.rsplit('/', 1)[-1]}",
                managed_policy_arn=arn,
                **where,
                opts=self._child(arn, the_set),
            )
            for arn in declared.get("managed", [])
        ]
        for policy in declared.get("customer_managed", []):
            named, path = _named(policy)
            reference = (
                aws.ssoadmin.CustomerManagedPolicyAttachmentCustomerManagedPolicyReferenceArgs(
                    name=named, path=path
                )
            )
            found.append(
                aws.ssoadmin.CustomerManagedPolicyAttachment(
                    f"{prefix}-{named}",
                    customer_managed_policy_reference=reference,
                    **where,
                    opts=self._child(named, path, the_set),
                )
            )
        if inline := declared.get("inline"):
            text = json.dumps(inline, sort_keys=True)
            found.append(
                aws.ssoadmin.PermissionSetInlinePolicy(
                    f"{prefix}-inline", inline_policy=text, **where, opts=self._child(the_set)
                )
            )
        if boundary := declared.get("boundary"):
            found.append(
                aws.ssoadmin.PermissionsBoundaryAttachment(
                    f"{prefix}-boundary",
                    permissions_boundary=_boundary(boundary),
                    **where,
                    opts=self._child(the_set),
                )
            )
        return found

    def _assignments(
        self, prefix: str, declared: PermissionSetArgs, made: Any, policies: list[Resource]
    ) -> None:
        for group in declared.get("groups", []):
            for account in declared.get("accounts", []):
                aws.ssoadmin.AccountAssignment(
                    f"{prefix}-{group}-{account}",
                    instance_arn=self._args["instance_arn"],
                    permission_set_arn=made.arn,
                    principal_id=self._principal(group),
                    principal_type="GROUP",
                    target_id=account,
                    target_type="AWS_ACCOUNT",
                    opts=self._child(
                        self._group_ids_there.get(group),
                        "GROUP",
                        account,
                        "AWS_ACCOUNT",
                        declared.get("import_id"),
                        depends_on=policies,
                    ),
                )

    def _principal(self, group: str) -> Output[str]:
        return self._args["group_ids"].apply(lambda ids: ids[group])


def _boundary(policy: str) -> aws.ssoadmin.PermissionsBoundaryAttachmentPermissionsBoundaryArgs:
    if policy.startswith("arn:"):
        return aws.ssoadmin.PermissionsBoundaryAttachmentPermissionsBoundaryArgs(
            managed_policy_arn=policy
        )
    name, path = _named(policy)
    return aws.ssoadmin.PermissionsBoundaryAttachmentPermissionsBoundaryArgs(
        customer_managed_policy_reference=aws.ssoadmin.PermissionsBoundaryAttachmentPermissionsBoundaryCustomerManagedPolicyReferenceArgs(
            name=name, path=path
        )
    )


def _named(policy: str) -> tuple[str, str]:
    """Name and path of `path/name`; the path begins and ends with a slash."""
    path, _, name = policy.strip("/").rpartition("/")
    return name, f"/{path}/" if path else "/"


def _check(
    sets: Sequence[PermissionSetArgs],
    applications: Sequence[ApplicationArgs],
    args: AccountAccessArgs,
) -> None:
    pushed, tags = tuple(args["pushed"]), tuple(args.get("tags", ()))
    raise_findings(rules.set_names_differ(tuple(s["name"] for s in sets)), "permission_sets")
    for index, declared in enumerate(sets):
        place = f"permission_sets[{index}]"
        policy = json.dumps(declared["inline"]) if "inline" in declared else None
        policies = (*declared.get("managed", ()), *declared.get("customer_managed", ()))
        subject = rules.PermissionSet(
            declared["name"],
            declared.get("description"),
            declared.get("session"),
            declared.get("relay_state"),
            policy,
            policies,
        )
        for rule in (
            rules.set_name, rules.set_description, rules.session_duration, rules.relay_state,
            rules.inline_policy_size, rules.inline_policy_json, rules.managed_policies,
        ):  # fmt: skip
            raise_findings(rule(subject), place)
        if policy is not None:
            raise_findings(
                policy_tags.tags_are_sent(policy_tags.PolicyAndTags(policy, tags)), place
            )
        groups = tuple(declared.get("groups", ()))
        raise_findings(
            access_rules.access_is_pushed(access_rules.AccessOfGroups(groups, pushed)),
            f"{place}.groups",
        )
        for account in declared.get("accounts", ()):
            subject_ = access_rules.Assignment("", declared["name"], account)
            raise_findings(access_rules.account_id(subject_), place)
    for index, application in enumerate(applications):
        access = access_rules.AccessOfGroups(tuple(application["groups"]), pushed)
        raise_findings(access_rules.access_is_pushed(access), f"applications[{index}].groups")
