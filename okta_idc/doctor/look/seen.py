"""One thing that is asked of Okta, or the gap that a refusal leaves."""

from collections.abc import Awaitable
from typing import TypeVar

from okta_idc.clients.okta import OktaError
from okta_idc.doctor.gap import Gap

T = TypeVar("T")


async def seen(asked: Awaitable[T], needs: str) -> T | Gap:
    """The answer. `needs`: the scope and the role that it takes."""
    try:
        return await asked
    except OktaError as error:
        return Gap.of(error, needs)
