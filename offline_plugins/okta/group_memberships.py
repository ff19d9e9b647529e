"""GroupMemberships: people put into a group.

An update discards every refusal and reads nothing back: it looks as if all were in
(docs/research/okta-provider.md#group-memberships). Who is not named is left alone,
unless `trackAllUsers`.
"""

from __future__ import annotations

import contextlib
from typing import Any

from offline_plugins.okta.api import Okta, Refused
from offline_plugins.okta.resource import Properties
from offline_plugins.okta.sdkv2 import (
    StepFailed,
    as_diff,
    detailed,
    failed,
    half_made,
    rewritten,
    step,
    with_defaults,
)
from offline_plugins.property_values import has_unknown
from offline_plugins.provider_server import UNKNOWN, Checked, Diff, Resource, State

REPLACED_BY = frozenset({"groupId"})
BOOLEANS = frozenset({"trackAllUsers"})
SETS = frozenset({"users"})
LOOKS, WAIT = 10, 1.0  # seconds between looks at a group that is still empty


class GroupMemberships:
    type = "okta:index/groupMemberships:GroupMemberships"
    inputs = frozenset({"groupId", "trackAllUsers", "users"})

    def check(self, at: Resource, news: Properties, olds: Properties, seed: bytes) -> Checked:
        return Checked(with_defaults(news, {}))

    def diff(self, id: str, olds: Properties, news: Properties) -> Diff:
        changes = detailed(
            _planned(news), olds, sorted(self.inputs), replaced_by=REPLACED_BY,
            defaults=BOOLEANS, sets=SETS,
        )  # fmt: skip
        return as_diff(changes, sorted(REPLACED_BY))

    def create(self, okta: Okta, at: Resource, inputs: Properties, preview: bool) -> State:
        planned = _planned(inputs)
        if preview:
            users = UNKNOWN if has_unknown(planned["users"]) else planned["users"]
            return State("", {**planned, "id": UNKNOWN, "users": users})
        group = planned["groupId"]
        try:
            with step("failed to add user to group"):
                for user in planned["users"]:
                    okta.put(f"/api/v1/groups/{group}/users/{user}")
            with step("failed to list group users"):
                self._await_someone(okta, group)
        except StepFailed as error:
            raise half_made("creating", at, error, group, {**planned, "id": group}) from None
        return State(group, {**planned, "id": group})

    def read(
        self, okta: Okta, at: Resource, id: str, olds: Properties, inputs: Properties
    ) -> State | None:
        try:
            with step("failed to list group users", may_be_gone=True):
                members = _members(okta, id)
        except StepFailed as error:
            if not error.gone:
                raise failed("refreshing", at.urn, error) from None
            members = []  # the group is gone, and this resource is not
        named = olds.get("users") or []
        everyone = olds.get("trackAllUsers") or not olds
        users = members if everyone else [user for user in named if user in members]
        outputs = {
            "groupId": id, "id": id, "trackAllUsers": olds.get("trackAllUsers") or False,
            "users": users,
        }  # fmt: skip
        if olds or inputs:
            return State(id, outputs, rewritten(inputs, outputs, frozenset()))
        return State(id, outputs, {"__defaults": [], "groupId": id, "users": users})

    def update(
        self, okta: Okta, at: Resource, id: str, olds: Properties, news: Properties, preview: bool
    ) -> Properties:
        planned = {**_planned(news), "id": id}
        if preview:
            return planned
        before = olds.get("users") or []
        for user in planned["users"]:
            if user not in before:
                with contextlib.suppress(Refused):
                    okta.put(f"/api/v1/groups/{id}/users/{user}")
        for user in before:
            if user not in planned["users"]:
                with contextlib.suppress(Refused):
                    okta.delete(f"/api/v1/groups/{id}/users/{user}")
        return planned

    def delete(self, okta: Okta, at: Resource, id: str, olds: Properties) -> None:
        try:
            with step("failed to remove user from group"):
                for user in olds.get("users") or []:
                    okta.delete(f"/api/v1/groups/{id}/users/{user}")
        except StepFailed as error:
            raise failed("deleting", at.urn, error) from None

    def _await_someone(self, okta: Okta, group: str) -> None:
        for _ in range(LOOKS):
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
