"""6xx, Identity Store users and groups that are missing, extra or unmanaged.

Subjects identify users by username and groups by name; case is ignored where AWS ignores it.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from okta_idc.rules.registry import Related, Severity, Violation, doctor_rule, user_rule
from okta_idc.rules.scim_secret import ROTATE

_SCIM_LOGGED = datetime(2024, 9, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class GroupNames:
    """A push group's name in Okta and in AWS."""

    okta: str
    aws: str


@doctor_rule(
    "OIC-620",
    "A push group has a different name in AWS",
    severity=Severity.ADVISORY,
    source="docs/research/group-push.md#renamed-groups",
    remedy="In Okta, open the app → Push Groups → Settings, choose to rename groups, then push "
    "the group.",
    good=GroupNames("aws-admins", "aws-admins"),
    bad=GroupNames("aws-administrators", "aws-admins"),
)
def group_renamed(names: GroupNames) -> Iterator[Violation]:
    """Subject: one push group."""
    if names.okta != names.aws:
        yield "name", names.okta, "has a different name in AWS.", Related("", names.aws)


@dataclass(frozen=True, slots=True)
class Members:
    """A push group's members: those wanted in AWS (assigned and active), and those in AWS."""

    group: str
    wanted: frozenset[str]
    in_aws: frozenset[str]


@doctor_rule(
    "OIC-621",
    "A member of a push group is missing from it in AWS",
    source="docs/research/group-push.md#order-of-changes",
    remedy="In Okta, open the app → Push Groups → the group → Push now.",
    good=Members("aws-admins", frozenset({"ada"}), frozenset({"ada"})),
    bad=Members("aws-admins", frozenset({"ada", "ben"}), frozenset({"ada"})),
)
def member_missing(members: Members) -> Iterator[Violation]:
    """Subject: one push group."""
    for user in sorted(members.wanted - members.in_aws):
        yield members.group, user, "is a member in Okta, but not in AWS."


@doctor_rule(
    "OIC-622",
    "A former member of a push group is still in it in AWS",
    source="docs/research/group-push.md#order-of-changes",
    remedy="Push the group again. Remove users from a push group before you unassign them.",
    good=Members("aws-admins", frozenset({"ada"}), frozenset({"ada"})),
    bad=Members("aws-admins", frozenset({"ada"}), frozenset({"ada", "ben"})),
)
def extra_member(members: Members) -> Iterator[Violation]:
    """Subject: one push group."""
    for user in sorted(members.in_aws - members.wanted):
        yield members.group, user, "is a member in AWS, but not in Okta."


@dataclass(frozen=True, slots=True)
class Sides:
    """Group names or usernames that Okta has sent, and those in the identity store."""

    okta: tuple[str, ...]
    aws: Collection[str]


@doctor_rule(
    "OIC-623",
    "A push group is not in AWS",
    source="docs/research/identity-center.md#recreated-principals",
    remedy="In Okta, unlink the pushed group (leave it in the app) and push it again, then create "
    "its account assignments again, since the new group has a different ID.",
    good=Sides(("aws-admins",), ("aws-admins",)),
    bad=Sides(("aws-admins",), ()),
)
def group_missing(sides: Sides) -> Iterator[Violation]:
    """Subject: the groups with an ACTIVE mapping that has pushed, and all groups in AWS."""
    for name in sides.okta:
        if name not in sides.aws:
            yield "push_groups", name, "is pushed, but not in AWS."


@doctor_rule(
    "OIC-624",
    "A user provisioned by Okta is not in AWS",
    source="docs/research/scim.md#objects-that-aws-already-has",
    remedy="Look for the user in IAM Identity Center → Users. If the user is missing, change one "
    "of their attributes in Okta, so that Okta sends the user again, and read the result in "
    "Dashboard → Tasks. Do not unassign a user who is in AWS: that disables them there.",
    good=Sides(("ada@example.com",), ("ada@example.com",)),
    bad=Sides(("ada@example.com",), ()),
)
def user_missing(sides: Sides) -> Iterator[Violation]:
    """Subject: the usernames of PROVISIONED app users, and all usernames in AWS."""
    actual = {name.casefold() for name in sides.aws}
    for name in sides.okta:
        if name.casefold() not in actual:
            yield "", name, "is provisioned according to Okta, but not in AWS."


@doctor_rule(
    "OIC-625",
    "A user who is no longer assigned is still enabled in AWS",
    source="docs/research/aws-setup-page.md#provisioning-features",
    remedy="Disable the user in AWS (IAM Identity Center → Users), then check the cause: OIC-103, "
    "OIC-612.",
    good=Sides(("ada@example.com",), ("ada@example.com",)),
    bad=Sides(("ada@example.com",), ("ada@example.com", "ben@example.com")),
)
def unassigned_user_enabled(sides: Sides) -> Iterator[Violation]:
    """Subject: the usernames of assigned and active users in Okta, and of enabled users that SCIM
    created in AWS."""
    assigned = {name.casefold() for name in sides.okta}
    for name in sorted(sides.aws):
        if name.casefold() not in assigned:
            yield "", name, "is enabled in AWS, but not assigned in Okta."


