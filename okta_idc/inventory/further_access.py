"""Reads what a preview refers to besides the push groups: groups in Okta and in the Identity Store,
and names of permission sets. One call each, plus pages."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TypeVar

from okta_idc.clients.aws import AwsError
from okta_idc.clients.group_access import GroupAccess, read_group_access
from okta_idc.clients.identity_center import IdentityCenter
from okta_idc.clients.identity_store import IdentityStore
from okta_idc.clients.okta import Okta
from okta_idc.inventory.model import Inventory
from okta_idc.inventory.okta_groups import read_members
from okta_idc.inventory.progress import ProgressListener
from okta_idc.inventory.unavailable import Unavailable, unavailable

T = TypeVar("T")
_WORKERS = 8


@dataclass(frozen=True)
class Wanted:
    """IDs of groups in Okta and in the Identity Store, and ARNs of permission sets."""

    okta_groups: frozenset[str] = frozenset()
    store_groups: frozenset[str] = frozenset()
    sets: frozenset[str] = frozenset()


@dataclass(frozen=True)
class FurtherAccess:
    """Access of the wanted groups in the Identity Store (members are in `Inventory.store_members`,
    those of groups in Okta in `Inventory.members`), and names of the wanted permission sets."""

    access: GroupAccess = field(default_factory=lambda: GroupAccess({}))
    set_names: dict[str, str] | Unavailable = field(default_factory=dict[str, str])


async def read_further(
    okta: Okta, found: Inventory, wanted: Wanted, progress: ProgressListener
) -> FurtherAccess:
    """Read what is wanted and not in the inventory yet. A part that cannot be read is Unavailable,
    or an AwsError."""
    listed = sorted(wanted.okta_groups - found.members.by_group.keys())

    async def read(ident: str) -> None:
        await read_members(okta, found, ident)

    await progress.each("groups in Okta", listed, read, _WORKERS)
    source = found.source
    if isinstance(instance := found.instance, Unavailable) or not found.store_id:
        reason = (
            instance if isinstance(instance, Unavailable) else Unavailable("no identity store.")
        )
        return FurtherAccess(set_names=reason)
    at = source.region, source.endpoint, source.aws
    for ident in sorted(wanted.store_groups - found.store_members.keys()):
        found.store_members[ident] = await _attempt(
            lambda each=ident: frozenset(IdentityStore(found.store_id, *at).members(each))
        )
    if not wanted.store_groups and not wanted.sets:
        return FurtherAccess()
    center = IdentityCenter(*at)
    access = await asyncio.to_thread(
        read_group_access, center, instance, sorted(wanted.store_groups)
    )
    return FurtherAccess(access, await _attempt(lambda: _names(center, instance, wanted.sets)))


def _names(center: IdentityCenter, instance: str, arns: Collection[str]) -> dict[str, str]:
    names: dict[str, str] = {}
    for arn in sorted(arns):
        try:
            names[arn] = center.name_of_permission_set(instance, arn)
        except AwsError as error:
            if error.code != "ResourceNotFoundException":
                raise
    return names


async def _attempt(read: Callable[[], T]) -> T | Unavailable:
    try:
        return await asyncio.to_thread(read)
    except AwsError as error:
        return unavailable(error)
