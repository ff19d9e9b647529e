"""Look-ups (data sources): the calls and results of the real plugin, swallowed errors included."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from toolchain.plugins.host import ProviderError
from toolchain.plugins.okta.api import Okta, Refused
from toolchain.plugins.okta.resource import Properties
from toolchain.plugins.okta.saml_app import read_app
from toolchain.plugins.okta.sdkv2 import failed

Invoke = Callable[[Okta, Properties], Properties]


def get_groups(okta: Okta, args: Properties) -> Properties:
    """okta:index/getGroups: every page; `type` is a filter of Okta's."""
    query: dict[str, Any] = {"limit": 200}
    if args.get("type"):
        query["filter"] = f'type eq "{args["type"]}"'
    query |= {name: args[name] for name in ("q", "search") if args.get(name)}
    asked = urlencode(sorted(query.items()))
    try:
        groups = [_group(found) for found in okta.pages(f"/api/v1/groups?{asked}")]
    except Refused as refused:
        text = f"failed to list groups: {refused.in_short}"
        raise failed("invoking", "okta:index/getGroups:getGroups", text) from None
    return {**_given(args), "groups": groups, "id": str(zlib.crc32(asked.encode())), "limit": 200}


def _group(group: Properties) -> Properties:
    profile = dict(group["profile"])
    name, description = profile.pop("name"), profile.pop("description", None)
    return {
        "customProfileAttributes": json.dumps(profile, separators=(",", ":"), sort_keys=True),
        "description": description or "",
        "id": group["id"],
        "name": name,
        "source": (group.get("source") or {}).get("id") or "",
        "type": group["type"],
    }


def get_saml(okta: Okta, args: Properties) -> Properties:
    """okta:app/getSaml by id."""
    if not args.get("id"):
        raise ProviderError(
            "okta:app/getSaml:getSaml: the replacement Okta plugin finds an app by `id` only "
            "(docs/replacement-plugins.md)"
        )
    try:
        app = okta.get(f"/api/v1/apps/{args['id']}")
    except Refused as refused:
        text = f"failed get app by ID: {refused}"
        raise failed("invoking", "okta:app/getSaml:getSaml", text) from None
    read = read_app(app, {})
    told = (
        "appSettingsJson", "assertionSigned", "attributeStatements", "audience",
        "authnContextClassRef", "defaultRelayState", "destination", "digestAlgorithm", "features",
        "honorForceAuthn", "id", "idpIssuer", "keyId", "label", "name", "recipient",
        "responseSigned", "samlSignedRequestEnabled", "signatureAlgorithm", "ssoUrl", "status",
        "subjectNameIdFormat", "subjectNameIdTemplate", "userNameTemplate",
        "userNameTemplatePushStatus", "userNameTemplateSuffix", "userNameTemplateType",
    )  # fmt: skip
    return {
        "acsEndpoints": [],
        "activeOnly": args.get("activeOnly") is not False,
        "groups": [],
        "links": json.dumps(app.get("_links") or {}, separators=(",", ":"), sort_keys=True),
        "skipGroups": bool(args.get("skipGroups")),
        "skipUsers": bool(args.get("skipUsers")),
        "users": [],
        **{name: read[name] for name in told},
    }


def get_connection(okta: Okta, args: Properties) -> Properties:
    """okta:app/getConnection. An error is swallowed: only the id comes back."""
    try:
        found = okta.get(f"/api/v1/apps/{args['id']}/connections/default")
    except Refused:
        return {"id": args["id"]}
    profile = found.get("profile") or {}
    return {
        "authScheme": found.get("authScheme") or "",
        "baseUrl": found.get("baseUrl") or "",
        "id": args["id"],
        "profile": {"authScheme": profile.get("authScheme")},
        "status": found.get("status") or "",
    }


def get_push_groups(okta: Okta, args: Properties) -> Properties:
    """okta:index/getPushGroups: every page; without a mapping the list is absent."""
    app = args["appId"]
    try:
        found = list(okta.pages(f"/api/v1/apps/{app}/group-push/mappings?after="))
    except Refused as refused:
        raise ProviderError(f"failed to read push group mappings: {refused.in_short}") from None
    mappings = [
        {"appId": app, **{name: m[name] for name in ("id", "sourceGroupId", "status")}}
        for m in found
    ]
    return {"appId": app, "id": app, **({"mappings": mappings} if mappings else {})}


def _given(args: Properties) -> Properties:
    return {name: value for name, value in args.items() if value is not None}


INVOKES: dict[str, Invoke] = {
    "okta:app/getConnection:getConnection": get_connection,
    "okta:app/getSaml:getSaml": get_saml,
    "okta:index/getGroups:getGroups": get_groups,
    "okta:index/getPushGroups:getPushGroups": get_push_groups,
}
