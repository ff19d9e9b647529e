"""A fault for one object of each kind: the next `up`, or the printed commands, heal it."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.e2e.conftest import Kit
from tests.e2e.crash_matrix import LOST, MADE, PUSHED, CrashTest, Wave

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


def test_a_cut_off_state_is_restored_from_the_backup_that_is_named(crash: CrashTest) -> None:
    """By the printed lines, and by `make up` itself."""
    crash.start_after(MADE[-1])
    [state] = crash.kit.home.glob("state-*/.pulumi/stacks/*/dev.json")
    state.write_bytes(state.read_bytes()[:-1000])
    report = crash.recover()
    assert report.code == 2
    assert f"{state} is empty or cut off" in report.text
    crash.run_lines(re.findall(r"^  (.+)", report.text, re.MULTILINE))
    again = crash.recover()
    assert again.code == 0, again.text
    state.write_bytes(state.read_bytes()[:1000])
    done = crash.kit.toolchain("up")
    assert done.code == 0, done.text
    assert "Restored the state from its backup" in done.text


def test_every_kind_is_deleted_although_the_answers_are_lost(crash: CrashTest) -> None:
    """A deleted push mapping fails every refresh and destroy until it is removed from the state."""
    crash.start_after(MADE[-1])
    crash.run(LOST, "lost")
    assert {row[0] for row in crash.healed("`pulumi state delete`")} == {
        "push mapping", "user assignment",
    }  # fmt: skip
    crash.refresh()


def test_a_push_mapping_that_a_killed_run_left_behind_is_recovered(crash: CrashTest) -> None:
    crash.start_after(LOST)
    crash.run(PUSHED, "kill")
    assert crash.outcomes[-1].healed_by == "`pulumi refresh`, then `pulumi import`"
    crash.refresh()
    crash.run(Wave(None), "")
