"""The schemas and resource types that the SCIM endpoint publishes.

Assumed: AWS's schemas list the attributes that it supports (docs/research/scim.md#attributes).
"""

from typing import Any

from .scim_rules import ENTERPRISE, GROUP, USER

Record = dict[str, Any]
_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema"
_RESOURCE_TYPE = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
_CONTACT = ("value", "type", "primary")
_COMPLEX: dict[str, tuple[str, ...]] = {
    "name": ("givenName!", "familyName!", "formatted", "middleName", "honorificPrefix",
             "honorificSuffix"),
    "emails": _CONTACT, "phoneNumbers": _CONTACT,
    "addresses": ("formatted", "streetAddress", "locality", "region", "postalCode", "country",
                  "type"),
    "manager": ("value",), "members": ("value", "$ref", "type"),
}  # fmt: skip
"""The members of attributes that are objects; all but `name` and `manager` are lists."""
_ATTRIBUTES: dict[str, tuple[str, ...]] = {
    USER: ("userName!", "name!", "displayName!", "nickName", "profileUrl", "title", "userType",
           "preferredLanguage", "locale", "timezone", "active", "emails", "phoneNumbers",
           "addresses"),
    GROUP: ("displayName!", "members"),
    ENTERPRISE: ("employeeNumber", "costCenter", "organization", "division", "department",
                 "manager"),
}  # fmt: skip
"""The attributes of each schema; an exclamation mark marks a required one."""
_UNIQUE = {(USER, "userName"), (GROUP, "displayName")}


def schemas(*, others: bool = False) -> list[Record]:
    """The published schemas. `others`: users have an attribute that AWS is not known to support."""
    more = {USER: ("ims",)} if others else {}
    return [
        {
            "schemas": [_SCHEMA],
            "id": urn,
            "name": "EnterpriseUser" if urn == ENTERPRISE else urn.rsplit(":", 1)[1],
            "attributes": [_attribute(urn, name) for name in (*names, *more.get(urn, ()))],
        }
        for urn, names in _ATTRIBUTES.items()
    ]


def resource_types() -> list[Record]:
    found: list[Record] = [
        {
            "schemas": [_RESOURCE_TYPE], "id": name, "name": name, "endpoint": f"/{name}s",
            "schema": urn,
        }
        for name, urn in (("User", USER), ("Group", GROUP))
    ]  # fmt: skip
    found[0]["schemaExtensions"] = [{"schema": ENTERPRISE, "required": False}]
    return found


def _attribute(urn: str, marked: str) -> Record:
    name = marked.rstrip("!")
    found: Record = {
        "name": name, "type": "boolean" if name in ("active", "primary") else "string",
        "multiValued": name in _COMPLEX and name.endswith("s"), "required": marked != name,
        "caseExact": False, "mutability": "readWrite", "returned": "default",
        "uniqueness": "server" if (urn, name) in _UNIQUE else "none",
    }  # fmt: skip
    if parts := _COMPLEX.get(name):
        found |= {"type": "complex", "subAttributes": [_attribute("", part) for part in parts]}
    if name == "$ref":
        found |= {"type": "reference", "referenceTypes": ["User"]}
    return found
