"""The services whose models the sandbox keeps to, and their operations."""

from functools import lru_cache
from typing import Any

from botocore.model import OperationModel
from moto.core.utils import get_service_model

SERVICES = {
    "access-analyzer": "accessanalyzer", "cloudtrail": "cloudtrail", "events": "events",
    "iam": "iam", "identitystore": "identitystore", "organizations": "organizations",
    "secretsmanager": "secretsmanager", "sns": "sns", "sso": "sso-admin", "sts": "sts",
}  # fmt: skip
"""Names of botocore's models, by the name in the signature."""


@lru_cache(maxsize=1_000)
def operation_of(service: str, name: str) -> OperationModel | None:
    """The model of an operation, by the service's name in the signature."""
    if service not in SERVICES:
        return None
    model = get_service_model(SERVICES[service])
    return model.operation_model(name) if name in model.operation_names else None


def declared_errors(operation: OperationModel) -> dict[str, int]:
    """The codes of the declared errors as answers contain them, with their status."""
    found: dict[str, int] = {}
    shapes: Any = operation.error_shapes
    for shape in shapes:
        error = shape.metadata.get("error", {})
        found[str(shape.error_code)] = int(error.get("httpStatusCode", 400))
    return found
