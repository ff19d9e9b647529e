"""The org and the instance that a run may use, and how it waits for them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from okta_idc.clients.identity_store import IdentityStore
from okta_idc.clients.okta import Okta
from okta_idc.clients.scim_requests import ScimRequests

Pause = Callable[[float], Awaitable[None]]
"""Waits for about so many seconds."""


@dataclass(frozen=True)
class Aws:
    """An Identity Center instance: its SCIM tenant, and its identity store to list what exists."""

    scim: ScimRequests
    store: IdentityStore
    endpoint: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class Access:
    """`aws` is None if no instance was named. `patience`: the seconds to wait for provisioning."""

    okta: Okta
    aws: Aws | None = None
    patience: float = 60
    pause: Pause = asyncio.sleep

    async def until(self, condition: Callable[[], Awaitable[bool]]) -> bool:
        """Whether the condition holds within `patience` seconds."""
        waited = 0.0
        while not await condition():
            if waited >= self.patience:
                return False
            step = min(max(self.patience / 15, 0.05), 5)
            await self.pause(step)
            waited += step
        return True

    async def settle(self) -> None:
        """Wait for what Okta sends to AWS, when no condition shows that it was sent."""
        await self.pause(self.patience)
