"""Gaps: what was not looked at, and why. A gap stands where a finding or a fact would."""

from typing import TypeVar

from okta_idc.clients.aws import AwsError
from okta_idc.clients.okta_error import OktaError

T = TypeVar("T")


class Unavailable(Exception):  # noqa: N818 — no error: it stands in evidence and is raised where it is read
    """Why something is not known: a sentence.

    `wanted` tells two kinds apart. True: it could have been looked at with the right that the text
    names, so the rules that need it are `unknown`. False: there is nothing to look at (no API shows
    it, or nothing was declared to compare it with), so they are not asked.
    """

    def __init__(self, text: str, *, wanted: bool = True) -> None:
        super().__init__(text)
        self.text, self.wanted = text, wanted

    @classmethod
    def of(cls, error: OktaError | AwsError, needs: str = "") -> "Unavailable":
        """From a refusal. `needs` are the scope and the role in Okta that it takes."""
        text = str(error).rstrip(".")
        if isinstance(error, AwsError):
            needs = error.action if "denied" in error.code.lower() else ""
        elif error.status not in (401, 403):
            needs = ""
        return cls(f"{text}. Needs {needs}." if needs else f"{text}.")


def known(part: T | Unavailable) -> T:
    """What was found; raises the gap that stands in its place."""
    if isinstance(part, Unavailable):
        raise part
    return part
