"""What AWS shows: the secret's tags, the instance, permission sets and access, and the store.

boto3 blocks, so each list is read in a thread of its own; boto3 keeps to AWS's 20 calls a second
by itself (adaptive retries).
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from okta_idc.clients.aws import AwsError
from okta_idc.clients.identity_center import IdentityCenter
from okta_idc.clients.identity_store import IdentityStore
from okta_idc.clients.secrets import secret_tags
from okta_idc.inventory.model import Access, Inventory, Json, StoreGroup, StoreUser
from okta_idc.inventory.progress import ProgressListener
from okta_idc.inventory.unavailable import Unavailable, unavailable
from okta_idc.rules.account_access import Assignment
from okta_idc.rules.permission_sets import PermissionSet

T = TypeVar("T")

_SCIM_ISSUER = "https://scim.aws.com/"
"""SCIM's ExternalIds[].Issuer (docs/research/identity-center.md#users-and-groups-outside-scim)."""
_MOST_GROUPS_OF_ONE = 1_000
_AT_ONCE = 4
_NO_SECRET = "the secret is not known: give --secret NAME."  # noqa: S105 — a sentence


@dataclass(frozen=True)
class Aws:
    """Where to look. `endpoint` replaces AWS's own, for a sandbox; `secret` may be empty."""

    store_id: str
    region: str
    secret: str = ""
    endpoint: str | None = None
    secret_region: str = ""
    """Where the secret lies, if not in `region`."""

    async def look(
        self, found: Inventory, pushed: asyncio.Future[None], watch: ProgressListener
    ) -> None:
        """Fill in AWS's half. Members are read when `pushed` is set: then Okta's side is known."""
        store = IdentityStore(self.store_id, self.region, self.endpoint)

        async def people() -> None:
            found.store_users = await _seen(lambda: _users(store, watch))
            watch.done("users in AWS")

        async def groups() -> None:
            found.store_groups = await _seen(lambda: _groups(store))
            await pushed
            await _members(store, found, watch)

        async with asyncio.TaskGroup() as tasks:
            for part in (people(), groups(), self._instance(found), self._secret(found)):
                tasks.create_task(part)

    async def _secret(self, found: Inventory) -> None:
        if not self.secret:
            found.secret = Unavailable(_NO_SECRET)
            return
        found.secret = await _seen(
            lambda: secret_tags(
                self.secret, region=self.secret_region or self.region, endpoint=self.endpoint
            )
        )

    async def _instance(self, found: Inventory) -> None:
        center = IdentityCenter(self.region, self.endpoint)
        arn = await _seen(lambda: self._arn(center))
        if isinstance(arn, Unavailable):
            found.primary_region = found.access_control = found.access = arn
            return
        found.primary_region = await _seen(lambda: _primary(center, arn))
        found.access_control = await _seen(lambda: _access_control(center, arn))
        found.access = await _seen(lambda: _access(center, arn))

    def _arn(self, center: IdentityCenter) -> str:
        for each in center.instances():
            if each.get("IdentityStoreId") == self.store_id:
                return str(each["InstanceArn"])
        raise AwsError(
            f"AWS shows no instance with the identity store {self.store_id} in {self.region}: "
            "another region or account, or it is hidden. Needs sso:ListInstances in its account"
        )


async def _seen(read: Callable[[], T]) -> T | Unavailable:
    try:
        return await asyncio.to_thread(read)
    except AwsError as error:
        return unavailable(error)


def _primary(center: IdentityCenter, arn: str) -> str:
    region = center.primary_region(arn)
    if region is None:
        raise AwsError("AWS names no primary region of the instance")
    return region


def _access_control(center: IdentityCenter, arn: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    status, pairs = center.access_control(arn)
    return status, tuple(pairs)


def _access(center: IdentityCenter, arn: str) -> Access:
    sets: list[PermissionSet] = []
    assignments: list[Assignment] = []
    counts: Counter[str] = Counter()
    for each in center.permission_sets(arn):
        name, inline, managed = center.permission_set(arn, each)
        sets.append(PermissionSet(name, inline_policy=inline or None, managed_policies=(*managed,)))
        for account in center.accounts_of(arn, each):
            counts[account] += 1
            assignments += [
                Assignment(a["PrincipalId"], name, account, a["PrincipalType"])
                for a in center.assignments(arn, each, account)
            ]
    return Access(tuple(sets), tuple(assignments), counts)


def _users(store: IdentityStore, watch: ProgressListener) -> dict[str, StoreUser]:
    found: dict[str, StoreUser] = {}
    for user in store.each_user():
        external, by_scim = _external(user)
        name = sys.intern(str(user.get("UserName") or ""))
        enabled = user.get("UserStatus", "ENABLED") == "ENABLED"
        found[sys.intern(user["UserId"])] = StoreUser(name, enabled, external, by_scim)
        watch.more("users in AWS")
    return found


def _groups(store: IdentityStore) -> dict[str, StoreGroup]:
    return {
        group["GroupId"]: StoreGroup(str(group.get("DisplayName") or ""), _external(group)[1])
        for group in store.groups()
    }


def _external(record: Json) -> tuple[str, bool]:
    """The external id that SCIM wrote, and whether it wrote one."""
    listed: list[Json] = record.get("ExternalIds") or []
    for each in listed:
        if str(each.get("Issuer", "")).startswith(_SCIM_ISSUER):
            return sys.intern(str(each.get("Id") or "")), True
    return "", False


async def _members(store: IdentityStore, found: Inventory, watch: ProgressListener) -> None:
    """Of the push groups; of all, where one person could be in too many of them (OIC-536)."""
    groups = found.store_groups
    if isinstance(groups, Unavailable):
        return
    wanted: Iterable[str] = groups
    if len(groups) <= _MOST_GROUPS_OF_ONE:
        try:
            wanted = dict.fromkeys(each.aws_id for each in found.pushed() if each.aws_id)
        except Unavailable:
            return
    waiting, total = iter(list(wanted)), len(list(wanted))

    async def worker() -> None:
        for ident in waiting:
            found.store_members[ident] = await _seen(lambda ident=ident: _read(store, ident))
            watch.more("groups in AWS", 1, total)

    await asyncio.gather(*(worker() for _ in range(_AT_ONCE)))


def _read(store: IdentityStore, group: str) -> frozenset[str]:
    return frozenset(sys.intern(user) for user in store.members(group))
