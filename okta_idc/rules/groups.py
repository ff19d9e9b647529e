"""2xx, groups: who is assigned to the app, and which groups are pushed through it.

What a push mapping declares is in `push`, what became of it in `push_drift`.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from okta_idc.rules.characters import forbidden, named_characters, outside
from okta_idc.rules.registry import EnforcementPoint, Related, Severity, Violation, repeated, rule

_NAME_MAX = 1024


@dataclass(frozen=True, slots=True)
class GroupRoles:
    """Names (or ids) of groups by role, in the order in which they are declared."""

    assignment_groups: tuple[str, ...] = ()
    push_groups: tuple[str, ...] = ()


@rule(
    "OIC-201",
    "A group is both an assignment group and a push group",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="AWS's page (docs/research/aws-setup-page.md#considerations): one group cannot serve "
    "for both; Okta: members are lost",
    remedy="keep it in `push`, and assign a separate group that has the same people.",
    good=GroupRoles(("aws-access",), push_groups=("aws-admins",)),
    bad=GroupRoles(("aws-access", "aws-admins"), push_groups=("aws-admins",)),
)
def one_role_per_group(roles: GroupRoles) -> Iterator[Violation]:
    """Subject: the groups in their roles."""
    for index, name in enumerate(roles.push_groups):
        if name in roles.assignment_groups:
            assigned = Related(f"assignments.groups[{roles.assignment_groups.index(name)}]")
            yield f"push_groups[{index}]", name, "is an assignment group too.", assigned


@dataclass(frozen=True, slots=True)
class PushedMembers:
    """Members of a push group, and everybody who is assigned to the app: ids of Okta users."""

    group: str
    members: frozenset[str]
    assigned: Collection[str]


@rule(
    "OIC-202",
    "A member of a push group is not assigned to the app",
    enforced_by=(EnforcementPoint.DOCTOR,),
    source="AWS's page (docs/research/aws-setup-page.md#step-3); Okta: a pushed member who is not "
    "assigned is not synchronized (docs/research/group-push.md#members)",
    remedy="put the person into an assignment group; the next push brings the membership.",
    good=PushedMembers("aws-admins", frozenset({"00u1"}), frozenset({"00u1", "00u2"})),
    bad=PushedMembers("aws-admins", frozenset({"00u1", "00u3"}), frozenset({"00u1"})),
)
def members_are_assigned(pushed: PushedMembers) -> Iterator[Violation]:
    """Subject: one push group's members, and who is assigned. The value is the user's id."""
    for member in sorted(pushed.members):
        if member not in pushed.assigned:
            yield pushed.group, member, "is a member, but not assigned to the app."


@dataclass(frozen=True, slots=True)
class WantedGroups:
    """Names looked for, by their place in the settings, and what Okta answered: name → ids."""

    places: Mapping[str, str]
    found: Mapping[str, Collection[str]]


@rule(
    "OIC-203",
    "Okta does not have exactly one group of the configured name",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.DOCTOR),
    source="Okta API: q matches prefixes; the provider takes a lone prefix hit for a match",
    remedy="write the name as Okta shows it (Directory → Groups), or create the group first.",
    good=WantedGroups({"push[0]": "aws-admins"}, {"aws-admins": ("00g1",)}),
    bad=WantedGroups({"push[0]": "aws-admin"}, {"aws-admins": ("00g1",)}),
)
def group_exists(wanted: WantedGroups) -> Iterator[Violation]:
    """Subject: the names wanted and the groups found."""
    for place, name in wanted.places.items():
        ids = wanted.found.get(name, ())
        if len(ids) == 1:
            continue
        if ids:
            yield place, name, f"is the name of {len(ids)} groups in Okta."
        else:
            close = get_close_matches(name, list(wanted.found), n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            yield place, name, f"is not a group in Okta.{hint}"


@rule(
    "OIC-204",
    "A group is listed twice in one role",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY),
    source="Okta API, group push mappings: one mapping for a source group",
    remedy="remove the repetition.",
    good=GroupRoles(push_groups=("aws-admins", "aws-finance")),
    bad=GroupRoles(push_groups=("aws-admins", "aws-admins")),
)
def named_once(roles: GroupRoles) -> Iterator[Violation]:
    """Subject: the groups in their roles."""
    listed = {"assignments.groups": roles.assignment_groups, "push_groups": roles.push_groups}
    for role, names in listed.items():
        for name, times in Counter(names).items():
            if times > 1:
                last = len(names) - 1 - names[::-1].index(name)
                yield f"{role}[{last}]", name, f"is named {times} times."


@rule(
    "OIC-205",
    "A push group's name is empty, too long or contains characters that AWS does not allow",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="AWS Identity Store API, GroupDisplayName: 1–1,024 characters of "
    r"[\p{L}\p{M}\p{S}\p{N}\p{P}\t\n\r and three blanks]",
    remedy="rename the group in Okta; type the name anew if it was pasted.",
    good="aws-admins",
    bad="aws-\u200badmins",
)
def group_name(name: str) -> Iterator[Violation]:
    """Subject: the group's name in Okta, which becomes its displayName in AWS."""
    if not 1 <= len(name) <= _NAME_MAX:
        yield "", name, f"has {len(name)} characters."
    elif wrong := outside(name):
        yield "", name, f"holds {named_characters(wrong)}."


