"""group.Group. A 404 at read drops it from the state, at delete it is an error."""

from __future__ import annotations

import json
from typing import Any

from offline_plugins.okta.api import Okta, Refused
from offline_plugins.okta.resource import auto_name, go_json
from offline_plugins.okta.sdkv2 import (
    as_diff,
    detailed,
    failed,
    half_made,
    rewritten,
    with_defaults,
)
from offline_plugins.provider_server import UNKNOWN, Checked, Diff, Resource, State

JSON_TEXTS = frozenset({"customProfileAttributes"})
BOOLEANS = frozenset({"skipUsers"})


class Group:
    type = "okta:group/group:Group"
    inputs = frozenset({"customProfileAttributes", "description", "name", "skipUsers"})

    def check(
        self, at: Resource, news: dict[str, Any], olds: dict[str, Any], seed: bytes
    ) -> Checked:
        return Checked(with_defaults(news, {"name": auto_name(at, olds, seed)}))

    def diff(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> Diff:
        changes = detailed(
            _planned(news, olds), olds, ["customProfileAttributes", "description", "name",
            "skipUsers"], replaced_by=frozenset(), json_texts=JSON_TEXTS,
            defaults=BOOLEANS,
        )  # fmt: skip
        # A description that appears or goes is an update here: the state always holds one.
        shown = {path: "UPDATE" if path == "description" else k for path, k in changes.items()}
        return as_diff(shown, [])  # type: ignore[arg-type]

    def create(self, okta: Okta, at: Resource, inputs: dict[str, Any], preview: bool) -> State:
        planned = _planned(inputs, {})
        if preview:
            return State("", {**planned, "id": UNKNOWN})
        try:
            made = okta.post("/api/v1/groups", _body(planned))
        except Refused as refused:
            raise failed("", "", f"failed to create group: {refused}") from None
        try:
            # Twice, as the real plugin: once until the group can be read, once to read it.
            okta.get(f"/api/v1/groups/{made['id']}")
            found = okta.get(f"/api/v1/groups/{made['id']}")
        except Refused as refused:
            outputs = {**planned, "id": made["id"]}
            text = f"failed to get group: {refused}"
            raise half_made("creating", at, text, made["id"], outputs) from None
        return State(made["id"], _outputs(found, planned["skipUsers"]))

    def read(
        self, okta: Okta, at: Resource, id: str, olds: dict[str, Any],
        inputs: dict[str, Any],
    ) -> State | None:  # fmt: skip
        try:
            found = okta.get(f"/api/v1/groups/{id}")
        except Refused as refused:
            if refused.status == 404:
                return None
            raise failed("refreshing", at.urn, f"failed to get group: {refused}") from None
        outputs = _outputs(found, olds.get("skipUsers"))
        if not olds and not inputs:
            given = {
                name: value
                for name, value in outputs.items()
                if name in self.inputs and (value or name == "skipUsers")
            }
            return State(id, outputs, {"__defaults": [], **given})
        return State(id, outputs, rewritten(inputs, outputs, JSON_TEXTS))

    def update(
        self, okta: Okta, at: Resource, id: str, olds: dict[str, Any],
        news: dict[str, Any], preview: bool,
    ) -> dict[str, Any]:  # fmt: skip
        planned = {**_planned(news, olds), "id": id}
        if preview:
            return planned
        try:
            okta.put(f"/api/v1/groups/{id}", _body(planned))
            found = okta.get(f"/api/v1/groups/{id}")
        except Refused as refused:
            text = f"failed to update group: {refused}"
            raise half_made("updating", at, text, id, planned) from None
        return _outputs(found, planned["skipUsers"])

    def delete(self, okta: Okta, at: Resource, id: str, olds: dict[str, Any]) -> None:
        try:
            okta.delete(f"/api/v1/groups/{id}")
        except Refused as refused:
            raise failed("deleting", at.urn, f"failed to delete group: {refused}") from None


def _planned(news: dict[str, Any], olds: dict[str, Any]) -> dict[str, Any]:
    custom = news.get("customProfileAttributes")
    description = news.get("description")
    return {
        "customProfileAttributes": olds.get("customProfileAttributes")
        if custom is None
        else custom,
        "description": ("" if olds else None) if description is None else description,
        "name": news.get("name"),
        "skipUsers": news.get("skipUsers") or False,
    }


def _body(planned: dict[str, Any]) -> dict[str, Any]:
    custom = json.loads(planned.get("customProfileAttributes") or "{}")
    name, description = planned["name"], planned.get("description") or ""
    return {"profile": {**custom, "name": name, "description": description}}


def _outputs(group: dict[str, Any], skip_users: Any) -> dict[str, Any]:
    profile = dict(group["profile"])
    name, description = profile.pop("name"), profile.pop("description", None)
    return {
        "customProfileAttributes": go_json(profile),
        "description": description or "",
        "id": group["id"],
        "name": name,
        "skipUsers": skip_users,
    }
