"""5xx, the AWS environment: accounts, AWS managed policies, and the instance's own restrictions.

A place is where the settings name an account or a policy, or for the doctor a description of it.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from okta_idc.rules.registry import (
    EnforcementPoint,
    Related,
    Severity,
    Violation,
    rule,
    shortened,
)
from okta_idc.rules.suggestions import closest, did_you_mean

_rule = partial(rule, enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.DOCTOR))
_ACTIVE = "ACTIVE"
Places = Mapping[str, tuple[str, ...]]
"""Places by the account or policy that they name."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """Accounts that are assigned, and the states of the organization's accounts by ID."""

    assigned: Places
    states: Mapping[str, str]


_ASSIGNED: Places = {"210987654321": ("permission_sets[0].accounts[0]",)}


@_rule(
    "OIC-539",
    "An account is not in the organization",
    source="docs/research/identity-center.md#accounts-of-the-organization",
    remedy="Correct the account ID, or invite the account to the organization.",
    good=Accounts(_ASSIGNED, {"210987654321": "ACTIVE", "123456789012": "ACTIVE"}),
    bad=Accounts(_ASSIGNED, {"210987654312": "ACTIVE", "123456789012": "ACTIVE"}),
)
def accounts_exist(accounts: Accounts) -> Iterator[Violation]:
    """Subject: the assigned accounts, and all accounts of the organization."""
    for account, places in accounts.assigned.items():
        if account not in accounts.states:
            hint = did_you_mean(account, accounts.states, likeness=0.8)
            yield from _at(places, account, f"is not an account of the organization.{hint}")


@_rule(
    "OIC-540",
    "An account is closed, suspended or not active yet",
    source="docs/research/identity-center.md#accounts-of-the-organization",
    remedy="Remove the account from the permission sets, or reactivate it.",
    good=Accounts(_ASSIGNED, {"210987654321": "ACTIVE"}),
    bad=Accounts(_ASSIGNED, {"210987654321": "SUSPENDED"}),
)
def accounts_are_active(accounts: Accounts) -> Iterator[Violation]:
    """Subject: the assigned accounts, and all accounts of the organization."""
    for account, places in accounts.assigned.items():
        if (state := accounts.states.get(account, _ACTIVE)) != _ACTIVE:
            yield from _at(places, account, f"has the state {state}.")


@dataclass(frozen=True, slots=True)
class Administration:
    """The account of the caller, the account that owns the instance (an organization's management
    account), and the accounts that are assigned."""

    caller: str
    owner: str
    assigned: Places


@_rule(
    "OIC-541",
    "A delegated administrator manages access to the management account",
    source="AWS IAM Identity Center User Guide, Delegated administration: a delegated "
    "administrator cannot manage permission sets that are provisioned in the management account",
    remedy="Declare this access in another stack, with permission sets of its own, and deploy that "
    "stack with credentials of the management account.",
    good=Administration("123456789012", "123456789012", {"123456789012": ("accounts[0]",)}),
    bad=Administration("210987654321", "123456789012", {"123456789012": ("accounts[0]",)}),
)
def management_account(administration: Administration) -> Iterator[Violation]:
    """Subject: the credentials' account, the instance's owner, and the assigned accounts."""
    owner, caller = administration.owner, administration.caller
    if caller != owner and owner in administration.assigned:
        what = f"is the management account, and the credentials belong to account {caller}."
        yield from _at(administration.assigned[owner], owner, what)


@dataclass(frozen=True, slots=True)
class InstanceFeatures:
    """Whether an instance has permission sets (None: AWS does not say), and the number of
    permission sets that the stack declares."""

    permission_sets: bool | None
    declared: int


@_rule(
    "OIC-542",
    "The Identity Center instance has no permission sets",
    source="docs/research/identity-center.md#instances-without-permission-sets",
    remedy="Enable permission sets for the instance in the console (this cannot be undone), or "
    "remove `account_access.permission_sets`.",
    good=InstanceFeatures(True, declared=2),
    bad=InstanceFeatures(False, declared=2),
)
def permission_sets_enabled(features: InstanceFeatures) -> Iterator[Violation]:
    """Subject: the instance, and the declared permission sets."""
    if features.permission_sets is False and features.declared:
        yield "account_access.permission_sets", None, "are not enabled for the instance."


