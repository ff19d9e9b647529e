"""Which token Okta uses, according to CloudTrail.

While two tokens are valid, AWS accepts both, so that a change that arrives proves nothing. The
caller's `accessKeyId` of the canary is compared with those of two calls with known tokens. AWS does
not document it, so it counts only if the two known tokens have different values.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from okta_idc.clients.cloudtrail import ScimEvent


class Holder(StrEnum):
    """The token that Okta uses. `REJECTED`: one that AWS rejects."""

    NEW, OLD, REJECTED, UNKNOWN = "new", "old", "rejected", "unknown"


@dataclass(frozen=True)
class Evidence:
    """`why`: what is wrong, or why the token is unknown, without a period. `is_final`: later events
    do not change it."""

    holder: Holder
    why: str = ""
    is_final: bool = True


def token_of_canary(
    events: Iterable[ScimEvent], new: Collection[str], old: Collection[str], group_id: str
) -> Evidence:
    """Compare the event of the new group with those of the requests with the new and the old token,
    by their request IDs."""
    listed = list(events)
    new_keys = {e.key for e in listed if e.request_id in new and e.key}
    old_keys = {e.key for e in listed if e.request_id in old and e.key}
    canary = {e.key for e in listed if e.created == group_id and e.name == "CreateGroup" and e.key}
    missing = [
        what
        for what, keys in (
            ("the requests with the new token", new_keys),
            ("the requests with the old token", old_keys),
            ("Okta's request", canary),
        )
        if not keys
    ]
    if missing:
        why = f"CloudTrail does not show {' and '.join(missing)}"
        return Evidence(Holder.UNKNOWN, why, is_final=False)
    if new_keys & old_keys:
        return Evidence(Holder.UNKNOWN, "CloudTrail does not distinguish the two tokens")
    if canary <= new_keys:
        return Evidence(Holder.NEW)
    if canary <= old_keys:
        return Evidence(Holder.OLD, "Okta still uses the old token")
    return Evidence(Holder.UNKNOWN, "CloudTrail names neither the new nor the old token")