@rule(
    "OIC-206",
    "A push group's name contains one of <>;:%",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="AWS's page (docs/research/aws-setup-page.md#troubleshooting): not allowed in "
    "synchronized attributes. Advisory: the Identity Store API allows them in a group's name",
    remedy="rename the group in Okta before it is pushed.",
    good="aws-admins",
    bad="aws:admins",
)
def group_name_forbidden(name: str) -> Iterator[Violation]:
    """Subject: the group's name in Okta."""
    if found := forbidden(name):
        yield "", name, f"holds {' '.join(found)}."


@rule(
    "OIC-207",
    "Push groups have names that differ only in case",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="AWS: a group's displayName is unique in the identity store, else 409 «Duplicate "
    "GroupDisplayName» (docs/research/scim.md#attributes). Whether case counts is not documented; "
    "the rule takes it that it does not",
    remedy="rename one of the groups in Okta.",
    good=("aws-admins", "aws-finance"),
    bad=("aws-admins", "AWS-Admins"),
)
def group_names_differ(names: tuple[str, ...]) -> Iterator[Violation]:
    """Subject: the names of all push groups. One group named twice is OIC-204."""
    for index, first in repeated(name.casefold() for name in names):
        if names[index] != names[first]:
            other = Related(f"[{first}]", names[first])
            yield f"[{index}]", names[index], "is the name of another push group too.", other


@dataclass(frozen=True, slots=True)
class MemberStatus:
    """Members of a push group by id, with their status in Okta (`ACTIVE`, `SUSPENDED`, …)."""

    group: str
    members: Mapping[str, str]


_ACTIVE = frozenset({"ACTIVE", "PASSWORD_EXPIRED", "LOCKED_OUT", "RECOVERY", "PROVISIONED"})


@rule(
    "OIC-208",
    "A member of a push group is not active in Okta",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.DOCTOR,),
    source="Okta, group push: users who are inactive are not pushed, and need the group to be "
    "pushed again after they are reactivated (docs/research/group-push.md#members)",
    remedy="activate the person and push the group again (Push Groups → Push now), or remove them "
    "from the group.",
    good=MemberStatus("aws-admins", {"00u1": "ACTIVE"}),
    bad=MemberStatus("aws-admins", {"00u1": "SUSPENDED"}),
)
def members_are_active(subject: MemberStatus) -> Iterator[Violation]:
    """Subject: one push group's members with their status."""
    for member, status in subject.members.items():
        if status not in _ACTIVE:
            yield subject.group, member, f"is a member who is {status}, so AWS does not get them."


@rule(
    "OIC-211",
    "A push group has more than 100 members",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.DOCTOR,),
    source="AWS SCIM API: at most 100 membership changes in a request; a full push sends all "
    "members in one (docs/research/scim.md#group-changes)",
    remedy="leave the group to Okta's incremental push, and do not use «Push now» on it.",
    good=("aws-admins", 100),
    bad=("everyone", 101),
)
def group_size(subject: tuple[str, int]) -> Iterator[Violation]:
    """Subject: a push group's name, and how many members it has."""
    name, members = subject
    if members > 100:
        yield name, str(members), "members are more than one request may change (100)."
