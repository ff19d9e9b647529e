"""6xx, the identity store in AWS beside Okta: who and what is missing, left over, or made by hand.

People and groups are named by user name and group name; both sides compare without case where AWS
does.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from okta_idc.rules.registry import Related, Severity, Violation, doctor_rule, user_rule

_SCIM_LOGGED = datetime(2024, 9, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class GroupNames:
    """A pushed group's name in Okta and in AWS."""

    okta: str
    aws: str


@doctor_rule(
    "OIC-620",
    "A push group has another name in AWS",
    severity=Severity.ADVISORY,
    source="Okta, group push: a renamed group is renamed in AWS if «Rename app groups» is on; "
    "where it is not, look-ups by name fail (docs/research/group-push.md#renamed-groups)",
    remedy="in Okta open the app → Push Groups → Settings and choose to rename, then push the "
    "group.",
    good=GroupNames("aws-admins", "aws-admins"),
    bad=GroupNames("aws-administrators", "aws-admins"),
)
def group_renamed(names: GroupNames) -> Iterator[Violation]:
    """Subject: one pushed group."""
    if names.okta != names.aws:
        yield "name", names.okta, "has another name in AWS.", Related("", names.aws)


@dataclass(frozen=True, slots=True)
class Members:
    """A pushed group's members: who should be in AWS (assigned and active), and who is."""

    group: str
    wanted: frozenset[str]
    in_aws: frozenset[str]


@doctor_rule(
    "OIC-621",
    "A member of a push group is missing from it in AWS",
    source="Okta, group push: a membership that is pushed before its user is provisioned is lost, "
    "and not tried again (docs/research/group-push.md#order-of-changes)",
    remedy="push the group again: in Okta open the app → Push Groups → the group → Push now.",
    good=Members("aws-admins", frozenset({"ada"}), frozenset({"ada"})),
    bad=Members("aws-admins", frozenset({"ada", "ben"}), frozenset({"ada"})),
)
def member_missing(members: Members) -> Iterator[Violation]:
    """Subject: one pushed group."""
    for person in sorted(members.wanted - members.in_aws):
        yield members.group, person, "is a member in Okta, and not in AWS."


@doctor_rule(
    "OIC-622",
    "A former member of a push group is still in it in AWS",
    source="Okta, group push: who is unassigned before leaving the push group stays a member in "
    "AWS (docs/research/group-push.md#order-of-changes)",
    remedy="push the group again; take people out of the push group first, then unassign them.",
    good=Members("aws-admins", frozenset({"ada"}), frozenset({"ada"})),
    bad=Members("aws-admins", frozenset({"ada"}), frozenset({"ada", "ben"})),
)
def member_left_over(members: Members) -> Iterator[Violation]:
    """Subject: one pushed group."""
    for person in sorted(members.in_aws - members.wanted):
        yield members.group, person, "is a member in AWS, and not in Okta."


@dataclass(frozen=True, slots=True)
class Sides:
    """What Okta has sent, and what the identity store holds: group or user names."""

    okta: tuple[str, ...]
    aws: Collection[str]


@doctor_rule(
    "OIC-623",
    "A push group is not in AWS",
    source="Okta: «Linked group is missing» when somebody deleted it in AWS; account assignments "
    "on it give nobody access (docs/research/identity-center.md#recreated-principals)",
    remedy="in Okta unlink the pushed group (leave it in the app), push it anew, then make its "
    "account assignments anew: the group has another id.",
    good=Sides(("aws-admins",), ("aws-admins",)),
    bad=Sides(("aws-admins",), ()),
)
def group_missing(sides: Sides) -> Iterator[Violation]:
    """Subject: the groups whose mapping is ACTIVE and has pushed, and all groups in AWS."""
    for name in sides.okta:
        if name not in sides.aws:
            yield "push_groups", name, "is pushed, and not in AWS."


@doctor_rule(
    "OIC-624",
    "A user whom Okta has provisioned is not in AWS",
    source="Okta: «No user returned for user …» when somebody deleted the user in AWS; Okta goes "
    "on updating an id that is gone (docs/research/scim.md#objects-that-aws-already-has)",
    remedy="unassign the person and assign them again, then push their groups again.",
    good=Sides(("ada@example.com",), ("ada@example.com",)),
    bad=Sides(("ada@example.com",), ()),
)
def user_missing(sides: Sides) -> Iterator[Violation]:
    """Subject: user names of the app users that are PROVISIONED, and all user names in AWS."""
    there = {name.casefold() for name in sides.aws}
    for name in sides.okta:
        if name.casefold() not in there:
            yield "", name, "is provisioned as Okta has it, and not in AWS."


@doctor_rule(
    "OIC-625",
    "A user who is no longer assigned is still enabled in AWS",
    source="AWS's page (docs/research/aws-setup-page.md#provisioning-features): unassigned users "
    "are disabled; with an expired token or the feature off they are not",
    remedy="disable the user in AWS (IAM Identity Center → Users), then look why Okta did not: "
    "OIC-103, OIC-612.",
    good=Sides(("ada@example.com",), ("ada@example.com",)),
    bad=Sides(("ada@example.com",), ("ada@example.com", "ben@example.com")),
)
def user_left_over(sides: Sides) -> Iterator[Violation]:
    """Subject: user names of everybody assigned and active in Okta, and of the users that SCIM made
    and that are enabled in AWS."""
    assigned = {name.casefold() for name in sides.okta}
    for name in sorted(sides.aws):
        if name.casefold() not in assigned:
            yield "", name, "is enabled in AWS, and not assigned in Okta."


