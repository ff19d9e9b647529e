"""A fault for one object of each kind: the next `up`, or the printed commands, heal it."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.e2e.conftest import Kit
from tests.e2e.crash_matrix import MADE, PUSH, CrashTest, Wave

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def crash(kit: Kit) -> Iterator[CrashTest]:
    """A sandbox with an empty stack."""
    with kit.running_sandbox("--connections", "supported"):
        test = CrashTest(kit)
        yield test
        if file := os.environ.get("CRASH_OUTCOMES"):
            Path(file).write_text(json.dumps([asdict(each) for each in test.outcomes]))


def test_a_push_mapping_that_a_killed_run_left_behind_is_recovered(crash: CrashTest) -> None:
    """A deleted one fails every refresh and destroy until it is removed from the state."""
    first, made, deleted = PUSH
    crash.run(first, "")
    crash.run(made, "lost")
    crash.run(deleted, "lost")
    crash.run(made, "kill")
    by = {(each.operation, each.fault): each.healed_by for each in crash.outcomes}
    assert by["made", "lost"] == "`pulumi import`"
    assert by["deleted", "lost"] == "`pulumi state delete`"
    assert by["made", "kill"] == "`pulumi refresh`, then `pulumi import`"
    crash.refresh()
    crash.run(Wave(None), "")


def test_a_lost_answer_to_a_creation_strands_nothing(crash: CrashTest) -> None:
    for wave in MADE:
        crash.run(wave, "lost")
    imported = {each.kind for each in crash.outcomes if each.healed_by == "`pulumi import`"}
    assert {"app", "group", "group rule", "push mapping", "permission set"} <= imported
    crash.refresh()
    crash.run(Wave(None), "")
