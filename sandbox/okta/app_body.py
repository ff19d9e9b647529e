"""Validates the request body of a catalog SAML app and reduces it to the keys that Okta keeps.

Of `settings.signOn` a catalog app keeps the override keys only
(docs/research/okta-api.md#sign-on-settings-of-a-catalog-app). Names of attribute statements are
unique and have at most 512 characters, values at most 1024 (same source). Assumed: Okta refuses
values of a wrong type and ignores unknown keys.
"""

import re
from typing import Any

from ..settings import Settings
from .entities import Json
from .errors import invalid

OVERRIDES = ("defaultRelayState", "ssoAcsUrlOverride", "audienceOverride", "recipientOverride",
             "destinationOverride")  # fmt: skip
_SCHEMA: Any = {
    "name": str, "label": str, "signOnMode": str,
    "accessibility": {"selfService": bool, "errorRedirectUrl": str, "loginRedirectUrl": str},
    "visibility": {"autoLaunch": bool, "autoSubmitToolbar": bool,
                   "hide": {"iOS": bool, "web": bool}},
    "credentials": {
        "userNameTemplate": {"template": str, "type": str, "userSuffix": str, "pushStatus": str},
        "signing": {"kid": str},
    },
    "settings": {
        "app": dict, "implicitAssignment": bool, "notes": {"admin": str, "enduser": str},
        "signOn": {**dict.fromkeys(OVERRIDES, str), "honorForceAuthn": bool,
                   "attributeStatements": list},
    },
}  # fmt: skip
_STATEMENT_SCHEMA: Any = {"type": str, "name": str, "namespace": str, "filterType": str,
                   "filterValue": str, "values": list}  # fmt: skip
_KIND_NAMES = {str: "a string", bool: "true or false", dict: "an object", list: "a list"}
_TEMPLATE_TYPES = ("BUILT_IN", "CUSTOM", "NONE")
_PUSH_STATUSES = (None, "PUSH", "DONT_PUSH", "NOT_CONFIGURED")


_ACS_URLS = "acsEndpoints"
"""Further ACS URLs, of custom SAML apps."""


def validate_app_body(document: Json, settings: Settings) -> Json:
    """Return the body with all objects present and without nulls.

    It has known keys only, and in `signOn` the keys that the settings keep.
    """
    body: Json = _keep_known(_SCHEMA, document, "app", settings["wrong_type"] == "ignored")
    for key in ("name", "label", "signOnMode"):
        if not body.get(key):
            raise invalid(key, f"{key}: The field cannot be left blank")
    if not re.fullmatch(r"\w+", body["name"], re.ASCII):
        raise invalid("name", "name: is not the name of a catalog app")
    if body["signOnMode"] != "SAML_2_0":
        raise invalid("signOnMode", "signOnMode: the sandbox supports SAML_2_0 only")
    default = {"template": "${source.login}", "type": "BUILT_IN"}
    template: Any = body["credentials"]["userNameTemplate"] or default
    if not template.get("template"):
        raise invalid("userNameTemplate", "userNameTemplate: template is required")
    if template.setdefault("type", "BUILT_IN") not in _TEMPLATE_TYPES:
        raise invalid("userNameTemplate", f"type: use one of {', '.join(_TEMPLATE_TYPES)}")
    if template.get("pushStatus") not in _PUSH_STATUSES:
        raise invalid("userNameTemplate", "pushStatus: use PUSH, DONT_PUSH or NOT_CONFIGURED")
    body["credentials"]["userNameTemplate"] = template
    sign_on = body["settings"]["signOn"]
    sign_on["attributeStatements"] = _statements(sign_on.get("attributeStatements", []))
    sign_on |= _unknown_sign_on(document, settings)
    return body


def _unknown_sign_on(document: Json, settings: Settings) -> Json:
    """The keys of `signOn` that the sandbox does not know and keeps."""
    sign_on: Any = (document.get("settings") or {}).get("signOn") or {}
    found: Json = {}
    for key in set(sign_on) - set(_SCHEMA["settings"]["signOn"]):
        name = "second_acs_url" if key == _ACS_URLS else "unknown_sign_on_key"
        if settings[name] == "refused":
            raise invalid(key, f"{key}: unknown property")
        if settings[name] == "kept":
            found[key] = sign_on[key]
    return found


def _keep_known(schema: Any, document: Any, path: str, ignore: bool = False) -> Any:
    kind: Any = dict if isinstance(schema, dict) else schema
    value: Any = {} if document is None and isinstance(schema, dict) else document
    if not isinstance(value, kind):
        if ignore and schema is str:
            return str(value)
        raise invalid(path, f"{path}: must be {_KIND_NAMES[kind]}")
    if not isinstance(schema, dict):
        return value
    return {
        key: _keep_known(inner, value.get(key), key, ignore)
        for key, inner in schema.items()
        if value.get(key) is not None or isinstance(inner, dict)
    }


def _statements(document: list[Any]) -> list[Json]:
    statements: list[Json] = []
    for item in document:
        statement: Json = _keep_known(_STATEMENT_SCHEMA, item, "attributeStatements")
        name, values = statement.get("name"), statement.get("values", [])
        if not name or len(name) > 512 or any(name == other["name"] for other in statements):
            raise invalid("attributeStatements", "name: must be unique, of 1 to 512 characters")
        if not all(isinstance(value, str) and len(value) <= 1024 for value in values):
            cause = f"values: must be strings of at most 1024 characters ({name})"
            raise invalid("attributeStatements", cause)
        statements.append(statement)
    return statements
