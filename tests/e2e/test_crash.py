"""A fault for one object of each kind: the next `up`, or the printed commands, heal it."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.e2e.conftest import Kit
from tests.e2e.crash_matrix import DELETED, MADE, PUSHED, CrashTest, Wave

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def crash(kit: Kit) -> Iterator[CrashTest]:
    """A sandbox with an empty stack."""
    with kit.running_sandbox("--connections", "supported"):
        test = CrashTest(kit)
        yield test
        if file := os.environ.get("CRASH_OUTCOMES"):
            Path(file).write_text(json.dumps([asdict(each) for each in test.outcomes]))


def test_every_kind_is_made_although_the_answers_are_lost(crash: CrashTest) -> None:
    for wave in MADE:
        crash.run(wave, "lost")
    assert {row[:2] for row in crash.healed("`pulumi import`")} >= {
        ("app", "made"), ("group", "made"), ("group rule", "made"), ("push mapping", "made"),
        ("permission set", "made"), ("account assignment", "made"),
    }  # fmt: skip


def test_every_kind_is_deleted_although_the_answers_are_lost(crash: CrashTest) -> None:
    """A deleted push mapping fails every refresh and destroy until it is removed from the state."""
    crash.start_after(MADE[-1])
    crash.run(DELETED[0], "lost")
    assert {row[0] for row in crash.healed("`pulumi state delete`")} == {
        "push mapping", "user assignment",
    }  # fmt: skip
    crash.refresh()


def test_a_push_mapping_that_a_killed_run_left_behind_is_recovered(crash: CrashTest) -> None:
    crash.start_after(DELETED[0])
    crash.run(PUSHED, "kill")
    assert crash.outcomes[-1].healed_by == "`pulumi refresh`, then `pulumi import`"
    crash.refresh()
    crash.run(Wave(None), "")
