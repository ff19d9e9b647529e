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
"""The part with the account assignments that no other part has. The core stack cannot have them if
other stacks push groups or have permission sets, because these stacks need the core."""


def has_rest(fleet: Fleet | None) -> bool:
    """Whether the fleet has the part REST."""
    if fleet is None or not (fleet.push_groups or fleet.permission_sets):
        return False
    return fleet.accounts is None or fleet.accounts.count is None


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
    return [*parts, REST] if has_rest(fleet) else parts
