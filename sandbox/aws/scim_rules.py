"""Rules for SCIM users and groups in AWS (docs/research/scim.md#attributes).

Converts a SCIM document into an identity store record, or raises `InvalidError` with the reason
that CloudTrail shows. The rules come from that page, never from the kit.
"""

from datetime import UTC, datetime

from .constraints import category
from .store import Record

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
STORE_ENTERPRISE = "aws:identitystore:enterprise"

NAME = ("formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix")
TEXTS = (
    "userName", "displayName", "nickName", "profileUrl", "title", "userType",
    "preferredLanguage", "locale", "timezone",
)  # fmt: skip
VALUES = {
    "emails": ("value", "type", "primary"),
    "addresses": (
        "streetAddress", "locality", "region", "postalCode", "country", "formatted", "type",
        "primary",
    ),
    "phoneNumbers": ("value", "type", "primary"),
    "roles": ("value", "type", "primary"),
}  # fmt: skip
ENTERPRISE_ATTRIBUTES = (
    "employeeNumber", "costCenter", "organization", "division", "department", "manager",
)  # fmt: skip
UNSUPPORTED = ("password", "ims", "photos", "x509Certificates", "entitlements")
FORBIDDEN = set("<>;:%")
"""Forbidden characters (AWS's page on Okta), except in profileUrl, which contains a colon."""
_WHITESPACE = "\t\n\r \xa0\u3000"
_ADDRESS = ("streetAddress", "locality", "region", "postalCode", "country")


class InvalidError(Exception):
    """The document is invalid: status 400. Only CloudTrail shows the message
    (docs/research/scim.md#errors)."""


def user_record(document: object, issuer: str, partial_address: bool = False) -> Record:
    """Convert a SCIM user into an identity store record."""
    doc = _object(document, "RequestBody")
    for key in UNSUPPORTED:
        if doc.get(key):
            raise InvalidError(f"Attribute {key} is not supported")
    if doc.get("groups"):
        # AWS tolerates empty placeholders (docs/research/scim.md#credential-test).
        raise InvalidError("Attribute groups is not supported")
    record: Record = {}
    for key in TEXTS:
        if (value := _text(doc, key)) is not None:
            record[_upper_first(key)] = value
    _required(doc, "userName", "displayName")
    if len(doc["userName"]) > 128 or any(char in _WHITESPACE for char in doc["userName"]):
        raise InvalidError(
            "Value at 'userName' failed to satisfy constraint: 1..128 characters, no spaces"
        )
    name = _object(doc.get("name"), "name")
    record["Name"] = {
        _upper_first(k): v for k in NAME if (v := _text(name, k, "name.")) is not None
    }
    _required(name, "givenName", "familyName", prefix="name.")
    for key, parts in VALUES.items():
        if values := _values(doc, key, parts, partial_address):
            record[_upper_first(key)] = values
    active = doc.get("active", True)
    if isinstance(active, str):
        active = {"true": True, "false": False}.get(active.casefold())
    if not isinstance(active, bool):
        raise InvalidError("active must be a boolean")
    record["UserStatus"] = "ENABLED" if active else "DISABLED"
    record["ExternalIds"] = _external_ids(doc, issuer)
    if enterprise := _enterprise(doc.get(ENTERPRISE)):
        record["Extensions"] = {STORE_ENTERPRISE: enterprise}
    return record


def group_record(document: object, issuer: str) -> Record:
    """Convert a SCIM group, without its members, into an identity store record."""
    doc = _object(document, "RequestBody")
    name = _text(doc, "displayName", forbidden=False)
    if name is None:
        raise InvalidError("displayName is required")
    return {"DisplayName": name, "ExternalIds": _external_ids(doc, issuer)}


def member_ids(value: object) -> list[str]:
    """The IDs in a members value, at most 100 for each request
    (docs/research/scim.md#group-changes)."""
    items = value if isinstance(value, list) else [value]
    if len(items) > 100:
        raise InvalidError("List attribute members exceeds allowed limit of 100")
    ids = [_object(item, "members").get("value") for item in items]
    if not all(isinstance(i, str) and i for i in ids):
        raise InvalidError("members.value must not be empty")
    return [str(i) for i in ids]


