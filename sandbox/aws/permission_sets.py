"""Permission sets: names, limits, permissions boundary and provisioning.

Permission sets are moto objects, so that moto's policy operations include them.
"""

import hashlib
import json
import re
from typing import Any

from moto.ssoadmin.models import PermissionSet, SSOAdminBackend

from .asynchronous_requests import AsynchronousRequests
from .errors import RefusedError

Params = dict[str, Any]

DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")
HOURS = (1, 12)
"""Minimum and maximum session duration in hours (AWS's user guide)."""
INLINE_POLICY_SIZE = 10_240
"""Maximum number of non-whitespace characters (docs/research/identity-center.md#quotas)."""


class PermissionSets:
    """SSO Admin operations: each takes the request parameters and returns the answer."""

    def __init__(self, backend: SSOAdminBackend, requests: AsynchronousRequests) -> None:
        self._backend = backend
        self._requests = requests
        self._boundaries: dict[str, Params] = {}
        self._count = 0

    def create_permission_set(self, p: Params) -> Params:
        if any(existing.name == p["Name"] for existing in self._backend.permission_sets):
            text = f"PermissionSet with name {p['Name']} already exists."
            raise RefusedError("ConflictException", text)
        self._backend.create_permission_set(
            name=p["Name"],
            description=p.get("Description") or "",
            instance_arn=p["InstanceArn"],
            session_duration=_duration(p.get("SessionDuration") or "PT1H"),
            relay_state=p.get("RelayState") or "",
            tags=p.get("Tags") or [],
        )
        permission_set = self._backend.permission_sets[-1]
        permission_set.permission_set_arn = self._arn(p["InstanceArn"])
        return {"PermissionSet": _view(permission_set)}

    def describe_permission_set(self, p: Params) -> Params:
        return {"PermissionSet": _view(self._find(p))}

    def update_permission_set(self, p: Params) -> Params:
        """Update a permission set; omitted members are cleared, except for the session duration.

        AWS clears the relay state (terraform-provider-aws #17411); the same is assumed for the
        description.
        """
        found = self._find(p)
        found.session_duration = _duration(p.get("SessionDuration") or found.session_duration)
        found.description = p.get("Description") or ""
        found.relay_state = p.get("RelayState") or ""
        return {}

    def delete_permission_set(self, p: Params) -> Params:
        found = self._find(p)
        if self._provisioned_accounts(found.permission_set_arn):
            text = "Could not delete because PermissionSet has account assignments associated to it"
            raise RefusedError("ConflictException", text)
        self._backend.permission_sets.remove(found)
        self._boundaries.pop(found.permission_set_arn, None)
        return {}

    def put_inline_policy_to_permission_set(self, p: Params) -> Params:
        text = p["InlinePolicy"]
        try:
            valid = isinstance(json.loads(text), dict)
        except ValueError:
            valid = False
        if not valid:
            raise RefusedError("ValidationException", "The inline policy is not a JSON document")
        if len("".join(text.split())) > INLINE_POLICY_SIZE:
            raise RefusedError(
                "ServiceQuotaExceededException",
                f"The inline policy has more than {INLINE_POLICY_SIZE} non-whitespace characters",
            )
        self._find(p).inline_policy = text
        return {}

    def get_inline_policy_for_permission_set(self, p: Params) -> Params:
        text = self._find(p).inline_policy
        return {"InlinePolicy": text} if text else {}

    def put_permissions_boundary_to_permission_set(self, p: Params) -> Params:
        boundary = p["PermissionsBoundary"]
        if len(boundary) != 1:
            text = "Only one of ManagedPolicyArn or CustomerManagedPolicyReference can be given"
            raise RefusedError("ValidationException", text)
        if arn := boundary.get("ManagedPolicyArn"):
            self._backend._find_managed_policy(arn)
        if reference := boundary.get("CustomerManagedPolicyReference"):
            boundary = {"CustomerManagedPolicyReference": {"Path": "/", **reference}}
        self._boundaries[p["PermissionSetArn"]] = boundary
        return {}

    def get_permissions_boundary_for_permission_set(self, p: Params) -> Params:
        return {"PermissionsBoundary": self._boundary(p)}

    def delete_permissions_boundary_from_permission_set(self, p: Params) -> Params:
        self._boundary(p)
        del self._boundaries[p["PermissionSetArn"]]
        return {}

    def provision_permission_set(self, p: Params) -> Params:
        all_accounts = p["TargetType"] == "ALL_PROVISIONED_ACCOUNTS"
        if all_accounts == ("TargetId" in p):
            text = "TargetId requires the TargetType AWS_ACCOUNT, and vice versa"
            raise RefusedError("ValidationException", text)
        members = {
            "CreatedDate": self._find(p).created_date,
            "PermissionSetArn": p["PermissionSetArn"],
            **({} if all_accounts else {"AccountId": p["TargetId"]}),
        }
        return {
            "PermissionSetProvisioningStatus": self._requests.start(
                "provisioning", members, lambda: ""
            )
        }

    def describe_permission_set_provisioning_status(self, p: Params) -> Params:
        status = self._requests.status("provisioning", p["ProvisionPermissionSetRequestId"])
        return {"PermissionSetProvisioningStatus": status}

    def list_permission_set_provisioning_status(self, p: Params) -> Params:
        return {"PermissionSetsProvisioningStatus": self._requests.summaries("provisioning", p)}

    def list_accounts_for_provisioned_permission_set(self, p: Params) -> Params:
        return {"AccountIds": self._provisioned_accounts(p["PermissionSetArn"])}

    def list_permission_sets_provisioned_to_account(self, p: Params) -> Params:
        found = {
            assignment.permission_set_arn: None
            for assignment in self._backend.account_assignments
            if assignment.target_id == p["AccountId"]
        }
        return {"PermissionSets": list(found)}

    def _arn(self, instance_arn: str) -> str:
        """An ARN in AWS's format, which moto does not use. The IDs are the same in each run."""
        self._count += 1
        tail = hashlib.sha256(f"{instance_arn} {self._count}".encode()).hexdigest()[:16]
        return f"{instance_arn.replace(':instance/', ':permissionSet/')}/ps-{tail}"

    def _boundary(self, p: Params) -> Params:
        if p["PermissionSetArn"] not in self._boundaries:
            text = f"Could not find a permissions boundary of {p['PermissionSetArn']}"
            raise RefusedError("ResourceNotFoundException", text)
        return self._boundaries[p["PermissionSetArn"]]

    def _provisioned_accounts(self, permission_set_arn: str) -> list[str]:
        """The accounts that have an assignment with this permission set.

        AWS provisions the permission set with the first assignment (API reference,
        CreateAccountAssignment).
        """
        accounts = {
            assignment.target_id: None
            for assignment in self._backend.account_assignments
            if assignment.permission_set_arn == permission_set_arn
        }
        return list(accounts)

    def _find(self, p: Params) -> PermissionSet:
        return self._backend._find_permission_set(p["InstanceArn"], p["PermissionSetArn"])


def _view(permission_set: PermissionSet) -> Params:
    members = permission_set.to_json(include_creation_date=True)
    return {name: value for name, value in members.items() if value != ""}


def _duration(text: str) -> str:
    """Check a session duration; AWS's pattern also allows years and days, which exceed 12 hours."""
    found = DURATION.fullmatch(text)
    hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    if not HOURS[0] * 3600 <= hours * 3600 + minutes * 60 + seconds <= HOURS[1] * 3600:
        raise RefusedError(
            "ValidationException", f"Session duration {text} must be between 1 and 12 hours"
        )
    return text
