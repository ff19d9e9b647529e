"""Users and groups of the Identity Store."""

from __future__ import annotations

from collections.abc import Callable

from offline_plugins.aws.calls import error_context, members, parameters
from offline_plugins.aws.registry import lookup
from offline_plugins.aws.service import Service
from offline_plugins.provider import Properties

Outputs = Callable[[Properties], Properties]
SERVICE = "identitystore"
STORE = ("identityStoreId",)
ADDRESS = ("country", "formatted", "locality", "postalCode", "region", "streetAddress", "type")
NAME = ("familyName", "formatted", "givenName", "honorificPrefix", "honorificSuffix", "middleName")
VALUE = ("type", "value")
USER = ("displayName", "identityStoreId", "locale", "preferredLanguage", "profileUrl", "timezone",
        "title", "userId", "userName", "userStatus", "userType")  # fmt: skip
GROUP = ("description", "displayName", "groupId", "identityStoreId")


@lookup("aws:identitystore/getGroups:getGroups", SERVICE, "framework", required=STORE)
def get_groups(aws: Service, args: Properties) -> Properties:
    return _list(aws, args, "Group", _group)


@lookup(
    "aws:identitystore/getGroupMemberships:getGroupMemberships", SERVICE, "framework",
    required=("groupId", *STORE),
)  # fmt: skip
def get_group_memberships(aws: Service, args: Properties) -> Properties:
    at = {name: args[name] for name in ("groupId", *STORE)}
    with error_context(f"listing IdentityStore Group Memberships ({args['groupId']})"):
        found = aws.pages("ListGroupMemberships", "GroupMemberships", **parameters(at, at))
    names = ("groupId", "identityStoreId", "membershipId")
    memberships = [
        {**members(one, names), "memberId": {"userId": one["MemberId"]["UserId"]}} for one in found
    ]
    return {**at, "groupMemberships": memberships}


@lookup("aws:identitystore/getUsers:getUsers", SERVICE, "framework", required=STORE)
def get_users(aws: Service, args: Properties) -> Properties:
    return _list(aws, args, "User", _user)


def _list(aws: Service, args: Properties, kind: str, outputs: Outputs) -> Properties:
    """All users or groups."""
    store = args["identityStoreId"]
    with error_context(f"listing IdentityStore {kind}s"):
        found = aws.pages(f"List{kind}s", f"{kind}s", IdentityStoreId=store)
    return {"identityStoreId": store, f"{kind.lower()}s": [outputs(each) for each in found]}


def _group(group: Properties) -> Properties:
    return {**members(group, GROUP, ""), "externalIds": _external_ids(group)}


def _user(user: Properties) -> Properties:
    return {
        **members(user, USER, ""),
        "addresses": [_with_primary(item, ADDRESS) for item in user.get("Addresses") or []],
        "emails": [_with_primary(item, VALUE) for item in user.get("Emails") or []],
        "externalIds": _external_ids(user),
        "names": [members(user["Name"], NAME, "")] if user.get("Name") else [],
        "nickname": user.get("NickName") or "",
        "phoneNumbers": [_with_primary(item, VALUE) for item in user.get("PhoneNumbers") or []],
    }


def _with_primary(item: Properties, names: tuple[str, ...]) -> Properties:
    return {**members(item, names, ""), "primary": bool(item.get("Primary"))}


def _external_ids(record: Properties) -> list[Properties]:
    return [members(external, ("id", "issuer"), "") for external in record.get("ExternalIds") or []]
