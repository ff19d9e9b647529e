"""Lookups of apps: getApps, app.getSaml, app.getMetadataSaml, getAppGroupAssignments."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from offline_plugins.okta.api import Okta
from offline_plugins.okta.resource import go_json
from offline_plugins.okta.saml_payloads import parse_metadata, read_app
from offline_plugins.okta.terraform_framework import status_errors
from offline_plugins.okta.terraform_sdkv2 import StepError, step
from offline_plugins.provider import Failure, Properties

SAML_OUTPUTS = (
    "appSettingsJson", "assertionSigned", "attributeStatements", "audience",
    "authnContextClassRef", "defaultRelayState", "destination", "digestAlgorithm", "features",
    "honorForceAuthn", "id", "idpIssuer", "keyId", "label", "name", "recipient",
    "responseSigned", "samlSignedRequestEnabled", "signatureAlgorithm", "ssoUrl", "status",
    "subjectNameIdFormat", "subjectNameIdTemplate", "userNameTemplate",
    "userNameTemplatePushStatus", "userNameTemplateSuffix", "userNameTemplateType",
)  # fmt: skip


def get_apps(okta: Okta, args: Properties) -> Properties | list[Failure]:
    """okta:index/getApps. Okta does the matching; empty parameters are sent too.

    `labelPrefix` makes no call and finds nothing (docs/research/okta-provider.md#app-lookups).
    """
    if args.get("labelPrefix"):
        reason = "Use `q` instead. This attribute will be removed in a future version."
        return [Failure(f"Attribute Deprecated: {reason}", "labelPrefix")]
    label = args.get("label")
    query = {"filter": f'label eq "{label}"' if label else "", "limit": 200, "q": args.get("q", "")}
    with status_errors("failed to list apps"):
        apps = [_app(found) for found in okta.pages(f"/api/v1/apps?{urlencode(query)}")]
    return {**args, "apps": apps} if apps else dict(args)


def _app(app: Properties) -> Properties:
    notes = app["settings"].get("notes") or {}
    visibility = app.get("visibility") or {}
    hide = visibility.get("hide") or {}
    return {
        **{name: app[name] for name in ("id", "label", "name", "signOnMode", "status")},
        "adminNote": notes.get("admin") or "",
        "created": _seconds(app.get("created")),
        "enduserNote": notes.get("enduser") or "",
        "features": app.get("features") or [],
        "lastUpdated": _seconds(app.get("lastUpdated")),
        "visibility": {
            "autoLaunch": bool(visibility.get("autoLaunch")),
            "autoSubmitToolbar": bool(visibility.get("autoSubmitToolbar")),
            "hide": {"ios": bool(hide.get("iOS")), "web": bool(hide.get("web"))},
        },
    }


def get_saml(okta: Okta, args: Properties) -> Properties:
    """okta:app/getSaml by id, or the first app that Okta finds by label or label prefix."""
    app = _by_id(okta, args["id"]) if args.get("id") else _first(okta, args)
    read = read_app(app, {})
    given = {name: args[name] for name in ("labelPrefix",) if args.get(name)}
    return {
        **given,
        "acsEndpoints": [],
        "activeOnly": args.get("activeOnly") is not False,
        "groups": [],
        "links": go_json(app.get("_links") or {}),
        "skipGroups": bool(args.get("skipGroups")),
        "skipUsers": bool(args.get("skipUsers")),
        "users": [],
        **{name: read[name] for name in SAML_OUTPUTS},
    }


def _by_id(okta: Okta, app_id: str) -> Properties:
    with step("failed get app by ID"):
        return okta.get(f"/api/v1/apps/{app_id}")


def _first(okta: Okta, args: Properties) -> Properties:
    label, prefix = args.get("label") or "", args.get("labelPrefix") or ""
    query: dict[str, Any] = {"limit": 1, "q": label or prefix}
    if args.get("activeOnly") is not False:
        query["filter"] = 'status eq "ACTIVE"'
    with step("failed to list SAML apps"):
        found = okta.get(f"/api/v1/apps?{urlencode(sorted(query.items()))}")
    if not found:
        searched = f'id: "", label: "{label}", label_prefix: "{prefix}"'
        raise StepError(f"no SAML application found with provided filter: {searched}")
    if label and found[0]["label"] != label:
        raise StepError(f"no SAML application found with the provided label: {label}")
    return found[0]


def get_metadata_saml(okta: Okta, args: Properties) -> Properties:
    """okta:app/getMetadataSaml, for the app's current key or the key `keyId`."""
    app, key = args["appId"], args.get("keyId")
    path = f"/api/v1/apps/{app}/sso/saml/metadata"
    with step("failed to get app's SAML metadata"):
        xml = okta.get_xml(f"{path}?kid={key}" if key else path)
    return {
        **args,
        **parse_metadata(xml),
        "id": f"{app}/{key or ''}_metadata",
        "metadata": xml,
    }


def get_app_group_assignments(okta: Okta, args: Properties) -> Properties:
    """okta:index/getAppGroupAssignments: the ids of the groups, from all pages."""
    app = args["id"]
    with step(f"unable to query for groups from app ({app})"):
        groups = [found["id"] for found in okta.pages(f"/api/v1/apps/{app}/groups")]
    return {"groups": groups, "id": app}


def _seconds(text: Any) -> str:
    """A time in the format of the newer clients: the fraction without trailing zeros."""
    whole, dot, fraction = str(text or "").removesuffix("Z").partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}{dot if fraction else ''}{fraction}Z" if whole else ""
