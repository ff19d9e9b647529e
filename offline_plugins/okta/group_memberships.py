"""GroupMemberships: members of a group.

An update ignores errors and reads nothing back, so it always seems to succeed
(docs/research/okta-provider.md#group-memberships). Other members are left alone, unless
`trackAllUsers` is set.
"""

from __future__ import annotations

import contextlib

from offline_plugins.okta import terraform_sdkv2 as sdkv2
from offline_plugins.okta.api import Okta, OktaError
from offline_plugins.provider import Properties

ATTEMPTS, WAIT = 10, 1.0  # seconds between reads of a group that is still empty


class GroupMemberships(sdkv2.SdkV2Resource):
    type = "okta:index/groupMemberships:GroupMemberships"
    inputs = frozenset({"groupId", "trackAllUsers", "users"})
    booleans = frozenset({"trackAllUsers"})
    sets = frozenset({"users"})
    replaced_by = frozenset({"groupId"})

    def plan(self, news: Properties, olds: Properties) -> Properties:
        planned = super().plan(news, olds)
        return {**planned, "users": [] if planned["users"] is None else planned["users"]}

    def make(self, okta: Okta, planned: Properties) -> str:
        return planned["groupId"]

    def finish(self, okta: Okta, id: str, planned: Properties) -> Properties:
        with sdkv2.step("failed to add user to group"):
            for user in planned["users"]:
                okta.put(f"/api/v1/groups/{id}/users/{user}")
        with sdkv2.step("failed to list group users"):
            for _ in range(ATTEMPTS):
                if _members(okta, id):
                    break
                okta.clock.sleep(WAIT)
        return planned

    def fetch(self, okta: Okta, id: str, known: Properties) -> Properties:
        try:
            with sdkv2.step("failed to list group users", may_be_gone=True):
                members = _members(okta, id)
        except sdkv2.StepError as error:
            if not error.gone:
                raise
            members = []  # the group is gone; the resource stays in the state
        everyone = known.get("trackAllUsers") or not known
        named = known.get("users") or []
        return {
            "groupId": id, "id": id, "trackAllUsers": known.get("trackAllUsers") or False,
            "users": members if everyone else [user for user in named if user in members],
        }  # fmt: skip

    def imported_inputs(self, outputs: Properties) -> Properties:
        return {name: outputs[name] for name in ("groupId", "users")}

    def change(self, okta: Okta, id: str, olds: Properties, planned: Properties) -> Properties:
        before, after = olds.get("users") or [], planned["users"]
        for call, users, others in ((okta.put, after, before), (okta.delete, before, after)):
            for user in users:
                if user not in others:
                    with contextlib.suppress(OktaError):
                        call(f"/api/v1/groups/{id}/users/{user}")
        return planned

    def remove(self, okta: Okta, id: str, olds: Properties) -> None:
        with sdkv2.step("failed to remove user from group"):
            for user in olds.get("users") or []:
                okta.delete(f"/api/v1/groups/{id}/users/{user}")


def _members(okta: Okta, group: str) -> list[str]:
    return [user["id"] for user in okta.pages(f"/api/v1/groups/{group}/users?limit=200")]
