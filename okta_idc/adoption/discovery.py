"""Finds a federation that was created outside the kit."""

from collections.abc import Mapping
from dataclasses import dataclass

from okta_idc.clients.okta import Okta
from okta_idc.inventory.model import (
    GroupAccess,
    Inventory,
    Json,
    OktaGroups,
    Part,
    PushGroup,
    Source,
)
from okta_idc.inventory.progress import ProgressListener
from okta_idc.inventory.read import read_inventory
from okta_idc.inventory.unavailable import Unavailable, known

PARTS = (
    Part.APP | Part.ASSIGNED_GROUPS | Part.PUSH_MAPPINGS | Part.GROUP_NAMES | Part.NAMESAKES
    | Part.SECRET_TAGS | Part.ACCESS_CONTROL | Part.GROUP_ACCESS | Part.STORE_GROUPS
)  # fmt: skip


@dataclass(frozen=True)
class Federation:
    """The parts of an inventory that adoption needs, all of them known."""

    source: Source
    app: Json
    assigned: Mapping[str, int | None]
    pushed: list[PushGroup]
    groups: OktaGroups
    instance: str
    store_id: str
    access_control: tuple[str, tuple[tuple[str, str], ...]]
    access: GroupAccess
    secret: Mapping[str, str] | Unavailable

    @classmethod
    def of(cls, inventory: Inventory) -> "Federation":
        """Raises Unavailable for a part, or a group in use, that was not readable."""
        app, instance, groups = (
            known(inventory.app), known(inventory.instance), known(inventory.groups),
        )  # fmt: skip
        assigned, pushed = known(inventory.assigned), inventory.pushed()
        for ident in (*assigned, *(each.source for each in pushed)):
            if ident not in groups.names:
                raise Unavailable(
                    f"Okta does not show the group {ident}, which the app uses. Needs "
                    "okta.groups.read, and an admin role that can see groups."
                )
        return cls(
            inventory.source, app, assigned, pushed, groups, instance,
            inventory.store_id, known(inventory.access_control), known(inventory.group_access),
            inventory.secret,
        )  # fmt: skip


async def discover(okta: Okta, source: Source, progress: ProgressListener) -> Federation:
    """Reads Okta and AWS. Raises OktaError, AwsError, and Unavailable."""
    return Federation.of(await read_inventory(okta, source, PARTS, progress=progress))
