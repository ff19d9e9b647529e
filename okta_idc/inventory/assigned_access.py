"""The accounts and AWS managed policies of an inventory, and the permission sets that use them."""

from okta_idc.inventory.model import Inventory
from okta_idc.inventory.unavailable import Unavailable
from okta_idc.rules.access_drift import BOUNDARY

Places = dict[str, tuple[str, ...]]


def assigned_accounts(found: Inventory) -> Places:
    """Names of the permission sets that are assigned or declared in each account."""
    places: dict[str, dict[str, None]] = {}
    if not isinstance(found.access, Unavailable):
        for each in found.access.assignments:
            places.setdefault(each.account, {})[each.permission_set] = None
    if not isinstance(found.declared.access, Unavailable):
        for (_, name), accounts in found.declared.access.accounts.items():
            for account in accounts:
                places.setdefault(account, {})[name] = None
    return {account: tuple(names) for account, names in places.items()}


def declared_policies(found: Inventory) -> Places:
    """Names of the permission sets that declare each AWS managed policy, also as boundary."""
    places: dict[str, list[str]] = {}
    if isinstance(found.declared.access, Unavailable):
        return {}
    for each in found.declared.access.sets:
        for policy in sorted({*each.get("managed_policies"), *each.get(BOUNDARY)}):
            if policy.startswith("arn:"):
                places.setdefault(policy, []).append(each.name)
    return {policy: tuple(names) for policy, names in places.items()}
