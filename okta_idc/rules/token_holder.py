"""Which token Okta uses, as far as the secret's tags say: no API shows it.

`okta-idc token rotate` records the token for which it has evidence. An administrator can enter
another one afterwards, so the record has a date.
"""

from collections.abc import Mapping
from dataclasses import dataclass

HOLDER, CHECKED = "okta_token", "okta_token_checked"
"""The tags: ID of the token that Okta used, and when."""
REJECTED = "rejected"
"""Value of the tag if Okta used a token that AWS rejects."""
SETTLE = "`okta-idc token rotate` gives Okta a new token and verifies it"
RETIRE = "`okta-idc token retire` gives Okta the token in the secret and verifies it"
"""The advice if AWS accepts two tokens: the other one must be deleted before a rotation."""


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """`known`: Okta used the secret's token (True), another one (False), or it is unknown (None).
    `text`: one sentence, without a period."""

    known: bool | None
    text: str


def token_holder(tags: Mapping[str, str], advice: str = SETTLE) -> TokenHolder:
    """What the secret's tags say, with advice if Okta may use another token."""
    used, checked = tags.get(HOLDER, "").strip(), tags.get(CHECKED, "").strip()[:10]
    if not used:
        return TokenHolder(None, f"which token Okta uses is unknown: no API shows it. {advice}")
    if used == tags.get("token_id", "").strip():
        return TokenHolder(True, f"Okta used the token in the secret when checked on {checked}")
    if used == REJECTED:
        text = f"Okta used a token that AWS rejects when checked on {checked}. {advice}"
        return TokenHolder(False, text)
    return TokenHolder(
        False,
        f"Okta used another token (ID {used}) than the one in the secret when checked on "
        f"{checked}. {RETIRE}",
    )
