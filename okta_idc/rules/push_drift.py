"""6xx, drift of assignments and push mappings in Okta: what failed, went, or was made by hand."""

from collections.abc import Iterator
from dataclasses import dataclass

from okta_idc.rules.registry import EnforcementPoint, Severity, Violation, rule

_ASKERS = (EnforcementPoint.COMPONENT, EnforcementPoint.DOCTOR)
_REFRESH = "run `pulumi up --refresh`: a plain `up` does not look, and leaves it so."


@dataclass(frozen=True, slots=True)
class FoundMapping:
    """A push mapping as Okta shows it: the source group's name, status ACTIVE, INACTIVE or ERROR,
    and Okta's errorSummary if it gives one."""

    group: str
    status: str
    error: str = ""


@rule(
    "OIC-601",
    "A push mapping is in ERROR",
    enforced_by=_ASKERS,
    source="Okta API, group push mappings: in ERROR Okta has stopped pushing the group; the "
    "provider can neither update nor destroy such a mapping "
    "(docs/research/okta-provider.md#push-groups)",
    remedy="read the reason in Okta (app → Push Groups), remove it, then choose «Retry all "
    "groups».",
    good=FoundMapping("aws-admins", "ACTIVE"),
    bad=FoundMapping("aws-admins", "ERROR", "Duplicate GroupDisplayName"),
)
def mapping_in_error(mapping: FoundMapping) -> Iterator[Violation]:
    """Subject: one mapping."""
    if mapping.status == "ERROR":
        error = f" ({mapping.error.rstrip('.')})" if mapping.error else ""
        yield mapping.group, "ERROR", f"is not pushed any more{error}."


@rule(
    "OIC-604",
    "A push mapping that is declared active is not active",
    enforced_by=_ASKERS,
    source="Okta API, group push mappings: an INACTIVE mapping pushes nothing, and the group in "
    "AWS keeps the members it had (docs/research/group-push.md#status)",
    remedy=f"{_REFRESH} One that is only watched (`import_id`) is activated in Okta.",
    good=FoundMapping("aws-admins", "ACTIVE"),
    bad=FoundMapping("aws-admins", "INACTIVE"),
)
def mapping_inactive(mapping: FoundMapping) -> Iterator[Violation]:
    """Subject: one mapping that is declared active. One in ERROR is OIC-601's."""
    if mapping.status not in ("ACTIVE", "ERROR"):
        yield mapping.group, mapping.status, "pushes nothing."


@dataclass(frozen=True, slots=True)
class Groups:
    """Names (or ids) of groups: those that are declared, and those that are there."""

    declared: frozenset[str]
    there: frozenset[str]


_SAME = Groups(frozenset({"aws-admins"}), frozenset({"aws-admins"}))
_GONE = Groups(frozenset({"aws-admins"}), frozenset())
_MORE = Groups(frozenset(), frozenset({"aws-admins"}))


@rule(
    "OIC-602",
    "A declared push mapping is gone",
    enforced_by=_ASKERS,
    source="Okta provider: a mapping deleted outside goes unseen on a plain `up`, and makes a "
    "refresh fail with 404 (docs/research/okta-provider.md#push-groups)",
    remedy="take the mapping out of the state (`pulumi state delete URN`) and run `pulumi up`, "
    "which makes it anew and links the group that stands in AWS; of one that is only watched, "
    "remove the `import_id` instead.",
    good=_SAME,
    bad=_GONE,
)
def mapping_gone(groups: Groups) -> Iterator[Violation]:
    """Subject: the push groups."""
    for name in sorted(groups.declared - groups.there):
        yield "push_groups", name, "is declared, and not pushed: its mapping is gone."


@rule(
    "OIC-603",
    "A push mapping is unmanaged",
    severity=Severity.ADVISORY,
    enforced_by=_ASKERS,
    source="this kit: what is made by hand beside the program is nobody's to review or to remove",
    remedy="add the group to `push`, or remove the mapping in Okta, keeping the group in AWS.",
    good=_SAME,
    bad=_MORE,
)
def mapping_by_hand(groups: Groups) -> Iterator[Violation]:
    """Subject: the push groups."""
    for name in sorted(groups.there - groups.declared):
        yield "push_groups", name, "is pushed, and not declared."


@rule(
    "OIC-605",
    "A declared assignment is gone",
    enforced_by=_ASKERS,
    source="AWS's page (docs/research/aws-setup-page.md#provisioning-features): unassigned users "
    "are disabled. The provider sees it on a refresh only "
    "(docs/research/okta-provider.md#one-resource-per-assignment)",
    remedy=_REFRESH,
    good=_SAME,
    bad=_GONE,
)
def assignment_gone(groups: Groups) -> Iterator[Violation]:
    """Subject: the assignment groups."""
    for name in sorted(groups.declared - groups.there):
        yield "assignments.groups", name, "is declared, and not assigned to the app."


@rule(
    "OIC-606",
    "An assignment is unmanaged",
    severity=Severity.ADVISORY,
    enforced_by=_ASKERS,
    source="nobody reviews what is unmanaged; the provider's plural resource would remove it "
    "(docs/research/okta-provider.md#all-assignments-in-one-resource)",
    remedy="add the group to `assign`, or unassign it in Okta once nobody depends on it.",
    good=_SAME,
    bad=_MORE,
)
def assignment_by_hand(groups: Groups) -> Iterator[Violation]:
    """Subject: the assignment groups."""
    for name in sorted(groups.there - groups.declared):
        yield "assignments.groups", name, "is assigned to the app, and not declared."
