"""Look-ups of what provisions: app.getConnection, app.getFeatures, getPushGroup(s)."""

from __future__ import annotations

from typing import Any

from offline_plugins.okta.api import Okta, Refused
from offline_plugins.okta.features import read_feature
from offline_plugins.okta.resource import Properties
from offline_plugins.provider_server import ProviderError

TRIES, WAIT = 3, 1.0  # seconds between tries at a mapping that is not there


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


def get_features(okta: Okta, args: Properties) -> Properties:
    """okta:app/getFeatures: one feature of an app."""
    return read_feature(okta, args["appId"], args["name"], None)


def get_push_groups(okta: Okta, args: Properties) -> Properties:
    """okta:index/getPushGroups: every page; without a mapping the list is absent."""
    app = args["appId"]
    found: list[Properties] = []
    after = ""
    try:
        while True:
            page, more = okta.page(f"{_path(app)}?after={after}")
            found += page
            if not more:
                break
            # By the last id, and not by the link that Okta gives.
            after = page[-1]["id"]
    except Refused as refused:
        raise ProviderError(f"failed to read push group mapping: : {refused.in_short}") from None
    mappings = [
        {"appId": app, **{name: m[name] for name in ("id", "sourceGroupId", "status")}}
        for m in found
    ]
    return {"appId": app, "id": app, **({"mappings": mappings} if mappings else {})}


def get_push_group(okta: Okta, args: Properties) -> Properties:
    """okta:index/getPushGroup by id, or by source group: then asked three times."""
    app, mapping_id = args["appId"], args.get("id")
    try:
        mapping = (
            okta.get(f"{_path(app)}/{mapping_id}") if mapping_id else _of_source(okta, app, args)
        )
    except Refused as refused:
        raise ProviderError(f"failed to read push group mapping: : {refused.in_short}") from None
    told = ("id", "sourceGroupId", "status", "targetGroupId")
    return {"appId": app, **{name: mapping.get(name) for name in told}}


def _of_source(okta: Okta, app: str, args: Properties) -> Properties:
    source: Any = args.get("sourceGroupId")
    for tried in range(TRIES):
        if found := okta.get(f"{_path(app)}?sourceGroupId={source}"):
            return found[0]
        if tried + 1 < TRIES:
            okta.clock.sleep(WAIT)
    raise ProviderError(
        "failed to read push group mapping: : no push group mapping found with the specified "
        f"source group id: {source}"
    )


def _path(app: str) -> str:
    return f"/api/v1/apps/{app}/group-push/mappings"
