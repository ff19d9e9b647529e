"""Why a part of the inventory is missing, from what Okta or AWS answered."""

from okta_idc.clients.aws import AwsError
from okta_idc.clients.okta_error import OktaError
from okta_idc.rules.binding import Unavailable, known

__all__ = ["Unavailable", "known", "unavailable"]


def unavailable(error: OktaError | AwsError, needs: str = "") -> Unavailable:
    """The reason that a refusal gives. `needs` are the scope and the role in Okta that it takes."""
    text = str(error).rstrip(".")
    if isinstance(error, AwsError):
        needs = error.action if "denied" in error.code.lower() else ""
    elif error.status not in (401, 403):
        needs = ""
    return Unavailable(f"{text}. Needs {needs}." if needs else f"{text}.")