def scim_user(record: Record) -> Record:
    """The SCIM document of a user record."""
    doc: Record = {"schemas": [USER], "id": record["UserId"], **_meta(record, "User")}
    for item in record.get("ExternalIds", []):
        doc["externalId"] = item["Id"]
    for key in TEXTS:
        if _upper_first(key) in record:
            doc[key] = record[_upper_first(key)]
    doc["name"] = {k[0].lower() + k[1:]: v for k, v in record.get("Name", {}).items()}
    for key in VALUES:
        if values := record.get(_upper_first(key)):
            doc[key] = [{k[0].lower() + k[1:]: v for k, v in item.items()} for item in values]
    doc["active"] = record.get("UserStatus", "ENABLED") == "ENABLED"
    if enterprise := record.get("Extensions", {}).get(STORE_ENTERPRISE):
        doc["schemas"] = [USER, ENTERPRISE]
        doc[ENTERPRISE] = enterprise
    return doc


def scim_group(record: Record) -> Record:
    """The SCIM document of a group record, without members (docs/research/scim.md#lists)."""
    doc: Record = {"schemas": [GROUP], "id": record["GroupId"], "members": []}
    for item in record.get("ExternalIds", []):
        doc["externalId"] = item["Id"]
    return {**doc, "displayName": record.get("DisplayName", ""), **_meta(record, "Group")}


def _meta(record: Record, kind: str) -> Record:
    """Without a location, as in the examples of AWS's developer guide."""

    def time(key: str) -> str:
        return datetime.fromtimestamp(record[key], UTC).isoformat(timespec="seconds")[:19] + "Z"

    meta = {"resourceType": kind, "created": time("CreatedAt"), "lastModified": time("UpdatedAt")}
    return {"meta": meta}


def _values(doc: Record, key: str, parts: tuple[str, ...], partial: bool) -> list[Record]:
    raw = doc.get(key)
    if raw is None:
        return []
    if not isinstance(raw, list):
        raise InvalidError(f"{key} must be a list")
    if len(raw) > 1:
        raise InvalidError(f"List attribute {key} exceeds allowed limit of 1")
    found = []
    for item in (_object(item, key) for item in raw):
        if item.get("display"):
            raise InvalidError(f"{key}.display is not supported")
        value: Record = {}
        for part in parts:
            if part == "primary":
                if not isinstance(item.get(part, False), bool):
                    raise InvalidError(f"{key}.primary must be a boolean")
                if part in item:
                    value["Primary"] = item[part]
            elif (text := _text(item, part, f"{key}.")) is not None:
                value[_upper_first(part)] = text
        if key == "addresses":
            for part in _ADDRESS:
                if not partial and item.get(part) is None:
                    raise InvalidError(f"addresses.{part} is required when an address is sent")
        elif "Value" not in value:
            raise InvalidError(f"{key}.value is required")
        if key == "emails" and value.get("Primary") is not True:
            raise InvalidError("emails.primary must be true")
        found.append(value)
    return found


def _enterprise(raw: object) -> Record:
    if raw is None:
        return {}
    doc = _object(raw, "enterprise")
    enterprise: Record = {}
    for key in ENTERPRISE_ATTRIBUTES[:-1]:
        if (value := _text(doc, key, "enterprise.")) is not None:
            enterprise[key] = value
    if doc.get("manager") is not None:
        manager = _object(doc["manager"], "manager")
        if manager.get("displayName"):
            raise InvalidError("manager.displayName is not supported")
        value = _text(manager, "value", "manager.")
        if value is None:
            raise InvalidError("manager.value must not be empty")
        enterprise["manager"] = {"value": value}
    return enterprise


def _external_ids(doc: Record, issuer: str) -> list[Record]:
    value = _text(doc, "externalId", forbidden=False)
    return [{"Issuer": issuer, "Id": value}] if value else []


def _required(doc: Record, *keys: str, prefix: str = "") -> None:
    for key in keys:
        if doc.get(key) is None:
            raise InvalidError(f"{prefix}{key} is required")


def _text(doc: Record, key: str, prefix: str = "", forbidden: bool = True) -> str | None:
    value = doc.get(key)
    if value is None:
        return None
    path = prefix + key
    if not isinstance(value, str) or not 1 <= len(value) <= 1024:
        raise InvalidError(f"Value at '{path}' failed to satisfy constraint: 1..1024 characters")
    for char in value:
        # \p{L}\p{M}\p{S}\p{N}\p{P} and the whitespace of SensitiveStringType
        if category(char) not in "LMSNP" and char not in _WHITESPACE:
            raise InvalidError(
                f"Value at '{path}' failed to satisfy constraint: regular expression"
            )
    if forbidden and key != "profileUrl" and FORBIDDEN & set(value):
        raise InvalidError(f"Value at '{path}' contains one of the characters < > ; : %")
    return value


def _object(value: object, prefix: str) -> Record:
    if not isinstance(value, dict):
        raise InvalidError(f"{prefix} must be an object")
    return value


def _upper_first(key: str) -> str:
    return key[0].upper() + key[1:]
