"""Checks the AWS environment before anything is created: what AWS would refuse during `up`.

Accounts and AWS managed policies are looked up only if the stack's state does not have them, so an
unchanged stack costs two calls. What could not be read is `unknown`, and stops nothing.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pulumi
from pulumi import Output, Resource

from okta_idc.clients.aws import AwsError
from okta_idc.clients.aws_environment import Environment, Wanted
from okta_idc.rules import Finding, aws_environment
from okta_idc.rules.aws_environment import (
    Accounts,
    Administration,
    InstanceFeatures,
    ManagedPolicies,
    Places,
)
from okta_idc.settings import Settings

from .._clients import environment_reader
from .._errors import raise_findings
from .._state import EMPTY, State, read_state
from .access_drift import deployed_access
from .lookups import Lookups
from .next_steps import unread


def check_environment(
    parent: Resource, settings: Settings, lookups: Output[Lookups], written: Callable[[str], str]
) -> Output[list[str]]:
    """One line for each part that is unknown, also logged. Warns about network restrictions of the
    identity store. Raises ValidationError for what AWS would refuse (OIC-539 to OIC-543).
    `written`: the path of a setting in the stack file, by its path in `settings`."""

    async def check(known: Any) -> list[str]:
        found: Lookups = known["lookups"]
        declared = _Declared(settings, known["state"] or EMPTY, written)
        try:
            read = environment_reader(parent, found.region)
            wanted = declared.wanted()
            environment = await asyncio.to_thread(
                read, found.instance_arn, found.identity_store_id, wanted
            )
        except AwsError as error:
            lines = [unread("AWS was not checked before the run", error)]
        else:
            raise_findings(declared.refused(environment))
            for finding in _network(environment):
                pulumi.log.warn(finding.text(), parent)
            lines = list(_unknown(environment))
        for line in lines:
            pulumi.log.warn(line, parent)
        return lines

    return Output.all(lookups=lookups, state=read_state(parent)).apply(check)


class _Declared:
    """What the settings declare and the state does not have."""

    def __init__(self, settings: Settings, state: State, written: Callable[[str], str]) -> None:
        self.sets = len(settings.account_access.permission_sets)
        deployed = deployed_access(state)
        policies = {
            policy
            for each in deployed.sets.values()
            for key in ("managed_policies", "permissions_boundary")
            for policy in each.get(key)
        }
        accounts = {account for places in deployed.accounts.values() for account in places}
        declared = [(account, path, written(path)) for account, path in _accounts(settings)]
        self.accounts = _new(((account, place) for account, _, place in declared), accounts)
        # Rules select accounts from the organization, which was read for them.
        self.selected = {account for account, path, place in declared if place != path}
        self.policies = _new(_policies(settings), policies)

    def wanted(self) -> Wanted:
        """What to look up."""
        return Wanted(
            self.sets > 0,
            network=True,
            accounts=frozenset(self.accounts),
            policies=frozenset(self.policies),
            active=frozenset(self.selected),
        )

    def refused(self, found: Environment) -> Iterator[Finding]:
        """The findings on what was read."""
        if isinstance(found.accounts, Mapping):
            accounts = Accounts(self.accounts, found.accounts)
            yield from aws_environment.accounts_exist(accounts)
            yield from aws_environment.accounts_are_active(accounts)
        if isinstance(found.owner, str) and isinstance(found.caller, str):
            administration = Administration(found.caller, found.owner, self.accounts)
            yield from aws_environment.management_account(administration)
        if isinstance(found.permission_sets, bool):
            features = InstanceFeatures(found.permission_sets, self.sets)
            yield from aws_environment.permission_sets_enabled(features)
        if isinstance(found.policies, frozenset):
            policies = ManagedPolicies(self.policies, found.policies)
            yield from aws_environment.managed_policies_exist(policies)


def _network(found: Environment) -> Iterator[Finding]:
    if found.network is None or isinstance(found.network, AwsError):
        return
    yield from aws_environment.scim_is_reachable(found.network)
    yield from aws_environment.network_is_restricted(found.network)


def _unknown(found: Environment) -> Iterator[str]:
    parts = (
        ("whether the instance has permission sets", found.permission_sets),
        ("whether the credentials belong to the management account", found.caller),
        ("whether the identity store restricts networks", found.network),
        ("whether new accounts exist and are active", found.accounts),
        ("whether new AWS managed policies exist", found.policies),
    )
    for what, part in parts:
        if isinstance(part, AwsError):
            yield unread(what, part)


def _new(declared: Iterable[tuple[str, str]], known: set[str]) -> Places:
    """The places of each value that is not known."""
    found: dict[str, list[str]] = {}
    for value, place in declared:
        if value not in known:
            found.setdefault(value, []).append(place)
    return {value: tuple(places) for value, places in found.items()}


def _accounts(settings: Settings) -> Iterator[tuple[str, str]]:
    for index, each in enumerate(settings.account_access.permission_sets):
        for below, assigned in each.combinations():
            path = f"account_access.permission_sets[{index}]{below}.accounts"
            for number, account in enumerate(assigned.accounts):
                yield account, f"{path}[{number}]"


def _policies(settings: Settings) -> Iterator[tuple[str, str]]:
    for index, each in enumerate(settings.account_access.permission_sets):
        path = f"account_access.permission_sets[{index}]"
        for number, policy in enumerate(each.managed_policies):
            yield policy, f"{path}.managed_policies[{number}]"
        boundary = each.permissions_boundary or ""
        if boundary.startswith("arn:"):
            yield boundary, f"{path}.permissions_boundary"
