"""PushGroup: one push mapping.

A 404 is always an error. A mapping with the status ERROR can be neither updated nor deleted. The
flag that deletes the target group is taken from the *old* state
(docs/research/okta-provider.md#push-groups).
"""

from __future__ import annotations

from typing import ClassVar

from offline_plugins.okta.api import Okta
from offline_plugins.okta.terraform_framework import (
    FrameworkResource,
    status_errors,
    without_nulls,
)
from offline_plugins.provider import Properties, ProviderError

STATUSES = ("ACTIVE", "INACTIVE")
ONLY_ACTIVE_OR_INACTIVE = (
    "the Okta API doesn't allow updating the group push mapping when the status is not either "
    "ACTIVE or INACTIVE"
)


class PushGroup(FrameworkResource):
    type = "okta:index/pushGroup:PushGroup"
    inputs = frozenset(
        {"appId", "deleteTargetGroupOnDestroy", "sourceGroupId", "status", "targetGroupId",
         "targetGroupName"}
    )  # fmt: skip
    replaced_by = frozenset({"appId", "sourceGroupId", "targetGroupId", "targetGroupName"})

    defaults: ClassVar = {"deleteTargetGroupOnDestroy": True, "status": "ACTIVE"}
    computed = ("id", "targetGroupId")
    allowed: ClassVar = {"status": STATUSES}

    def plan(self, news: Properties, olds: Properties) -> Properties:
        recorded = {name: olds[name] for name in ("targetGroupId",) if name in olds}
        return {**self.defaults, **recorded, **news}

    def make(self, okta: Okta, planned: Properties) -> Properties:
        with status_errors("Error creating Okta Push Group "):
            found = okta.post(_path(planned), self._body(okta, planned))
        return _outputs(found, planned)

    def parse_import_id(self, id: str) -> tuple[str, Properties]:
        parts = id.split("/")
        if len(parts) != 2:
            expected = "Expected import ID format 'app_uid/mapping_id'"
            raise ProviderError(f"Invalid import ID format: {expected}, got '{id}'")
        if not all(parts):
            raise ProviderError(
                "Invalid import ID: Both app_uid and mapping_id must be provided in import ID"
            )
        return parts[1], {"appId": parts[0]}

    def fetch(self, okta: Okta, id: str, known: Properties) -> Properties:
        with status_errors("Error reading Okta push group mapping "):
            return _outputs(okta.get(f"{_path(known)}/{id}"), known)

    def change(self, okta: Okta, id: str, olds: Properties, planned: Properties) -> Properties:
        if olds.get("status") not in STATUSES:
            raise ProviderError(
                "Group push mapping in disallowed status: "
                f"{ONLY_ACTIVE_OR_INACTIVE[0].upper()}{ONLY_ACTIVE_OR_INACTIVE[1:]}"
            )
        with status_errors("failed to update push group mapping: "):
            found = okta.patch(f"{_path(planned)}/{id}", {"status": planned["status"]})
        return _outputs(found, planned)

    def remove(self, okta: Okta, id: str, olds: Properties) -> None:
        path = f"{_path(olds)}/{id}"
        if olds.get("status") not in STATUSES:
            raise ProviderError(
                "Group push mapping in disallowed status: To delete a group push mapping, the "
                "status must be INACTIVE. Setting the status to INACTIVE however failed because "
                f"{ONLY_ACTIVE_OR_INACTIVE}"
            )
        deletes_target = olds.get("deleteTargetGroupOnDestroy")
        flag = "false" if deletes_target is False else "true"
        with status_errors("failed to delete push group mapping: "):
            if olds.get("status") != "INACTIVE":
                okta.patch(path, {"status": "INACTIVE"})
            okta.delete(f"{path}?deleteTargetGroup={flag}")

    def _body(self, okta: Okta, planned: Properties) -> Properties:
        body = {"sourceGroupId": planned["sourceGroupId"], "status": planned["status"]}
        # If the program sets both targets, both are sent.
        targets = {n: planned[n] for n in ("targetGroupId", "targetGroupName") if planned.get(n)}
        if not targets:
            source = okta.get(f"/api/v1/groups/{planned['sourceGroupId']}")
            targets["targetGroupName"] = source["profile"]["name"]
        return {**body, **targets}


def _path(properties: Properties) -> str:
    return f"/api/v1/apps/{properties['appId']}/group-push/mappings"


def _outputs(mapping: Properties, planned: Properties) -> Properties:
    read = ("id", "sourceGroupId", "status", "targetGroupId")
    kept = ("appId", "deleteTargetGroupOnDestroy", "targetGroupName")
    return without_nulls({n: mapping.get(n) for n in read} | {n: planned.get(n) for n in kept})
