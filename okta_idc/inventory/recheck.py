"""Reads what differs between Okta and AWS again, since both change while their lists are read.

A difference is reported if two readings in a row show the same differences. If every reading shows
others, provisioning is in progress, and the two sides cannot be compared.
"""

import asyncio

from okta_idc.clients.okta import Okta, OktaError
from okta_idc.inventory.aws import read_store_again
from okta_idc.inventory.differences import Differences, differences
from okta_idc.inventory.model import Inventory
from okta_idc.inventory.okta_groups import read_members
from okta_idc.inventory.unavailable import Unavailable

MAX_SINGLE = 20
"""Users that are read one by one; for more, all assigned users are read again."""
ROUNDS = 4
PAUSE = 2.0
"""Seconds between two readings. Okta's changes arrive in AWS one after the other, about one a
second."""

_IN_PROGRESS = Unavailable(
    f"Okta and AWS differed in another way each of the {ROUNDS + 1} times that they were read: "
    "provisioning is in progress. Run the command again once it has finished."
)


async def recheck(okta: Okta, found: Inventory) -> None:
    """Update the differing parts until two readings agree. Sets `found.in_progress` otherwise."""
    before = differences(found)
    for _ in range(ROUNDS):
        if not before:
            return
        await asyncio.sleep(PAUSE)
        await _read_again(okta, found, before)
        after = differences(found)
        if after == before:
            return
        before = after
    if before:
        found.in_progress = _IN_PROGRESS


async def _read_again(okta: Okta, found: Inventory, before: Differences) -> None:
    """Read Okta first and then AWS, so that everything that Okta has sent may have arrived."""
    groups = {group for group, _ in before.unassigned | before.members}
    for ident in sorted(groups):
        await read_members(okta, found, ident)
    candidates = {ident for _, ident in before.unassigned}
    candidates |= {external for external, _ in before.enabled if external}
    await _read_users(okta, found, candidates)
    await read_store_again(
        found,
        users=bool(before.missing or before.members or before.enabled),
        groups=bool(before.groups),
        members_of=groups,
    )


async def _read_users(okta: Okta, found: Inventory, candidates: set[str]) -> None:
    """Add the candidates who are assigned to the app in the meantime."""
    users, path = found.users, f"/api/v1/apps/{found.app_id}/users"
    if isinstance(users, Unavailable) or not (candidates := candidates - users.by_id.keys()):
        return
    try:
        if len(candidates) > MAX_SINGLE:
            async for page in okta.pages(path, limit=500, expand="user"):
                users.add(page)
            return
    except OktaError:
        return  # the first list is final
    for ident in sorted(candidates):
        try:
            users.add([await okta.get(f"{path}/{ident}", expand="user")])
        except OktaError:
            continue  # not assigned; if not readable, the list is final
