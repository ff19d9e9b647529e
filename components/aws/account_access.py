"""Account access: what push groups may do in which AWS accounts and applications.

Manages permission sets with their policies, and the account and application assignments of push
groups. Assignments refer to a group by its Identity Store ID, which PushGroups returns once AWS has
the group, so one run is enough.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, Resource, ResourceOptions

from okta_idc.settings.models import AccountAccess as Settings
from okta_idc.settings.rules import account_access_findings, account_access_warnings

from .._args import check_args
from .._errors import ValidationError, raise_found
from .._options import child_of, options
from .._outputs import output_dict
from .._renames import Renames
from .._stack_traces import shorten_stack_traces
from .._state import ACCOUNT_ASSIGNMENT, APPLICATION_ASSIGNMENT, read_state


class AccountSelector(TypedDict):
    id: NotRequired[str | None]
    name: NotRequired[str | None]
    organizational_unit: NotRequired[str | None]
    nested: NotRequired[bool]
    tags: NotRequired[dict[str, str]]


class AccountAssignments(TypedDict):
    groups: NotRequired[list[str]]
    accounts: NotRequired[list[str]]
    account_selectors: NotRequired[list[AccountSelector]]
    excluded_accounts: NotRequired[list[AccountSelector]]


class PermissionSet(AccountAssignments):
    name: str
    assignments: NotRequired[list[AccountAssignments]]
    description: NotRequired[Input[str] | None]
    session_duration: NotRequired[Input[str]]
    relay_state: NotRequired[Input[str] | None]
    managed_policies: NotRequired[list[str]]
    customer_managed_policies: NotRequired[list[str]]
    inline_policy: NotRequired[Input[dict[str, Any]] | None]
    permissions_boundary: NotRequired[str | None]
    import_id: NotRequired[str | None]


class Application(TypedDict):
    arn: str
    groups: list[str]
    import_assignments: NotRequired[bool]


class AccessSettings(TypedDict):
    permission_sets: NotRequired[list[PermissionSet]]
    applications: NotRequired[list[Application]]


class AccountAccessArgs(AccessSettings):
    instance_arn: Input[str]
    """ARN of the Identity Center instance."""
    group_ids: Input[dict[str, Input[str]]]
    """Identity Store group IDs by name."""
    existing_group_ids: NotRequired[dict[str, str]]
    """Identity Store IDs of groups whose existing assignments are imported."""
    push_groups: list[str]
    """Names of the push groups."""
    existing_permission_sets: NotRequired[dict[str, Input[str]]]
    """ARNs by name of the permission sets that another stack manages; this one only assigns
    them."""
    session_tags: NotRequired[list[str]]
    """Keys of the session tags that policies may refer to."""
    protect: NotRequired[bool]
    """Protects the permission sets from deletion. Default: true."""


class AccountAccess(pulumi.ComponentResource):
    """Permission sets and assignments. Raises ValidationError for a broken rule (OIC-5xx)."""

    permission_set_arns: Output[dict[str, str]]
    """ARNs of the permission sets by name."""

    @shorten_stack_traces
    def __init__(
        self, name: str, args: AccountAccessArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("okta-identity-center:index:AccountAccess", name, {}, opts)
        access = check_args(AccountAccessArgs, args, Settings)
        pushed, tags = tuple(args["push_groups"]), tuple(args.get("session_tags", ()))
        raise_found(account_access_findings(access, pushed, tags))
        if any(c.account_selectors for s in access.permission_sets for _, c in s.combinations()):
            message = "account_selectors need IdentityCenterFederation, which resolves them."
            raise ValidationError.at("permission_sets", message)
        for path, findings in account_access_warnings(access):
            for finding in findings:
                pulumi.log.warn(finding.text(path), self)
        sets, applications = args.get("permission_sets", []), args.get("applications", [])
        self._args, self._options = args, child_of(self, opts)
        self._existing = args.get("existing_group_ids", {})
        elsewhere = args.get("existing_permission_sets", {})
        ids: Any = args["group_ids"]
        self._group_ids: Any = ids if isinstance(ids, dict) else Output.from_input(ids)
        state = read_state(self)
        self._renames = Renames(
            state, ACCOUNT_ASSIGNMENT, f"{name}-",
            (f"{name}-{each.name}-{group}-{account}" for each in access.permission_sets
             for group, account in each.pairs()),
        )  # fmt: skip
        application_renames = Renames(
            state, APPLICATION_ASSIGNMENT, f"{name}-",
            (f"{name}-{_tail(each['arn'])}-{group}"
             for each in applications for group in each["groups"]),
        )  # fmt: skip
        self.resources: list[Resource] = []
        arns: dict[str, Output[str]] = {}
        for declared, checked in zip(sets, access.permission_sets, strict=True):
            prefix = f"{name}-{declared['name']}"
            policies: list[Resource] = []
            if existing := elsewhere.get(declared["name"]):
                arn = Output.from_input(existing)
            else:
                created = self._permission_set(prefix, declared)
                arn, policies = created.arn, list(self._policies(prefix, declared, created))
                self.resources += [created, *policies]
            arns[declared["name"]] = arn
            for group, account in checked.pairs():
                self._assignment(prefix, declared, arn, policies, group, account)
        for application in applications:
            imported = application.get("import_assignments") and application["arn"]
            for group in application["groups"]:
                resource, principal = f"{name}-{_tail(application['arn'])}-{group}", self._id(group)
                opts = self._child(imported, self._existing.get(group), "GROUP")
                assigned = aws.ssoadmin.ApplicationAssignment(
                    resource,
                    application_arn=application["arn"],
                    principal_id=principal,
                    principal_type="GROUP",
                    opts=application_renames.options(
                        opts, resource, principalId=principal, applicationArn=application["arn"]
                    ),
                )
                self.resources.append(assigned)
        self.permission_set_arns = output_dict(arns)
        self.register_outputs({"permission_set_arns": self.permission_set_arns})

    def _id(self, group: str) -> Output[str]:
        return Output.from_input(self._group_ids[group])

    def _permission_set(self, prefix: str, declared: PermissionSet) -> Any:
        # Tags may be managed outside the stack.
        unmanaged = ResourceOptions(ignore_changes=["tags"])
        return aws.ssoadmin.PermissionSet(
            f"{prefix}-set",
            instance_arn=self._args["instance_arn"],
            name=declared["name"],
            description=declared.get("description"),
            session_duration=declared.get("session_duration", "PT1H"),
            relay_state=declared.get("relay_state"),
            opts=options(
                ResourceOptions.merge(self._options, unmanaged),
                declared.get("import_id"),
                self._args.get("protect", True),
            ),
        )

    def _child(
        self, *ids: str | bool | None, depends_on: Sequence[Resource] = ()
    ) -> ResourceOptions:
        """Options of a child; it is imported if every part of its import ID is known."""
        known = ",".join(str(ident) for ident in ids) if ids and all(ids) else None
        more = ResourceOptions(depends_on=list(depends_on))
        return options(ResourceOptions.merge(self._options, more), known)

    def _policies(self, prefix: str, declared: PermissionSet, created: Any) -> Iterator[Resource]:
        """Every policy of the set. Assignments depend on them and are deleted first: otherwise AWS
        would reprovision every assigned account for each removed policy."""
        where: Any = {
            "instance_arn": self._args["instance_arn"],
            "permission_set_arn": created.arn,
        }
        set_id = declared.get("import_id")
        for arn in declared.get("managed_policies", []):
            yield aws.ssoadmin.ManagedPolicyAttachment(
                f"{prefix}-{_tail(arn)}",
                managed_policy_arn=arn,
                **where,
                opts=self._child(arn, set_id),
            )
        for policy in declared.get("customer_managed_policies", []):
            reference = _reference(policy)
            yield aws.ssoadmin.CustomerManagedPolicyAttachment(
                f"{prefix}-{reference['name']}",
                customer_managed_policy_reference=reference,
                **where,
                opts=self._child(reference["name"], reference["path"], set_id),
            )
        if inline := declared.get("inline_policy"):
            yield aws.ssoadmin.PermissionSetInlinePolicy(
                f"{prefix}-inline",
                inline_policy=Output.json_dumps(inline, sort_keys=True),
                **where,
                opts=self._child(set_id),
            )
        if boundary := declared.get("permissions_boundary"):
            yield aws.ssoadmin.PermissionsBoundaryAttachment(
                f"{prefix}-boundary",
                permissions_boundary={"managed_policy_arn": boundary}
                if boundary.startswith("arn:")
                else {"customer_managed_policy_reference": _reference(boundary)},
                **where,
                opts=self._child(set_id),
            )

    def _assignment(
        self,
        prefix: str,
        declared: PermissionSet,
        arn: Output[str],
        policies: list[Resource],
        group: str,
        account: str,
    ) -> None:
        known = self._existing.get(group), "GROUP", account, "AWS_ACCOUNT"
        resource, principal = f"{prefix}-{group}-{account}", self._id(group)
        opts = self._child(*known, declared.get("import_id"), depends_on=policies)
        assigned = aws.ssoadmin.AccountAssignment(
            resource,
            instance_arn=self._args["instance_arn"],
            permission_set_arn=arn,
            principal_id=principal,
            principal_type="GROUP",
            target_id=account,
            target_type="AWS_ACCOUNT",
            opts=self._renames.options(
                opts,
                resource,
                principalId=principal,
                targetId=account,
                permissionSetArn=arn,
            ),
        )
        self.resources.append(assigned)


def _tail(arn: str) -> str:
    return arn.rpartition("/")[2]


def _reference(policy: str) -> Any:
    """Name and path of `path/name`; the path begins and ends with a slash."""
    path, _, name = policy.strip("/").rpartition("/")
    return {"name": name, "path": f"/{path}/" if path else "/"}
