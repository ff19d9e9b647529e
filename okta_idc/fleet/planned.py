"""Counts what a fleet's run is going to do, from what the settings declare and the states record.

A preview of each stack would be exact, and would take as long as the engine needs for it. Updates
of resources that stay are not counted.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

Named = tuple[str, str]
"""Type and name of a resource."""


def planned(
    verb: str, declared: Iterable[Named], recorded: Iterable[Named]
) -> Mapping[str, Mapping[str, int]]:
    """Number of resources by type and operation, in all stacks together. `verb`: `preview`, `up`,
    `refresh` or `destroy`; only the first two need `declared`. Resources of Okta and AWS count."""
    existing = {each for each in recorded if each[0].startswith(("okta:", "aws:"))}
    wanted = {*declared}
    found: dict[str, Counter[str]] = {}
    if verb in ("refresh", "destroy"):
        operation = "delete" if verb == "destroy" else verb
        operations = dict.fromkeys(existing, operation)
    elif verb == "preview":  # what it would create or delete costs no call
        operations = dict.fromkeys(wanted & existing, "same")
    else:
        operations = dict.fromkeys(wanted - existing, "create")
        operations |= dict.fromkeys(wanted & existing, "same")
        operations |= dict.fromkeys(existing - wanted, "delete")
    for (kind, _), operation in operations.items():
        found.setdefault(kind, Counter())[operation] += 1
    return found
