"""One look at both sides, each list once, in parallel within the limits of both."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

from okta_idc.clients.okta import Okta
from okta_idc.doctor.declared import Declared
from okta_idc.doctor.evidence import Evidence
from okta_idc.doctor.look.aws import Aws
from okta_idc.doctor.look.okta import find_app, look_at_okta
from okta_idc.doctor.look.second import look_again
from okta_idc.doctor.watch import Watch

__all__ = ["Aws", "Wanted", "look"]


@dataclass(frozen=True)
class Wanted:
    """What is to be looked at. An empty `app_id`: the org's only one."""

    app_id: str
    store_id: str
    declared: Declared = field(default_factory=Declared)


async def look(okta: Okta, aws: Aws, wanted: Wanted, watch: Watch | None = None) -> Evidence:
    """Everything the rules want to know. Raises OktaError where Okta does not answer or lets
    nobody in, AwsError where AWS cannot even be asked; any other refusal is a Gap."""
    watch = watch or Watch()
    found = Evidence(datetime.now(UTC), wanted.store_id, wanted.declared)
    await find_app(okta, wanted.app_id, found)
    pushed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    await asyncio.gather(look_at_okta(okta, found, pushed, watch), aws.look(found, pushed, watch))
    await look_again(okta, found)
    return found
