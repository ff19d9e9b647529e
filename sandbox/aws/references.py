"""Refuses references to objects that do not exist, where moto fails or answers with success."""

import base64
import os
from collections.abc import Callable
from typing import Any

from moto.organizations.models import organizations_backends
from moto.secretsmanager.models import secretsmanager_backends

from ..partitions import partition_of
from .errors import RefusedError

Params = dict[str, Any]


def refuse_unknown(service: str, operation: str, params: Params, region: str) -> None:
    """Raise the service's error if the parameters name an object that does not exist."""
    if check := _CHECKS.get(service):
        check(operation, params, region)


def _secret(_: str, params: Params, region: str) -> None:
    account = os.environ["MOTO_ACCOUNT_ID"]
    secret = params.get("SecretId")
    if secret and secret not in secretsmanager_backends[account][region].secrets:
        text = "Secrets Manager can't find the specified secret."
        raise RefusedError("ResourceNotFoundException", text)


def _topic(operation: str, params: Params, _: str) -> None:
    if operation == "Publish" and not {"TopicArn", "TargetArn", "PhoneNumber"} & params.keys():
        text = "Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter"
        raise RefusedError("InvalidParameter", text)
    for name, value in params.items():
        if name.endswith("Arn") and isinstance(value, str) and value.count(":") < 5:
            text = f"An ARN must have at least 6 elements, not {value.count(':') + 1}"
            raise RefusedError("InvalidParameter", f"Invalid parameter: {name} Reason: {text}")


def _assertion(_: str, params: Params, _region: str) -> None:
    if (assertion := params.get("SAMLAssertion")) is None:
        return
    try:
        valid = base64.b64decode(assertion, validate=True).lstrip().startswith(b"<")
    except ValueError:
        valid = False
    if not valid:
        raise RefusedError("InvalidIdentityToken", "The SAML assertion is not valid.")


def _organization(operation: str, params: Params, region: str) -> None:
    backend: Any = organizations_backends[os.environ["MOTO_ACCOUNT_ID"]][partition_of(region).id]
    accounts, units = ({each.id for each in items} for items in (backend.accounts, backend.ou))
    requests = {each.create_account_status_id for each in backend.accounts}
    for name, known, code in (
        ("DescribeCreateAccountStatus.CreateAccountRequestId", requests, "CreateAccountStatus"),
        ("ListParents.ChildId", accounts | units, "Child"),
        ("MoveAccount.DestinationParentId", units, "DestinationParent"),
        ("MoveAccount.SourceParentId", units, "SourceParent"),
        ("UpdateOrganizationalUnit.OrganizationalUnitId", units, "OrganizationalUnit"),
    ):
        checked, _, member = name.partition(".")
        if operation == checked and params[member] not in known:
            text = f"You specified {member} {params[member]}, which does not exist."
            raise RefusedError(f"{code}NotFoundException", text)


_CHECKS: dict[str, Callable[[str, Params, str], None]] = {
    "organizations": _organization, "secretsmanager": _secret, "sns": _topic, "sts": _assertion,
}  # fmt: skip
