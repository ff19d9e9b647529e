"""Account assignments and application assignments.

Unlike moto, these operations refuse unknown accounts and principals. Account assignments are moto
objects, so that moto's list operations include them.
"""

from collections.abc import Callable
from typing import Any

from moto.ssoadmin.models import AccountAssignment, SSOAdminBackend

from ..org_file import Aws
from ..settings import Settings
from .asynchronous_requests import AsynchronousRequests
from .errors import RefusedError
from .limits import MAX_OUTSTANDING
from .organization import account_ids
from .store import IdentityStore, NotFoundError

Params = dict[str, Any]
MEMBERS = ("TargetId", "TargetType", "PermissionSetArn", "PrincipalType", "PrincipalId")


class Assignments:
    """SSO Admin operations: each takes the request parameters and returns the answer."""

    def __init__(
        self,
        backend: SSOAdminBackend,
        store: IdentityStore,
        aws: Aws,
        requests: AsynchronousRequests,
        settings: Settings,
    ) -> None:
        self._settings = settings
        self._backend = backend
        self._store = store
        self._aws = aws
        self._requests = requests
        self._application_assignments: list[Params] = []

    def create_account_assignment(self, p: Params) -> Params:
        """Creating an existing assignment is not an error (terraform-provider-aws lists first)."""
        if p["TargetId"] not in account_ids(self._aws):
            text = f"Account {p['TargetId']} is not found in the organization"
            raise RefusedError("ResourceNotFoundException", text)

        outstanding = self._requests.outstanding("creation") + 1
        if self._settings["aws_throttle"] == "on" and outstanding > MAX_OUTSTANDING:
            raise RefusedError("ThrottlingException", "Rate exceeded")

        def create() -> str:
            failure = self._principal_error(p)
            if not failure and self._find(p) is None:
                self._backend.create_account_assignment(
                    p["InstanceArn"], p["TargetId"], p["TargetType"], p["PermissionSetArn"],
                    p["PrincipalType"], p["PrincipalId"],
                )  # fmt: skip
            return failure

        return {"AccountAssignmentCreationStatus": self._start_request("creation", p, create)}

    def delete_account_assignment(self, p: Params) -> Params:
        """Fails if the principal no longer exists
        (docs/research/identity-center.md#recreated-principals)."""
        found = self._find(p)
        if found is None:
            raise RefusedError("ResourceNotFoundException", "The assignment is not found")

        def delete() -> str:
            failure = self._principal_error(p)
            if not failure and found in self._backend.account_assignments:
                self._backend.account_assignments.remove(found)
            return failure

        return {"AccountAssignmentDeletionStatus": self._start_request("deletion", p, delete)}

    def describe_account_assignment_creation_status(self, p: Params) -> Params:
        status = self._requests.status("creation", p["AccountAssignmentCreationRequestId"])
        return {"AccountAssignmentCreationStatus": status}

    def describe_account_assignment_deletion_status(self, p: Params) -> Params:
        status = self._requests.status("deletion", p["AccountAssignmentDeletionRequestId"])
        return {"AccountAssignmentDeletionStatus": status}

    def list_account_assignment_creation_status(self, p: Params) -> Params:
        return {"AccountAssignmentsCreationStatus": self._requests.summaries("creation", p)}

    def list_account_assignment_deletion_status(self, p: Params) -> Params:
        return {"AccountAssignmentsDeletionStatus": self._requests.summaries("deletion", p)}

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

    def _start_request(self, kind: str, p: Params, complete: Callable[[], str]) -> Params:
        found = self._backend._find_permission_set(p["InstanceArn"], p["PermissionSetArn"])
        members = {"CreatedDate": found.created_date, **{name: p[name] for name in MEMBERS}}
        return self._requests.start(kind, members, complete)

    def _find(self, p: Params) -> AccountAssignment | None:
        wanted = {name: p[name] for name in MEMBERS}
        for assignment in self._backend.account_assignments:
            if wanted.items() <= assignment.to_json().items():
                return assignment
        return None
