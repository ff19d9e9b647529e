"""AppGroupAssignments: all group assignments of an app, in one resource.

Groups are compared by position. If the program omits a priority, an update sends the recorded
priority of the same position, or 0. A refresh finds groups assigned outside the stack, and
the next update removes them (docs/research/okta-provider.md#all-assignments-in-one-resource). A 404
at read removes the resource from the state.
"""

from __future__ import annotations

import json
from typing import ClassVar

from offline_plugins.okta import terraform_sdkv2 as sdkv2
from offline_plugins.okta.api import Okta
from offline_plugins.okta.resource import go_json
from offline_plugins.provider import Properties


class AppGroupAssignments(sdkv2.SdkV2Resource):
    type = "okta:index/appGroupAssignments:AppGroupAssignments"
    inputs = frozenset({"appId", "groups"})
    list_defaults: ClassVar = {"groups": {"profile": "{}"}}
    replaced_by = frozenset({"appId"})

    def plan(self, news: Properties, olds: Properties) -> Properties:
        groups, recorded = news.get("groups"), olds.get("groups") or []
        if isinstance(groups, list):
            before = [*(group["priority"] for group in recorded), *[None] * len(groups)]
            groups = [
                {**{name: group.get(name) for name in ("id", "profile")},
                 "priority": group.get("priority") or priority}
                if isinstance(group, dict) else group
                for group, priority in zip(groups, before, strict=False)
            ]  # fmt: skip
        return {"appId": news.get("appId"), "groups": groups}

    def make(self, okta: Okta, planned: Properties) -> str:
        return planned["appId"]

    def recorded(self, id: str, planned: Properties) -> Properties:
        groups = [{**group, "priority": group["priority"] or 0} for group in planned["groups"]]
        return {"appId": id, "groups": groups, "id": id}

    def finish(self, okta: Okta, id: str, planned: Properties) -> Properties:
        for group in planned["groups"]:
            _put(okta, id, group, {"priority": group["priority"]} if group["priority"] else {})
        return _read(okta, id, planned["groups"])

    def fetch(self, okta: Okta, id: str, known: Properties) -> Properties:
        return _read(okta, id, known.get("groups") or [], absorbing=not known)

    def imported_inputs(self, outputs: Properties) -> Properties:
        groups = [
            {sdkv2.DEFAULTS_KEY: []} | {name: value for name, value in group.items() if value != 0}
            for group in outputs["groups"]
        ]
        return {"appId": outputs["appId"], "groups": groups}

    def refreshed_inputs(self, inputs: Properties, outputs: Properties) -> Properties:
        """The groups that the program names, with Okta's values. Other groups are not inputs."""
        pairs = zip(inputs.get("groups") or [], outputs["groups"], strict=False)
        groups = [{name: read[name] for name in given if name in read} for given, read in pairs]
        return {"appId": outputs["appId"], "groups": groups}

    def change(self, okta: Okta, id: str, olds: Properties, planned: Properties) -> Properties:
        kept = {group["id"] for group in planned["groups"]}
        for group in olds.get("groups") or []:
            if group["id"] not in kept:
                _delete(okta, id, group)
        for group in planned["groups"]:
            _put(okta, id, group, {"priority": group["priority"] or 0})
        return _read(okta, id, planned["groups"])

    def remove(self, okta: Okta, id: str, olds: Properties) -> None:
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
