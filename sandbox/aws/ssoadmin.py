"""The SSO Admin API: moto with missing operations and stricter validation.

Every operation checks that the instance, permission set or application exists. Methods of
permission_sets.py, assignments.py and instance.py replace moto's operations of the same name.
"""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from botocore import xform_name
from botocore.session import Session
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.ssoadmin.models import SSOAdminBackend, ssoadmin_backends
from moto.ssoadmin.responses import SSOAdminResponse

from ..clock import Clock
from ..org_file import Aws
from ..settings import Settings
from .access_control import AccessControl
from .assignments import Assignments
from .asynchronous_requests import AsynchronousRequests
from .errors import RefusedError
from .instance import InstanceOperations
from .permission_sets import PermissionSets
from .store import IdentityStore

Params = dict[str, Any]
Operation = Callable[[Params], dict[str, Any]]

OPERATIONS = tuple(
    name
    for handler in (PermissionSets, Assignments, InstanceOperations)
    for name in vars(handler)
    if not name.startswith("_")
)
"""The operations that replace moto's, by the name of the method."""
MOTO_OPERATIONS = dict(vars(SSOAdminResponse))
"""moto's original operations."""


def install(
    store: IdentityStore,
    aws: Aws,
    access_control: AccessControl,
    clock: Clock,
    settings: Settings,
) -> None:
    """Make moto's SSO Admin API answer as AWS does, for this store and organization."""
    backend = ssoadmin_backends[aws.account][aws.region]
    backend._find_managed_policy = partial(_find_managed_policy, backend)  # type: ignore[method-assign]
    instance = InstanceOperations(backend, aws, access_control, settings)
    requests = AsynchronousRequests(clock)
    assignments = Assignments(backend, store, aws, requests, settings)
    handlers = (PermissionSets(backend, requests), assignments, instance)
    operations: dict[str, Operation] = {
        name: getattr(handler, name)
        for handler in handlers
        for name in OPERATIONS
        if hasattr(handler, name)
    }

    def check_references(called_backend: SSOAdminBackend, operation: str, params: Params) -> None:
        """Refuse unknown references; an instance exists in its own region only.

        Assumed: of an instance of a member account, everything but its description is refused.
        """
        if operation == "ListInstances":
            return
        arn = params.get("InstanceArn")
        known = {each.instance_arn for each in backend.instances}
        if called_backend is not backend or arn not in (None, *known):
            text = f"Instance {arn or ''} is not found in {called_backend.region_name}"
            raise RefusedError("ResourceNotFoundException", text)
        if arn and not arn.endswith(f"/{aws.instance_id}") and operation != "DescribeInstance":
            text = f"{operation} is not supported for the account instance {arn}"
            raise RefusedError("ValidationException", text)
        if permission_set := params.get("PermissionSetArn"):
            backend._find_permission_set(arn or "", permission_set)
        if application := params.get("ApplicationArn"):
            instance.describe_application({"ApplicationArn": application})

    def validated(operation: str, run: Operation | None, moto: Any) -> Any:
        def answer(self: SSOAdminResponse) -> str:
            params = json.loads(self.body or "{}")
            with store.lock:
                requests.complete_due()
                check_references(self.ssoadmin_backend, operation, params)
                own = run if self.ssoadmin_backend is backend else None
                return json.dumps(own(params)) if own else moto(self)

        return answer

    model = Session().get_service_model("sso-admin")
    for operation in model.operation_names:
        name = xform_name(operation)
        run, moto = operations.get(name), MOTO_OPERATIONS.get(name)
        if run or moto:
            setattr(SSOAdminResponse, name, validated(operation, run, moto))


def _find_managed_policy(backend: SSOAdminBackend, arn: str) -> Any:
    """Find an AWS managed policy; moto expects its path under a key that moto's data lacks."""
    if backend.aws_managed_policies is None:
        backend.aws_managed_policies = {
            name: {"path": policy["Path"]}
            for name, policy in json.loads(aws_managed_policies_data).items()
        }
    return SSOAdminBackend._find_managed_policy(backend, arn)
