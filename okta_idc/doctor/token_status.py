"""What is known of the SCIM token: its expiry, whether AWS accepts it, and Okta's last success."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from okta_idc.doctor.bindings.scim_secret import attempts, token_in_okta, token_of_okta
from okta_idc.inventory.model import Inventory
from okta_idc.inventory.unavailable import Unavailable
from okta_idc.rules import scim_secret
from okta_idc.rules.registry import expiry
from okta_idc.rules.token_holder import TokenHolder


@dataclass(frozen=True)
class TokenStatus:
    """`expires`: according to the secret's tags (None: not known). `accepted`: whether AWS accepts
    the token in the secret (None: not known). `last_success`: the time of Okta's last success
    (None: none is shown). `okta`: which token Okta used at the last check (None: not known).
    `unknown`: what is not known, and how to find out."""

    expires: datetime | None = None
    accepted: bool | None = None
    last_success: datetime | None = None
    okta: TokenHolder | None = None
    unknown: tuple[str, ...] = ()

    def lines(self, now: datetime) -> Iterator[tuple[str, str]]:
        """What is known, each with `good`, `warning`, `bad`, or an empty text."""
        if self.expires:
            days = (self.expires - now).days
            yield expiry(self.expires, now), _state(days)
        if self.accepted is not None:
            verb = "accepts" if self.accepted else "rejects"
            yield f"AWS {verb} the token in the secret", "good" if self.accepted else "bad"
        if self.okta:
            yield self.okta.text, "good" if self.okta.known else "bad"
        if self.last_success:
            yield f"last successful provisioning: {self.last_success:%Y-%m-%d %H:%M} UTC", ""


def _state(days: int) -> str:
    """The thresholds of OIC-104 and OIC-105."""
    return "bad" if days < 15 else "warning" if days < 90 else "good"


def token_status(found: Inventory) -> TokenStatus:
    """The status, without an error for a part that could not be read."""
    unknown: list[str] = []
    expires = accepted = success = None
    if isinstance(found.secret, Unavailable):
        unknown.append(f"the expiry is unknown: {found.secret.text}")
    elif not (expires := scim_secret.parse_time(found.secret.get("expires", ""))):
        unknown.append("the expiry is unknown: the secret has no tag `expires` with a date.")
    if isinstance(found.token, Unavailable):
        unknown.append(found.token.text)
    else:
        accepted = not scim_secret.token_accepted(found.token)
    holder = token_in_okta(found)
    if holder.known is None and found.declared.mode == "console":
        unknown.append(token_of_okta(found))
    try:
        success = attempts(found).last_success
    except Unavailable as reason:
        unknown.append(f"the last successful provisioning is unknown: {reason.text}")
    okta = None if holder.known is None else holder
    return TokenStatus(expires, accepted, success, okta, tuple(unknown))
