"""app.GroupAssignment: one group assignment of an app.

A priority of 0 counts as unset and is never sent (docs/research/okta-provider.md#priority-zero). A
404 removes the resource from the state at read and is an error at delete.
"""

from __future__ import annotations

import json
from typing import Any

from offline_plugins.okta import terraform_sdkv2 as sdkv2
from offline_plugins.okta.api import Okta
from offline_plugins.okta.resource import Properties, go_json
from offline_plugins.provider_server import UNKNOWN, Checked, Diff, Resource, State

JSON_TEXTS = frozenset({"profile"})
BOOLEANS = frozenset({"retainAssignment"})
REPLACED_BY = frozenset({"appId", "groupId"})


class GroupAssignment:
    type = "okta:app/groupAssignment:GroupAssignment"
    inputs = frozenset({"appId", "groupId", "priority", "profile", "retainAssignment"})

    def check(self, resource: Resource, news: Properties, olds: Properties, seed: bytes) -> Checked:
        inputs = sdkv2.with_defaults(news, {})
        return Checked(inputs, sdkv2.json_failures(inputs, "profile", "profile"))

    def diff(self, id: str, olds: Properties, news: Properties) -> Diff:
        changes = sdkv2.detailed_diff(
            _planned(news, olds), olds, sorted(self.inputs), replaced_by=REPLACED_BY,
            json_texts=JSON_TEXTS, defaults=BOOLEANS,
        )  # fmt: skip
        return sdkv2.to_diff(changes, sorted(REPLACED_BY))

    def create(self, okta: Okta, resource: Resource, inputs: Properties, preview: bool) -> State:
        planned = _planned(inputs, {})
        if preview:
            return State("", {**planned, "id": UNKNOWN})
        path = _path(planned)
        group = planned["groupId"]
        with sdkv2.bridge_errors(), sdkv2.step("failed to create application group assignment"):
            okta.put(path, _body(planned))
        with sdkv2.partial_state_errors("creating", resource, group, {**planned, "id": group}):
            found = _get(okta, path)
        return State(group, _outputs(found, planned))

    def read(
        self, okta: Okta, resource: Resource, id: str, olds: Properties, inputs: Properties
    ) -> State | None:
        imported = not olds
        if imported:
            app, _, group = id.partition("/")
            if not app or not group:
                text = (
                    "invalid resource import specifier. Use: terraform import <app_id>/<group_id>"
                )
                raise sdkv2.bridge_error("importing", resource.urn, text)
            olds = {"appId": app, "groupId": group, "retainAssignment": False}
        path = _path(olds)
        try:
            if imported:
                _get(okta, path)  # the importer reads the assignment once more than the read
            found = _get(okta, path)
        except sdkv2.StepError as error:
            if error.gone:
                return None
            raise sdkv2.bridge_error("refreshing", resource.urn, error) from None
        outputs = _outputs(found, olds)
        if imported:
            given = {n: v for n, v in outputs.items() if n in self.inputs and not sdkv2.is_empty(v)}
            return State(found["id"], outputs, {"__defaults": [], **given})
        return State(found["id"], outputs, sdkv2.refreshed_inputs(inputs, outputs, JSON_TEXTS))

    def update(
        self, okta: Okta, resource: Resource, id: str, olds: Properties, news: Properties,
        preview: bool,
    ) -> Properties:  # fmt: skip
        planned = {**_planned(news, olds), "id": id}
        if preview:
            return planned
        with (
            sdkv2.partial_state_errors("updating", resource, id, planned),
            sdkv2.step("failed to update application group assignment"),
        ):
            okta.put(_path(planned), _body(planned))
            found = okta.get(_path(planned))
        return _outputs(found, planned)

    def delete(self, okta: Okta, resource: Resource, id: str, olds: Properties) -> None:
        if olds.get("retainAssignment"):
            return
        with (
            sdkv2.bridge_errors("deleting", resource.urn),
            sdkv2.step("failed to delete application group assignment"),
        ):
            okta.delete(_path(olds))


def _path(properties: Properties) -> str:
    return f"/api/v1/apps/{properties['appId']}/groups/{properties['groupId']}"


def _get(okta: Okta, path: str) -> Properties:
    with sdkv2.step("failed to get application group assignment", may_be_gone=True):
        return okta.get(path)


def _planned(news: Properties, olds: Properties) -> Properties:
    def or_recorded(name: str) -> Any:
        return olds.get(name) if news.get(name) is None else news.get(name)

    return {
        "appId": news.get("appId"),
        "groupId": news.get("groupId"),
        "priority": or_recorded("priority"),
        "profile": or_recorded("profile"),
        "retainAssignment": news.get("retainAssignment") or False,
    }


def _body(planned: Properties) -> Properties:
    body: Properties = {}
    if planned.get("priority"):
        body["priority"] = planned["priority"]
    if planned.get("profile"):
        body["profile"] = json.loads(planned["profile"])
    return body


def _outputs(assignment: Properties, planned: Properties) -> Properties:
    profile = assignment.get("profile") or {}
    return {
        "appId": planned["appId"],
        "groupId": assignment["id"],
        "id": assignment["id"],
        "priority": assignment.get("priority"),
        "profile": go_json(profile),
        "retainAssignment": planned.get("retainAssignment"),
    }
