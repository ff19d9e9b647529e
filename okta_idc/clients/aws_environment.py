"""The AWS environment of an instance: accounts, AWS managed policies, the instance's restrictions.

One reader for the components and the doctor. Calls: at most one each for the instance, the caller
and the identity store; one for every 20 accounts and every 1,000 AWS managed policies, until all
that are wanted are found.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TypeVar

from okta_idc.clients.aws import AwsClient, AwsError
from okta_idc.clients.aws_config import AwsConfig
from okta_idc.clients.identity_center import IdentityCenter
from okta_idc.clients.identity_store import IdentityStore, StoreNetwork
from okta_idc.clients.json_path import get_text

T = TypeVar("T")
_PAGE = 1_000


@dataclass(frozen=True)
class Wanted:
    """What to look up. Empty parts cause no call."""

    instance: bool = False
    network: bool = False
    accounts: frozenset[str] = frozenset()
    policies: frozenset[str] = frozenset()
    active: frozenset[str] = frozenset()
    """Accounts that are known to exist and to be active, so that their states are not read."""


@dataclass(frozen=True)
class Environment:
    """What was read. A part that was not looked up is None; one that could not be read, an error.

    `accounts`: states by ID; of all accounts if a wanted one is missing. `policies`: ARNs of AWS
    managed policies, in the same way. `owner`: the account that owns the instance, "" if AWS does
    not return it. `caller`: the credentials' account, read only if the owner is wanted.
    `permission_sets`: whether the instance has them; None if AWS does not return it.
    """

    owner: str | AwsError | None = None
    permission_sets: bool | AwsError | None = None
    caller: str | AwsError | None = None
    network: StoreNetwork | AwsError | None = None
    accounts: Mapping[str, str] | AwsError | None = None
    policies: frozenset[str] | AwsError | None = None


def read_environment(
    instance: str,
    store_id: str,
    wanted: Wanted,
    region: str,
    endpoint: str | None = None,
    config: AwsConfig | None = None,
) -> Environment:
    """Look up what is wanted. Raises AwsError only if no client can be made."""
    at = region, endpoint, config
    owner: str | AwsError | None = None
    caller: str | AwsError | None = None
    enabled: bool | AwsError | None = None
    if wanted.instance:
        details = _attempt(lambda: IdentityCenter(*at).details(instance))
        owner, enabled = (details, details) if isinstance(details, AwsError) else details
        if owner in wanted.accounts:
            caller = _attempt(
                lambda: get_text(AwsClient("sts", *at).call("get_caller_identity"), "Account")
            )
    network = accounts = policies = None
    if wanted.network:
        network = _attempt(lambda: IdentityStore(store_id, *at).network())
    if wanted.accounts - wanted.active:
        accounts = _attempt(lambda: _states(AwsClient("organizations", *at), wanted.accounts))
    if wanted.policies:
        policies = _attempt(lambda: _policies(AwsClient("iam", *at), wanted.policies))
    return Environment(owner, enabled, caller, network, accounts, policies)


def _states(organizations: AwsClient, wanted: Collection[str]) -> dict[str, str]:
    states: dict[str, str] = {}
    for each in organizations.pages("list_accounts", "Accounts"):
        # `Status` is retired, and lacks CLOSED and PENDING_ACTIVATION.
        states[str(each["Id"])] = get_text(each, "State") or get_text(each, "Status")
        if states.keys() >= set(wanted):
            break
    return states


def _policies(iam: AwsClient, wanted: frozenset[str]) -> frozenset[str]:
    found: set[str] = set()
    query: dict[str, str] = {}
    while not found >= wanted:
        page = iam.call("list_policies", Scope="AWS", MaxItems=_PAGE, **query)
        found.update(str(each["Arn"]) for each in page.get("Policies", []))
        marker = get_text(page, "Marker") if page.get("IsTruncated") else ""
        if not marker:
            break
        if marker == query.get("Marker"):
            raise AwsError("list_policies: AWS returned the same Marker twice.")
        query["Marker"] = marker
    return frozenset(found)


def _attempt(read: Callable[[], T]) -> T | AwsError:
    try:
        return read()
    except AwsError as error:
        return error