@doctor_rule(
    "OIC-626",
    "An unmanaged user in AWS has a username that Okta sends",
    source="docs/research/scim.md#objects-that-aws-already-has",
    remedy="Record the user's assignments, then delete the user in AWS; Okta creates it again.",
    good=Sides(("ada@example.com",), ()),
    bad=Sides(("ada@example.com",), ("Ada@example.com",)),
)
def unmanaged_user_conflict(sides: Sides) -> Iterator[Violation]:
    """Subject: the usernames (or emails) of assigned users who are not provisioned, and of users in
    AWS that SCIM did not create."""
    taken = {name.casefold() for name in sides.aws}
    for name in sides.okta:
        if name.casefold() in taken:
            yield "", name, "exists in AWS, but was not created by Okta."


@doctor_rule(
    "OIC-627",
    "An unmanaged group in AWS has the name of a push group",
    source="docs/research/group-push.md#linking-by-name",
    remedy="In Okta, refresh app groups (Push Groups) and link the group by its ID, or rename one "
    "of the groups.",
    good=Sides(("aws-admins",), ()),
    bad=Sides(("aws-admins",), ("aws-admins",)),
)
def unmanaged_group_conflict(sides: Sides) -> Iterator[Violation]:
    """Subject: the names of push groups without a linked group, and of groups in AWS that SCIM did
    not create."""
    taken = {name.casefold() for name in sides.aws}
    for name in sides.okta:
        if name.casefold() in taken:
            yield "push_groups", name, "exists in AWS, but was not created by Okta."


@dataclass(frozen=True, slots=True)
class Unmanaged:
    """Names of users and groups in AWS that SCIM did not create."""

    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@doctor_rule(
    "OIC-628",
    "The Identity Store has unmanaged users or groups",
    severity=Severity.ADVISORY,
    source="docs/research/identity-center.md#users-and-groups-outside-scim",
    remedy="Create the user or group in Okta, move the assignments, then delete the original in "
    "AWS. Such a user is no emergency access: with Okta as the identity source, every sign-in goes "
    "through Okta.",
    good=Unmanaged(),
    bad=Unmanaged(users=("breakglass",), groups=("AWSControlTowerAdmins",)),
)
def unmanaged_principals(found: Unmanaged) -> Iterator[Violation]:
    """Subject: the identity store."""
    for name in found.users:
        yield "users", name, "was not created by Okta."
    for name in found.groups:
        yield "groups", name, "was not created by Okta."


@dataclass(frozen=True, slots=True)
class Provisioning:
    """Okta's syncState (SYNCHRONIZED, ERROR, …) of app users by login, and the users for whom
    another rule explains a failure."""

    sync_state: Mapping[str, str]
    explained: Collection[str] = ()


@doctor_rule(
    "OIC-629",
    "Provisioning a user has failed, and no rule explains why",
    source="docs/research/okta-api.md#app-users",
    remedy="Read the reason in Okta (Dashboard → Tasks); no API shows it. Resolve it, then retry "
    "the task.",
    good=Provisioning({"ada@example.com": "ERROR"}, explained=("ada@example.com",)),
    bad=Provisioning({"ada@example.com": "ERROR"}),
)
def provisioning_failed(subject: Provisioning) -> Iterator[Violation]:
    """Subject: all assigned users."""
    for user, state in subject.sync_state.items():
        if state == "ERROR" and user not in subject.explained:
            yield "", user, "could not be provisioned."


@dataclass(frozen=True, slots=True)
class ExternalIds:
    """External ID in AWS and ID in Okta, by username."""

    aws: Mapping[str, str]
    okta: Mapping[str, str]


@user_rule(
    "OIC-630",
    "A user's external ID in AWS is not the Okta user's ID",
    severity=Severity.ADVISORY,
    source="docs/research/scim.md#attributes",
    remedy="Map externalId to the Okta user's ID (Provisioning → To App → Attribute Mappings).",
    good=ExternalIds({"ada@example.com": "00u1"}, {"ada@example.com": "00u1"}),
    bad=ExternalIds({"ada@example.com": "ada"}, {"ada@example.com": "00u1"}),
)
def external_id(ids: ExternalIds) -> Iterator[Violation]:
    """Subject: the users who exist in Okta and in AWS."""
    for user, actual in ids.aws.items():
        wanted = ids.okta.get(user)
        if wanted is not None and actual != wanted:
            both = Related("AWS", actual), Related("Okta", wanted)
            yield "externalId", user, "has a different external ID in AWS than in Okta.", *both


@doctor_rule(
    "OIC-631",
    "The token is too old for CloudTrail to record why AWS refuses requests",
    severity=Severity.ADVISORY,
    source="docs/research/scim.md#errors",
    remedy=ROTATE,
    good=datetime(2026, 1, 1, tzinfo=UTC),
    bad=datetime(2024, 8, 1, tzinfo=UTC),
)
def token_logged(created: datetime) -> Iterator[Violation]:
    """Subject: when the token was created (aware)."""
    if created < _SCIM_LOGGED:
        yield "created", created.date().isoformat(), "is before September 2024."
