"""Request bodies and outputs of app.Saml. Makes no calls."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

from offline_plugins.okta.resource import go_json, terraform_set
from offline_plugins.property_values import UNKNOWN
from offline_plugins.provider import Properties

NAMES = {
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}
BINDING = "urn:oasis:names:tc:SAML:2.0:bindings:"
SIGN_ON_TEXTS = {
    "audience": "audienceOverride", "destination": "destinationOverride",
    "recipient": "recipientOverride", "ssoUrl": "ssoAcsUrlOverride",
    **{name: name for name in (
        "authnContextClassRef", "defaultRelayState", "digestAlgorithm", "idpIssuer",
        "signatureAlgorithm", "subjectNameIdFormat", "subjectNameIdTemplate",
    )},
}  # fmt: skip
"""Okta's names of the sign-on settings, by output."""
SIGN_ON_FLAGS = (
    "assertionSigned", "honorForceAuthn", "responseSigned", "samlSignedRequestEnabled"
)  # fmt: skip

COMPUTED = (
    "certificate", "embedUrl", "entityKey", "entityUrl", "features", "httpPostBinding",
    "httpRedirectBinding", "id", "keyId", "keys", "logoUrl", "metadata", "metadataUrl", "name",
    "signOnMode",
)  # fmt: skip
ALWAYS_FALSE = (
    "accessibilitySelfService", "autoSubmitToolbar", "hideIos", "hideWeb", "honorForceAuthn",
    "samlSignedRequestEnabled",
)  # fmt: skip
NULL_UNTIL_READ = (
    "accessibilityErrorRedirectUrl", "accessibilityLoginRedirectUrl", "adminNote", "appLinksJson",
    "assertionSigned", "audience", "authnContextClassRef", "defaultRelayState", "destination",
    "digestAlgorithm", "enduserNote", "idpIssuer", "implicitAssignment", "recipient",
    "responseSigned", "signatureAlgorithm", "ssoUrl", "subjectNameIdFormat",
    "subjectNameIdTemplate", "userNameTemplatePushStatus", "userNameTemplateSuffix",
)  # fmt: skip
ALWAYS_NULL = (
    "acsEndpoints", "inlineHookId", "keyName", "keyYearsValid", "logo", "requestCompressed",
    "singleLogoutCertificate", "singleLogoutIssuer", "singleLogoutUrl", "spIssuer",
)  # fmt: skip
"""Outputs without a supported input, which Okta's response does not change."""


def compact(text: str) -> str:
    return go_json(json.loads(text))


def app_body(planned: Properties, olds: Properties) -> Properties:
    """The body of POST and PUT: the whole app. An update adds the key and the links."""
    credentials: Properties = {
        "userNameTemplate": {
            "template": planned["userNameTemplate"],
            "type": planned["userNameTemplateType"],
        }
    }
    visibility: Properties = {"autoSubmitToolbar": False, "hide": {"iOS": False, "web": False}}
    if olds.get("keyId"):
        credentials["signing"] = {"kid": olds["keyId"]}
    if olds.get("appLinksJson"):
        visibility["appLinks"] = json.loads(olds["appLinksJson"])
    sign_on: Properties = {
        "allowMultipleAcsEndpoints": False, "assertionSigned": False,
        "attributeStatements": [_statement(s) for s in planned["attributeStatements"]],
        "audienceOverride": "", "defaultRelayState": "", "destinationOverride": "",
        "honorForceAuthn": False, "recipientOverride": "", "responseSigned": False,
        "samlSignedRequestEnabled": False, "slo": {"enabled": False}, "ssoAcsUrlOverride": "",
    }  # fmt: skip
    return {
        "accessibility": {"selfService": False},
        "credentials": credentials,
        "label": planned["label"],
        "name": planned["preconfiguredApp"],
        "settings": {
            "app": json.loads(planned.get("appSettingsJson") or "{}"),
            "implicitAssignment": False,
            "notes": {"admin": None, "enduser": None},
            "signOn": sign_on,
        },
        "signOnMode": "SAML_2_0",
        "visibility": visibility,
    }


def _statement(statement: Properties) -> Properties:
    filters = {name: statement.get(name) for name in ("filterType", "filterValue")}
    values = {"values": statement["values"]} if statement.get("values") else {}
    return {
        **{name: value for name, value in filters.items() if value},
        **{name: statement[name] for name in ("name", "namespace", "type")},
        **values,
    }


def invalid_statement(statements: list[Properties]) -> str:
    """The error that the official plugin reports at create and update, but not in a preview."""
    for statement in statements:
        is_group = statement.get("type") == "GROUP"
        if (statement.get("filterType") or statement.get("filterValue")) and not is_group:
            return (
                "invalid 'attribute_statements': when setting 'filter_value' or 'filter_type', "
                "value of 'type' should be set to 'GROUP'"
            )
        if is_group and statement.get("values"):
            return (
                "invalid 'attribute_statements': when setting 'values', 'type' should be set "
                "to 'EXPRESSION'"
            )
    return ""


def preview_outputs(planned: Properties) -> Properties:
    """The outputs of a previewed creation."""
    policy = planned.get("authenticationPolicy") or UNKNOWN
    return {
        **dict.fromkeys((*ALWAYS_NULL, *NULL_UNTIL_READ)),
        **dict.fromkeys(ALWAYS_FALSE, False),
        **dict.fromkeys(COMPUTED, UNKNOWN),
        **planned,
        "acsEndpointsIndices": [],
        "attributeStatements": merge_statements(planned["attributeStatements"], []),
        "authenticationPolicy": policy,
    }


