"""6xx, drift of group assignments and push mappings in Okta: failed, missing or unmanaged."""

from collections.abc import Iterator
from dataclasses import dataclass

from okta_idc.rules.app_drift import REFRESH, drift_rule
from okta_idc.rules.registry import Severity, Violation


@dataclass(frozen=True, slots=True)
class FoundMapping:
    """A push mapping in Okta: the source group's name, the status (ACTIVE, INACTIVE or ERROR), and
    Okta's errorSummary, if any."""

    group: str
    status: str
    error: str = ""


@drift_rule(
    "OIC-601",
    "A push mapping has the status ERROR",
    source="docs/research/okta-provider.md#push-groups",
    remedy="Resolve the error that Okta shows (app → Push Groups), then choose Retry all groups.",
    good=FoundMapping("aws-admins", "ACTIVE"),
    bad=FoundMapping("aws-admins", "ERROR", "Duplicate GroupDisplayName"),
)
def mapping_in_error(mapping: FoundMapping) -> Iterator[Violation]:
    """Subject: one mapping."""
    if mapping.status == "ERROR":
        error = f" ({mapping.error.rstrip('.')})" if mapping.error else ""
        yield mapping.group, "ERROR", f"is no longer pushed{error}."


@drift_rule(
    "OIC-604",
    "A push mapping that is declared active is not active",
    source="docs/research/group-push.md#status",
    remedy=f"{REFRESH} If the mapping has an `import_id`, activate it in Okta.",
    good=FoundMapping("aws-admins", "ACTIVE"),
    bad=FoundMapping("aws-admins", "INACTIVE"),
)
def mapping_inactive(mapping: FoundMapping) -> Iterator[Violation]:
    """Subject: one mapping that is declared active. OIC-601 covers ERROR."""
    if mapping.status not in ("ACTIVE", "ERROR"):
        yield mapping.group, mapping.status, "pushes nothing."


@dataclass(frozen=True, slots=True)
class Groups:
    """Names or IDs of groups: declared and actual."""

    declared: frozenset[str]
    actual: frozenset[str]


_SAME = Groups(frozenset({"aws-admins"}), frozenset({"aws-admins"}))
_GONE = Groups(frozenset({"aws-admins"}), frozenset())
_MORE = Groups(frozenset(), frozenset({"aws-admins"}))


@drift_rule(
    "OIC-602",
    "A declared push mapping is missing in Okta",
    source="docs/research/okta-provider.md#push-groups",
    remedy="Remove the mapping from the state (`pulumi state delete URN`) and run `pulumi up`, "
    "which creates it again and links the group in AWS. If it has an `import_id`, remove the "
    "`import_id` instead.",
    good=_SAME,
    bad=_GONE,
)
def mapping_missing(groups: Groups) -> Iterator[Violation]:
    """Subject: the push groups."""
    for name in sorted(groups.declared - groups.actual):
        yield "push_groups", name, "has no push mapping in Okta."


@drift_rule(
    "OIC-603",
    "A push mapping is unmanaged",
    severity=Severity.ADVISORY,
    source="This kit: what exists outside the program is neither reviewed nor removed",
    remedy="Add the group to `push_groups`, or delete the mapping in Okta and keep the group in "
    "AWS.",
    good=_SAME,
    bad=_MORE,
)
def mapping_unmanaged(groups: Groups) -> Iterator[Violation]:
    """Subject: the push groups."""
    for name in sorted(groups.actual - groups.declared):
        yield "push_groups", name, "is pushed, but not declared."


@drift_rule(
    "OIC-605",
    "A declared assignment is missing in Okta",
    source="docs/research/aws-setup-page.md#provisioning-features; "
    "docs/research/okta-provider.md#one-resource-per-assignment",
    remedy=REFRESH,
    good=_SAME,
    bad=_GONE,
)
def assignment_missing(groups: Groups) -> Iterator[Violation]:
    """Subject: the assignment groups."""
    for name in sorted(groups.declared - groups.actual):
        yield "assignments.groups", name, "is declared, but not assigned to the app."


@drift_rule(
    "OIC-606",
    "An assignment is unmanaged",
    severity=Severity.ADVISORY,
    source="docs/research/okta-provider.md#all-assignments-in-one-resource",
    remedy="Add the group to `assignments.groups`, or unassign it in Okta once no user depends on "
    "it.",
    good=_SAME,
    bad=_MORE,
)
def assignment_unmanaged(groups: Groups) -> Iterator[Violation]:
    """Subject: the assignment groups."""
    for name in sorted(groups.actual - groups.declared):
        yield "assignments.groups", name, "is assigned to the app, but not declared."
