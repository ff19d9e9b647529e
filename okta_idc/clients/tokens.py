"""Why a token cannot be sent, without the token."""

import re

_CAUSES = (
    (re.compile(r"[\r\n]"), "a line break"),
    (re.compile(r"\s"), "a space"),
    (re.compile(r"[^\x20-\x7e]"), "a control character or a character outside ASCII"),
    (re.compile(r"[\"'`]"), "a quotation mark"),
    (re.compile(r"[^\w.~+/=-]"), "a character that tokens do not have"),
)


def token_fault(token: str) -> str:
    """What the token contains and a token does not (RFC 6750 §2.1); empty if it can be sent."""
    return next((cause for pattern, cause in _CAUSES if pattern.search(token)), "")
