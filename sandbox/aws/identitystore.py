"""The Identity Store API on the sandbox's identity store.

Replaces all operations of moto's IdentityStoreResponse, which are incomplete or too lenient; moto
still handles HTTP and dispatch. Answers have the members of botocore's service model (a test checks
this).
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from moto.identitystore.responses import IdentityStoreResponse

from ..partitions import PARTITIONS, Partition
from ..settings import Settings
from .errors import RefusedError
from .limits import refuse_above
from .paging import Page
from .store import ConflictError, IdentityStore, NotFoundError, Record

ENTERPRISE = "aws:identitystore:enterprise"
_UPDATABLE_USER = {
    "username": "UserName", "name": "Name", "displayname": "DisplayName", "nickname": "NickName",
    "profileurl": "ProfileUrl", "emails": "Emails", "addresses": "Addresses",
    "phonenumbers": "PhoneNumbers", "usertype": "UserType", "title": "Title",
    "preferredlanguage": "PreferredLanguage", "locale": "Locale", "timezone": "Timezone",
    "roles": "Roles",
}  # fmt: skip
_UPDATABLE_GROUP = {"displayname": "DisplayName", "description": "Description"}
_KINDS = {"UserId": "user", "GroupId": "group", "MembershipId": "membership"}


class IdentityStoreApi:
    """Identity Store operations: each takes the request parameters and returns the answer."""

    def __init__(
        self,
        store: IdentityStore,
        settings: Settings,
        account: str,
        partition: Partition = PARTITIONS["aws"],
    ) -> None:
        self.store, self._settings, self._partition = store, settings, partition
        self._network: tuple[str, Record] = "", {}
        """The setting `store_network` at the last update, and the configuration of the update."""
        self.arn = partition.arn("identitystore", f"identitystore/{store.id}", account)

    def call(self, operation: str, params: dict[str, Any]) -> Record:
        try:
            with self.store.lock:
                return getattr(self, operation)(params)
        except NotFoundError as error:
            raise RefusedError(
                "ResourceNotFoundException", f"{error} not found.", ResourceType=str(error)
            ) from None
        except ConflictError as error:
            raise RefusedError(
                "ConflictException", str(error), Reason="UNIQUENESS_CONSTRAINT_VIOLATION"
            ) from None

    def describe_identity_store(self, _: dict[str, Any]) -> Record:
        return {**self._store_ids(), "NetworkConfiguration": self._network_configuration()}

    def update_identity_store(self, p: dict[str, Any]) -> Record:
        """Replace the network configuration: a list that the request omits is cleared.

        Assumed: AWS refuses lists without `VpceAccessRequired`. The sandbox does not refuse a
        configuration that shuts out the caller.
        """
        network: Record = p.get("NetworkConfiguration") or self._network_configuration()
        if not network["VpceAccessRequired"] and len(network) > 1:
            text = "Lists of networks require VpceAccessRequired."
            raise RefusedError("ValidationException", text)
        self._network = self._settings["store_network"], network
        return self._store_ids()

    def _store_ids(self) -> Record:
        return {"IdentityStoreId": self.store.id, "IdentityStoreArn": self.arn}

    def _network_configuration(self) -> Record:
        """That of the last update, or of a later setting `store_network`."""
        setting = self._settings["store_network"]
        updated_at, network = self._network
        if setting != updated_at:
            network = Record(VpceAccessRequired=setting != "open")
            if setting == "listed":
                network["ScimAllowSourceIps"] = ["203.0.113.0/24"]
        return network

    def create_user(self, p: dict[str, Any]) -> Record:
        record = {key: p[key] for key in _UPDATABLE_USER.values() if p.get(key) is not None}
        record["Extensions"] = p.get("Extensions") or {}
        name = record.get("Name") or {}
        required = (
            ("userName", record.get("UserName")), ("displayName", record.get("DisplayName")),
            ("givenName", name.get("GivenName")), ("familyName", name.get("FamilyName")),
        )  # fmt: skip
        missing = [key for key, value in required if not value]
        if missing:
            raise RefusedError("ValidationException", f"{', '.join(missing)}: required attribute")
        refuse_above(self._settings, "users", len(self.store.users) + 1)
        record["UserStatus"] = "ENABLED"
        return self._ids(self.store.put_user(record), "UserId", "Revision")

    def create_group(self, p: dict[str, Any]) -> Record:
        refuse_above(self._settings, "groups", len(self.store.groups) + 1)
        record = {key: p[key] for key in ("DisplayName", "Description") if p.get(key)}
        return self._ids(self.store.put_group(record), "GroupId", "Revision")

    def update_user(self, p: dict[str, Any]) -> Record:
        current = _check_revision(self.store.user(p["UserId"]), p)
        record = _apply_operations(current, p["Operations"], _UPDATABLE_USER)
        record = self.store.put_user(record, p["UserId"])
        return self._ids(record, "UserId", "Revision")

    def update_group(self, p: dict[str, Any]) -> Record:
        current = _check_revision(self.store.group(p["GroupId"]), p)
        record = _apply_operations(current, p["Operations"], _UPDATABLE_GROUP)
        record = self.store.put_group(record, p["GroupId"])
        return self._ids(record, "GroupId", "Revision")

    def delete_user(self, p: dict[str, Any]) -> Record:
        self.store.delete_user(_check_revision(self.store.user(p["UserId"]), p)["UserId"])
        return {}

    def delete_group(self, p: dict[str, Any]) -> Record:
        self.store.delete_group(_check_revision(self.store.group(p["GroupId"]), p)["GroupId"])
        return {}

    def describe_user(self, p: dict[str, Any]) -> Record:
        return self._user_view(self.store.user(p["UserId"]), p)

    def describe_group(self, p: dict[str, Any]) -> Record:
        return self._view(self.store.group(p["GroupId"]), "GroupId")

    def list_users(self, p: dict[str, Any]) -> Record:
        found = _filtered(list(self.store.users.values()), p, "UserName")
        return _page("Users", p).of(found, lambda user: self._user_view(user, p))

    def list_groups(self, p: dict[str, Any]) -> Record:
        found = _filtered(list(self.store.groups.values()), p, "DisplayName")
        return _page("Groups", p).of(found, lambda group: self._view(group, "GroupId"))

    def get_user_id(self, p: dict[str, Any]) -> Record:
        paths: dict[str, Callable[[Record], list[str]]] = {
            "username": lambda user: [user["UserName"]],
            "emails.value": lambda user: [e.get("Value", "") for e in user.get("Emails", [])],
        }
        return self._find(p, list(self.store.users.values()), paths, "UserId", "USER")

    def get_group_id(self, p: dict[str, Any]) -> Record:
        paths: dict[str, Callable[[Record], list[str]]] = {
            "displayname": lambda group: [group.get("DisplayName", "")]
        }
        return self._find(p, list(self.store.groups.values()), paths, "GroupId", "GROUP")

    def create_group_membership(self, p: dict[str, Any]) -> Record:
        if self.store.find_membership(p["GroupId"], p["MemberId"]["UserId"]):
            raise ConflictError("Member and group relationship already exists")
        record = self.store.add_member(p["GroupId"], p["MemberId"]["UserId"])
        return self._ids(record, "MembershipId")

    def delete_group_membership(self, p: dict[str, Any]) -> Record:
        del self.store.memberships[self.store.membership(p["MembershipId"])["MembershipId"]]
        return {}

    def describe_group_membership(self, p: dict[str, Any]) -> Record:
        return self._membership_view(self.store.membership(p["MembershipId"]))

    def get_group_membership_id(self, p: dict[str, Any]) -> Record:
        found = self.store.find_membership(p["GroupId"], p["MemberId"]["UserId"])
        if found is None:
            raise NotFoundError("GROUP_MEMBERSHIP")
        return self._ids(found, "MembershipId")

    def list_group_memberships(self, p: dict[str, Any]) -> Record:
        self.store.group(p["GroupId"])
        found = [m for m in self.store.memberships.values() if m["GroupId"] == p["GroupId"]]
        return _page("GroupMemberships", p).of(found, self._membership_view)

    def list_group_memberships_for_member(self, p: dict[str, Any]) -> Record:
        self.store.user(p["MemberId"]["UserId"])
        found = [m for m in self.store.memberships.values() if m["MemberId"] == p["MemberId"]]
        return _page("GroupMemberships", p).of(found, self._membership_view)

    def is_member_in_groups(self, p: dict[str, Any]) -> Record:
        member = p["MemberId"]
        return {
            "Results": [
                {
                    "GroupId": group_id,
                    "MemberId": member,
                    "MembershipExists": bool(
                        self.store.find_membership(group_id, member["UserId"])
                    ),
                }
                for group_id in p["GroupIds"]
            ]
        }

    def _ids(self, record: Record, key: str, *more: str) -> Record:
        view = self._view(record, key)
        return {name: view[name] for name in ("IdentityStoreId", key, _arn(key), *more)}

    def _find(
        self,
        p: dict[str, Any],
        records: list[Record],
        paths: dict[str, Callable[[Record], list[str]]],
        key: str,
        kind: str,
    ) -> Record:
        wanted = p["AlternateIdentifier"]
        external, unique = wanted.get("ExternalId"), wanted.get("UniqueAttribute")
        for record in records:
            if external and external in record.get("ExternalIds", []):
                return self._ids(record, key)
            if unique:
                values = paths.get(str(unique["AttributePath"]).lower())
                if values is None:
                    text = f"The attribute {unique['AttributePath']} is not a unique attribute"
                    raise RefusedError("ValidationException", text)
                if str(unique["AttributeValue"]).casefold() in map(str.casefold, values(record)):
                    return self._ids(record, key)
        raise NotFoundError(kind)

    def _view(self, record: Record, key: str) -> Record:
        """Add the members that answers have since botocore 1.44.

        Records in snapshots of earlier versions have no revision.
        """
        arn = self._partition.arn("identitystore", f"{_KINDS[key]}/{record[key]}")
        return {"Revision": "1", **record, _arn(key): arn}

    def _user_view(self, user: Record, p: dict[str, Any]) -> Record:
        """The user with the extensions that the parameter `Extensions` requests."""
        names = p.get("Extensions") or []
        view = self._view(user, "UserId")
        held = view.pop("Extensions", {})
        extensions = {key: value for key, value in held.items() if key in names and value}
        return {**view, "Extensions": extensions} if extensions else view

    def _membership_view(self, membership: Record) -> Record:
        view = self._view(membership, "MembershipId")
        del view["Revision"]  # a membership has no revision
        return view


OPERATIONS = (
    *(name for name in vars(IdentityStoreApi) if not name.startswith("_") and name != "call"),
    "list_identity_stores",
)
"""The operations that replace moto's, by the name of the method."""


