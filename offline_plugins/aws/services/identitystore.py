"""The Identity Store: the groups and people that stand in IAM Identity Center."""

from __future__ import annotations

from typing import Any

from offline_plugins.aws.account import Account
from offline_plugins.aws.calls import doing
from offline_plugins.aws.registry import look_up
from offline_plugins.aws.service import Service
from offline_plugins.provider_server import Properties, ProviderError

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


@look_up("aws:identitystore/getGroups:getGroups", "framework", required=STORE, optional=("region",))
def get_groups(account: Account, args: Properties) -> Properties:
    aws, shown = _asked(account, args)
    with doing("listing IdentityStore Groups"):
        found = aws.pages("ListGroups", "Groups", IdentityStoreId=args["identityStoreId"])
    return {**shown, "groups": [_group(group) for group in found]}


@look_up(
    "aws:identitystore/getGroup:getGroup", "sdk",
    required=STORE, optional=("alternateIdentifier", "groupId", "region"),
)  # fmt: skip
def get_group(account: Account, args: Properties) -> Properties:
    aws, shown = _asked(account, args)
    found = _one(aws, args, "Group")
    identifier = args.get("alternateIdentifier")
    return {**_group(found), **shown, "alternateIdentifier": identifier, "id": found["GroupId"]}


@look_up(
    "aws:identitystore/getGroupMemberships:getGroupMemberships", "framework",
    required=("groupId", "identityStoreId"), optional=("region",),
)  # fmt: skip
def get_group_memberships(account: Account, args: Properties) -> Properties:
    aws, shown = _asked(account, args)
    asked = {"IdentityStoreId": args["identityStoreId"], "GroupId": args["groupId"]}
    with doing(f"listing IdentityStore Group Memberships ({args['groupId']})"):
        found = aws.pages("ListGroupMemberships", "GroupMemberships", **asked)
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


@look_up("aws:identitystore/getUsers:getUsers", "framework", required=STORE, optional=("region",))
def get_users(account: Account, args: Properties) -> Properties:
    aws, shown = _asked(account, args)
    with doing("listing IdentityStore Users"):
        found = aws.pages("ListUsers", "Users", IdentityStoreId=args["identityStoreId"])
    return {**shown, "users": [_user(user) for user in found]}


@look_up(
    "aws:identitystore/getUser:getUser", "sdk",
    required=STORE, optional=("alternateIdentifier", "region", "userId"),
)  # fmt: skip
def get_user(account: Account, args: Properties) -> Properties:
    aws, shown = _asked(account, args)
    found = _one(aws, args, "User")
    identifier = args.get("alternateIdentifier")
    return {**_user(found), **shown, "alternateIdentifier": identifier, "id": found["UserId"]}


def _asked(account: Account, args: Properties) -> tuple[Service, Properties]:
    """The service, and what of the arguments is in each result."""
    region = args.get("region") or account.region
    shown = {"identityStoreId": args["identityStoreId"], "region": region}
    return account.service("identitystore", region), shown


def _one(aws: Service, args: Properties, kind: str) -> Properties:
    """By its id, or by one other thing that only it has."""
    given, other = args.get(f"{kind.lower()}Id"), args.get("alternateIdentifier")
    if not given and not other:
        name = f"{kind.lower()}_id"
        raise ProviderError(f'"{name}": one of `alternate_identifier,{name}` must be specified')
    store = {"IdentityStoreId": args["identityStoreId"]}
    with doing(f"reading IdentityStore {kind} ({args['identityStoreId']})"):
        if other:
            asked = {"AlternateIdentifier": _identifier(other)}
            found = aws.call(f"Get{kind}Id", **store, **asked)[f"{kind}Id"]
            if given and given != found:
                raise ProviderError("couldn't find resource")
            given = found
        return aws.call(f"Describe{kind}", **store, **{f"{kind}Id": given})


def _identifier(given: Properties) -> Properties:
    if external := given.get("externalId"):
        return {"ExternalId": {"Id": external["id"], "Issuer": external["issuer"]}}
    unique = given.get("uniqueAttribute")
    if not unique:
        raise ProviderError(
            '"alternate_identifier": one of `external_id,unique_attribute` must be specified'
        )
    path, value = unique["attributePath"], unique["attributeValue"]
    return {"UniqueAttribute": {"AttributePath": path, "AttributeValue": value}}


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
        "addresses": [_parts(item, ADDRESS) for item in user.get("Addresses") or []],
        "emails": [_parts(item, VALUE) for item in user.get("Emails") or []],
        "externalIds": _external_ids(user),
        "names": [_parts(user["Name"], NAME)] if user.get("Name") else [],
        "phoneNumbers": [_parts(item, VALUE) for item in user.get("PhoneNumbers") or []],
    }


def _parts(item: Properties, names: tuple[str, ...]) -> Properties:
    def value(name: str) -> Any:
        found = item.get(name[0].upper() + name[1:])
        return bool(found) if name == "primary" else found or ""

    return {name: value(name) for name in names}


def _external_ids(record: Properties) -> list[Properties]:
    return [
        {"id": external["Id"], "issuer": external["Issuer"]}
        for external in record.get("ExternalIds") or []
    ]
