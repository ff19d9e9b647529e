"""profile.Mapping: a profile mapping between an app and a user type.

Okta creates the mapping; this resource sets its properties. It manages only the properties that the
program names, unless `deleteWhenAbsent` empties the others. A deletion empties all properties
except the login, including those set elsewhere (docs/research/okta-provider.md#profile-mappings).
"""

from __future__ import annotations

from typing import ClassVar

from offline_plugins.okta import terraform_sdkv2 as sdkv2
from offline_plugins.okta.api import Okta
from offline_plugins.provider import Properties

PATH = "/api/v1/mappings"


class Mapping(sdkv2.SdkV2Resource):
    type = "okta:profile/mapping:Mapping"
    inputs = frozenset({"alwaysApply", "deleteWhenAbsent", "mappings", "sourceId", "targetId"})
    computed = ("sourceName", "sourceType", "targetName", "targetType")
    list_defaults: ClassVar = {"mappings": {"pushStatus": "DONT_PUSH"}}
    booleans = frozenset({"alwaysApply"})

    def plan(self, news: Properties, olds: Properties) -> Properties:
        planned = super().plan(news, olds)
        mappings = [] if planned["mappings"] is None else planned["mappings"]
        if isinstance(mappings, list):
            mappings = [sdkv2.without_defaults_key(mapping) for mapping in mappings]
        return {**planned, "mappings": mappings}

    def make(self, okta: Okta, planned: Properties) -> str:
        source, target = planned["sourceId"], planned["targetId"]
        with sdkv2.step("failed to list profile mappings"):
            found = okta.get(f"{PATH}?limit=200&sourceId={source}&targetId={target}")
        if not found:
            raise sdkv2.StepError(
                f"no profile mappings found for source ID '{source}' and target ID '{target}'"
            )
        return found[0]["id"]

    def finish(self, okta: Okta, id: str, planned: Properties) -> Properties:
        before = _get(okta, id)
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
        return self.fetch(okta, id, planned)

    def fetch(self, okta: Okta, id: str, known: Properties) -> Properties:
        return _outputs(_get(okta, id), known)

    def imported_inputs(self, outputs: Properties) -> Properties:
        return {name: outputs[name] for name in ("alwaysApply", "sourceId", "targetId")}

    def change(self, okta: Okta, id: str, olds: Properties, planned: Properties) -> Properties:
        if planned["deleteWhenAbsent"] is None and olds.get("deleteWhenAbsent") is not None:
            planned["deleteWhenAbsent"] = False
        return self.finish(okta, id, planned)

    def remove(self, okta: Okta, id: str, olds: Properties) -> None:
        mapping = _get(okta, id)
        emptied = dict.fromkeys(name for name in mapping["properties"] if name != "login")
        with sdkv2.step("failed to delete profile mapping"):
            okta.post(f"{PATH}/{id}", {**mapping, "properties": emptied})


def _get(okta: Okta, id: str) -> Properties:
    with sdkv2.step("failed to get profile mapping", may_be_gone=True):
        return okta.get(f"{PATH}/{id}")


def _user_type(okta: Okta, side: Properties) -> str:
    """The id of the side's user type. For an app, it is read from Okta."""
    if side["type"] != "appuser":
        return side["id"]
    return okta.get(f"/api/v1/apps/{side['id']}/user/types")[0]["id"]


def _outputs(mapping: Properties, known: Properties) -> Properties:
    properties = mapping.get("properties") or {}
    return {
        **{name: known.get(name) for name in ("alwaysApply", "deleteWhenAbsent")},
        **{
            f"{side}{name.title()}": mapping[side][name]
            for side in ("source", "target")
            for name in ("id", "name", "type")
        },
        "id": mapping["id"],
        "mappings": [
            {"id": m["id"]}
            | {name: properties[m["id"]].get(name) for name in ("expression", "pushStatus")}
            for m in known.get("mappings") or []
            if properties.get(m["id"])
        ],
    }
