"""Lookups of groups: getGroups and group.getGroup."""

from __future__ import annotations

import zlib
from typing import Any
from urllib.parse import urlencode

from offline_plugins.okta.api import Okta, OktaError
from offline_plugins.okta.group import profile_outputs
from offline_plugins.okta.terraform_sdkv2 import StepError, step
from offline_plugins.provider import Properties


def get_groups(okta: Okta, args: Properties) -> Properties:
    """okta:index/getGroups: the groups on all pages. `type` becomes a filter of Okta's API."""
    query: dict[str, Any] = {"limit": 200}
    if args.get("type"):
        query["filter"] = f'type eq "{args["type"]}"'
    query |= {name: args[name] for name in ("q", "search") if args.get(name)}
    try:
        groups = [_group(found) for found in okta.pages(f"/api/v1/groups?{_encode(query)}")]
    except OktaError as error:
        raise StepError(f"failed to list groups: {error.status_line}") from None
    # The id is a checksum of the query; with `q`, of another query than the one sent (recorded).
    named = _encode({**query, "limit": 10000} if "q" in query else query)
    checksum = str(zlib.crc32(f"?{named}".encode()))
    return {**args, "groups": groups, "id": checksum, "limit": 200}


def _encode(query: dict[str, Any]) -> str:
    return urlencode(sorted(query.items()))


def _group(group: Properties) -> Properties:
    return {
        **profile_outputs(group),
        "source": (group.get("source") or {}).get("id") or "",
        "type": group["type"],
    }


def get_group(okta: Okta, args: Properties) -> Properties:
    """okta:group/getGroup by id or name. A single group that starts with the name matches too."""
    group = _by_id(okta, args["id"]) if args.get("id") else _by_name(okta, args)
    users: list[str] = []
    if args.get("includeUsers"):
        with step("failed to get list of group user IDs"):
            path = f"/api/v1/groups/{group['id']}/users?limit=200"
            users = [user["id"] for user in okta.pages(path)]
    return {
        "description": group["profile"].get("description") or "",
        "id": group["id"],
        "includeUsers": bool(args.get("includeUsers")),
        "name": group["profile"]["name"],
        "type": group["type"],
        "users": users,
    }


def _by_id(okta: Okta, group_id: str) -> Properties:
    with step("failed get group by ID"):
        return okta.get(f"/api/v1/groups/{group_id}")


def _by_name(okta: Okta, args: Properties) -> Properties:
    name, kind = args.get("name"), args.get("type")
    query = {"q": name} | ({"filter": f'type eq "{kind}"'} if kind else {})
    with step("failed to query for groups"):
        found = okta.get(f"/api/v1/groups?{_encode(query)}")
    searched = f'name "{name}"' + (f' and type "{kind}"' if kind else "")
    if not found:
        raise StepError(f"group with {searched} does not exist")
    if len(found) == 1:
        return found[0]
    same = [g for g in found if g["profile"]["name"] == name and kind in (None, g["type"])]
    if not same:
        raise StepError(
            f"group starting with {searched} matches {len(found)} groups, "
            "select a more precise name parameter",
        )
    return same[0]
