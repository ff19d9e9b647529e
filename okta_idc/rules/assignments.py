"""2xx, assignments: who is assigned to the app other than through a group, and who loses it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from okta_idc.rules.registry import EnforcementPoint, Severity, Violation, component_rule, rule


@dataclass(frozen=True, slots=True)
class Assignees:
    """People assigned to the app one by one, by their app user name."""

    people: tuple[str, ...]


@rule(
    "OIC-209",
    "A user is assigned individually",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="AWS's page (docs/research/aws-setup-page.md#step-3): groups, not users",
    remedy="put the person into an assignment group, then remove the assignment of the person "
    "(in this order: who is unassigned is disabled in AWS).",
    good=Assignees(()),
    bad=Assignees(("ada@example.com",)),
)
def assigned_through_groups(assignees: Assignees) -> Iterator[Violation]:
    """Subject: app users whose scope is USER, or resources that assign one user."""
    for index, person in enumerate(assignees.people):
        yield f"[{index}]", person, "is assigned as a person."


@dataclass(frozen=True, slots=True)
class Unassigning:
    """How many people a change takes out of the app, and how many one change may."""

    people: int
    limit: int = 10


@rule(
    "OIC-210",
    "One change deprovisions more users than allowed",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY),
    source="AWS's page (docs/research/aws-setup-page.md#provisioning-features): unassigned users "
    "are disabled. How many at once is this kit's limit, and yours to set",
    remedy="check that the people are meant to lose AWS; then name what is removed under "
    "`unassign` in the settings, or raise the limit (`unassign_limit`; in the policy pack: its "
    "configuration) for this run.",
    good=Unassigning(people=3),
    bad=Unassigning(people=250),
)
def unassigns_few(change: Unassigning) -> Iterator[Violation]:
    """Subject: one change."""
    if change.people > change.limit:
        yield "", str(change.people), f"people lose AWS at once; {change.limit} are allowed."


@dataclass(frozen=True, slots=True)
class Meant:
    """What is assigned, and what may be unassigned, as it is called in the declaration."""

    assigned: tuple[str, ...]
    confirm_deprovisioning: tuple[str, ...]


@component_rule(
    "OIC-212",
    "A confirmed deprovisioning names something that is assigned",
    source="This kit: `unassign` is a word for one removal. Left behind, it would let the same "
    "group go by accident, once it is assigned again",
    remedy="take it out of `unassign`, or out of what is assigned.",
    good=Meant(("aws-access",), confirm_deprovisioning=("contractors",)),
    bad=Meant(("aws-access",), confirm_deprovisioning=("aws-access",)),
)
def unassigned_is_not_assigned(meant: Meant) -> Iterator[Violation]:
    """Subject: the settings."""
    for index, name in enumerate(meant.confirm_deprovisioning):
        if name in meant.assigned:
            yield f"assignments.confirm_deprovisioning[{index}]", name, "is assigned."


@dataclass(frozen=True, slots=True)
class WantedPeople:
    """Logins (or ids) looked for, by their place in the settings, and the status of whom Okta
    has found, by login and by id. Logins in small letters: Okta does not look at their case."""

    places: Mapping[str, str]
    found: Mapping[str, str]


@component_rule(
    "OIC-213",
    "A configured user is not in Okta, or is deactivated",
    source="Okta API, users: the login is unique in an org, whatever its case; a user who is "
    "DEPROVISIONED can be assigned to no app",
    remedy="write the username as Okta shows it (Directory → People).",
    good=WantedPeople({"assignments.users[0]": "Ada@example.com"}, {"ada@example.com": "ACTIVE"}),
    bad=WantedPeople({"assignments.users[0]": "ada@example.com"}, {"ada@example.org": "ACTIVE"}),
)
def person_exists(wanted: WantedPeople) -> Iterator[Violation]:
    """Subject: the people wanted and those found."""
    for place, called in wanted.places.items():
        status = wanted.found.get(called) or wanted.found.get(called.lower())
        if status is None:
            yield place, called, "is nobody's login or id in Okta."
        elif status == "DEPROVISIONED":
            yield place, called, "is deactivated in Okta."
