"""Lookups of provisioning: app.getConnection, app.getFeatures, getPushGroup and getPushGroups."""

from __future__ import annotations

from typing import Any

from offline_plugins.okta.api import Okta, OktaError
from offline_plugins.okta.features import read_feature
from offline_plugins.okta.terraform_framework import status_errors
from offline_plugins.provider import Properties, ProviderError

ATTEMPTS, WAIT = 3, 1.0  # seconds between reads of a missing mapping


def get_connection(okta: Okta, args: Properties) -> Properties:
    """okta:app/getConnection. After an error, the result has only the id."""
    try:
        found = okta.get(f"/api/v1/apps/{args['id']}/connections/default")
    except OktaError:
        return {"id": args["id"]}
    profile = found.get("profile") or {}
    return {
        "authScheme": found.get("authScheme") or "",
        "baseUrl": found.get("baseUrl") or "",
        "id": args["id"],
        "profile": {"authScheme": profile.get("authScheme")},
        "status": found.get("status") or "",
    }


def get_features(okta: Okta, args: Properties) -> Properties:
    """okta:app/getFeatures: one feature of an app."""
    return read_feature(okta, args["appId"], args["name"], None)


def get_push_groups(okta: Okta, args: Properties) -> Properties:
    """okta:index/getPushGroups: the mappings on all pages. Without mappings, there is no list."""
    app = args["appId"]
    found: list[Properties] = []
    after = ""
    more = "first"
    with status_errors("failed to read push group mapping: "):
        while more:
            page, more = okta.page(f"{_path(app)}?after={after}")
            found += page
            # The provider uses the last id instead of Okta's link.
            after = page[-1]["id"] if page else ""
    mappings = [
        {"appId": app, **{name: m[name] for name in ("id", "sourceGroupId", "status")}}
        for m in found
    ]
    return {"appId": app, "id": app, **({"mappings": mappings} if mappings else {})}


def get_push_group(okta: Okta, args: Properties) -> Properties:
    """okta:index/getPushGroup by id, or by source group with up to three attempts."""
    app, mapping_id = args["appId"], args.get("id")
    with status_errors("failed to read push group mapping: "):
        mapping = (
            okta.get(f"{_path(app)}/{mapping_id}")
            if mapping_id
            else _by_source_group(okta, app, args)
        )
    outputs = ("id", "sourceGroupId", "status", "targetGroupId")
    return {"appId": app, **{name: mapping.get(name) for name in outputs}}


def _by_source_group(okta: Okta, app: str, args: Properties) -> Properties:
    source: Any = args.get("sourceGroupId")
    for attempt in range(ATTEMPTS):
        if found := okta.get(f"{_path(app)}?sourceGroupId={source}"):
            return found[0]
        if attempt + 1 < ATTEMPTS:
            okta.clock.sleep(WAIT)
    raise ProviderError(
        "failed to read push group mapping: : no push group mapping found with the specified "
        f"source group id: {source}"
    )


def _path(app: str) -> str:
    return f"/api/v1/apps/{app}/group-push/mappings"
