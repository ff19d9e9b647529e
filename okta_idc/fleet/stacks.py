"""The stacks of a fleet, and the order in which they run."""

from collections.abc import Iterable
from dataclasses import dataclass

from okta_idc.settings.parts import CORE, PREFIXES, stack_name

_LAST = PREFIXES["accounts"]


@dataclass(frozen=True)
class FleetStack:
    """One stack: its name for `pulumi --stack`, and its part, `""` for the core."""

    name: str
    part: str
    is_former: bool = False
    """Whether the settings no longer have the part."""


def stacks_of(core: str, parts: Iterable[str], recorded: Iterable[str] = ()) -> list[FleetStack]:
    """The stacks of the core and its parts, then those of parts that only stack files have."""
    current = list(parts)
    former = [each for each in recorded if each not in current]
    return [
        FleetStack(core, CORE),
        *(FleetStack(stack_name(core, part), part) for part in current),
        *(FleetStack(stack_name(core, part), part, is_former=True) for part in former),
    ]


def is_part_name(core: str, stack: str) -> bool:
    """Whether a stack has a name that the part of a core stack can have."""
    head, name = f"{core.rpartition('/')[2]}-", stack.rpartition("/")[2]
    kind = name.removeprefix(head).partition("-")[0]
    return name.startswith(head) and kind in PREFIXES.values()


def stages(stacks: Iterable[FleetStack], *, backwards: bool = False) -> list[list[FleetStack]]:
    """What runs at the same time, in the order of the runs: the core, then push groups and
    permission sets, then account assignments. `backwards`: the order in which they are removed."""
    found: tuple[list[FleetStack], ...] = ([], [], [])
    for each in stacks:
        found[_stage(each)].append(each)
    listed = [stage for stage in found if stage]
    return listed[::-1] if backwards else listed


def _stage(stack: FleetStack) -> int:
    if stack.part == CORE:
        return 0
    return 2 if stack.part.split("-", 1)[0] == _LAST else 1
