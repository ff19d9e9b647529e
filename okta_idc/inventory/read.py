"""Reads Okta and AWS in parallel, within their rate limits, and each list once."""

import asyncio

from okta_idc.clients.okta import Okta
from okta_idc.inventory.aws import read_aws
from okta_idc.inventory.declared import Declared
from okta_idc.inventory.model import Inventory, Part, Source, UserListener
from okta_idc.inventory.okta import read_app, read_okta
from okta_idc.inventory.progress import ProgressListener
from okta_idc.inventory.recheck import recheck

_COMPARED = (
    Part.APP | Part.ASSIGNED_USERS | Part.PUSH_MAPPINGS | Part.GROUP_NAMES | Part.GROUP_MEMBERS
    | Part.STORE_USERS | Part.STORE_GROUPS | Part.STORE_MEMBERS
)  # fmt: skip


async def read_inventory(
    okta: Okta,
    source: Source,
    parts: Part,
    *,
    declared: Declared | None = None,
    progress: ProgressListener | None = None,
    on_user: UserListener = lambda _inventory, _user, _shown: None,
) -> Inventory:
    """The chosen parts. A part that Okta or AWS does not return is Unavailable.

    Raises OktaError if Okta rejects the credentials or does not respond, and AwsError if no call to
    AWS can be made.
    """
    progress = progress or ProgressListener()
    found = Inventory(source, declared or Declared())
    if Part.APP in parts:
        await read_app(okta, found)
    groups_read = asyncio.Event()
    await asyncio.gather(
        read_okta(
            okta, found, parts, groups_read, progress,
            lambda user, shown: on_user(found, user, shown),
        ),
        read_aws(found, parts, groups_read, progress),
    )  # fmt: skip
    if _COMPARED in parts:
        await recheck(okta, found)
    return found
