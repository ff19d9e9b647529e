"""OIC-546: an approval is for one change, and for a number of people."""

import pytest

from okta_idc.rules.affected_people import Affected, affected_people_within_limit

DIGEST = "8f2c41d09ab3"


@pytest.mark.parametrize(
    ("people", "limit", "approved", "more", "refused"),
    [
        (120, None, "", False, False),
        (120, None, "", True, False),
        (50, 50, "", False, False),
        (51, 50, "", False, True),
        (0, 0, "", False, False),
        (0, 50, "", True, True),  # how many more is unknown
        (51, 50, f"51-{DIGEST}", False, False),
        (51, 50, f"60-{DIGEST}", False, False),
        (51, 50, f"50-{DIGEST}", False, True),
        (51, 50, f"51-{DIGEST[:-1]}4", False, True),
        (51, 50, f"51-{DIGEST}", True, True),
        (51, 50, f"51+-{DIGEST}", True, False),
        (51, 50, f"51+-{DIGEST}", False, False),
        (51, 50, DIGEST, False, True),
        (51, 50, f"-{DIGEST}", False, True),
        (51, 50, f"²-{DIGEST}", False, True),
        (51, 50, "51", False, True),
        (51, 50, f"{'9' * 5000}-{DIGEST}", False, True),
    ],
)
def test_an_update_above_the_limit_needs_its_own_approval(
    people: int, limit: int | None, approved: str, more: bool, refused: bool
) -> None:
    subject = Affected(people, DIGEST, limit, approved, more)
    assert bool(affected_people_within_limit(subject)) is refused


@pytest.mark.parametrize("more", [True, False])
def test_the_printed_approval_approves(more: bool) -> None:
    subject = Affected(120, DIGEST, 50, more=more)
    [finding] = affected_people_within_limit(subject)
    assert repr(subject.approval) in finding.message
    approved = Affected(120, DIGEST, 50, subject.approval, more)
    assert not affected_people_within_limit(approved)
