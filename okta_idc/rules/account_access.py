"""5xx, account access: who gets which permission set in which account."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from okta_idc.rules.registry import EnforcementPoint, Related, Severity, Violation, repeated, rule

_ACCOUNT = re.compile(r"[0-9]{12}")
_PRINCIPAL = re.compile(
    r"([0-9a-f]{10}-|)[A-Fa-f0-9]{8}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{12}"
)
_GROUPS_OF_ONE, _SETS_OF_ONE = 1_000, 500


@dataclass(frozen=True, slots=True)
class Assignment:
    """An account assignment. `principal` is a group's name where a component declares it, and the
    principal's id in AWS where a resource does; `principal_type` is GROUP or USER."""

    principal: str
    permission_set: str
    account: str
    principal_type: str = "GROUP"


@rule(
    "OIC-530",
    "An account ID does not have 12 digits",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY),
    source="AWS API, TargetId",
    remedy='write all 12 digits, in quotes: YAML takes 012345678901 for a number ("012345678901").',
    good=Assignment("aws-admins", "Admin", "012345678901"),
    bad=Assignment("aws-admins", "Admin", "12345678901"),
)
def account_id(assignment: Assignment) -> Iterator[Violation]:
    """Subject: one assignment."""
    if not _ACCOUNT.fullmatch(assignment.account):
        yield "account", assignment.account, "is not an account id."


@rule(
    "OIC-531",
    "A user has access without a group",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="AWS's page (docs/research/aws-setup-page.md#step-3): groups rather than users. For "
    "accounts too: a user created again has another ID "
    "(docs/research/identity-center.md#recreated-principals)",
    remedy="assign a pushed group that the person is in.",
    good=Assignment("aws-admins", "Admin", "123456789012"),
    bad=Assignment("ada@example.com", "Admin", "123456789012", principal_type="USER"),
)
def given_to_groups(assignment: Assignment) -> Iterator[Violation]:
    """Subject: one assignment."""
    if assignment.principal_type == "USER":
        yield "principal", assignment.principal, "is a person."


@dataclass(frozen=True, slots=True)
class AccessOfGroups:
    """Names of groups that get access, and of those that are pushed."""

    groups: tuple[str, ...]
    pushed: tuple[str, ...]


@rule(
    "OIC-532",
    "A group that gets access is not a push group",
    enforced_by=(EnforcementPoint.COMPONENT,),
    source="AWS's page (docs/research/aws-setup-page.md#step-3): a pushed group appears in AWS, an "
    "assignment group does not",
    remedy="add the group to `push`, or correct the name.",
    good=AccessOfGroups(("aws-admins",), pushed=("aws-admins", "aws-finance")),
    bad=AccessOfGroups(("aws-admin",), pushed=("aws-admins", "aws-finance")),
)
def access_is_pushed(access: AccessOfGroups) -> Iterator[Violation]:
    """Subject: the names on both sides."""
    for index, name in enumerate(access.groups):
        if name not in access.pushed:
            close = get_close_matches(name, access.pushed, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            yield f"[{index}]", name, f"is not pushed.{hint}"


@dataclass(frozen=True, slots=True)
class RetiringGroups:
    """Names of the groups that something is opened to, and of those that are being retired."""

    opened_to: tuple[str, ...]
    retiring: tuple[str, ...]


@rule(
    "OIC-538",
    "A group that is being retired still has access",
    enforced_by=(EnforcementPoint.COMPONENT,),
    source="this kit: the group in AWS is deleted with its mapping. A group created again has "
    "another ID (docs/research/identity-center.md#recreated-principals)",
    remedy="take the group out of access first, run, and mark it with retire: true then.",
    good=RetiringGroups(("aws-admins",), ("aws-old",)),
    bad=RetiringGroups(("aws-admins", "aws-old"), ("aws-old",)),
)
def retired_opens_nothing(groups: RetiringGroups) -> Iterator[Violation]:
    """Subject: the names on both sides."""
    for index, name in enumerate(groups.opened_to):
        if name in groups.retiring:
            yield f"[{index}]", name, "is being retired."


@rule(
    "OIC-533",
    "A principal is not an ID of the Identity Store",
    enforced_by=(EnforcementPoint.POLICY,),
    source="AWS API, PrincipalId: a UUID, with or without ten digits before it",
    remedy="look the group up (aws.identitystore.get_group) and give its group_id, not its name.",
    good=Assignment("90676a1b2c-11111111-2222-3333-4444-555555555555", "Admin", "123456789012"),
    bad=Assignment("aws-admins", "Admin", "123456789012"),
)
def principal_id(assignment: Assignment) -> Iterator[Violation]:
    """Subject: one assignment as a resource declares it."""
    if not _PRINCIPAL.fullmatch(assignment.principal):
        yield "principal_id", assignment.principal, "is not an id of the identity store."


@dataclass(frozen=True, slots=True)
class Principals:
    """Principal ids by the assignment that names them, and all ids in the identity store."""

    named: Mapping[str, str]
    there: Collection[str]


@rule(
    "OIC-534",
    "An account assignment names a principal that does not exist",
    enforced_by=(EnforcementPoint.DOCTOR,),
    source="AWS: a user or group created again has another ID; the assignment keeps the old one "
    "and grants no access (docs/research/identity-center.md#recreated-principals)",
    remedy="make the assignment anew for the group of that name, then remove the old one.",
    good=Principals({"Admin in 123456789012": "g-1"}, there=("g-1",)),
    bad=Principals({"Admin in 123456789012": "g-1"}, there=("g-2",)),
)
def principal_exists(principals: Principals) -> Iterator[Violation]:
    """Subject: all assignments' principals and the identity store's ids."""
    for place, principal in principals.named.items():
        if principal not in principals.there:
            yield place, principal, "is not in the identity store."


@rule(
    "OIC-535",
    "An account assignment is declared twice",
    enforced_by=(EnforcementPoint.POLICY,),
    source="AWS provider: creating an assignment that is there fails with «already exists» "
    "(docs/research/aws-provider.md#existing-assignments)",
    remedy="remove the repetition.",
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
    source="AWS quotas: 1,000 unique groups are looked at to work out one user's permissions "
    "(docs/research/identity-center.md#quotas)",
    remedy="push fewer groups, or take the person out of some.",
    good={"ada@example.com": 12},
    bad={"ada@example.com": 1_001},
)
def groups_of_one(counts: Mapping[str, int]) -> Iterator[Violation]:
    """Subject: in how many groups of the identity store each person is, by user name."""
    for person, count in counts.items():
        if count > _GROUPS_OF_ONE:
            yield person, str(count), "groups are more than AWS looks at (1,000)."


@dataclass(frozen=True, slots=True)
class Provisioned:
    """How many permission sets each account has, and the quota, as Service Quotas tells it."""

    accounts: Mapping[str, int]
    quota: int = _SETS_OF_ONE


@rule(
    "OIC-537",
    "An account has more permission sets than its quota",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.DOCTOR,),
    source="AWS quotas: 500 provisioned permission sets an account. Older pages say 250: the rule "
    "takes the number that Service Quotas gives (docs/research/identity-center.md#quotas)",
    remedy="remove sets from the account, or ask AWS to raise the quota.",
    good=Provisioned({"123456789012": 12}),
    bad=Provisioned({"123456789012": 501}),
)
def sets_of_account(provisioned: Provisioned) -> Iterator[Violation]:
    """Subject: all accounts."""
    for account, count in provisioned.accounts.items():
        if count > provisioned.quota:
            yield account, str(count), f"permission sets are more than {provisioned.quota}."
