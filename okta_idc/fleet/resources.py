"""Which part of a fleet a recorded resource belongs to. The same for a run's state and for the
states that a move reads."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from okta_idc.access_rules.resolution import Grant
from okta_idc.clients.json_path import get_object
from okta_idc.fleet.placement import Placement
from okta_idc.settings.parts import CORE

ACCOUNT_ACCESS = "okta-identity-center:index:AccountAccess"
PUSH_MAPPING = "okta:index/pushGroup:PushGroup"
ACCOUNT_ASSIGNMENT = "aws:ssoadmin/accountAssignment:AccountAssignment"
APPLICATION_ASSIGNMENT = "aws:ssoadmin/applicationAssignment:ApplicationAssignment"
PERMISSION_SET = "aws:ssoadmin/permissionSet:PermissionSet"
MANAGED_POLICY = "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment"
CUSTOMER_POLICY = "aws:ssoadmin/customerManagedPolicyAttachment:CustomerManagedPolicyAttachment"
INLINE_POLICY = "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy"
BOUNDARY = "aws:ssoadmin/permissionsBoundaryAttachment:PermissionsBoundaryAttachment"
PLACED = frozenset({
    PUSH_MAPPING, ACCOUNT_ASSIGNMENT, APPLICATION_ASSIGNMENT, PERMISSION_SET,
    MANAGED_POLICY, CUSTOMER_POLICY, INLINE_POLICY, BOUNDARY,
})  # fmt: skip
"""The types of resources that a fleet divides. All others are in the core stack."""


@dataclass(frozen=True)
class Recorded:
    """A resource in a state: its type, its name, and its outputs."""

    urn: str
    kind: str
    name: str
    outputs: Mapping[str, Any]


def places(
    recorded: Iterable[Recorded], placement: Placement, federation: str, part: str
) -> Iterator[tuple[Recorded, str]]:
    """The resources of one stack that a fleet divides, each with the part that must have it.
    `federation` is the name of the component, `part` the stack's. Raises what `Placement` does."""
    prefixes = f"{federation}-push-", f"{federation}-access-"
    listed = [each for each in recorded if each.kind in PLACED and each.name.startswith(prefixes)]
    sets = {
        each.outputs.get("arn"): str(each.outputs.get("name"))
        for each in listed
        if each.kind == PERMISSION_SET
    }
    for each in listed:
        if each.kind == PUSH_MAPPING:
            yield each, placement.group(each.name.removeprefix(f"{federation}-push-"))
        elif each.kind == ACCOUNT_ASSIGNMENT:
            yield each, placement.account(str(each.outputs.get("targetId")))
        elif each.kind == APPLICATION_ASSIGNMENT:
            yield each, placement.rest
        else:
            key = "arn" if each.kind == PERMISSION_SET else "permissionSetArn"
            name = sets.get(each.outputs.get(key))
            yield each, part if name is None else placement.permission_set(name)


def grants(
    recorded: Iterable[Recorded], federation: str, declared: Iterable[str]
) -> Iterator[Grant]:
    """The recorded account assignments: permission set, group as declared, and account. `declared`:
    names of permission sets. After a move, only the resource's name has its set's."""
    prefix = f"{federation}-access-"
    listed = [each for each in recorded if f"{each.name}-".startswith(prefix)]
    sets: dict[Any, str] = {}
    for each in listed:
        if each.kind == ACCOUNT_ACCESS:
            arns = get_object(each.outputs, "permission_set_arns")
            sets = {arn: name for name, arn in arns.items()} | sets
        elif each.kind == PERMISSION_SET:
            sets[each.outputs.get("arn")] = str(each.outputs.get("name"))
    for each in listed:
        if each.kind != ACCOUNT_ASSIGNMENT:
            continue
        name = each.name.removeprefix(prefix)
        permission_set = sets.get(each.outputs.get("permissionSetArn")) or max(
            (known for known in declared if name.startswith(f"{known}-")), key=len, default=""
        )
        account = str(each.outputs.get("targetId"))
        if name.startswith(f"{permission_set}-") and name.endswith(f"-{account}"):
            group = name.removeprefix(f"{permission_set}-").removesuffix(f"-{account}")
            yield permission_set, group, account


def part_with(kind: str, key: Sequence[str], placement: Placement) -> str:
    """The part that declares a resource of a type. `key`: the group of a push mapping; permission
    set, group, and account of an account assignment; for permission sets and policies, the set
    first. Raises what `Placement` does."""
    if kind not in PLACED:
        return CORE
    if kind == PUSH_MAPPING:
        return placement.group(key[0])
    if kind == ACCOUNT_ASSIGNMENT:
        return placement.account(key[2])
    return placement.rest if kind == APPLICATION_ASSIGNMENT else placement.permission_set(key[0])
