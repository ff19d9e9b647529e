"""Look-ups of groups: getGroups and group.getGroup."""

from __future__ import annotations

import zlib
from typing import Any
from urllib.parse import urlencode

from offline_plugins.okta.api import Okta, Refused
from offline_plugins.okta.resource import Properties, go_json
from offline_plugins.okta.sdkv2 import failed

GET_GROUP = "okta:group/getGroup:getGroup"
GET_GROUPS = "okta:index/getGroups:getGroups"


def get_groups(okta: Okta, args: Properties) -> Properties:
    """okta:index/getGroups: every page; `type` is a filter of Okta's."""
    query: dict[str, Any] = {"limit": 200}
    if args.get("type"):
        query["filter"] = f'type eq "{args["type"]}"'
    query |= {name: args[name] for name in ("q", "search") if args.get(name)}
    try:
        groups = [_group(found) for found in okta.pages(f"/api/v1/groups?{_asked(query)}")]
    except Refused as refused:
        raise failed("invoking", GET_GROUPS, f"failed to list groups: {refused.in_short}") from None
    # The id is a checksum of a query that is not the one sent where `q` is given (recorded).
    named = _asked({**query, "limit": 10000} if "q" in query else query)
    checksum = str(zlib.crc32(f"?{named}".encode()))
    return {**args, "groups": groups, "id": checksum, "limit": 200}


def _asked(query: dict[str, Any]) -> str:
    return urlencode(sorted(query.items()))


def _group(group: Properties) -> Properties:
    profile = dict(group["profile"])
    name, description = profile.pop("name"), profile.pop("description", None)
    return {
        "customProfileAttributes": go_json(profile),
        "description": description or "",
        "id": group["id"],
        "name": name,
        "source": (group.get("source") or {}).get("id") or "",
        "type": group["type"],
    }


def get_group(okta: Okta, args: Properties) -> Properties:
    """okta:group/getGroup by id or name; a single group that merely begins so is taken too."""
    group = _by_id(okta, args["id"]) if args.get("id") else _by_name(okta, args)
    users: list[str] = []
    if args.get("includeUsers"):
        try:
            path = f"/api/v1/groups/{group['id']}/users?limit=200"
            users = [user["id"] for user in okta.pages(path)]
        except Refused as refused:
            raise _told(f"failed to get list of group user IDs: {refused}") from None
    return {
        "description": group["profile"].get("description") or "",
        "id": group["id"],
        "includeUsers": bool(args.get("includeUsers")),
        "name": group["profile"]["name"],
        "type": group["type"],
        "users": users,
    }


def _by_id(okta: Okta, group_id: str) -> Properties:
    try:
        return okta.get(f"/api/v1/groups/{group_id}")
    except Refused as refused:
        raise _told(f"failed get group by ID: {refused}") from None


def _by_name(okta: Okta, args: Properties) -> Properties:
    name, kind = args.get("name"), args.get("type")
    query = {"q": name} | ({"filter": f'type eq "{kind}"'} if kind else {})
    try:
        found = okta.get(f"/api/v1/groups?{_asked(query)}")
    except Refused as refused:
        raise _told(f"failed to query for groups: {refused}") from None
    searched = f'name "{name}"' + (f' and type "{kind}"' if kind else "")
    if not found:
        raise _told(f"group with {searched} does not exist")
    if len(found) == 1:
        return found[0]
    same = [g for g in found if g["profile"]["name"] == name and kind in (None, g["type"])]
    if not same:
        raise _told(
            f"group starting with {searched} matches {len(found)} groups, "
            "select a more precise name parameter"
        )
    return same[0]


def _told(text: str) -> Exception:
    return failed("invoking", GET_GROUP, text)