@doctor_rule(
    "OIC-626",
    "An unmanaged user in AWS has a username that Okta sends",
    source="AWS: 409 «Refused to create a new, duplicate resource» for a user that stands there "
    "already, unmanaged or by Control Tower (docs/research/scim.md#objects-that-aws-already-has)",
    remedy="delete the user in AWS after noting its assignments; Okta then makes it.",
    good=Sides(("ada@example.com",), ()),
    bad=Sides(("ada@example.com",), ("Ada@example.com",)),
)
def user_in_the_way(sides: Sides) -> Iterator[Violation]:
    """Subject: user names (or emails) of everybody assigned who is not provisioned, and those of
    the users in AWS that SCIM did not make."""
    taken = {name.casefold() for name in sides.aws}
    for name in sides.okta:
        if name.casefold() in taken:
            yield "", name, "stands in AWS already, not made by Okta."


@doctor_rule(
    "OIC-627",
    "An unmanaged group in AWS has the name of a push group",
    source="AWS: 409 «Duplicate GroupDisplayName»; Okta cannot link an existing AWS group by name "
    "(docs/research/group-push.md#linking-by-name)",
    remedy="refresh app groups in Okta (Push Groups) and link the group by its id, or rename one.",
    good=Sides(("aws-admins",), ()),
    bad=Sides(("aws-admins",), ("aws-admins",)),
)
def group_in_the_way(sides: Sides) -> Iterator[Violation]:
    """Subject: names of the push groups without a linked group, and of the groups in AWS that SCIM
    did not make."""
    taken = {name.casefold() for name in sides.aws}
    for name in sides.okta:
        if name.casefold() in taken:
            yield "push_groups", name, "stands in AWS already, not made by Okta."


@dataclass(frozen=True, slots=True)
class ByHand:
    """Names of users and groups in AWS that SCIM did not make."""

    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@doctor_rule(
    "OIC-628",
    "The Identity Store has unmanaged users or groups",
    severity=Severity.ADVISORY,
    source="AWS: with SCIM on, the console does not add users, the Identity Store API still does "
    "(docs/research/identity-center.md#users-and-groups-outside-scim). Who did not come from Okta "
    "does not leave with Okta either",
    remedy="make the person or group in Okta, move the assignments, then delete it in AWS; keep a "
    "break-glass user that is meant.",
    good=ByHand(),
    bad=ByHand(users=("breakglass",), groups=("AWSControlTowerAdmins",)),
)
def made_by_hand(found: ByHand) -> Iterator[Violation]:
    """Subject: the identity store."""
    for name in found.users:
        yield "users", name, "was not made by Okta."
    for name in found.groups:
        yield "groups", name, "was not made by Okta."


@dataclass(frozen=True, slots=True)
class Provisioning:
    """App users by user name, with Okta's syncState (SYNCHRONIZED, ERROR, …) and status."""

    sync_state: Mapping[str, str]


@doctor_rule(
    "OIC-629",
    "Provisioning a user has failed",
    source="Okta API, application users: syncState ERROR is a failed provisioning task; AWS gives "
    "every refusal the same text, so the 3xx rules say why (docs/research/okta-api.md#app-users)",
    remedy="mend what the 3xx rules find of the person, then retry the task (Dashboard → Tasks).",
    good=Provisioning({"ada@example.com": "SYNCHRONIZED"}),
    bad=Provisioning({"ada@example.com": "ERROR"}),
)
def provisioning_failed(subject: Provisioning) -> Iterator[Violation]:
    """Subject: everybody who is assigned."""
    for person, state in subject.sync_state.items():
        if state == "ERROR":
            yield "", person, "was refused by AWS."


@dataclass(frozen=True, slots=True)
class ExternalIds:
    """External id in AWS and id in Okta, by user name."""

    aws: Mapping[str, str]
    okta: Mapping[str, str]


@user_rule(
    "OIC-630",
    "A user's external ID in AWS is not the Okta user's ID",
    severity=Severity.ADVISORY,
    source="AWS SCIM API: externalId must be mapped to something that never changes, the Okta "
    "user's id (docs/research/scim.md#attributes)",
    remedy="map externalId to the Okta user's id (Provisioning → To App → Attribute Mappings).",
    good=ExternalIds({"ada@example.com": "00u1"}, {"ada@example.com": "00u1"}),
    bad=ExternalIds({"ada@example.com": "ada"}, {"ada@example.com": "00u1"}),
)
def external_id(ids: ExternalIds) -> Iterator[Violation]:
    """Subject: everybody who is on both sides."""
    for person, there in ids.aws.items():
        wanted = ids.okta.get(person)
        if wanted is not None and there != wanted:
            both = Related("AWS", there), Related("Okta", wanted)
            yield "externalId", person, "has another external ID in AWS than in Okta.", *both


@doctor_rule(
    "OIC-631",
    "The token is too old for CloudTrail to record why AWS refuses requests",
    severity=Severity.ADVISORY,
    source="AWS: SCIM calls are in CloudTrail only with tokens made since September 2024; the body "
    "of a refusal never says the reason (docs/research/scim.md#errors)",
    remedy="generate a new token and store it in the secret with its dates.",
    good=datetime(2026, 1, 1, tzinfo=UTC),
    bad=datetime(2024, 8, 1, tzinfo=UTC),
)
def token_logged(created: datetime) -> Iterator[Violation]:
    """Subject: when the token was created (aware)."""
    if created < _SCIM_LOGGED:
        yield "created", created.date().isoformat(), "is before September 2024."
