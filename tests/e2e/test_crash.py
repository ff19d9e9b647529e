"""A lost answer for one object of each kind: the next `up`, or the printed commands, heal it."""

from collections.abc import Iterator

import pytest

from tests.e2e.conftest import Kit
from tests.e2e.crash_matrix import MADE, CrashTest, Wave

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def crash(kit: Kit) -> Iterator[CrashTest]:
    """A sandbox with an empty stack."""
    with kit.running_sandbox("--connections", "supported"):
        yield CrashTest(kit)


def test_a_lost_answer_to_a_creation_strands_nothing(crash: CrashTest) -> None:
    for wave in MADE:
        crash.run(wave, "lost")
    imported = {each.kind for each in crash.outcomes if each.healed_by == "`pulumi import`"}
    assert {"app", "group", "group rule", "push mapping", "permission set"} <= imported
    crash.refresh()
    crash.run(Wave(None), "")
