"""app.GroupAssignment: one group assignment of an app.

A priority of 0 counts as unset and is never sent (docs/research/okta-provider.md#priority-zero). A
404 removes the resource from the state at read and is an error at delete.
"""

from __future__ import annotations

import json
from typing import Any

from offline_plugins.okta.api import Okta, OktaError
from offline_plugins.okta.resource import go_json
from offline_plugins.okta.terraform_sdkv2 import (
    bridge_error,
    detailed_diff,
    is_empty,
    partial_state_error,
    refreshed_inputs,
    to_diff,
    with_defaults,
)
from offline_plugins.provider_server import UNKNOWN, Checked, Diff, Failure, Resource, State

JSON_TEXTS = frozenset({"profile"})
BOOLEANS = frozenset({"retainAssignment"})
REPLACED_BY = frozenset({"appId", "groupId"})


class GroupAssignment:
    type = "okta:app/groupAssignment:GroupAssignment"
    inputs = frozenset({"appId", "groupId", "priority", "profile", "retainAssignment"})

    def check(
        self, resource: Resource, news: dict[str, Any], olds: dict[str, Any], seed: bytes
    ) -> Checked:
        inputs = with_defaults(news, {})
        profile = inputs.get("profile")
        if isinstance(profile, str):
            try:
                json.loads(profile)
            except ValueError:
                return Checked(inputs, [Failure('"profile" contains an invalid JSON', "profile")])
        return Checked(inputs)

    def diff(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> Diff:
        changes = detailed_diff(
            _planned(news, olds), olds, sorted(self.inputs), replaced_by=REPLACED_BY,
            json_texts=JSON_TEXTS, defaults=BOOLEANS,
        )  # fmt: skip
        return to_diff(changes, sorted(REPLACED_BY))

    def create(
        self, okta: Okta, resource: Resource, inputs: dict[str, Any], preview: bool
    ) -> State:
        planned = _planned(inputs, {})
        if preview:
            return State("", {**planned, "id": UNKNOWN})
        path = _path(planned)
        try:
            okta.put(path, _body(planned))
        except OktaError as error:
            raise bridge_error("", "", f"failed to create application group assignment: {error}") \
                from None  # fmt: skip
        try:
            found = okta.get(path)
        except OktaError as error:
            text = f"failed to get application group assignment: {error}"
            outputs = {**planned, "id": planned["groupId"]}
            raise partial_state_error(
                "creating", resource, text, planned["groupId"], outputs
            ) from None
        return State(planned["groupId"], _outputs(found, planned))

    def read(
        self, okta: Okta, resource: Resource, id: str, olds: dict[str, Any],
        inputs: dict[str, Any],
    ) -> State | None:  # fmt: skip
        imported = not olds
        if imported:
            app, _, group = id.partition("/")
            if not app or not group:
                text = (
                    "invalid resource import specifier. Use: terraform import <app_id>/<group_id>"
                )
                raise bridge_error("importing", resource.urn, text)
            olds = {"appId": app, "groupId": group, "retainAssignment": False}
        path = _path(olds)
        try:
            if imported:
                okta.get(path)  # the importer reads the assignment once more than the read
            found = okta.get(path)
        except OktaError as error:
            if error.status == 404:
                return None
            text = f"failed to get application group assignment: {error}"
            raise bridge_error("refreshing", resource.urn, text) from None
        outputs = _outputs(found, olds)
        if imported:
            given = {n: v for n, v in outputs.items() if n in self.inputs and not is_empty(v)}
            return State(found["id"], outputs, {"__defaults": [], **given})
        return State(found["id"], outputs, refreshed_inputs(inputs, outputs, JSON_TEXTS))

    def update(
        self, okta: Okta, resource: Resource, id: str, olds: dict[str, Any],
        news: dict[str, Any], preview: bool,
    ) -> dict[str, Any]:  # fmt: skip
        planned = _planned(news, olds)
        if preview:
            return {**planned, "id": id}
        try:
            okta.put(_path(planned), _body(planned))
            found = okta.get(_path(planned))
        except OktaError as error:
            text = f"failed to update application group assignment: {error}"
            raise partial_state_error(
                "updating", resource, text, id, {**planned, "id": id}
            ) from None
        return _outputs(found, planned)

    def delete(self, okta: Okta, resource: Resource, id: str, olds: dict[str, Any]) -> None:
        if olds.get("retainAssignment"):
            return
        try:
            okta.delete(_path(olds))
        except OktaError as error:
            text = f"failed to delete application group assignment: {error}"
            raise bridge_error("deleting", resource.urn, text) from None


def _path(properties: dict[str, Any]) -> str:
    return f"/api/v1/apps/{properties['appId']}/groups/{properties['groupId']}"


def _planned(news: dict[str, Any], olds: dict[str, Any]) -> dict[str, Any]:
    def or_recorded(name: str) -> Any:
        return olds.get(name) if news.get(name) is None else news.get(name)

    return {
        "appId": news.get("appId"),
        "groupId": news.get("groupId"),
        "priority": or_recorded("priority"),
        "profile": or_recorded("profile"),
        "retainAssignment": news.get("retainAssignment") or False,
    }


def _body(planned: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if planned.get("priority"):
        body["priority"] = planned["priority"]
    if planned.get("profile"):
        body["profile"] = json.loads(planned["profile"])
    return body


def _outputs(assignment: dict[str, Any], planned: dict[str, Any]) -> dict[str, Any]:
    profile = assignment.get("profile") or {}
    return {
        "appId": planned["appId"],
        "groupId": assignment["id"],
        "id": assignment["id"],
        "priority": assignment.get("priority"),
        "profile": go_json(profile),
        "retainAssignment": planned.get("retainAssignment"),
    }
