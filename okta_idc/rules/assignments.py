"""2xx, assignments: user assignments, and the limit for deprovisioning."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from okta_idc.rules.registry import (
    EnforcementPoint,
    Severity,
    Violation,
    component_rule,
    count,
    rule,
)


@dataclass(frozen=True, slots=True)
class Assignees:
    """App usernames of users who are assigned individually."""

    users: tuple[str, ...]


@rule(
    "OIC-209",
    "A user is assigned individually",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="AWS's page (docs/research/aws-setup-page.md#step-3): groups, not users",
    remedy="Add the user to an assignment group, then remove the user assignment; in the reverse "
    "order, the user is disabled in AWS.",
    good=Assignees(()),
    bad=Assignees(("ada@example.com",)),
)
def assigned_through_groups(assignees: Assignees) -> Iterator[Violation]:
    """Subject: app users whose scope is USER, or resources that assign one user."""
    for index, user in enumerate(assignees.users):
        yield f"[{index}]", user, "is assigned individually."


@dataclass(frozen=True, slots=True)
class Deprovisioning:
    """Number of users that a change unassigns, and the limit."""

    users: int
    limit: int = 10


@rule(
    "OIC-210",
    "One change deprovisions more users than allowed",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY),
    source="docs/research/aws-setup-page.md#provisioning-features",
    remedy="If these users should lose access to AWS, list what you remove in "
    "`assignments.confirm_deprovisioning`, or raise `assignments.max_deprovisioned_users` (in the "
    "policy pack, its configuration) for this run.",
    good=Deprovisioning(users=3),
    bad=Deprovisioning(users=250),
)
def deprovisioning_within_limit(change: Deprovisioning) -> Iterator[Violation]:
    """Subject: one change."""
    if change.users > change.limit:
        users = count(change.users, "user")
        yield "", None, f"{users} would lose access; the limit is {change.limit}."


@dataclass(frozen=True, slots=True)
class ConfirmedRemovals:
    """Names of the groups and users that are assigned, and of those confirmed for removal."""

    assigned: tuple[str, ...]
    confirm_deprovisioning: tuple[str, ...]


@component_rule(
    "OIC-212",
    "A group or user confirmed for deprovisioning is still assigned",
    source="This kit: an entry of `assignments.confirm_deprovisioning` confirms one removal. A "
    "leftover entry would also confirm the next removal",
    remedy="Remove the name from `assignments.confirm_deprovisioning`, or from the assignments.",
    good=ConfirmedRemovals(("aws-access",), confirm_deprovisioning=("contractors",)),
    bad=ConfirmedRemovals(("aws-access",), confirm_deprovisioning=("aws-access",)),
)
def confirmed_is_not_assigned(removals: ConfirmedRemovals) -> Iterator[Violation]:
    """Subject: the settings."""
    for index, name in enumerate(removals.confirm_deprovisioning):
        if name in removals.assigned:
            yield f"assignments.confirm_deprovisioning[{index}]", name, "is still assigned."


@dataclass(frozen=True, slots=True)
class WantedUsers:
    """Logins or IDs by their path in the settings, and the status of the users in Okta by login (in
    lower case, since Okta ignores case) and by ID."""

    paths: Mapping[str, str]
    found: Mapping[str, str]


@component_rule(
    "OIC-213",
    "A configured user is not in Okta, or is deactivated",
    source="Okta API, users: the login is unique in an org, ignoring case; a DEPROVISIONED user "
    "cannot be assigned",
    remedy="Use the username that Okta shows (Directory → People), or activate the user.",
    good=WantedUsers({"assignments.users[0]": "Ada@example.com"}, {"ada@example.com": "ACTIVE"}),
    bad=WantedUsers({"assignments.users[0]": "ada@example.com"}, {"ada@example.org": "ACTIVE"}),
)
def user_exists(wanted: WantedUsers) -> Iterator[Violation]:
    """Subject: the users in the settings, and those in Okta."""
    for path, name in wanted.paths.items():
        status = wanted.found.get(name) or wanted.found.get(name.lower())
        if status is None:
            yield path, name, "is not the login or ID of any user in Okta."
        elif status == "DEPROVISIONED":
            yield path, name, "is deactivated in Okta."
