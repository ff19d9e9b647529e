"""Finds groups that a run would stop pushing only because their new names are in another stack.

In a single stack, an alias keeps the push mapping of a group that is renamed, or declared by its ID
instead of its name. Another stack of a fleet does not know it: this one would delete the mapping,
and that one could not create it.
"""

from collections.abc import Mapping
from typing import Any

from pulumi import Output, Resource

from okta_idc.settings import Problem
from okta_idc.settings.parts import stack_name

from .._errors import ValidationError
from .._lookup_errors import invoke
from .._state import EMPTY, PUSH_MAPPING, State, read_state
from ..okta.groups import ids_filters
from .stack_settings import StackSettings


def check_renamed_groups(
    parent: Resource, resolved: StackSettings, core: str, pushes: str
) -> Output[None]:
    """Fails with ValidationError and the commands that move a renamed group to its stack. One call
    for about 100 groups that the settings no longer push, and none without a fleet. `core` is the
    core stack; `pushes` begins the names of the push mappings."""
    groups = resolved.whole.push_groups
    declared = {named: each.key for each in groups if (named := each.name or each.create)}
    by_id = {each.id: each.key for each in groups if each.id}
    present = {each.key for each in groups}

    async def check(state: State | None) -> None:
        state = state or EMPTY
        recorded = state.of_type(PUSH_MAPPING, pushes)
        gone = {
            str(each.get("sourceGroupId")): key
            for key, each in recorded.items()
            if key not in present
        }
        names = await _names(parent, gone)
        keys = {ident: by_id.get(ident) or declared.get(names.get(ident, "")) for ident in gone}
        moved = {
            gone[ident]: key for ident, key in keys.items() if key and not resolved.pushes(key)
        }
        if moved:
            raise ValidationError(
                *(_problem(resolved, core, state, pushes, *each) for each in moved.items())
            )

    if resolved.whole.fleet is None:
        return Output.from_input(None)
    return read_state(parent).apply(check)


async def _names(parent: Resource, ids: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for search in ids_filters(ids):
        read = await invoke("okta:index/getGroups", {"search": search}, parent)
        groups: list[dict[str, Any]] = read.get("groups") or []
        found |= {group["id"]: group["name"] for group in groups}
    return found


def _problem(
    resolved: StackSettings, core: str, state: State, pushes: str, old: str, new: str
) -> Problem:
    here = stack_name(core, resolved.part)
    there = stack_name(core, resolved.placement.group(new))
    urn = state.urns[PUSH_MAPPING, f"{pushes}{old}"]
    return Problem(
        "push_groups",
        f"the group {old!r} is now declared as {new!r}, and belongs to stack {there}. Move its "
        f"push mapping first: pulumi state rename '{urn}' '{pushes}{new}' --stack {here} --yes && "
        f"okta-idc fleet move --stack {core}",
    )
