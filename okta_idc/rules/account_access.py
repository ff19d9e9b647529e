"""5xx, account access: the permission sets that groups have in accounts."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from okta_idc.rules.registry import EnforcementPoint, Related, Severity, Violation, repeated, rule
from okta_idc.rules.suggestions import did_you_mean

_ACCOUNT = re.compile(r"[0-9]{12}")
IDENTITY_STORE_ID = r"([0-9a-f]{10}-)?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
MAX_GROUPS_PER_USER, _DEFAULT_SET_QUOTA = 1_000, 500


@dataclass(frozen=True, slots=True)
class Assignment:
    """An account assignment. `principal` is a group's name in the settings, or a principal's ID in
    a resource; `principal_type` is GROUP or USER."""

    principal: str
    permission_set: str
    account: str
    principal_type: str = "GROUP"


@rule(
    "OIC-530",
    "An account ID does not have 12 digits",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY),
    source="AWS API, TargetId",
    remedy='Write all 12 digits in quotation marks, such as "012345678901"; otherwise, YAML reads '
    "a number.",
    good=Assignment("aws-admins", "Admin", "012345678901"),
    bad=Assignment("aws-admins", "Admin", "12345678901"),
)
def account_id(assignment: Assignment) -> Iterator[Violation]:
    """Subject: one assignment."""
    if not _ACCOUNT.fullmatch(assignment.account):
        yield "account", assignment.account, "is not an account ID."


@rule(
    "OIC-531",
    "An account assignment names a user instead of a group",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="docs/research/aws-setup-page.md#step-3; "
    "docs/research/identity-center.md#recreated-principals",
    remedy="Assign a push group that the user is a member of.",
    good=Assignment("aws-admins", "Admin", "123456789012"),
    bad=Assignment("ada@example.com", "Admin", "123456789012", principal_type="USER"),
)
def assigned_to_groups(assignment: Assignment) -> Iterator[Violation]:
    """Subject: one assignment."""
    if assignment.principal_type == "USER":
        yield "principal", assignment.principal, "is a user."


@dataclass(frozen=True, slots=True)
class AccessOfGroups:
    """Names of the groups with access, of the push groups, and of those that are being retired."""

    groups: tuple[str, ...]
    pushed: tuple[str, ...] = ()
    retiring: tuple[str, ...] = ()


@rule(
    "OIC-532",
    "A group with access is not a push group",
    enforced_by=(EnforcementPoint.COMPONENT,),
    source="docs/research/aws-setup-page.md#step-3",
    remedy="Add the group to `push_groups`, or correct the name.",
    good=AccessOfGroups(("aws-admins",), pushed=("aws-admins", "aws-finance")),
    bad=AccessOfGroups(("aws-admin",), pushed=("aws-admins", "aws-finance")),
)
def access_groups_are_pushed(access: AccessOfGroups) -> Iterator[Violation]:
    """Subject: the groups with access, and the push groups."""
    for index, name in enumerate(access.groups):
        if name not in access.pushed:
            hint = did_you_mean(name, access.pushed)
            yield f"[{index}]", name, f"is not a push group.{hint}"


@rule(
    "OIC-538",
    "A group that is being retired still has access",
    enforced_by=(EnforcementPoint.COMPONENT,),
    source="docs/research/identity-center.md#recreated-principals",
    remedy="Remove the group from `account_access` and run `pulumi up`, then set `retire: true`.",
    good=AccessOfGroups(("aws-admins",), retiring=("aws-old",)),
    bad=AccessOfGroups(("aws-admins", "aws-old"), retiring=("aws-old",)),
)
def retiring_groups_have_no_access(access: AccessOfGroups) -> Iterator[Violation]:
    """Subject: the groups with access, and those being retired."""
    for index, name in enumerate(access.groups):
        if name in access.retiring:
            yield f"[{index}]", name, "is being retired."


@rule(
    "OIC-533",
    "A principal is not an Identity Store ID",
    enforced_by=(EnforcementPoint.POLICY,),
    source="AWS API, PrincipalId: a UUID, with or without a prefix of ten digits",
    remedy="Use the ID of the Identity Store group: the result `group_id` of "
    "aws.identitystore.get_group.",
    good=Assignment("90676a1b2c-11111111-2222-3333-4444-555555555555", "Admin", "123456789012"),
    bad=Assignment("aws-admins", "Admin", "123456789012"),
)
def principal_id(assignment: Assignment) -> Iterator[Violation]:
    """Subject: one declared assignment."""
    if not re.fullmatch(IDENTITY_STORE_ID, assignment.principal):
        yield "principal_id", assignment.principal, "is not an Identity Store ID."


@dataclass(frozen=True, slots=True)
class Principals:
    """Principal IDs by account assignment, and all IDs in the identity store."""

    assigned: Mapping[str, str]
    existing: Collection[str]


@rule(
    "OIC-534",
    "An account assignment names a principal that does not exist",
    enforced_by=(EnforcementPoint.DOCTOR,),
    source="docs/research/identity-center.md#recreated-principals",
    remedy="Assign the group that replaced the principal, then delete the old assignment.",
    good=Principals({"Admin in 123456789012": "g-1"}, existing=("g-1",)),
    bad=Principals({"Admin in 123456789012": "g-1"}, existing=("g-2",)),
)
def principal_exists(principals: Principals) -> Iterator[Violation]:
    """Subject: the principals of all assignments, and all IDs in the identity store."""
    for assignment, principal in principals.assigned.items():
        if principal not in principals.existing:
            yield assignment, principal, "does not exist in the identity store."


@rule(
    "OIC-535",
    "An account assignment is declared twice",
    enforced_by=(EnforcementPoint.POLICY,),
    source="docs/research/aws-provider.md#existing-assignments",
    remedy="Remove the duplicate.",
    good=(Assignment("a", "Admin", "123456789012"), Assignment("b", "Admin", "123456789012")),
    bad=(Assignment("a", "Admin", "123456789012"), Assignment("a", "Admin", "123456789012")),
)
def assigned_once(assignments: tuple[Assignment, ...]) -> Iterator[Violation]:
    """Subject: all assignments."""
    for index, first in repeated(assignments):
        principal = assignments[index].principal
        yield f"[{index}]", principal, "is assigned twice.", Related(f"[{first}]")


@rule(
    "OIC-536",
    "A user is in more than 1,000 groups",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.DOCTOR,),
    source="docs/research/identity-center.md#quotas",
    remedy="Push fewer groups, or remove the user from some.",
    good={"ada@example.com": 12},
    bad={"ada@example.com": 1_001},
)
def groups_per_user(counts: Mapping[str, int]) -> Iterator[Violation]:
    """Subject: the number of groups of each Identity Store user, by username."""
    for user, count in counts.items():
        if count > MAX_GROUPS_PER_USER:
            yield user, None, f"is in {count:,} groups; AWS evaluates 1,000."


@dataclass(frozen=True, slots=True)
class Provisioned:
    """Number of permission sets by account, and the quota in Service Quotas."""

    accounts: Mapping[str, int]
    quota: int = _DEFAULT_SET_QUOTA


@rule(
    "OIC-537",
    "An account has more permission sets than its quota",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.DOCTOR,),
    source="docs/research/identity-center.md#quotas",
    remedy="Remove permission sets from the account, or request a higher quota from AWS.",
    good=Provisioned({"123456789012": 12}),
    bad=Provisioned({"123456789012": 501}),
)
def permission_sets_per_account(provisioned: Provisioned) -> Iterator[Violation]:
    """Subject: all accounts."""
    for account, count in provisioned.accounts.items():
        if count > provisioned.quota:
            yield (
                account,
                None,
                f"has {count:,} permission sets; the quota is {provisioned.quota:,}.",
            )
