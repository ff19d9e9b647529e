"""Finds a federation that was created outside the kit."""

from collections.abc import Mapping
from dataclasses import dataclass

from okta_idc.clients.json_path import Json
from okta_idc.clients.okta import Okta
from okta_idc.inventory.model import Inventory, OktaGroups, Part, PushGroup, PushGroupAccess, Source
from okta_idc.inventory.okta_groups import GROUPS
from okta_idc.inventory.progress import ProgressListener
from okta_idc.inventory.read import read_inventory
from okta_idc.inventory.unavailable import Unavailable, known

PARTS = (
    Part.APP | Part.ASSIGNED_GROUPS | Part.PUSH_MAPPINGS | Part.GROUP_NAMES | Part.NAMESAKES
    | Part.SECRET_TAGS | Part.ACCESS_CONTROL | Part.GROUP_ACCESS | Part.STORE_GROUPS
)  # fmt: skip


@dataclass(frozen=True)
class Federation:
    """The parts of an inventory that adoption needs; all could be read."""

    source: Source
    app: Json
    assigned: Mapping[str, int | None]
    pushed: list[PushGroup]
    groups: OktaGroups
    instance: str
    store_id: str
    access_control: tuple[str, tuple[tuple[str, str], ...]]
    access: PushGroupAccess
    secret: Mapping[str, str] | Unavailable

    @classmethod
    def of(cls, inventory: Inventory) -> "Federation":
        """Raises Unavailable for a part, or a group in use, that could not be read."""
        federation = cls(
            source=inventory.source,
            app=known(inventory.app),
            instance=known(inventory.instance),
            groups=known(inventory.groups),
            assigned=known(inventory.assigned),
            pushed=inventory.pushed(),
            store_id=inventory.store_id,
            access_control=known(inventory.access_control),
            access=known(inventory.group_access),
            secret=inventory.secret,
        )
        for ident in (*federation.assigned, *(each.source for each in federation.pushed)):
            if ident not in federation.groups.names:
                raise Unavailable(
                    f"Okta does not show the group {ident}, which the app uses. Needs {GROUPS}."
                )
        return federation


async def discover(okta: Okta, source: Source, progress: ProgressListener) -> Federation:
    """Reads Okta and AWS. Raises OktaError, AwsError, and Unavailable."""
    return Federation.of(await read_inventory(okta, source, PARTS, progress=progress))
