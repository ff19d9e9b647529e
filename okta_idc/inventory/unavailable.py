"""Parts of an inventory that could not be read, and why."""

from collections.abc import Awaitable
from typing import TypeVar

from okta_idc.clients.aws import AwsError
from okta_idc.clients.okta_error import OktaError
from okta_idc.rules.binding import Unavailable, known

__all__ = ["Unavailable", "attempt", "known", "unavailable"]

T = TypeVar("T")


def unavailable(error: OktaError | AwsError, needs: str = "") -> Unavailable:
    """An error as Unavailable. `needs` names the required Okta scope and admin role."""
    text = str(error).rstrip(".")
    if isinstance(error, AwsError):
        needs = error.action if error.is_denied else ""
    elif error.status != 403:
        needs = ""
    code = error.code if isinstance(error, OktaError) else ""
    return Unavailable(f"{text}. Needs {needs}." if needs else f"{text}.", code=code)


async def attempt(request: Awaitable[T], needs: str) -> T | Unavailable:
    """The result of a request to Okta, or why there is none."""
    try:
        return await request
    except OktaError as error:
        return unavailable(error, needs)
