"""Users and groups of the Identity Store."""

from __future__ import annotations

from collections.abc import Callable

from offline_plugins.aws.account import Account
from offline_plugins.aws.calls import error_context, members
from offline_plugins.aws.registry import lookup
from offline_plugins.aws.service import Service
from offline_plugins.provider import Properties

Outputs = Callable[[Properties], Properties]
STORE = ("identityStoreId",)
ADDRESS = ("country", "formatted", "locality", "postalCode", "region", "streetAddress", "type")
NAME = ("familyName", "formatted", "givenName", "honorificPrefix", "honorificSuffix", "middleName")
VALUE = ("type", "value")
USER = ("displayName", "identityStoreId", "locale", "preferredLanguage", "profileUrl", "timezone",
        "title", "userId", "userName", "userStatus", "userType")  # fmt: skip
GROUP = ("description", "displayName", "groupId", "identityStoreId")


@lookup("aws:identitystore/getGroups:getGroups", "framework", required=STORE, optional=("region",))
def get_groups(account: Account, args: Properties) -> Properties:
    return _list(account, args, "Group", _group)


@lookup(
    "aws:identitystore/getGroupMemberships:getGroupMemberships", "framework",
    required=("groupId", "identityStoreId"), optional=("region",),
)  # fmt: skip
def get_group_memberships(account: Account, args: Properties) -> Properties:
    aws, shown = _client(account, args)
    parameters = {"IdentityStoreId": args["identityStoreId"], "GroupId": args["groupId"]}
    with error_context(f"listing IdentityStore Group Memberships ({args['groupId']})"):
        found = aws.pages("ListGroupMemberships", "GroupMemberships", **parameters)
    names = ("groupId", "identityStoreId", "membershipId")
    memberships = [
        {**members(one, names), "memberId": {"userId": one["MemberId"]["UserId"]}} for one in found
    ]
    return {**shown, "groupId": args["groupId"], "groupMemberships": memberships}


@lookup("aws:identitystore/getUsers:getUsers", "framework", required=STORE, optional=("region",))
def get_users(account: Account, args: Properties) -> Properties:
    return _list(account, args, "User", _user)


def _client(account: Account, args: Properties) -> tuple[Service, Properties]:
    """The client, and the arguments that each result repeats."""
    region = args.get("region") or account.region
    shown = {"identityStoreId": args["identityStoreId"], "region": region}
    return account.service("identitystore", region), shown


def _list(account: Account, args: Properties, kind: str, outputs: Outputs) -> Properties:
    """All users or groups."""
    aws, shown = _client(account, args)
    with error_context(f"listing IdentityStore {kind}s"):
        found = aws.pages(f"List{kind}s", f"{kind}s", IdentityStoreId=args["identityStoreId"])
    return {**shown, f"{kind.lower()}s": [outputs(each) for each in found]}


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
