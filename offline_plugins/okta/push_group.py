"""PushGroup: one push mapping.

A 404 is always an error. A mapping with the status ERROR can be neither updated nor deleted. The
flag that deletes the target group is taken from the *old* state
(docs/research/okta-provider.md#push-groups).
"""

from __future__ import annotations

from typing import Any

from offline_plugins.okta.api import Okta, OktaError
from offline_plugins.okta.terraform_framework import compare_inputs, one_of_failure, without_nulls
from offline_plugins.provider_server import UNKNOWN, Checked, Diff, ProviderError, Resource, State

STATUSES = ("ACTIVE", "INACTIVE")
DEFAULTS = {"deleteTargetGroupOnDestroy": True, "status": "ACTIVE"}
ONLY_ACTIVE_OR_INACTIVE = (
    "the Okta API doesn't allow updating the group push mapping when the status is not either "
    "ACTIVE or INACTIVE"
)


class PushGroup:
    type = "okta:index/pushGroup:PushGroup"
    inputs = frozenset(
        {"appId", "deleteTargetGroupOnDestroy", "sourceGroupId", "status", "targetGroupId",
         "targetGroupName"}
    )  # fmt: skip
    replaced_by = frozenset({"appId", "sourceGroupId", "targetGroupId", "targetGroupName"})

    def check(
        self, resource: Resource, news: dict[str, Any], olds: dict[str, Any], seed: bytes
    ) -> Checked:
        status = news.get("status")
        if isinstance(status, str) and status not in STATUSES:
            return Checked(
                news, [one_of_failure(resource.name, "status", "status", status, STATUSES)]
            )
        return Checked(news)

    def diff(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> Diff:
        return compare_inputs(
            _planned(olds, news), olds, names=sorted(self.inputs), replaced_by=self.replaced_by
        )

    def create(
        self, okta: Okta, resource: Resource, inputs: dict[str, Any], preview: bool
    ) -> State:
        planned = {**DEFAULTS, **inputs}
        if preview:
            return State("", {"targetGroupId": UNKNOWN, **planned, "id": UNKNOWN})
        try:
            found = okta.post(_path(planned), self._body(okta, planned))
        except OktaError as error:
            raise ProviderError(f"Error creating Okta Push Group : {error.status_line}") from None
        return State(found["id"], _outputs(found, planned))

    def read(
        self, okta: Okta, resource: Resource, id: str, olds: dict[str, Any],
        inputs: dict[str, Any],
    ) -> State | None:  # fmt: skip
        app, mapping = str(olds.get("appId") or ""), id
        if not app:
            app, mapping = _parse_import_id(id)
        try:
            found = okta.get(f"{_path({'appId': app})}/{mapping}")
        except OktaError as error:
            raise ProviderError(
                f"Error reading Okta push group mapping : {error.status_line}"
            ) from None
        outputs = _outputs(found, {**olds, "appId": app})
        if not inputs:
            return State(mapping, outputs, {k: v for k, v in outputs.items() if k in self.inputs})
        return State(mapping, outputs, {name: outputs.get(name, inputs[name]) for name in inputs})

    def update(
        self, okta: Okta, resource: Resource, id: str, olds: dict[str, Any],
        news: dict[str, Any], preview: bool,
    ) -> dict[str, Any]:  # fmt: skip
        planned = _planned(olds, news)
        if preview:
            return without_nulls({**planned, "id": id})
        if olds.get("status") not in STATUSES:
            raise ProviderError(
                "Group push mapping in disallowed status: "
                f"{ONLY_ACTIVE_OR_INACTIVE[0].upper()}{ONLY_ACTIVE_OR_INACTIVE[1:]}"
            )
        try:
            found = okta.patch(f"{_path(planned)}/{id}", {"status": planned["status"]})
        except OktaError as error:
            raise ProviderError(
                f"failed to update push group mapping: : {error.status_line}"
            ) from None
        return _outputs(found, planned)

    def delete(self, okta: Okta, resource: Resource, id: str, olds: dict[str, Any]) -> None:
        path = f"{_path(olds)}/{id}"
        if olds.get("status") not in STATUSES:
            raise ProviderError(
                "Group push mapping in disallowed status: To delete a group push mapping, the "
                "status must be INACTIVE. Setting the status to INACTIVE however failed because "
                f"{ONLY_ACTIVE_OR_INACTIVE}"
            )
        deletes_target = olds.get("deleteTargetGroupOnDestroy")
        flag = "false" if deletes_target is False else "true"
        try:
            if olds.get("status") != "INACTIVE":
                okta.patch(path, {"status": "INACTIVE"})
            okta.delete(f"{path}?deleteTargetGroup={flag}")
        except OktaError as error:
            raise ProviderError(
                f"failed to delete push group mapping: : {error.status_line}"
            ) from None

    def _body(self, okta: Okta, planned: dict[str, Any]) -> dict[str, Any]:
        body = {"sourceGroupId": planned["sourceGroupId"], "status": planned["status"]}
        # If the program sets both targets, both are sent.
        if planned.get("targetGroupId"):
            body["targetGroupId"] = planned["targetGroupId"]
        if planned.get("targetGroupName"):
            body["targetGroupName"] = planned["targetGroupName"]
        if "targetGroupId" not in body and "targetGroupName" not in body:
            source = okta.get(f"/api/v1/groups/{planned['sourceGroupId']}")
            body["targetGroupName"] = source["profile"]["name"]
        return body


def _parse_import_id(id: str) -> tuple[str, str]:
    parts = id.split("/")
    if len(parts) != 2:
        raise ProviderError(
            f"Invalid import ID format: Expected import ID format 'app_uid/mapping_id', got '{id}'"
        )
    if not all(parts):
        raise ProviderError(
            "Invalid import ID: Both app_uid and mapping_id must be provided in import ID"
        )
    return parts[0], parts[1]


def _path(properties: dict[str, Any]) -> str:
    return f"/api/v1/apps/{properties['appId']}/group-push/mappings"


def _planned(olds: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
    planned = {**DEFAULTS, **news}
    planned.setdefault("targetGroupId", olds.get("targetGroupId"))
    return planned


def _outputs(mapping: dict[str, Any], planned: dict[str, Any]) -> dict[str, Any]:
    return without_nulls(
        {
            "appId": planned["appId"],
            "deleteTargetGroupOnDestroy": planned.get("deleteTargetGroupOnDestroy"),
            "id": mapping["id"],
            "sourceGroupId": mapping.get("sourceGroupId"),
            "status": mapping.get("status"),
            "targetGroupId": mapping.get("targetGroupId"),
            "targetGroupName": planned.get("targetGroupName"),
        }
    )
