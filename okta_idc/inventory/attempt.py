"""One thing that is asked of Okta, or the gap that a refusal leaves."""

from collections.abc import Awaitable
from typing import TypeVar

from okta_idc.clients.okta import OktaError
from okta_idc.inventory.unavailable import Unavailable, unavailable

T = TypeVar("T")


async def seen(asked: Awaitable[T], needs: str) -> T | Unavailable:
    """The answer. `needs`: the scope and the role that it takes."""
    try:
        return await asked
    except OktaError as error:
        return unavailable(error, needs)
