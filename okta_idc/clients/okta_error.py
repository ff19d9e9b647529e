"""Okta's errors, without credentials."""

from typing import Any

import httpx

from okta_idc.text import printable, scrub


class OktaError(Exception):
    """A call to Okta failed. `status` is 0 if Okta did not respond."""

    def __init__(self, text: str, status: int = 0, code: str = "") -> None:
        super().__init__(scrub(text))
        self.status, self.code = status, code


def error_text(response: httpx.Response) -> str:
    """`403: …` with Okta's message, which names fields and IDs but never credentials."""
    try:
        body: Any = response.json()
        if "error" in body:  # OAuth's shape (RFC 6749 §5.2)
            message = ": ".join(str(body[k]) for k in ("error", "error_description") if k in body)
        else:
            causes: list[Any] = body.get("errorCauses") or []
            message = "; ".join(str(each["errorSummary"]) for each in (body, *causes))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        message = response.reason_phrase
    message = printable(message, 500)
    if response.status_code == 401:
        message += ". Check that the credentials are of this org, and neither expired nor revoked"
    return f"{response.status_code}: {message}"


def error_code(response: httpx.Response, key: str = "errorCode") -> str:
    """Okta's errorCode (`E0000006`), or OAuth's `error`; empty if there is none. Okta documents no
    other part as stable."""
    try:
        return str(response.json()[key])
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
