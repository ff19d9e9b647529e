"""app.GroupAssignment: one group assignment of an app.

A priority of 0 counts as unset and is never sent (docs/research/okta-provider.md#priority-zero). A
404 removes the resource from the state at read and is an error at delete.
"""

from __future__ import annotations

import json
from typing import ClassVar

from offline_plugins.okta import terraform_sdkv2 as sdkv2
from offline_plugins.okta.api import Okta
from offline_plugins.okta.resource import go_json
from offline_plugins.provider import Properties


class GroupAssignment(sdkv2.SdkV2Resource):
    type = "okta:app/groupAssignment:GroupAssignment"
    inputs = frozenset({"appId", "groupId", "priority", "profile", "retainAssignment"})
    booleans = frozenset({"retainAssignment"})
    json_texts = frozenset({"profile"})
    json_attributes: ClassVar = {"profile": "profile"}
    kept = frozenset({"priority", "profile"})
    replaced_by = frozenset({"appId", "groupId"})
    import_format = "<app_id>/<group_id>"

    def make(self, okta: Okta, planned: Properties) -> str:
        with sdkv2.step("failed to create application group assignment"):
            okta.put(_path(planned), _body(planned))
        return planned["groupId"]

    def fetch(self, okta: Okta, id: str, known: Properties) -> Properties:
        with sdkv2.step("failed to get application group assignment", may_be_gone=True):
            return _outputs(okta.get(_path(known)), known)

    def fetch_imported(self, okta: Okta, parts: list[str]) -> Properties:
        """The importer reads the assignment once more than the read."""
        known = {"appId": parts[0], "groupId": parts[1], "retainAssignment": False}
        self.fetch(okta, parts[1], known)
        return self.fetch(okta, parts[1], known)

    def change(self, okta: Okta, id: str, olds: Properties, planned: Properties) -> Properties:
        with sdkv2.step("failed to update application group assignment"):
            okta.put(_path(planned), _body(planned))
            return _outputs(okta.get(_path(planned)), planned)

    def remove(self, okta: Okta, id: str, olds: Properties) -> None:
        if not olds.get("retainAssignment"):
            with sdkv2.step("failed to delete application group assignment"):
                okta.delete(_path(olds))


def _path(properties: Properties) -> str:
    return f"/api/v1/apps/{properties['appId']}/groups/{properties['groupId']}"


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
