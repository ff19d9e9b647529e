"""The names of a fleet's parts. The stack of a part is named `CORE_STACK-PART`."""

import re
from collections.abc import Sequence
from typing import cast

from okta_idc.settings.models import Fleet, StacksByAccount, StacksByName

CORE = ""
"""The part of the core stack."""
PREFIXES = {"push_groups": "push", "permission_sets": "sets", "accounts": "access"}
"""How the names of parts begin, by the key of what they have. In the order in which they run."""


REST = PREFIXES["accounts"]
"""The part with the account assignments that no other part has, unless the core has them."""


def stack_name(core: str, part: str) -> str:
    """The name of a part's stack."""
    return f"{core}-{part}" if part else core


def rest_of(fleet: Fleet | None) -> str:
    """The part with application assignments, and with the account assignments that no other part
    has. Stacks that push groups or have permission sets need the core, and assignments need them:
    so it is the core only if there are no such stacks."""
    if fleet is None or not (fleet.push_groups or fleet.permission_sets):
        return CORE
    counted = fleet.accounts is not None and fleet.accounts.count is not None
    return part_of(PREFIXES["accounts"], 1) if counted else REST


def part_of(prefix: str, name: object) -> str:
    """The part for a number, a beginning of names, or an organizational unit."""
    words = re.sub(r"[^a-z0-9]+", "-", str(name).lower()).strip("-")
    return f"{prefix}-{words or 'root'}"


def listed_names(cut: StacksByName | StacksByAccount) -> Sequence[str]:
    """The beginnings of names or the organizational units that divide."""
    if isinstance(cut, StacksByName):
        return cut.prefixes
    return cut.organizational_units


def parts_of(fleet: Fleet | None) -> list[str]:
    """All parts except the core, in the order in which they run."""
    parts: list[str] = []
    for kind, prefix in PREFIXES.items():
        cut = cast(StacksByName | StacksByAccount | None, getattr(fleet, kind, None))
        if cut is not None:
            names = listed_names(cut) or range(1, (cut.count or 0) + 1)
            parts += (part_of(prefix, name) for name in names)
    return [*parts, REST] if rest_of(fleet) == REST else parts
