"""2xx, declared push mappings. For push mappings in Okta, see `push_drift`."""

from collections.abc import Iterator
from dataclasses import dataclass

from okta_idc.rules.registry import Severity, Violation, policy_rule


@dataclass(frozen=True, slots=True)
class PushMapping:
    """A declared push mapping, with the provider's properties and defaults."""

    target_group_id: str | None = None
    target_group_name: str | None = None
    delete_target_group_on_destroy: bool = True
    status: str = "ACTIVE"


@policy_rule(
    "OIC-220",
    "Destroying a push mapping deletes the group in AWS",
    source="docs/research/okta-provider.md#delete-flag-of-a-push-group",
    remedy="Set `delete_target_group_on_destroy` to false, and run `pulumi up` before you change "
    "anything else in the mapping.",
    good=PushMapping(target_group_name="aws-admins", delete_target_group_on_destroy=False),
    bad=PushMapping(target_group_name="aws-admins"),
)
def keeps_target_group(mapping: PushMapping) -> Iterator[Violation]:
    """Subject: one declared mapping."""
    if mapping.delete_target_group_on_destroy:
        effect = "deletes the group in AWS and all its account assignments."
        yield "delete_target_group_on_destroy", "true", effect


@policy_rule(
    "OIC-221",
    "A push mapping names two targets",
    source="docs/research/okta-provider.md#targets-of-a-push-group",
    remedy="Keep `target_group_id` to link a group that exists in AWS, or `target_group_name` to "
    "create one.",
    good=PushMapping(target_group_name="aws-admins"),
    bad=PushMapping(target_group_id="00g9", target_group_name="aws-admins"),
)
def one_target(mapping: PushMapping) -> Iterator[Violation]:
    """Subject: one declared mapping. Without a target, it uses the source group's name."""
    if mapping.target_group_id is not None and mapping.target_group_name is not None:
        yield "target_group_id", mapping.target_group_id, "is set together with target_group_name."


@policy_rule(
    "OIC-222",
    "A push mapping is not active",
    severity=Severity.ADVISORY,
    source="docs/research/group-push.md#status",
    remedy="Set `status` to ACTIVE, or remove the mapping if the group should no longer be pushed.",
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
    source="docs/research/okta-provider.md#priority-zero",
    remedy="Omit the priority, or number all groups from 1.",
    good=(1, 2),
    bad=(0, 1),
)
def priority_from_one(priorities: tuple[int, ...]) -> Iterator[Violation]:
    """Subject: the priorities of the app's declared group assignments."""
    for index, priority in enumerate(priorities):
        if priority < 1:
            yield f"[{index}]", None, f"is {priority}, which the provider treats as unset."
