"""2xx, push mappings as they are declared: what is pushed to which target, and what becomes of the
target when the mapping goes. What became of them in Okta is in `push_drift`."""

from collections.abc import Iterator
from dataclasses import dataclass

from okta_idc.rules.registry import Severity, Violation, policy_rule


@dataclass(frozen=True, slots=True)
class PushMapping:
    """A declared push mapping; the fields are the provider's, with its defaults.

    None as a target means that the mapping does not name it.
    """

    target_group_id: str | None = None
    target_group_name: str | None = None
    delete_target_group_on_destroy: bool = True
    status: str = "ACTIVE"


@policy_rule(
    "OIC-220",
    "Destroying a push mapping deletes the group in AWS",
    source="Okta provider: delete_target_group_on_destroy is true unless it is set, also when the "
    "mapping is replaced, and then the value in the old state counts; account assignments hang on "
    "the group's id (docs/research/okta-provider.md#delete-flag-of-a-push-group)",
    remedy="set delete_target_group_on_destroy to false, and run once before anything else of the "
    "mapping is changed.",
    good=PushMapping(target_group_name="aws-admins", delete_target_group_on_destroy=False),
    bad=PushMapping(target_group_name="aws-admins"),
)
def keeps_target(mapping: PushMapping) -> Iterator[Violation]:
    """Subject: one declared mapping."""
    if mapping.delete_target_group_on_destroy:
        yield (
            "delete_target_group_on_destroy",
            "true",
            "deletes the group in AWS, and with it every account assignment on it.",
        )


@policy_rule(
    "OIC-221",
    "A push mapping names two targets",
    source="Okta API, group push mappings: targetGroupId or targetGroupName; the provider sends "
    "both when both are set (docs/research/okta-provider.md#targets-of-a-push-group)",
    remedy="keep target_group_id to link a group that exists in AWS, or target_group_name to make "
    "one.",
    good=PushMapping(target_group_name="aws-admins"),
    bad=PushMapping(target_group_id="00g9", target_group_name="aws-admins"),
)
def one_target(mapping: PushMapping) -> Iterator[Violation]:
    """Subject: one declared mapping. Without any target the source group's name is taken."""
    if mapping.target_group_id is not None and mapping.target_group_name is not None:
        yield "target_group_id", mapping.target_group_id, "stands beside target_group_name."


@policy_rule(
    "OIC-222",
    "A push mapping is not active",
    severity=Severity.ADVISORY,
    source="Okta API, group push mappings: an INACTIVE mapping pushes nothing; the group stays in "
    "AWS with the members it had (docs/research/group-push.md#status)",
    remedy="set the status to ACTIVE, or remove the mapping if the group is no longer pushed.",
    good=PushMapping(status="ACTIVE"),
    bad=PushMapping(status="INACTIVE"),
)
def is_active(mapping: PushMapping) -> Iterator[Violation]:
    """Subject: one declared mapping."""
    if mapping.status != "ACTIVE":
        yield "status", mapping.status, "pushes nothing."


@policy_rule(
    "OIC-223",
    "An assignment has priority 0",
    severity=Severity.ADVISORY,
    source="Okta provider: a priority of 0 counts as unset; if Okta then gives the group another, "
    "the provider writes it again on every run (docs/research/okta-provider.md#priority-zero)",
    remedy="leave the priority out, or number from 1 on all groups.",
    good=(1, 2),
    bad=(0, 1),
)
def priority_from_one(priorities: tuple[int, ...]) -> Iterator[Violation]:
    """Subject: the priorities that are declared on the app's group assignments."""
    for index, priority in enumerate(priorities):
        if priority < 1:
            yield f"[{index}]", str(priority), "cannot be expressed by the provider."
