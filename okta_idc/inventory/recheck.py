"""A second look before somebody is accused: people come and go while the lists are read.

Who seems not to be assigned may have been deleted between two pages, or assigned after the page
was read. Where few seem so, they are asked for one by one; where many do, it is no coincidence.
"""

from collections.abc import Iterable

from okta_idc.clients.okta import Okta, OktaError
from okta_idc.inventory.model import Inventory
from okta_idc.inventory.okta_groups import read_members
from okta_idc.inventory.unavailable import Unavailable

FEW = 20
"""Calls that a second look may cost."""


async def recheck(okta: Okta, found: Inventory) -> None:
    """Bring up to date who is assigned, and who is in the groups of those who seem not to be."""
    people, app, users = found.people, found.app, found.store_users
    if isinstance(people, Unavailable) or isinstance(app, Unavailable):
        return
    strangers = {
        ident: unknown
        for ident, members in found.members.of.items()
        if not isinstance(members, Unavailable) and (unknown := members.difference(people.persons))
    }
    if len(strangers) <= FEW:
        for ident in strangers:
            await read_members(okta, found, ident)
    suspects = {one for members in _sets(found, strangers) for one in members}
    if not isinstance(users, Unavailable):
        names = {person.user_name.casefold() for person in people.persons.values()}
        suspects |= {
            user.external_id
            for user in users.values()
            if user.by_scim and user.enabled and user.user_name.casefold() not in names
        }
    suspects -= people.persons.keys()
    if not 0 < len(suspects) <= FEW:
        return
    for ident in sorted(suspects):
        try:
            one = await okta.get(f"/api/v1/apps/{app['id']}/users/{ident}", expand="user")
        except OktaError:
            continue  # not assigned, as it seemed; or it cannot be told, and the list counts
        people.see([one])


def _sets(found: Inventory, idents: Iterable[str]) -> Iterable[frozenset[str]]:
    people = found.people
    for ident in idents:
        members = found.members.of[ident]
        if not isinstance(members, Unavailable) and not isinstance(people, Unavailable):
            yield members.difference(people.persons)
