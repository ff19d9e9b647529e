"""The account access that settings declare, to compare with what AWS has."""

import json
from collections import defaultdict

from okta_idc.rules.access_drift import DeclaredAccess, PermissionSetState
from okta_idc.settings.models import (
    DEFAULT_ATTRIBUTES,
    AccessControlAttributes,
    AccountAccess,
    PermissionSet,
)


def declared_access(
    access: AccountAccess, control: AccessControlAttributes | None
) -> DeclaredAccess:
    """The declared access. All values must be known."""
    accounts: dict[tuple[str, str], set[str]] = {}
    for each in access.permission_sets:
        accounts |= {(group, each.name): set() for group in each.all_groups()}
        for group, account in each.pairs():
            accounts[group, each.name].add(account)
    applications: dict[str, set[str]] = defaultdict(set)
    for application in access.applications:
        for group in application.groups:
            applications[group].add(application.arn)
    return DeclaredAccess(
        sets=tuple(map(declared_set, access.permission_sets)),
        accounts={key: frozenset(places) for key, places in accounts.items()},
        applications={group: frozenset(arns) for group, arns in applications.items()},
        attributes=None if control is None else control.attributes or DEFAULT_ATTRIBUTES,
    )


def declared_set(declared: PermissionSet) -> PermissionSetState:
    """A declared permission set with all its properties."""
    inline = declared.inline_policy
    return PermissionSetState.of(
        declared.name,
        description=declared.description or "",
        session_duration=declared.session_duration,
        relay_state=declared.relay_state or "",
        managed_policies=tuple(declared.managed_policies),
        customer_managed_policies=tuple(declared.customer_managed_policies),
        inline_policy=json.dumps(inline) if inline else "",
        permissions_boundary=declared.permissions_boundary or "",
    )
