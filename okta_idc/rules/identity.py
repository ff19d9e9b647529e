"""6xx, attributes of a user that differ between Okta and the Identity Store, by cause.

Okta sends a user's app profile, which is the result of the profile mapping. Each rule covers one
cause, so that a difference has one finding.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from okta_idc.rules.registry import Related, Severity, Violation, count, doctor_rule, user_rule


@dataclass(frozen=True, slots=True)
class Difference:
    """An attribute by its name in Okta: Okta's value, and the value that differs from it. An empty
    text is no value."""

    attribute: str
    okta: str
    actual: str


Differences = tuple[Difference, ...]
"""The attributes of one user that differ for one cause."""

_STALE = (Difference("department", "Research", "Sales"),)
_stale_rule = partial(user_rule, severity=Severity.ADVISORY, good=(), bad=_STALE)
_MAPPINGS = "Provisioning → To App → Attribute Mappings"
_FORCE = f"{_MAPPINGS} → Force Sync"


@_stale_rule(
    "OIC-650",
    "An attribute in AWS is outdated, because the last update of the user failed",
    source="docs/research/okta-api.md#app-users",
    remedy="Resolve the user's other findings, or read the reason in Okta (Dashboard → Tasks), "
    "then retry the task.",
)
def update_refused(differences: Differences) -> Iterator[Violation]:
    """Subject: a user's attributes that differ in AWS while the app user's syncState is ERROR."""
    yield from _in_aws(differences)


@_stale_rule(
    "OIC-651",
    "An attribute in AWS is outdated, because Okta has not sent the update yet",
    source="docs/research/okta-api.md#app-users",
    remedy=f"Run the command again in a few minutes. If the finding remains, choose {_FORCE}.",
)
def update_pending(differences: Differences) -> Iterator[Violation]:
    """Subject: a user's attributes that differ in AWS while the app user's syncState is OUT_OF_SYNC
    or SYNCING, or that Okta changed while they were read."""
    yield from _in_aws(differences)


@_stale_rule(
    "OIC-652",
    "An attribute in AWS is outdated, because Okta does not send updates",
    source="docs/research/aws-setup-page.md#provisioning-features",
    remedy=f"Enable Update User Attributes (Provisioning → To App), then choose {_FORCE}.",
)
def updates_disabled(differences: Differences) -> Iterator[Violation]:
    """Subject: a user's attributes that differ in AWS while the app lacks PUSH_PROFILE_UPDATES."""
    yield from _in_aws(differences)


@_stale_rule(
    "OIC-653",
    "An attribute is outdated, because it is mapped only for the creation of users",
    source="docs/research/okta-provider.md#profile-mappings",
    remedy=f"Apply the mapping on create and update ({_MAPPINGS}; `push_status: PUSH`).",
)
def mapped_on_creation(differences: Differences) -> Iterator[Violation]:
    """Subject: a user's attributes that differ in AWS, or in the app user, and whose mapping has
    the pushStatus DONT_PUSH."""
    yield from _in_aws(differences)


@_stale_rule(
    "OIC-654",
    "An attribute in AWS differs from Okta, which reports that the user is synchronized",
    source="docs/research/okta-api.md#app-users",
    remedy=f"Choose {_FORCE}, and find who changes users in AWS: CloudTrail records UpdateUser.",
)
def changed_in_aws(differences: Differences) -> Iterator[Violation]:
    """Subject: a user's attributes that differ in AWS for none of the other causes."""
    yield from _in_aws(differences)


@_stale_rule(
    "OIC-655",
    "An attribute of the app user is not the result of the profile mapping",
    source="docs/research/okta-api.md#app-users",
    remedy="Open the app → Assignments → the user: if the value was set there or by a group "
    f"assignment, remove it. Otherwise apply the mapping again ({_FORCE}).",
)
def mapping_applied(differences: Differences) -> Iterator[Violation]:
    """Subject: a user's attributes whose mapping has another result than the app user's value."""
    yield from _messages(
        differences, "is different in the app user.", "is missing in the app user.",
        "is empty according to the mapping, but not in the app user.",
    )  # fmt: skip


@_stale_rule(
    "OIC-656",
    "An attribute in AWS is outdated, because the profile mapping no longer has it",
    source="docs/research/okta-provider.md#profile-mappings",
    remedy=f"Map the attribute ({_MAPPINGS}).",
)
def still_mapped(differences: Differences) -> Iterator[Violation]:
    """Subject: a user's attributes that differ in AWS and that the mapping lacks."""
    yield from _in_aws(differences)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mapped attribute: the number of provisioned users who have a value in the app, and whether
    AWS has a value for any user."""

    attribute: str
    users: int
    arrives: bool


@doctor_rule(
    "OIC-657",
    "AWS has no value of an attribute that is mapped",
    severity=Severity.ADVISORY,
    source="docs/research/okta-api.md#app-users",
    remedy="Okta may not send this attribute. Remove it from the profile mapping, or send it as an "
    "attribute for access control (`attribute_statements`) if permissions depend on it.",
    good=Arrival("department", 40, arrives=True),
    bad=Arrival("department", 40, arrives=False),
)
def attribute_arrives(arrival: Arrival) -> Iterator[Violation]:
    """Subject: an attribute of at least five users. OIC-650 to OIC-656 cover single users."""
    if not arrival.arrives:
        users = count(arrival.users, "user")
        yield arrival.attribute, None, f"has a value for {users} in the app, for none in AWS."


def _in_aws(differences: Differences) -> Iterator[Violation]:
    extra = "is empty in Okta, but not in AWS."
    return _messages(differences, "is different in AWS.", "is missing in AWS.", extra)


def _messages(
    differences: Differences, different: str, missing: str, extra: str
) -> Iterator[Violation]:
    for each in differences:
        message = extra if not each.okta else different if each.actual else missing
        related = (Related("", each.actual),) if each.actual else ()
        yield each.attribute, each.okta or None, message, *related
