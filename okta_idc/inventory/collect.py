"""One look at both sides, each list once, in parallel within the limits of both."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

from okta_idc.clients.okta import Okta
from okta_idc.inventory.aws import Aws
from okta_idc.inventory.declared import Declared
from okta_idc.inventory.model import Inventory
from okta_idc.inventory.okta import find_app, look_at_okta
from okta_idc.inventory.progress import ProgressListener
from okta_idc.inventory.recheck import recheck

__all__ = ["Aws", "Wanted", "look"]


@dataclass(frozen=True)
class Wanted:
    """What is to be looked at. An empty `app_id`: the org's only one."""

    app_id: str
    store_id: str
    declared: Declared = field(default_factory=Declared)


async def look(
    okta: Okta, aws: Aws, wanted: Wanted, watch: ProgressListener | None = None
) -> Inventory:
    """Everything the rules want to know. Raises OktaError where Okta does not answer or lets
    nobody in, AwsError where AWS cannot even be asked; any other refusal is a Unavailable."""
    watch = watch or ProgressListener()
    found = Inventory(datetime.now(UTC), wanted.store_id, wanted.declared)
    await find_app(okta, wanted.app_id, found)
    pushed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    await asyncio.gather(look_at_okta(okta, found, pushed, watch), aws.look(found, pushed, watch))
    await recheck(okta, found)
    return found
