"""Account assignments and application assignments.

Unlike moto, these operations refuse unknown accounts and principals. Account assignments are moto
objects, so that moto's list operations include them.
"""

import uuid
from typing import Any

from moto.ssoadmin.models import AccountAssignment, SSOAdminBackend

from .errors import RefusedError
from .organization import account_ids
from .store import IdentityStore, NotFoundError

Params = dict[str, Any]
MEMBERS = ("TargetId", "TargetType", "PermissionSetArn", "PrincipalType", "PrincipalId")


class Assignments:
    """SSO Admin operations: each takes the request parameters and returns the answer."""

    def __init__(
        self, backend: SSOAdminBackend, store: IdentityStore, management_account: str
    ) -> None:
        self._backend = backend
        self._store = store
        self._management_account = management_account
        self._requests: dict[str, Params] = {}
        """Final status of creations and deletions, by request ID."""
        self._application_assignments: list[Params] = []

    def create_account_assignment(self, p: Params) -> Params:
        """Creating an existing assignment is not an error (terraform-provider-aws lists first)."""
        if p["TargetId"] not in account_ids(self._management_account):
            text = f"Account {p['TargetId']} is not found in the organization"
            raise RefusedError("ResourceNotFoundException", text)
        failure = self._principal_error(p)
        if not failure and self._find(p) is None:
            self._backend.create_account_assignment(
                p["InstanceArn"], p["TargetId"], p["TargetType"], p["PermissionSetArn"],
                p["PrincipalType"], p["PrincipalId"],
            )  # fmt: skip
        return {"AccountAssignmentCreationStatus": self._start_request(p, failure)}

    def delete_account_assignment(self, p: Params) -> Params:
        """Fails if the principal no longer exists
        (docs/research/identity-center.md#recreated-principals)."""
        found = self._find(p)
        if found is None:
            raise RefusedError("ResourceNotFoundException", "The assignment is not found")
        failure = self._principal_error(p)
        if not failure:
            self._backend.account_assignments.remove(found)
        return {"AccountAssignmentDeletionStatus": self._start_request(p, failure)}

    def describe_account_assignment_creation_status(self, p: Params) -> Params:
        status = self._request_status(p["AccountAssignmentCreationRequestId"])
        return {"AccountAssignmentCreationStatus": status}

    def describe_account_assignment_deletion_status(self, p: Params) -> Params:
        status = self._request_status(p["AccountAssignmentDeletionRequestId"])
        return {"AccountAssignmentDeletionStatus": status}

    def create_application_assignment(self, p: Params) -> Params:
        if failure := self._principal_error(p):
            raise RefusedError("ResourceNotFoundException", failure)
        if p not in self._application_assignments:
            self._application_assignments.append(p)
        return {}

    def describe_application_assignment(self, p: Params) -> Params:
        if p not in self._application_assignments:
            raise RefusedError("ResourceNotFoundException", "The assignment is not found")
        return p

    def delete_application_assignment(self, p: Params) -> Params:
        self._application_assignments.remove(self.describe_application_assignment(p))
        return {}

    def list_application_assignments(self, p: Params) -> Params:
        found = [
            a for a in self._application_assignments if a["ApplicationArn"] == p["ApplicationArn"]
        ]
        return {"ApplicationAssignments": found}

    def list_application_assignments_for_principal(self, p: Params) -> Params:
        wanted = {name: p[name] for name in ("PrincipalId", "PrincipalType")} | (
            p.get("Filter") or {}
        )
        found = [a for a in self._application_assignments if wanted.items() <= a.items()]
        return {"ApplicationAssignments": found}

    def _principal_error(self, p: Params) -> str:
        """The reason why the principal cannot be assigned, or an empty string."""
        lookup = self._store.user if p["PrincipalType"] == "USER" else self._store.group
        try:
            lookup(p["PrincipalId"])
        except NotFoundError:
            kind, principal = p["PrincipalType"].title(), p["PrincipalId"]
            return f"{kind} with id {principal} was not found in directory {self._store.id}"
        return ""

    def _start_request(self, p: Params, failure: str) -> Params:
        """Answer IN_PROGRESS; the describe operation returns the final status, as in AWS."""
        status = {
            "CreatedDate": self._backend._find_permission_set(
                p["InstanceArn"], p["PermissionSetArn"]
            ).created_date,
            "RequestId": str(uuid.uuid4()),
            "Status": "IN_PROGRESS",
            **{name: p[name] for name in MEMBERS},
        }
        outcome = {"Status": "FAILED", "FailureReason": failure} if failure else {}
        self._requests[status["RequestId"]] = {**status, "Status": "SUCCEEDED", **outcome}
        return status

    def _request_status(self, request: str) -> Params:
        if request not in self._requests:
            raise RefusedError("ResourceNotFoundException", f"Request {request} is not found")
        return self._requests[request]

    def _find(self, p: Params) -> AccountAssignment | None:
        wanted = {name: p[name] for name in MEMBERS}
        for assignment in self._backend.account_assignments:
            if wanted.items() <= assignment.to_json().items():
                return assignment
        return None
