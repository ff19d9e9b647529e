"""The groups that matter, as Okta shows them: assigned, pushed, their names and their members.

Names come by a few searches, members group by group; both share a bucket of their own.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from okta_idc.clients.json_path import get_text
from okta_idc.clients.okta import Okta
from okta_idc.inventory.app_user import ACTIVE
from okta_idc.inventory.attempt import seen
from okta_idc.inventory.model import Inventory, Json, OktaGroups
from okta_idc.inventory.progress import ProgressListener
from okta_idc.inventory.unavailable import Unavailable

APPS = "okta.apps.read, and an admin role that can see the app"
GROUPS = "okta.groups.read, and an admin role that can see groups"
_PUSHES = "okta.apps.read and okta.groups.read, and an admin role that can see the app and groups"
_IDS_A_CALL, _NAMES_A_CALL = 100, 25  # keeps the URL well under the usual 8 kB


async def read_groups(okta: Okta, root: str, found: Inventory) -> None:
    """Who is assigned, what is pushed, and the names of all groups that are used."""
    found.assigned = await seen(_assigned(okta, root), APPS)
    found.pushes = await seen(_pushes(okta, root), _PUSHES)
    found.groups = await seen(_groups(okta, found), GROUPS)


async def _assigned(okta: Okta, root: str) -> tuple[str, ...]:
    return tuple([g["id"] for g in await okta.every(f"{root}/groups", limit=200)])


async def _pushes(okta: Okta, root: str) -> tuple[Json, ...]:
    return tuple(await okta.every(f"{root}/group-push/mappings", limit=1000))


async def _groups(okta: Okta, found: Inventory) -> OktaGroups:
    """The groups that are assigned, pushed, targets or declared, by a few searches."""
    idents = [] if isinstance(found.assigned, Unavailable) else [*found.assigned]
    for mapping in () if isinstance(found.pushes, Unavailable) else found.pushes:
        idents += [mapping[k] for k in ("sourceGroupId", "targetGroupId") if mapping.get(k)]
    names: list[str] = []
    for part in (found.declared.push, found.declared.assign):
        names += [] if isinstance(part, Unavailable) else [group.name for group in part]
    return await find_groups(okta, idents, names)


async def find_groups(okta: Okta, idents: Iterable[str], names: Iterable[str] = ()) -> OktaGroups:
    """The groups with these ids, and all with these names, by a few searches."""
    terms = [*_terms("id", idents, _IDS_A_CALL), *_terms("profile.name", names, _NAMES_A_CALL)]
    groups = OktaGroups()
    for search in terms:
        for group in await okta.every("/api/v1/groups", search=search, limit=200):
            name, ident = get_text(group, "profile", "name"), group["id"]
            if ident not in groups.names and group.get("type") != "APP_GROUP":
                groups.by_name.setdefault(name, []).append(ident)
            groups.names[ident] = name
    return groups


def _terms(attribute: str, values: Iterable[str], most: int) -> list[str]:
    quoted = [v.replace("\\", "\\\\").replace('"', '\\"') for v in dict.fromkeys(values)]
    chunks = [quoted[i : i + most] for i in range(0, len(quoted), most)]
    return [" or ".join(f'{attribute} eq "{value}"' for value in chunk) for chunk in chunks]


async def read_all_members(okta: Okta, found: Inventory, watch: ProgressListener) -> None:
    """The members of every push group."""
    if isinstance(found.pushes, Unavailable):
        return
    sources = list(dict.fromkeys(mapping["sourceGroupId"] for mapping in found.pushes))

    async def one(ident: str) -> None:
        await read_members(okta, found, ident)
        watch.more("push groups", 1, len(sources))

    await _in_turn(one, sources)


async def _in_turn(one: Callable[[str], Awaitable[None]], idents: list[str]) -> None:
    """A few at a time: the client would hold back more anyway."""
    waiting = iter(idents)

    async def worker() -> None:
        for ident in waiting:
            await one(ident)

    await asyncio.gather(*(worker() for _ in range(8)))


async def read_members(okta: Okta, found: Inventory, ident: str) -> None:
    """The members of one group, into `found.members`."""

    async def read() -> frozenset[str]:
        idents: set[str] = set()
        async for page in okta.pages(f"/api/v1/groups/{ident}/users", limit=200):
            idents |= {_remember(found, user) for user in page}
        return frozenset(idents)

    members = await seen(read(), GROUPS)
    if not isinstance(members, Unavailable) and not members:
        groups = found.groups
        name = ident if isinstance(groups, Unavailable) else groups.name(ident)
        members = Unavailable(
            f"Okta shows no member of the group {name}: it has none, or they are hidden. "
            "Needs an admin role that can see them."
        )
    found.members.of[ident] = members


def _remember(found: Inventory, user: Any) -> str:
    ident = sys.intern(str(user["id"]))
    login = get_text(user, "profile", "login") or ident
    found.members.logins[ident] = sys.intern(login)
    status = get_text(user, "status") or "ACTIVE"
    if status not in ACTIVE:
        found.members.inactive[ident] = status
    return ident