def install(
    stores: Iterable[tuple[IdentityStore, str]],
    settings: Settings,
    partition: Partition = PARTITIONS["aws"],
) -> None:
    """Make moto's Identity Store API use these stores, each with the account that owns it."""
    apis = {
        store.id: IdentityStoreApi(store, settings, account, partition) for store, account in stores
    }

    def list_identity_stores(params: dict[str, Any]) -> Record:
        found = [{"IdentityStoreId": key, "IdentityStoreArn": api.arn} for key, api in apis.items()]
        return _page("IdentityStores", params).of(found)

    def call(operation: str, params: dict[str, Any]) -> Record:
        if operation == "list_identity_stores":
            return list_identity_stores(params)
        store = params["IdentityStoreId"].rpartition("/")[2]  # an ID or an ARN
        if store not in apis:
            # moto creates a store for any ID; AWS refuses an unknown one.
            raise RefusedError(
                "ResourceNotFoundException",
                f"Identity store {store} not found.",
                ResourceType="IDENTITY_STORE",
            )
        return apis[store].call(operation, params)

    for operation in OPERATIONS:

        def answer(self: IdentityStoreResponse, operation: str = operation) -> str:
            return json.dumps(call(operation, json.loads(self.body or "{}")))

        setattr(IdentityStoreResponse, operation, answer)


