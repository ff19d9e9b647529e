"""Reads users who seem unassigned again, since assignments can change while lists are read.

A user who seems unassigned may have been deleted between two pages, or assigned after the page was
read. Up to 20 such users are looked up one by one; a larger number is unlikely to be a coincidence.
"""

from collections.abc import Iterable, Mapping

from okta_idc.clients.okta import Okta, OktaError
from okta_idc.inventory.assigned_users import AssignedUser
from okta_idc.inventory.model import Inventory
from okta_idc.inventory.okta_groups import read_members
from okta_idc.inventory.unavailable import Unavailable

MAX_RECHECKED = 20
"""Maximum number of groups, and of users, that are read again."""


async def recheck(okta: Okta, found: Inventory) -> None:
    """Update the groups and the assignments of users who seem unassigned."""
    users, store_users = found.users, found.store_users
    if isinstance(users, Unavailable):
        return
    unassigned = _unassigned(found, found.members.by_group, users.by_id)
    if len(unassigned) <= MAX_RECHECKED:
        for ident in unassigned:
            await read_members(okta, found, ident)
    candidates = set[str]().union(*_unassigned(found, unassigned, users.by_id).values())
    if not isinstance(store_users, Unavailable):
        names = {user.user_name.casefold() for user in users.by_id.values()}
        candidates |= {
            user.external_id
            for user in store_users.values()
            if user.by_scim and user.enabled and user.user_name.casefold() not in names
        }
    candidates -= users.by_id.keys()
    if not 0 < len(candidates) <= MAX_RECHECKED:
        return
    for ident in sorted(candidates):
        try:
            app_user = await okta.get(f"/api/v1/apps/{found.app_id}/users/{ident}", expand="user")
        except OktaError:
            continue  # not assigned; if not readable, the list is final
        users.add([app_user])


def _unassigned(
    found: Inventory, groups: Iterable[str], assigned: Mapping[str, AssignedUser]
) -> dict[str, frozenset[str]]:
    """Members who are not assigned to the app, by group."""
    return {
        ident: rest
        for ident in groups
        if not isinstance(members := found.members.by_group[ident], Unavailable)
        and (rest := members.difference(assigned))
    }
