"""Joins push groups with permission sets and accounts, by name: for the map, the review, and
`explain`."""

from collections.abc import Iterable, Mapping, Sequence

from okta_idc.inventory.model import Inventory, PushGroup
from okta_idc.inventory.unavailable import Unavailable


def names_of(found: Inventory, pushed: Sequence[PushGroup]) -> dict[str, str]:
    """A distinct name for each source group by ID: the declared one, or the one in Okta."""
    declared = () if isinstance(found.declared.push, Unavailable) else found.declared.push
    by_id = {group.id or group.name: group.name for group in declared}
    names: dict[str, str] = {}
    for each in sorted(pushed, key=lambda group: group.source not in by_id):
        name = by_id.get(each.source, each.name)
        names[each.source] = f"{name} ({each.source})" if name in names.values() else name
    return names


Shared = dict[frozenset[str], frozenset[str]]
"""Sets of accounts: many groups have the same one, which then takes memory once."""


def by_set(
    pairs: Iterable[tuple[str, str]], sets: Mapping[str, str], shared: Shared
) -> dict[str, frozenset[str]]:
    """Accounts by name of the permission set, from pairs of ARN and account. An ARN whose name is
    not known is its own name."""
    found: dict[str, set[str]] = {}
    for arn, account in pairs:
        found.setdefault(arn, set()).add(account)
    by_name: dict[str, frozenset[str]] = {}
    for arn, accounts in found.items():
        same = frozenset(accounts)
        by_name[sets.get(arn) or arn] = shared.setdefault(same, same)
    return by_name
