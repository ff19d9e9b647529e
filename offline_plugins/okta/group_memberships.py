"""GroupMemberships: members of a group.

An update ignores errors and reads nothing back, so it always seems to succeed
(docs/research/okta-provider.md#group-memberships). Other members are left alone, unless
`trackAllUsers` is set.
"""

from __future__ import annotations

import contextlib
from typing import Any

from offline_plugins.okta import terraform_sdkv2 as sdkv2
from offline_plugins.okta.api import Okta, OktaError
from offline_plugins.okta.resource import Properties
from offline_plugins.property_values import has_unknown
from offline_plugins.provider_server import UNKNOWN, Checked, Diff, Resource, State

REPLACED_BY = frozenset({"groupId"})
BOOLEANS = frozenset({"trackAllUsers"})
SETS = frozenset({"users"})
ATTEMPTS, WAIT = 10, 1.0  # seconds between reads of a group that is still empty


class GroupMemberships:
    type = "okta:index/groupMemberships:GroupMemberships"
    inputs = frozenset({"groupId", "trackAllUsers", "users"})

    def check(self, resource: Resource, news: Properties, olds: Properties, seed: bytes) -> Checked:
        return Checked(sdkv2.with_defaults(news, {}))

    def diff(self, id: str, olds: Properties, news: Properties) -> Diff:
        changes = sdkv2.detailed_diff(
            _planned(news), olds, sorted(self.inputs), replaced_by=REPLACED_BY,
            defaults=BOOLEANS, sets=SETS,
        )  # fmt: skip
        return sdkv2.to_diff(changes, sorted(REPLACED_BY))

    def create(self, okta: Okta, resource: Resource, inputs: Properties, preview: bool) -> State:
        planned = _planned(inputs)
        if preview:
            users = UNKNOWN if has_unknown(planned["users"]) else planned["users"]
            return State("", {**planned, "id": UNKNOWN, "users": users})
        group = planned["groupId"]
        outputs = {**planned, "id": group}
        with sdkv2.partial_state_errors("creating", resource, group, outputs):
            with sdkv2.step("failed to add user to group"):
                for user in planned["users"]:
                    okta.put(f"/api/v1/groups/{group}/users/{user}")
            with sdkv2.step("failed to list group users"):
                self._wait_for_members(okta, group)
        return State(group, outputs)

    def read(
        self, okta: Okta, resource: Resource, id: str, olds: Properties, inputs: Properties
    ) -> State | None:
        try:
            with sdkv2.step("failed to list group users", may_be_gone=True):
                members = _members(okta, id)
        except sdkv2.StepError as error:
            if not error.gone:
                raise sdkv2.bridge_error("refreshing", resource.urn, error) from None
            members = []  # the group is gone; the resource stays in the state
        named = olds.get("users") or []
        everyone = olds.get("trackAllUsers") or not olds
        users = members if everyone else [user for user in named if user in members]
        outputs = {
            "groupId": id, "id": id, "trackAllUsers": olds.get("trackAllUsers") or False,
            "users": users,
        }  # fmt: skip
        if olds or inputs:
            return State(id, outputs, sdkv2.refreshed_inputs(inputs, outputs, frozenset()))
        return State(id, outputs, {"__defaults": [], "groupId": id, "users": users})

    def update(
        self, okta: Okta, resource: Resource, id: str, olds: Properties, news: Properties,
        preview: bool,
    ) -> Properties:  # fmt: skip
        planned = {**_planned(news), "id": id}
        if preview:
            return planned
        before = olds.get("users") or []
        for user in planned["users"]:
            if user not in before:
                with contextlib.suppress(OktaError):
                    okta.put(f"/api/v1/groups/{id}/users/{user}")
        for user in before:
            if user not in planned["users"]:
                with contextlib.suppress(OktaError):
                    okta.delete(f"/api/v1/groups/{id}/users/{user}")
        return planned

    def delete(self, okta: Okta, resource: Resource, id: str, olds: Properties) -> None:
        with (
            sdkv2.bridge_errors("deleting", resource.urn),
            sdkv2.step("failed to remove user from group"),
        ):
            for user in olds.get("users") or []:
                okta.delete(f"/api/v1/groups/{id}/users/{user}")

    def _wait_for_members(self, okta: Okta, group: str) -> None:
        for _ in range(ATTEMPTS):
            if _members(okta, group):
                return
            okta.clock.sleep(WAIT)


def _members(okta: Okta, group: str) -> list[str]:
    return [user["id"] for user in okta.pages(f"/api/v1/groups/{group}/users?limit=200")]


def _planned(news: Properties) -> Properties:
    users: Any = news.get("users")
    return {
        "groupId": news.get("groupId"),
        "trackAllUsers": news.get("trackAllUsers") or False,
        "users": [] if users is None else users,
    }