def merge_statements(statements: Any, recorded: Any) -> Any:
    """The planned statements. Fields that the program omits keep their recorded values."""
    if not isinstance(statements, list):
        return statements
    olds = recorded if isinstance(recorded, list) else []
    out: list[Any] = []
    for index, statement in enumerate(statements):
        old = olds[index] if index < len(olds) else {}
        given = {k: v for k, v in statement.items() if k != "__defaults"}
        out.append(
            {"filterType": old.get("filterType"), "filterValue": old.get("filterValue"), **given}
        )
    return out


def read_app(app: Properties, planned: Properties) -> Properties:
    """The outputs from the app itself, without those from the metadata and the keys."""
    return {**read_settings(app, planned), **read_presentation(app, planned)}


def read_settings(app: Properties, planned: Properties) -> Properties:
    """The outputs that the official plugin sets before it reads the metadata and the keys."""
    settings, sign_on = app["settings"], app["settings"].get("signOn") or {}
    user_name = app["credentials"]["userNameTemplate"]
    links = app.get("_links") or {}
    return {
        **dict.fromkeys(ALWAYS_NULL),
        **{name: _text(sign_on.get(theirs)) for name, theirs in SIGN_ON_TEXTS.items()},
        **{name: bool(sign_on.get(name)) for name in SIGN_ON_FLAGS},
        "acsEndpointsIndices": [],
        "appSettingsJson": go_json(settings.get("app") or {}),
        "attributeStatements": [
            {**{n: _text(s.get(n)) for n in ("filterType", "filterValue")},
             **{n: s.get(n) for n in ("name", "namespace", "type")},
             "values": s.get("values") or []}
            for s in sign_on.get("attributeStatements") or []
        ],
        "embedUrl": _first(links.get("appLinks")),
        "features": terraform_set(app.get("features") or []),
        "id": app["id"],
        "implicitAssignment": bool(settings.get("implicitAssignment")),
        "keyId": (app["credentials"].get("signing") or {}).get("kid"),
        "logoUrl": _first(links.get("logo")),
        # A catalog app has the catalog's name; Okta generates a custom app's name.
        "preconfiguredApp": planned.get("preconfiguredApp") or app["name"],
        "skipAuthenticationPolicy": planned.get("skipAuthenticationPolicy"),
        "userNameTemplate": _text(user_name.get("template")),
        "userNameTemplatePushStatus": _text(user_name.get("pushStatus")),
        "userNameTemplateSuffix": _text(user_name.get("suffix")),
        "userNameTemplateType": _text(user_name.get("type")),
    }  # fmt: skip


def read_presentation(app: Properties, planned: Properties) -> Properties:
    """The outputs that the official plugin sets last."""
    visibility, notes = app["visibility"], app["settings"].get("notes") or {}
    access, hide = app.get("accessibility") or {}, visibility.get("hide") or {}
    return {
        "accessibilityErrorRedirectUrl": _text(access.get("errorRedirectUrl")),
        "accessibilityLoginRedirectUrl": _text(access.get("loginRedirectUrl")),
        "accessibilitySelfService": bool(access.get("selfService")),
        "adminNote": _text(notes.get("admin")),
        "appLinksJson": go_json(visibility.get("appLinks") or {}),
        "autoSubmitToolbar": bool(visibility.get("autoSubmitToolbar")),
        "enduserNote": _text(notes.get("enduser")),
        "hideIos": bool(hide.get("iOS")),
        "hideWeb": bool(hide.get("web")),
        **{name: app[name] for name in ("label", "name", "signOnMode", "status")},
        "samlVersion": planned.get("samlVersion") or "2.0",
    }


def _text(value: Any) -> str:
    return value or ""


def policy_of(app: Properties) -> str:
    """The id of the app's authentication policy, from its link."""
    link = ((app.get("_links") or {}).get("accessPolicy") or {}).get("href") or ""
    return link.rstrip("/").rsplit("/", 1)[-1]


def read_metadata(xml: str, app: Properties) -> Properties:
    parsed = parse_metadata(xml)
    names = ("certificate", "httpPostBinding", "httpRedirectBinding")
    return {
        **{name: parsed[name] for name in names},
        "entityKey": parsed["entityId"],
        "entityUrl": parsed["entityId"],
        "metadata": xml,
        "metadataUrl": ((app.get("_links") or {}).get("metadata") or {}).get("href", ""),
    }


def parse_metadata(xml: str) -> Properties:
    root = ElementTree.fromstring(xml)  # noqa: S314 # from loopback, the sandbox
    services = {
        service.get("Binding", "").removeprefix(BINDING): service.get("Location", "")
        for service in root.iterfind(".//md:SingleSignOnService", NAMES)
    }
    role = root.find("md:IDPSSODescriptor", NAMES)
    return {
        "certificate": root.findtext(".//ds:X509Certificate", "", NAMES),
        "entityId": root.get("entityID", ""),
        "httpPostBinding": services.get("HTTP-POST", ""),
        "httpRedirectBinding": services.get("HTTP-Redirect", ""),
        "wantAuthnRequestsSigned": role is not None
        and role.get("WantAuthnRequestsSigned") == "true",
    }


def read_keys(keys: list[Properties]) -> list[Properties]:
    return [
        {
            **{name: key.get(name) for name in ("e", "kid", "kty", "n", "use")},
            **{name: _time(key.get(name)) for name in ("created", "expiresAt", "lastUpdated")},
            "x5cs": key.get("x5c") or [],
            "x5tS256": key.get("x5t#S256"),
        }
        for key in keys
    ]


def _time(text: Any) -> str:
    """A time in Go's format: the fraction without trailing zeros."""
    if not text:
        return ""
    at = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    fraction = f".{at.microsecond:06d}".rstrip("0") if at.microsecond else ""
    return f"{at:%Y-%m-%d %H:%M:%S}{fraction} +0000 UTC"


def _first(links: Any) -> str:
    return (links[0].get("href") or "") if links else ""