def _arn(key: str) -> str:
    return key.removesuffix("Id") + "Arn"


def _check_revision(record: Record, p: dict[str, Any]) -> Record:
    """Return the record; raise a ConflictException if the caller names another revision."""
    if p.get("Revision") not in (None, record.get("Revision", "1")):
        text = f"The revision is {record.get('Revision', '1')}, not {p['Revision']}"
        raise RefusedError("ConflictException", text, Reason="CONCURRENT_MODIFICATION")
    return record


def _apply_operations(
    record: Record, operations: list[Record], attributes: dict[str, str]
) -> Record:
    record = dict(record)
    for operation in operations:
        head, _, tail = operation["AttributePath"].partition(".")
        key = attributes.get(head.lower())
        if key is None:
            text = f"The attribute {operation['AttributePath']} cannot be updated"
            raise RefusedError("ValidationException", text)
        value = operation.get("AttributeValue")
        if tail and key == "Name":
            record[key] = {**record.get(key, {}), tail[0].upper() + tail[1:]: value}
        elif tail:
            text = f"The attribute {operation['AttributePath']} cannot be updated individually"
            raise RefusedError("ValidationException", text)
        elif value is None and key in ("UserName", "DisplayName"):
            raise RefusedError("ValidationException", f"{key} cannot be removed")
        elif value is None:
            record.pop(key, None)
        else:
            record[key] = value
    return record


def _filtered(records: list[Record], p: dict[str, Any], path: str) -> list[Record]:
    for item in p.get("Filters") or []:
        if item["AttributePath"].lower() != path.lower():
            text = f"Filtering by {item['AttributePath']} is not supported"
            raise RefusedError("ValidationException", text)
        wanted = item["AttributeValue"].casefold()
        records = [r for r in records if r.get(path, "").casefold() == wanted]
    return records


def _page(key: str, p: dict[str, Any]) -> Page:
    return Page("identitystore", key, p)