@dataclass(frozen=True, slots=True)
class ManagedPolicies:
    """AWS managed policies that are declared, and the ARNs of all that exist."""

    declared: Places
    existing: Collection[str]


_READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@_rule(
    "OIC-543",
    "An AWS managed policy does not exist",
    source="AWS API, ListPolicies with the scope AWS",
    remedy="Use the ARN that the IAM console shows for the policy, including its path.",
    good=ManagedPolicies({_READ_ONLY: ("managed_policies[0]",)}, (_READ_ONLY,)),
    bad=ManagedPolicies(
        {"arn:aws:iam::aws:policy/ReadOnly": ("managed_policies[0]",)}, (_READ_ONLY,)
    ),
)
def managed_policies_exist(policies: ManagedPolicies) -> Iterator[Violation]:
    """Subject: the declared AWS managed policies, and all that exist."""
    by_name = {each.rpartition("/")[2]: each for each in policies.existing}
    for arn, places in policies.declared.items():
        if arn in policies.existing:
            continue
        near = closest(arn.rpartition("/")[2], by_name)
        hint = f" Did you mean {by_name[near]!r}?" if near else ""
        yield from _at(places, arn, f"is not an AWS managed policy.{hint}")


class Network(Protocol):
    """Network restrictions of an identity store, as the client reads them: whether requests must
    come from a VPC endpoint, and the sources that are excepted."""

    @property
    def vpc_endpoint_required(self) -> bool: ...
    @property
    def scim_sources(self) -> tuple[str, ...]:
        """CIDR blocks that may send SCIM requests."""
        ...

    @property
    def api_sources(self) -> tuple[str, ...]:
        """CIDR blocks that may call the Identity Store API."""
        ...

    @property
    def api_vpcs(self) -> tuple[str, ...]:
        """VPCs from which the API may be called."""
        ...


@dataclass(frozen=True, slots=True)
class _Example:
    """A network of an example."""

    vpc_endpoint_required: bool = False
    scim_sources: tuple[str, ...] = ()
    api_sources: tuple[str, ...] = ()
    api_vpcs: tuple[str, ...] = ()


_NETWORK = "docs/research/identity-center.md#network-restrictions"


@_rule(
    "OIC-544",
    "The identity store rejects Okta's SCIM requests",
    source=_NETWORK,
    remedy="Add Okta's IP address ranges to `ScimAllowSourceIps` of the identity store's network "
    "configuration (identitystore:UpdateIdentityStore, which replaces the whole configuration), or "
    "turn off `VpceAccessRequired`.",
    good=_Example(),
    bad=_Example(vpc_endpoint_required=True),
)
def scim_is_reachable(network: Network) -> Iterator[Violation]:
    """Subject: the identity store's network configuration."""
    if network.vpc_endpoint_required and not network.scim_sources:
        what = "accepts requests through VPC endpoints only, and SCIM from no IP address."
        yield "identity store", None, what


@_rule(
    "OIC-545",
    "The identity store restricts the networks of its callers",
    severity=Severity.ADVISORY,
    source=_NETWORK,
    remedy="Verify that the lists contain Okta's IP address ranges, and the networks of the "
    "machines that run Pulumi and `okta-idc`.",
    good=_Example(),
    bad=_Example(vpc_endpoint_required=True, scim_sources=("203.0.113.0/24",)),
)
def network_is_restricted(network: Network) -> Iterator[Violation]:
    """Subject: the identity store's network configuration."""
    if not network.vpc_endpoint_required:
        return
    lists = (
        ("SCIM requests", network.scim_sources),
        ("API calls", (*network.api_sources, *network.api_vpcs)),
    )
    for what, sources in lists:
        if sources:
            yield "identity store", None, f"accepts {what} from {shortened(sources)} only."
    if not lists[1][1]:
        yield "identity store", None, "accepts API calls through VPC endpoints only."


def _at(places: tuple[str, ...], value: str, message: str) -> Iterator[Violation]:
    """One violation at the first place; the others are related."""
    first, *others = places
    related = [Related(shortened(others))] if others else []
    yield first, value, message, *related
