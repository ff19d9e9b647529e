"""group.Group. A 404 removes it from the state at read and is an error at delete."""

from __future__ import annotations

import json
from typing import Any

from offline_plugins.okta.api import Okta, OktaError
from offline_plugins.okta.resource import auto_name, go_json
from offline_plugins.okta.terraform_sdkv2 import (
    bridge_error,
    detailed_diff,
    partial_state_error,
    refreshed_inputs,
    to_diff,
    with_defaults,
)
from offline_plugins.provider_server import UNKNOWN, Checked, Diff, Resource, State

JSON_TEXTS = frozenset({"customProfileAttributes"})
BOOLEANS = frozenset({"skipUsers"})


class Group:
    type = "okta:group/group:Group"
    inputs = frozenset({"customProfileAttributes", "description", "name", "skipUsers"})

    def check(
        self, resource: Resource, news: dict[str, Any], olds: dict[str, Any], seed: bytes
    ) -> Checked:
        return Checked(with_defaults(news, {"name": auto_name(resource, olds, seed)}))

    def diff(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> Diff:
        changes = detailed_diff(
            _planned(news, olds), olds, ["customProfileAttributes", "description", "name",
            "skipUsers"], replaced_by=frozenset(), json_texts=JSON_TEXTS,
            defaults=BOOLEANS,
        )  # fmt: skip
        # An added or removed description is an update: the state always has one.
        shown = {path: "UPDATE" if path == "description" else k for path, k in changes.items()}
        return to_diff(shown, [])  # type: ignore[arg-type]

    def create(
        self, okta: Okta, resource: Resource, inputs: dict[str, Any], preview: bool
    ) -> State:
        planned = _planned(inputs, {})
        if preview:
            return State("", {**planned, "id": UNKNOWN})
        try:
            made = okta.post("/api/v1/groups", _body(planned))
        except OktaError as error:
            raise bridge_error("", "", f"failed to create group: {error}") from None
        try:
            # The official plugin waits until the group can be read, then reads it.
            okta.get(f"/api/v1/groups/{made['id']}")
            found = okta.get(f"/api/v1/groups/{made['id']}")
        except OktaError as error:
            outputs = {**planned, "id": made["id"]}
            text = f"failed to get group: {error}"
            raise partial_state_error("creating", resource, text, made["id"], outputs) from None
        return State(made["id"], _outputs(found, planned["skipUsers"]))

    def read(
        self, okta: Okta, resource: Resource, id: str, olds: dict[str, Any],
        inputs: dict[str, Any],
    ) -> State | None:  # fmt: skip
        try:
            found = okta.get(f"/api/v1/groups/{id}")
        except OktaError as error:
            if error.status == 404:
                return None
            raise bridge_error(
                "refreshing", resource.urn, f"failed to get group: {error}"
            ) from None
        outputs = _outputs(found, olds.get("skipUsers"))
        if not olds and not inputs:
            given = {
                name: value
                for name, value in outputs.items()
                if name in self.inputs and (value or name == "skipUsers")
            }
            return State(id, outputs, {"__defaults": [], **given})
        return State(id, outputs, refreshed_inputs(inputs, outputs, JSON_TEXTS))

    def update(
        self, okta: Okta, resource: Resource, id: str, olds: dict[str, Any],
        news: dict[str, Any], preview: bool,
    ) -> dict[str, Any]:  # fmt: skip
        planned = {**_planned(news, olds), "id": id}
        if preview:
            return planned
        try:
            okta.put(f"/api/v1/groups/{id}", _body(planned))
            found = okta.get(f"/api/v1/groups/{id}")
        except OktaError as error:
            text = f"failed to update group: {error}"
            raise partial_state_error("updating", resource, text, id, planned) from None
        return _outputs(found, planned["skipUsers"])

    def delete(self, okta: Okta, resource: Resource, id: str, olds: dict[str, Any]) -> None:
        try:
            okta.delete(f"/api/v1/groups/{id}")
        except OktaError as error:
            raise bridge_error(
                "deleting", resource.urn, f"failed to delete group: {error}"
            ) from None


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
