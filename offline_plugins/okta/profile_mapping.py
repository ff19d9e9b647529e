"""profile.Mapping: a profile mapping between an app and a user type.

Okta creates the mapping; this resource sets its properties. It manages only the properties that the
program names, unless `deleteWhenAbsent` empties the others. A deletion empties all properties
except the login, including those set elsewhere (docs/research/okta-provider.md#profile-mappings).
"""

from __future__ import annotations

from typing import Any

from offline_plugins.okta import terraform_sdkv2 as sdkv2
from offline_plugins.okta.api import Okta
from offline_plugins.okta.resource import Properties
from offline_plugins.provider_server import UNKNOWN, Checked, Diff, Resource, State

PATH = "/api/v1/mappings"
BOOLEANS = frozenset({"alwaysApply"})
COMPUTED = ("sourceName", "sourceType", "targetName", "targetType")


class Mapping:
    type = "okta:profile/mapping:Mapping"
    inputs = frozenset({"alwaysApply", "deleteWhenAbsent", "mappings", "sourceId", "targetId"})

    def check(self, resource: Resource, news: Properties, olds: Properties, seed: bytes) -> Checked:
        inputs = sdkv2.with_defaults(news, {})
        if isinstance(inputs.get("mappings"), list):
            inputs["mappings"] = [
                sdkv2.with_defaults(m, {"pushStatus": "DONT_PUSH"}) if isinstance(m, dict) else m
                for m in inputs["mappings"]
            ]
        return Checked(inputs)

    def diff(self, id: str, olds: Properties, news: Properties) -> Diff:
        changes = sdkv2.detailed_diff(
            _planned(news), olds, sorted(self.inputs), replaced_by=frozenset(),
            defaults=BOOLEANS,
        )  # fmt: skip
        return sdkv2.to_diff(changes, [])

    def create(self, okta: Okta, resource: Resource, inputs: Properties, preview: bool) -> State:
        planned = _planned(inputs)
        if preview:
            return State("", {**planned, **dict.fromkeys((*COMPUTED, "id"), UNKNOWN)})
        source, target = planned["sourceId"], planned["targetId"]
        with sdkv2.bridge_errors(), sdkv2.step("failed to list profile mappings"):
            found = okta.get(f"{PATH}?limit=200&sourceId={source}&targetId={target}")
        if not found:
            text = f"no profile mappings found for source ID '{source}' and target ID '{target}'"
            raise sdkv2.bridge_error("", "", text)
        made = found[0]["id"]
        with sdkv2.partial_state_errors("creating", resource, made, {**planned, "id": made}):
            return State(made, self._apply(okta, made, planned))

    def read(
        self, okta: Okta, resource: Resource, id: str, olds: Properties, inputs: Properties
    ) -> State | None:
        try:
            outputs = _outputs(self._get(okta, id), olds)
        except sdkv2.StepError as error:
            if error.gone:
                return None
            raise sdkv2.bridge_error("refreshing", resource.urn, error) from None
        if olds or inputs:
            return State(id, outputs, sdkv2.refreshed_inputs(inputs, outputs, frozenset()))
        given = {name: outputs[name] for name in ("alwaysApply", "sourceId", "targetId")}
        return State(id, outputs, {"__defaults": [], **given})

    def update(
        self, okta: Okta, resource: Resource, id: str, olds: Properties, news: Properties,
        preview: bool,
    ) -> Properties:  # fmt: skip
        planned = {**olds, **_planned(news)}
        if preview:
            return planned
        if planned["deleteWhenAbsent"] is None and olds.get("deleteWhenAbsent") is not None:
            planned["deleteWhenAbsent"] = False
        with sdkv2.partial_state_errors("updating", resource, id, planned):
            return self._apply(okta, id, planned)

    def delete(self, okta: Okta, resource: Resource, id: str, olds: Properties) -> None:
        with sdkv2.bridge_errors("deleting", resource.urn):
            mapping = self._get(okta, id)
            emptied = dict.fromkeys(name for name in mapping["properties"] if name != "login")
            with sdkv2.step("failed to delete profile mapping"):
                okta.post(f"{PATH}/{id}", {**mapping, "properties": emptied})

    def _get(self, okta: Okta, id: str) -> Properties:
        with sdkv2.step("failed to get profile mapping", may_be_gone=True):
            return okta.get(f"{PATH}/{id}")

    def _apply(self, okta: Okta, id: str, planned: Properties) -> Properties:
        before = self._get(okta, id)
        properties: Properties = {
            m["id"]: {"expression": m["expression"], "pushStatus": m["pushStatus"]}
            for m in planned["mappings"]
        }
        if planned["deleteWhenAbsent"]:
            properties = {**dict.fromkeys(before.get("properties") or {}), **properties}
        with sdkv2.step("failed to update profile mapping"):
            okta.post(f"{PATH}/{id}", {"id": id, "properties": properties})
        if planned["alwaysApply"] and okta.has_api_token:
            with sdkv2.step("failed to apply profile mapping"):
                source = _user_type(okta, before["source"])
                target = _user_type(okta, before["target"])
                okta.put(f"/api/internal/v1/mappings/reapply?source={source}&target={target}")
        return _outputs(self._get(okta, id), planned)


def _user_type(okta: Okta, side: Properties) -> str:
    """The id of the side's user type. For an app, it is read from Okta."""
    if side["type"] != "appuser":
        return side["id"]
    return okta.get(f"/api/v1/apps/{side['id']}/user/types")[0]["id"]


def _planned(news: Properties) -> Properties:
    mappings = news.get("mappings")
    return {
        "alwaysApply": news.get("alwaysApply") or False,
        "deleteWhenAbsent": news.get("deleteWhenAbsent"),
        "mappings": [sdkv2.without_defaults_key(m) for m in mappings or []]
        if _is_list(mappings)
        else mappings,
        "sourceId": news.get("sourceId"),
        "targetId": news.get("targetId"),
    }


def _is_list(value: Any) -> bool:
    return value is None or isinstance(value, list)


def _outputs(mapping: Properties, known: Properties) -> Properties:
    properties = mapping.get("properties") or {}
    source, target = mapping["source"], mapping["target"]
    return {
        "alwaysApply": known.get("alwaysApply"),
        "deleteWhenAbsent": known.get("deleteWhenAbsent"),
        "id": mapping["id"],
        "mappings": [
            {
                "expression": properties[m["id"]].get("expression"),
                "id": m["id"],
                "pushStatus": properties[m["id"]].get("pushStatus"),
            }
            for m in known.get("mappings") or []
            if properties.get(m["id"])
        ],
        "sourceId": source["id"],
        "sourceName": source["name"],
        "sourceType": source["type"],
        "targetId": target["id"],
        "targetName": target["name"],
        "targetType": target["type"],
    }
