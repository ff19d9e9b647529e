"""Reads again what looks wrong: users come and go while the lists are read.

A user who seems unassigned may have been deleted between two pages, or assigned after the page was
read. Up to 20 such users are looked up one by one; more of them are no coincidence.
"""

from collections.abc import Iterable, Mapping

from okta_idc.clients.okta import Okta, OktaError
from okta_idc.inventory.assigned_users import AssignedUser
from okta_idc.inventory.model import Inventory
from okta_idc.inventory.okta_groups import read_members
from okta_idc.inventory.unavailable import Unavailable

FEW = 20
"""Groups and users that are read again, at most."""


async def recheck(okta: Okta, found: Inventory) -> None:
    """Update the members of the groups, and the assignments, of users who seem unassigned."""
    people, users = found.people, found.store_users
    if isinstance(people, Unavailable):
        return
    unassigned = _unassigned(found, found.members.of, people.by_id)
    if len(unassigned) <= FEW:
        for ident in unassigned:
            await read_members(okta, found, ident)
    suspects = {user for of in _unassigned(found, unassigned, people.by_id).values() for user in of}
    if not isinstance(users, Unavailable):
        names = {user.user_name.casefold() for user in people.by_id.values()}
        suspects |= {
            user.external_id
            for user in users.values()
            if user.by_scim and user.enabled and user.user_name.casefold() not in names
        }
    suspects -= people.by_id.keys()
    if not 0 < len(suspects) <= FEW:
        return
    for ident in sorted(suspects):
        try:
            shown = await okta.get(f"/api/v1/apps/{found.app_id}/users/{ident}", expand="user")
        except OktaError:
            continue  # not assigned; or not readable, and then the list counts
        people.add([shown])


def _unassigned(
    found: Inventory, groups: Iterable[str], assigned: Mapping[str, AssignedUser]
) -> dict[str, frozenset[str]]:
    """Members who are not assigned to the app, by group."""
    return {
        ident: rest
        for ident in groups
        if not isinstance(members := found.members.of[ident], Unavailable)
        and (rest := members.difference(assigned))
    }
