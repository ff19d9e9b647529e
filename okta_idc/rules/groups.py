"""2xx, assignment groups and push groups. For push mappings, see `push_mappings`, `push_drift`."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from okta_idc.rules.characters import forbidden, named_characters, outside, quoted
from okta_idc.rules.registry import EnforcementPoint, Related, Severity, Violation, repeated, rule
from okta_idc.rules.suggestions import did_you_mean

_NAME_MAX = 1024


@dataclass(frozen=True, slots=True)
class GroupRoles:
    """Names or IDs of groups by role, in the declared order."""

    assignment_groups: tuple[str, ...] = ()
    push_groups: tuple[str, ...] = ()


@rule(
    "OIC-201",
    "A group is both an assignment group and a push group",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="docs/research/aws-setup-page.md#considerations",
    remedy="Keep the group in `push_groups`, and assign another group with the same members.",
    good=GroupRoles(("aws-access",), push_groups=("aws-admins",)),
    bad=GroupRoles(("aws-access", "aws-admins"), push_groups=("aws-admins",)),
)
def one_role_per_group(roles: GroupRoles) -> Iterator[Violation]:
    """Subject: the assignment groups and push groups."""
    for index, name in enumerate(roles.push_groups):
        if name in roles.assignment_groups:
            assigned = Related(f"assignments.groups[{roles.assignment_groups.index(name)}]")
            yield f"push_groups[{index}]", name, "is also an assignment group.", assigned


@dataclass(frozen=True, slots=True)
class PushedMembers:
    """Members of a push group, and all users assigned to the app: IDs of Okta users."""

    group: str
    members: frozenset[str]
    assigned: Collection[str]


@rule(
    "OIC-202",
    "A member of a push group is not assigned to the app",
    enforced_by=(EnforcementPoint.DOCTOR,),
    source="docs/research/aws-setup-page.md#step-3; docs/research/group-push.md#members",
    remedy="Add the user to an assignment group; the next push adds the membership.",
    good=PushedMembers("aws-admins", frozenset({"00u1"}), frozenset({"00u1", "00u2"})),
    bad=PushedMembers("aws-admins", frozenset({"00u1", "00u3"}), frozenset({"00u1"})),
)
def members_are_assigned(pushed: PushedMembers) -> Iterator[Violation]:
    """Subject: one push group's members, and all assigned users. The value is the user's ID."""
    for member in sorted(pushed.members):
        if member not in pushed.assigned:
            yield pushed.group, member, "is a member, but is not assigned to the app."


@dataclass(frozen=True, slots=True)
class WantedGroups:
    """Names by their path in the settings, and the IDs that Okta has for each name."""

    paths: Mapping[str, str]
    found: Mapping[str, Collection[str]]


@rule(
    "OIC-203",
    "Okta does not have exactly one group with the configured name",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.DOCTOR),
    source="Okta API: the parameter q matches prefixes, and the provider accepts a single prefix "
    "match",
    remedy="Use the exact name that Okta shows (Directory → Groups), or the group's ID if several "
    "groups have the name; create a missing group first.",
    good=WantedGroups({"push_groups[0]": "aws-admins"}, {"aws-admins": ("00g1",)}),
    bad=WantedGroups({"push_groups[0]": "aws-admin"}, {"aws-admins": ("00g1",)}),
)
def group_exists(wanted: WantedGroups) -> Iterator[Violation]:
    """Subject: the names in the settings, and the groups in Okta."""
    for path, name in wanted.paths.items():
        ids = wanted.found.get(name, ())
        if len(ids) == 1:
            continue
        if ids:
            yield path, name, f"is the name of {len(ids)} groups in Okta."
        else:
            yield path, name, f"is not a group in Okta.{did_you_mean(name, wanted.found)}"


@rule(
    "OIC-204",
    "A group is listed twice among the assignment groups or the push groups",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY),
    source="Okta API, group push mappings: a source group has one mapping",
    remedy="Remove the duplicate.",
    good=GroupRoles(push_groups=("aws-admins", "aws-finance")),
    bad=GroupRoles(push_groups=("aws-admins", "aws-admins")),
)
def listed_once(roles: GroupRoles) -> Iterator[Violation]:
    """Subject: the assignment groups and push groups."""
    listed = {"assignments.groups": roles.assignment_groups, "push_groups": roles.push_groups}
    for role, names in listed.items():
        for index, first in repeated(names):
            yield f"{role}[{index}]", names[index], "is listed twice.", Related(f"{role}[{first}]")


@rule(
    "OIC-205",
    "A push group's name is empty, too long or contains characters that AWS does not allow",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="AWS Identity Store API, GroupDisplayName: 1–1,024 letters, marks, symbols, numbers, "
    "punctuation, tabs, line ends and three kinds of space",
    remedy="Rename the group in Okta; if the name was pasted, retype it.",
    good="aws-admins",
    bad="aws-\u200badmins",
)
def group_name(name: str) -> Iterator[Violation]:
    """Subject: the group's name in Okta, which becomes its displayName in AWS."""
    if not 1 <= len(name) <= _NAME_MAX:
        yield "", name, f"has {len(name)} characters."
    elif wrong := outside(name):
        yield "", name, f"contains {named_characters(wrong)}."


