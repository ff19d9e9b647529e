"""group.Group. A 404 removes it from the state at read and is an error at delete."""

from __future__ import annotations

import json
from typing import Any

from offline_plugins.okta import terraform_sdkv2 as sdkv2
from offline_plugins.okta.api import Okta
from offline_plugins.okta.resource import go_json
from offline_plugins.provider import ChangeKind, Properties


class Group(sdkv2.SdkV2Resource):
    type = "okta:group/group:Group"
    inputs = frozenset({"customProfileAttributes", "description", "name", "skipUsers"})
    has_automatic_name = True
    booleans = frozenset({"skipUsers"})
    kept = json_texts = frozenset({"customProfileAttributes"})

    def plan(self, news: Properties, olds: Properties) -> Properties:
        planned = super().plan(news, olds)
        if planned["description"] is None and olds:
            planned["description"] = ""
        return planned

    def changes(self, olds: Properties, news: Properties) -> dict[str, ChangeKind]:
        """An added or removed description is an update: the state always has one."""
        changes = super().changes(olds, news)
        return {path: "UPDATE" if path == "description" else k for path, k in changes.items()}

    def make(self, okta: Okta, planned: Properties) -> str:
        with sdkv2.step("failed to create group"):
            return okta.post("/api/v1/groups", _body(planned))["id"]

    def finish(self, okta: Okta, id: str, planned: Properties) -> Properties:
        """The official plugin waits until the group can be read, then reads it."""
        self.fetch(okta, id, planned)
        return self.fetch(okta, id, planned)

    def fetch(self, okta: Okta, id: str, known: Properties) -> Properties:
        with sdkv2.step("failed to get group", may_be_gone=True):
            return _outputs(okta.get(f"/api/v1/groups/{id}"), known.get("skipUsers"))

    def imported_inputs(self, outputs: Properties) -> Properties:
        return {**super().imported_inputs(outputs), "skipUsers": None}

    def change(self, okta: Okta, id: str, olds: Properties, planned: Properties) -> Properties:
        with sdkv2.step("failed to update group"):
            okta.put(f"/api/v1/groups/{id}", _body(planned))
            return _outputs(okta.get(f"/api/v1/groups/{id}"), planned["skipUsers"])

    def remove(self, okta: Okta, id: str, olds: Properties) -> None:
        with sdkv2.step("failed to delete group"):
            okta.delete(f"/api/v1/groups/{id}")


def _body(planned: Properties) -> Properties:
    custom = json.loads(planned.get("customProfileAttributes") or "{}")
    name, description = planned["name"], planned.get("description") or ""
    return {"profile": {**custom, "name": name, "description": description}}


def profile_outputs(group: Properties) -> Properties:
    """The outputs that the lookup of groups has, too."""
    profile = dict(group["profile"])
    name, description = profile.pop("name"), profile.pop("description", None)
    return {
        "customProfileAttributes": go_json(profile),
        "description": description or "",
        "id": group["id"],
        "name": name,
    }


def _outputs(group: Properties, skip_users: Any) -> Properties:
    return {**profile_outputs(group), "skipUsers": skip_users}
