"""Okta's errors, without credentials."""

from typing import Any

import httpx


class OktaError(Exception):
    """A call to Okta failed. `status` is 0 where Okta did not respond."""

    def __init__(self, text: str, status: int = 0, code: str = "") -> None:
        super().__init__(text)
        self.status, self.code = status, code


def error_text(answer: httpx.Response) -> str:
    """`403: …`, in Okta's words, which name fields and ids but never credentials."""
    try:
        body: Any = answer.json()
        if "error" in body:  # OAuth's shape (RFC 6749 §5.2)
            words = ": ".join(str(body[k]) for k in ("error", "error_description") if k in body)
        else:
            causes: list[Any] = body.get("errorCauses") or []
            words = "; ".join(str(each["errorSummary"]) for each in (body, *causes))
    except (ValueError, KeyError, TypeError, AttributeError):
        words = answer.reason_phrase
    return f"{answer.status_code}: {words}"


def error_code(answer: httpx.Response, key: str = "errorCode") -> str:
    """Okta's errorCode (`E0000006`), or OAuth's `error`; empty where there is none. Okta documents
    no other part as stable."""
    try:
        return str(answer.json()[key])
    except (ValueError, KeyError, TypeError):
        return ""