@rule(
    "OIC-206",
    "A push group's name contains one of <>;:%",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="docs/research/aws-setup-page.md#troubleshooting",
    remedy="Rename the group in Okta before you push it.",
    good="aws-admins",
    bad="aws:admins",
)
def group_name_forbidden(name: str) -> Iterator[Violation]:
    """Subject: the group's name in Okta."""
    if found := forbidden(name):
        yield "", name, f"contains {quoted(found)}."


@rule(
    "OIC-207",
    "Push groups have names that differ only in case",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="docs/research/scim.md#attributes",
    remedy="Rename one of the groups in Okta.",
    good=("aws-admins", "aws-finance"),
    bad=("aws-admins", "AWS-Admins"),
)
def group_names_differ(names: tuple[str, ...]) -> Iterator[Violation]:
    """Subject: the names of all push groups. OIC-204 covers a group that is listed twice."""
    for index, first in repeated(name.casefold() for name in names):
        if names[index] != names[first]:
            other = Related(f"[{first}]", names[first])
            yield f"[{index}]", names[index], "is also the name of another push group.", other


@dataclass(frozen=True, slots=True)
class MemberStatus:
    """Members of a push group by ID, with their status in Okta (`ACTIVE`, `SUSPENDED`, …)."""

    group: str
    members: Mapping[str, str]


ACTIVE = frozenset({"ACTIVE", "PROVISIONED", "PASSWORD_EXPIRED", "RECOVERY", "LOCKED_OUT"})
"""Okta statuses of users who are provisioned; STAGED, SUSPENDED and DEPROVISIONED are not."""


@rule(
    "OIC-208",
    "A member of a push group is not active in Okta",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.DOCTOR,),
    source="docs/research/group-push.md#members",
    remedy="Activate the user and push the group again (Push Groups → Push now), or remove the "
    "user from the group.",
    good=MemberStatus("aws-admins", {"00u1": "ACTIVE"}),
    bad=MemberStatus("aws-admins", {"00u1": "SUSPENDED"}),
)
def members_are_active(subject: MemberStatus) -> Iterator[Violation]:
    """Subject: one push group's members with their status."""
    for member, status in subject.members.items():
        if status not in ACTIVE:
            yield subject.group, member, f"is {status} in Okta, so the membership is not pushed."


@rule(
    "OIC-211",
    "A push group has more than 100 members",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.DOCTOR,),
    source="docs/research/scim.md#group-changes",
    remedy="Rely on Okta's incremental push, and do not use Push now for this group.",
    good=("aws-admins", 100),
    bad=("everyone", 101),
)
def group_size(subject: tuple[str, int]) -> Iterator[Violation]:
    """Subject: a push group's name, and its number of members."""
    name, members = subject
    if members > 100:
        yield name, None, f"has {members:,} members; one request can change 100."
