"""Users and groups of the Identity Store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from offline_plugins.aws.account import Account
from offline_plugins.aws.calls import error_context
from offline_plugins.aws.registry import lookup
from offline_plugins.aws.service import Service
from offline_plugins.provider import Properties

Outputs = Callable[[Properties], Properties]
STORE = ("identityStoreId",)
ADDRESS = ("country", "formatted", "locality", "postalCode", "primary", "region", "streetAddress",
           "type")  # fmt: skip
NAME = ("familyName", "formatted", "givenName", "honorificPrefix", "honorificSuffix", "middleName")
VALUE = ("primary", "type", "value")
USER = {
    "displayName": "DisplayName", "locale": "Locale", "nickname": "NickName",
    "preferredLanguage": "PreferredLanguage", "profileUrl": "ProfileUrl", "timezone": "Timezone",
    "title": "Title", "userId": "UserId", "userName": "UserName", "userStatus": "UserStatus",
    "userType": "UserType", "identityStoreId": "IdentityStoreId",
}  # fmt: skip


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
    memberships = [
        {
            "groupId": one["GroupId"],
            "identityStoreId": one["IdentityStoreId"],
            "memberId": {"userId": one["MemberId"]["UserId"]},
            "membershipId": one["MembershipId"],
        }
        for one in found
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
    return {
        "description": group.get("Description") or "",
        "displayName": group.get("DisplayName") or "",
        "externalIds": _external_ids(group),
        "groupId": group["GroupId"],
        "identityStoreId": group["IdentityStoreId"],
    }


def _user(user: Properties) -> Properties:
    return {
        **{ours: user.get(theirs) or "" for ours, theirs in USER.items()},
        "addresses": [_members(item, ADDRESS) for item in user.get("Addresses") or []],
        "emails": [_members(item, VALUE) for item in user.get("Emails") or []],
        "externalIds": _external_ids(user),
        "names": [_members(user["Name"], NAME)] if user.get("Name") else [],
        "phoneNumbers": [_members(item, VALUE) for item in user.get("PhoneNumbers") or []],
    }


def _members(item: Properties, names: tuple[str, ...]) -> Properties:
    def value(name: str) -> Any:
        found = item.get(name[0].upper() + name[1:])
        return bool(found) if name == "primary" else found or ""

    return {name: value(name) for name in names}


def _external_ids(record: Properties) -> list[Properties]:
    return [
        {"id": external["Id"], "issuer": external["Issuer"]}
        for external in record.get("ExternalIds") or []
    ]
