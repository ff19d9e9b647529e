"""5xx, account access: how many people an update affects."""

from collections.abc import Iterator
from dataclasses import dataclass

from okta_idc.rules.registry import Violation, review_rule

_DIGEST = "8f2c41d09ab3"
_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Affected:
    """The people whom an update affects, the digest of its changes of access, and the configured
    limit (None: none) and approval. `more`: more people may be affected, but not how many is
    known."""

    people: int
    digest: str
    limit: int | None
    approved: str = ""
    more: bool = False

    @property
    def approval(self) -> str:
        """What approves this update: `120-8f2c41d09ab3`, or `120+-8f2c41d09ab3` with `more`."""
        return f"{self.people}{'+' if self.more else ''}-{self.digest}"


@review_rule(
    "OIC-546",
    "An update affects more people than the limit, and is not approved",
    source="this kit: docs/decisions/0033-approve-changes-of-access-by-number.md",
    remedy="Check who is affected, and set `approved` as shown; or make the change smaller.",
    good=Affected(120, _DIGEST, limit=50, approved=f"120-{_DIGEST}"),
    bad=Affected(120, _DIGEST, limit=50),
)
def affected_people_within_limit(affected: Affected) -> Iterator[Violation]:
    """Subject: one update."""
    if affected.limit is None or _is_approved(affected):
        return
    if affected.people <= affected.limit and not affected.more:
        return
    people = "1 person" if affected.people == 1 else f"{affected.people:,} people"
    number = f"affects {people}"
    if affected.more:
        number = f"affects at least {people}; how many more is unknown"
    other = f" The approval {affected.approved!r} is for another change, or for fewer people."
    yield (
        "approved", None,
        f"the update {number}, and the limit is {affected.limit:,}. The approval is "
        f"{affected.approval!r}.{other if affected.approved else ''}",
    )  # fmt: skip


def _is_approved(affected: Affected) -> bool:
    """An approval is for one change, for at most as many people as were known when it was given."""
    number, _, digest = affected.approved.partition("-")
    people = number.removesuffix("+")
    return (
        digest == affected.digest
        and people.isascii()
        and people.isdigit()
        and len(people) <= _DIGITS  # Python refuses to convert thousands of them
        and affected.people <= int(people)
        and (number.endswith("+") or not affected.more)
    )
