"""Reads groups in Okta: assignments, push mappings, names and members.

Names require a few searches, members one list for each group; both use the rate limit of groups.
"""

import sys
from collections.abc import Iterable, Sequence
from functools import partial

from okta_idc.clients.json_path import get_path, get_text
from okta_idc.clients.okta import Okta
from okta_idc.inventory.model import Inventory, Json, OktaGroups, Part
from okta_idc.inventory.progress import ProgressListener
from okta_idc.inventory.unavailable import Unavailable, attempt
from okta_idc.rules.groups import ACTIVE
from okta_idc.rules.registry import shortened

APPS = "okta.apps.read, and an admin role that can see the app"
GROUPS = "okta.groups.read, and an admin role that can see groups"
_RULES = "okta.groups.read, and an admin role that can see group rules"
_PUSHES = "okta.apps.read and okta.groups.read, and an admin role that can see the app and groups"
_IDS_PER_CALL, _NAMES_PER_CALL = 100, 25  # keeps the URL well under the usual 8 kB
_WORKERS = 8
_NAMED = 5
_EMPTY = Unavailable("Okta shows no member of the group.")


async def read_groups(okta: Okta, root: str, found: Inventory, parts: Part) -> None:
    """Read assignments, push mappings, and the names of the groups in use."""
    if Part.ASSIGNED_GROUPS in parts:
        found.assigned = await attempt(_assigned(okta, root), APPS)
    if Part.PUSH_MAPPINGS in parts:
        path = f"{root}/group-push/mappings"
        found.pushes = await attempt(okta.every(path, limit=1000), _PUSHES)
    if Part.GROUP_NAMES in parts:
        found.groups = await attempt(_groups(okta, found, Part.NAMESAKES in parts), GROUPS)
    if Part.GROUP_RULES in parts and found.declared.rules:
        found.rules = await attempt(_rules(okta), _RULES)


async def _rules(okta: Okta) -> list[Json] | Unavailable:
    # A role that cannot see rules may get an empty list too.
    listed = await okta.every("/api/v1/groups/rules", limit=200)
    return listed or Unavailable(
        f"Okta shows no group rule: all are deleted or hidden. Needs {_RULES}."
    )


async def _assigned(okta: Okta, root: str) -> dict[str, int | None]:
    listed = await okta.every(f"{root}/groups", limit=200)
    return {str(group["id"]): group.get("priority") for group in listed}


async def _groups(okta: Okta, found: Inventory, namesakes: bool) -> OktaGroups:
    idents = [] if isinstance(found.assigned, Unavailable) else [*found.assigned]
    for mapping in () if isinstance(found.pushes, Unavailable) else found.pushes:
        idents += [mapping[k] for k in ("sourceGroupId", "targetGroupId") if mapping.get(k)]
    names: list[str] = []
    for part in (found.declared.push, found.declared.assign):
        names += [] if isinstance(part, Unavailable) else [group.name for group in part]
    groups = OktaGroups()
    await _search(okta, groups, "id", idents, _IDS_PER_CALL, expand="stats")
    await _search(okta, groups, "profile.name", names, _NAMES_PER_CALL)
    if namesakes:
        await _search(okta, groups, "profile.name", [*groups.by_name], _NAMES_PER_CALL)
    for name, imported in groups.imported.items():
        groups.by_name.setdefault(name, imported)
    return groups


async def _search(
    okta: Okta, groups: OktaGroups, attribute: str, values: Iterable[str], per_call: int,
    **more: str,
) -> None:  # fmt: skip
    """Add the groups whose attribute is one of these values."""
    quoted = [v.replace("\\", "\\\\").replace('"', '\\"') for v in dict.fromkeys(values)]
    for start in range(0, len(quoted), per_call):
        chunk = quoted[start : start + per_call]
        search = " or ".join(f'{attribute} eq "{value}"' for value in chunk)
        for group in await okta.every("/api/v1/groups", search=search, limit=200, **more):
            name, ident = get_text(group, "profile", "name"), group["id"]
            if ident not in groups.names:
                is_imported = group.get("type") == "APP_GROUP"
                by_name = groups.imported if is_imported else groups.by_name
                by_name.setdefault(name, []).append(ident)
            groups.names[ident] = name
            if get_path(group, "_embedded", "stats", "usersCount") == 0:
                groups.empty.add(ident)


def _no_member(names: Sequence[str]) -> Unavailable:
    if len(names) == 1:
        return Unavailable(
            f"Okta shows no member of the group {names[0]}: the group is empty, or its members are "
            "hidden. Needs an admin role that can see them."
        )
    return Unavailable(
        f"Okta shows no member of {len(names)} push groups ({shortened(names, _NAMED)}): "
        "they are empty, or their members are hidden. Needs an admin role that can see them."
    )


async def read_push_members(okta: Okta, found: Inventory, progress: ProgressListener) -> None:
    """Read the members of every push group, a few groups at a time."""
    if isinstance(found.pushes, Unavailable):
        return
    sources = dict.fromkeys(mapping["sourceGroupId"] for mapping in found.pushes)
    await progress.each("push groups", sources, partial(read_members, okta, found), _WORKERS)
    empty = [ident for ident in sources if found.members.by_group[ident] is _EMPTY]
    groups = found.groups
    names = empty if isinstance(groups, Unavailable) else sorted(map(groups.name, empty))
    # One reason for all of them, so that a report has one line.
    found.members.by_group |= dict.fromkeys(empty, _no_member(names))


async def read_members(okta: Okta, found: Inventory, ident: str) -> None:
    """Read the members of one group into `found.members`."""

    async def read() -> frozenset[str]:
        idents: set[str] = set()
        async for page in okta.pages(f"/api/v1/groups/{ident}/users", limit=200):
            idents |= {_keep_member(found, user) for user in page}
        return frozenset(idents)

    members = await attempt(read(), GROUPS)
    groups = found.groups
    is_empty = not isinstance(groups, Unavailable) and ident in groups.empty
    found.members.by_group[ident] = members or (members if is_empty else _EMPTY)


def _keep_member(found: Inventory, user: Json) -> str:
    ident = sys.intern(str(user["id"]))
    login = get_text(user, "profile", "login") or ident
    found.members.logins[ident] = sys.intern(login)
    status = get_text(user, "status") or "ACTIVE"
    if status not in ACTIVE:
        found.members.inactive[ident] = status
    else:
        found.members.inactive.pop(ident, None)
    return ident
