"""Parts of an inventory that could not be read, and why."""

from collections.abc import Awaitable
from typing import TypeVar

from okta_idc.clients.aws import AwsError
from okta_idc.clients.okta_error import OktaError

T = TypeVar("T")


class Unavailable(Exception):  # noqa: N818 — replaces a value; raised only where the value is used
    """The reason why a part of an inventory is missing, as a sentence.

    `wanted` is true for a part that the right named in the text would make readable: rules that
    need it are `unknown`. It is false where there is nothing to read (no API shows the part, or
    nothing is declared to compare with): such rules are skipped.
    """

    def __init__(self, text: str, *, wanted: bool = True) -> None:
        super().__init__(text)
        self.text, self.wanted = text, wanted

    @classmethod
    def of(cls, error: OktaError | AwsError, needs: str = "") -> "Unavailable":
        """The reason behind an error. `needs` names the Okta scope and admin role required."""
        text = str(error).rstrip(".")
        if isinstance(error, AwsError):
            needs = error.action if "denied" in error.code.lower() else ""
        elif error.status != 403:
            needs = ""
        return cls(f"{text}. Needs {needs}." if needs else f"{text}.")


def known(part: T | Unavailable) -> T:
    """The part itself. Raises Unavailable where it is missing."""
    if isinstance(part, Unavailable):
        raise part.with_traceback(None)
    return part


async def attempt(request: Awaitable[T], needs: str) -> T | Unavailable:
    """The result of a request to Okta, or why there is none."""
    try:
        return await request
    except OktaError as error:
        return Unavailable.of(error, needs)
