"""5xx, the AWS environment, and AWS's validation of inline policies."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from okta_idc.clients.aws import AwsError
from okta_idc.inventory.assigned_access import assigned_accounts, declared_policies
from okta_idc.inventory.model import Inventory
from okta_idc.inventory.unavailable import unavailable
from okta_idc.rules import aws_environment, policy_validation
from okta_idc.rules.aws_environment import Places
from okta_idc.rules.binding import Binding, Location, Subject, Unavailable, known

T = TypeVar("T")
_NOT_RETURNED = Unavailable("AWS does not return it.", applicable=False)
_STORE = Location("the identity store", "network configuration")


def _read(part: T | AwsError | None) -> T:
    """A part of the environment. Raises Unavailable if it was not read."""
    if isinstance(part, AwsError):
        raise unavailable(part)
    if part is None:
        raise _NOT_RETURNED
    return part


def _named(places: Mapping[str, tuple[str, ...]]) -> Places:
    return {key: tuple(f"permission set {name}" for name in sets) for key, sets in places.items()}


def _located(subject: object, places: Places) -> Subject:
    names = {name for listed in places.values() for name in listed}
    return Subject(subject, parts={name: Location(name) for name in names})


def _accounts(found: Inventory) -> Iterator[Subject]:
    environment, assigned = known(found.environment), _named(assigned_accounts(found))
    if assigned:
        accounts = aws_environment.Accounts(assigned, _read(environment.accounts))
        yield _located(accounts, assigned)


def _administration(found: Inventory) -> Iterator[Subject]:
    environment, assigned = known(found.environment), _named(assigned_accounts(found))
    owner = _read(environment.owner)
    if owner in assigned:
        caller = _read(environment.caller)
        yield _located(aws_environment.Administration(caller, owner, assigned), assigned)


def _features(found: Inventory) -> Iterator[Subject]:
    declared = known(found.declared.access).sets
    enabled = _read(known(found.environment).permission_sets)
    at = Location("the instance", "permission sets")
    features = aws_environment.InstanceFeatures(enabled, len(declared))
    yield Subject(features, parts={"account_access.permission_sets": at})


def _policies(found: Inventory) -> Iterator[Subject]:
    known(found.declared.access)
    environment, declared = known(found.environment), _named(declared_policies(found))
    if declared:
        policies = aws_environment.ManagedPolicies(declared, _read(environment.policies))
        yield _located(policies, declared)


def _network(found: Inventory) -> Iterator[Subject]:
    network = _read(known(found.environment).network)
    yield Subject(network, parts={"identity store": _STORE})


def _issues(found: Inventory) -> Iterator[Subject]:
    for name, issues in known(found.policy_issues).items():
        listed = (policy_validation.Issue(e.kind, e.code, e.details, e.path) for e in issues)
        yield Subject(tuple(listed), Location(f"permission set {name}", "inline_policy"))


BINDINGS = (
    Binding(aws_environment.accounts_exist, _accounts),
    Binding(aws_environment.accounts_are_active, _accounts),
    Binding(aws_environment.management_account, _administration),
    Binding(aws_environment.permission_sets_enabled, _features),
    Binding(aws_environment.managed_policies_exist, _policies),
    Binding(aws_environment.scim_is_reachable, _network),
    Binding(aws_environment.network_is_restricted, _network),
    Binding(policy_validation.no_errors, _issues),
    Binding(policy_validation.no_warnings, _issues),
)
