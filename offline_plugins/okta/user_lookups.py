"""Lookups of users, and of the user type that profile mappings read from.

Written from the provider's source, release 6.15, because no recording exists
(docs/research/okta-provider.md#lookups-without-a-recording).
"""

from __future__ import annotations

import zlib
from urllib.parse import urlencode

from offline_plugins.okta.api import Okta
from offline_plugins.okta.resource import go_json
from offline_plugins.okta.terraform_sdkv2 import StepError, step
from offline_plugins.provider import Failure, Properties

GET_USERS = "okta:user/getUsers:getUsers"
ATTRIBUTES = (
    "city", "costCenter", "countryCode", "department", "displayName", "division", "email",
    "employeeNumber", "firstName", "honorificPrefix", "honorificSuffix", "lastName", "locale",
    "login", "manager", "managerId", "middleName", "mobilePhone", "nickName", "organization",
    "postalAddress", "preferredLanguage", "primaryPhone", "profileUrl", "secondEmail", "state",
    "streetAddress", "timezone", "title", "userType", "zipCode",
)  # fmt: skip


def get_users(okta: Okta, args: Properties) -> Properties | list[Failure]:
    """okta:user/getUsers by expressions, which must all match: the users on all pages."""
    searches: list[Properties] = args.get("searches") or []
    failures = [
        Failure(f"{GET_USERS}: {name!r} of a search is not supported by the replacement", name)
        for search in searches
        for name in search
        if name != "expression"
    ]
    if failures:
        return failures
    if not searches:
        raise StepError("must specify either group_id or search attributes")
    search = " and ".join(one["expression"] for one in searches)
    query = urlencode({"limit": 200, "search": search, "sortOrder": "0"})
    with step("failed to list users"):
        users = [_user(found) for found in okta.pages(f"/api/v1/users?{query}")]
    checksum = str(zlib.crc32(f"?{query}".encode()))
    return {**args, "compoundSearchOperator": "and", "id": checksum, "users": users}


def _user(user: Properties) -> Properties:
    profile: Properties = user["profile"]
    custom = {name: v for name, v in profile.items() if name not in ATTRIBUTES and v is not None}
    return {
        **{name: profile.get(name) or "" for name in ATTRIBUTES},
        "adminRoles": [],
        "customProfileAttributes": go_json(custom),
        "groupMemberships": [],
        "id": user["id"],
        "roles": [],
        "status": user["status"],
    }


def get_profile_mapping_source(okta: Okta, args: Properties) -> Properties:
    """okta:user/getUserProfileMappingSource: the default user type, from the list of mappings.

    The result is empty if no mapping has it.
    """
    with step("failed to list mappings"):
        for mapping in okta.pages("/api/v1/mappings?limit=200"):
            for side in (mapping["target"], mapping["source"]):
                if (side["name"], side["type"]) == ("user", "user"):
                    return {name: side[name] for name in ("id", "name", "type")}
    return {**args, "id": "", "name": "", "type": ""}
