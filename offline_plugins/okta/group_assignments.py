"""AppGroupAssignments: all group assignments of an app, in one resource.

Groups are compared by position. If the program omits a priority, an update sends the recorded
priority of the same position, or 0. A refresh finds groups assigned outside the stack, and
the next update removes them (docs/research/okta-provider.md#all-assignments-in-one-resource). A 404
at read removes the resource from the state.
"""

from __future__ import annotations

import json
from typing import Any

from offline_plugins.okta import terraform_sdkv2 as sdkv2
from offline_plugins.okta.api import Okta
from offline_plugins.okta.resource import Properties, go_json
from offline_plugins.provider_server import UNKNOWN, Checked, Diff, Resource, State

REPLACED_BY = frozenset({"appId"})
DEFAULTS = {"profile": "{}"}


class AppGroupAssignments:
    type = "okta:index/appGroupAssignments:AppGroupAssignments"
    inputs = frozenset({"appId", "groups"})

    def check(self, resource: Resource, news: Properties, olds: Properties, seed: bytes) -> Checked:
        inputs = sdkv2.with_defaults(news, {})
        if isinstance(inputs.get("groups"), list):
            inputs["groups"] = [
                sdkv2.with_defaults(group, DEFAULTS) if isinstance(group, dict) else group
                for group in inputs["groups"]
            ]
        return Checked(inputs)

    def diff(self, id: str, olds: Properties, news: Properties) -> Diff:
        changes = sdkv2.detailed_diff(
            _planned(news, olds), olds, sorted(self.inputs), replaced_by=REPLACED_BY
        )
        return sdkv2.to_diff(changes, sorted(REPLACED_BY))

    def create(self, okta: Okta, resource: Resource, inputs: Properties, preview: bool) -> State:
        planned = _planned(inputs, {})
        if preview:
            return State("", {**planned, "id": UNKNOWN})
        app = planned["appId"]
        with sdkv2.partial_state_errors("creating", resource, app, _sent_state(planned, app)):
            for group in planned["groups"]:
                priority = {"priority": group["priority"]} if group["priority"] else {}
                _put(okta, app, group, priority)
            return State(app, _read(okta, app, planned["groups"]))

    def read(
        self, okta: Okta, resource: Resource, id: str, olds: Properties, inputs: Properties
    ) -> State | None:
        try:
            outputs = _read(okta, id, olds.get("groups") or [], absorbing=not olds)
        except sdkv2.StepError as error:
            if error.gone:
                return None
            raise sdkv2.bridge_error("refreshing", resource.urn, error) from None
        if olds or inputs:
            return State(id, outputs, _refreshed_inputs(inputs, outputs))
        groups = [
            {sdkv2.DEFAULTS_KEY: []} | {name: value for name, value in group.items() if value != 0}
            for group in outputs["groups"]
        ]
        return State(id, outputs, {sdkv2.DEFAULTS_KEY: [], "appId": id, "groups": groups})

    def update(
        self, okta: Okta, resource: Resource, id: str, olds: Properties, news: Properties,
        preview: bool,
    ) -> Properties:  # fmt: skip
        planned = _planned(news, olds)
        if preview:
            return {**planned, "id": id}
        kept = {group["id"] for group in planned["groups"]}
        with sdkv2.partial_state_errors("updating", resource, id, _sent_state(planned, id)):
            for group in olds.get("groups") or []:
                if group["id"] not in kept:
                    _delete(okta, id, group)
            for group in planned["groups"]:
                _put(okta, id, group, {"priority": group["priority"] or 0})
            return _read(okta, id, planned["groups"])

    def delete(self, okta: Okta, resource: Resource, id: str, olds: Properties) -> None:
        with sdkv2.bridge_errors("deleting", resource.urn):
            for group in olds.get("groups") or []:
                _delete(okta, id, group)


def _put(okta: Okta, app: str, group: Properties, priority: Properties) -> None:
    body = {"id": group["id"], "profile": json.loads(group["profile"] or "{}"), **priority}
    with sdkv2.step("failed to add/update group assignment"):
        okta.put(f"/api/v1/apps/{app}/groups/{group['id']}", body)


def _delete(okta: Okta, app: str, group: Properties) -> None:
    with sdkv2.step("failed to delete group assignment"):
        okta.delete(f"/api/v1/apps/{app}/groups/{group['id']}")


def _read(okta: Okta, app: str, known: list[Properties], *, absorbing: bool = False) -> Properties:
    """The known groups in their order, then the others. `absorbing`: an import, without known
    groups."""
    with sdkv2.step("failed to fetch group assignments", may_be_gone=True):
        found = {group["id"]: group for group in okta.pages(f"/api/v1/apps/{app}/groups?limit=200")}
    places = [group["id"] for group in known if group["id"] in found]
    others = [group for group in found if group not in places]
    shown = [_group_outputs(found[group], empty="{}") for group in places]
    # Not `{}`: the official plugin gives unknown groups no default profile.
    shown += [_group_outputs(found[group], empty="{}" if absorbing else "") for group in others]
    return {"appId": app, "groups": shown, "id": app}


def _group_outputs(group: Properties, *, empty: str) -> Properties:
    profile = group.get("profile")
    return {
        "id": group["id"],
        "priority": group.get("priority"),
        "profile": go_json(profile) if profile else empty,
    }


def _planned(news: Properties, olds: Properties) -> Properties:
    groups, recorded = news.get("groups"), olds.get("groups") or []
    if not isinstance(groups, list):
        return {"appId": news.get("appId"), "groups": groups}
    planned: list[Any] = []
    for index, group in enumerate(groups):
        if isinstance(group, dict):
            before = recorded[index]["priority"] if index < len(recorded) else None
            planned.append(
                {
                    "id": group.get("id"),
                    "priority": group.get("priority") or before,
                    "profile": group.get("profile"),
                }
            )
        else:
            planned.append(group)
    return {"appId": news.get("appId"), "groups": planned}


def _sent_state(planned: Properties, app: str) -> Properties:
    groups = [{**group, "priority": group["priority"] or 0} for group in planned["groups"]]
    return {"appId": app, "groups": groups, "id": app}


def _refreshed_inputs(inputs: Properties, outputs: Properties) -> Properties:
    """The groups that the program names, with Okta's values. Other groups are not inputs."""
    pairs = zip(inputs.get("groups") or [], outputs["groups"], strict=False)
    groups = [{name: read[name] for name in given if name in read} for given, read in pairs]
    return {"appId": outputs["appId"], "groups": groups}
