"""Builds the SCIM user that Okta sends from the app's base attributes (assumed mapping).

Null values are omitted. A cleared attribute is sent as an empty string, as Okta's article on the
app warns.
"""

from typing import Any

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
_UNCHANGED = ("displayName", "nickName", "profileUrl", "title", "userType", "preferredLanguage",
         "locale", "timezone")  # fmt: skip
_NAME = {"givenName": "firstName", "familyName": "lastName", "middleName": "middleName",
         "honorificPrefix": "honorificPrefix", "honorificSuffix": "honorificSuffix"}  # fmt: skip
_ADDRESS = {"streetAddress": "streetAddress", "locality": "city", "region": "state",
          "postalCode": "zipCode", "country": "countryCode"}  # fmt: skip
_ENTERPRISE = ("employeeNumber", "costCenter", "organization", "division", "department")


def scim_user(user_id: str, name: str, profile: dict[str, Any], active: bool) -> dict[str, Any]:
    doc: dict[str, Any] = {"schemas": [USER], "userName": name, "externalId": user_id,
                           "active": active}  # fmt: skip
    doc["name"] = _without_nulls({key: profile.get(source) for key, source in _NAME.items()})
    doc |= _without_nulls({key: profile.get(key) for key in _UNCHANGED})
    if profile.get("email") is not None:
        doc["emails"] = [{"value": profile["email"], "type": "work", "primary": True}]
    if address := _without_nulls({key: profile.get(source) for key, source in _ADDRESS.items()}):
        doc["addresses"] = [{**address, "type": "work", "primary": True}]
    if profile.get("primaryPhone") is not None:
        doc["phoneNumbers"] = [{"value": profile["primaryPhone"], "type": "work", "primary": True}]
    enterprise: dict[str, Any] = _without_nulls({key: profile.get(key) for key in _ENTERPRISE})
    if profile.get("manager") is not None:
        enterprise["manager"] = {"value": profile["manager"]}
    if enterprise:
        doc["schemas"] = [USER, ENTERPRISE]
        doc[ENTERPRISE] = enterprise
    return doc


def _without_nulls(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
