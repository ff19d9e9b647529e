"""group.Group. A 404 removes it from the state at read and is an error at delete."""

from __future__ import annotations

import json
from typing import Any

from offline_plugins.okta import terraform_sdkv2 as sdkv2
from offline_plugins.okta.api import Okta
from offline_plugins.okta.resource import Properties, auto_name, go_json
from offline_plugins.provider_server import UNKNOWN, Checked, Diff, Resource, State

JSON_TEXTS = frozenset({"customProfileAttributes"})
BOOLEANS = frozenset({"skipUsers"})


class Group:
    type = "okta:group/group:Group"
    inputs = frozenset({"customProfileAttributes", "description", "name", "skipUsers"})

    def check(self, resource: Resource, news: Properties, olds: Properties, seed: bytes) -> Checked:
        return Checked(sdkv2.with_defaults(news, {"name": auto_name(resource, olds, seed)}))

    def diff(self, id: str, olds: Properties, news: Properties) -> Diff:
        changes = sdkv2.detailed_diff(
            _planned(news, olds), olds, ["customProfileAttributes", "description", "name",
            "skipUsers"], replaced_by=frozenset(), json_texts=JSON_TEXTS,
            defaults=BOOLEANS,
        )  # fmt: skip
        # An added or removed description is an update: the state always has one.
        shown = {path: "UPDATE" if path == "description" else k for path, k in changes.items()}
        return sdkv2.to_diff(shown, [])  # type: ignore[arg-type]

    def create(self, okta: Okta, resource: Resource, inputs: Properties, preview: bool) -> State:
        planned = _planned(inputs, {})
        if preview:
            return State("", {**planned, "id": UNKNOWN})
        with sdkv2.bridge_errors(), sdkv2.step("failed to create group"):
            made = okta.post("/api/v1/groups", _body(planned))["id"]
        with (
            sdkv2.partial_state_errors("creating", resource, made, {**planned, "id": made}),
            sdkv2.step("failed to get group"),
        ):
            # The official plugin waits until the group can be read, then reads it.
            okta.get(f"/api/v1/groups/{made}")
            found = okta.get(f"/api/v1/groups/{made}")
        return State(made, _outputs(found, planned["skipUsers"]))

    def read(
        self, okta: Okta, resource: Resource, id: str, olds: Properties, inputs: Properties
    ) -> State | None:
        try:
            with sdkv2.step("failed to get group", may_be_gone=True):
                found = okta.get(f"/api/v1/groups/{id}")
        except sdkv2.StepError as error:
            if error.gone:
                return None
            raise sdkv2.bridge_error("refreshing", resource.urn, error) from None
        outputs = _outputs(found, olds.get("skipUsers"))
        if not olds and not inputs:
            given = {
                name: value
                for name, value in outputs.items()
                if name in self.inputs and (value or name == "skipUsers")
            }
            return State(id, outputs, {"__defaults": [], **given})
        return State(id, outputs, sdkv2.refreshed_inputs(inputs, outputs, JSON_TEXTS))

    def update(
        self, okta: Okta, resource: Resource, id: str, olds: Properties, news: Properties,
        preview: bool,
    ) -> Properties:  # fmt: skip
        planned = {**_planned(news, olds), "id": id}
        if preview:
            return planned
        with (
            sdkv2.partial_state_errors("updating", resource, id, planned),
            sdkv2.step("failed to update group"),
        ):
            okta.put(f"/api/v1/groups/{id}", _body(planned))
            found = okta.get(f"/api/v1/groups/{id}")
        return _outputs(found, planned["skipUsers"])

    def delete(self, okta: Okta, resource: Resource, id: str, olds: Properties) -> None:
        with sdkv2.bridge_errors("deleting", resource.urn), sdkv2.step("failed to delete group"):
            okta.delete(f"/api/v1/groups/{id}")


def _planned(news: Properties, olds: Properties) -> Properties:
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


def _body(planned: Properties) -> Properties:
    custom = json.loads(planned.get("customProfileAttributes") or "{}")
    name, description = planned["name"], planned.get("description") or ""
    return {"profile": {**custom, "name": name, "description": description}}


def _outputs(group: Properties, skip_users: Any) -> Properties:
    profile = dict(group["profile"])
    name, description = profile.pop("name"), profile.pop("description", None)
    return {
        "customProfileAttributes": go_json(profile),
        "description": description or "",
        "id": group["id"],
        "name": name,
        "skipUsers": skip_users,
    }
