"""The pace of calls, in one process and among several."""

import fcntl
import json
import os
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.clients import pace
from okta_idc.clients.pace import DEFAULT, LIMIT, Pace, PaceError, calls_per_second

_SCRIPT = """\
from okta_idc.clients.pace import Pace
shared = Pace("sso", 40)
for _ in range(10):
    shared.wait()
    print(shared._next)
"""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that `sleep` advances."""
    now = [1_000.0]
    monkeypatch.setattr(pace.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(pace.time, "sleep", lambda s: now.__setitem__(0, now[0] + s))
    return now


def seconds(clock: list[float], *paces: Pace, calls: int = 151) -> float:
    """How long this number of calls takes, in turns."""
    started = clock[0]
    for number in range(calls):
        paces[number % len(paces)].wait()
    return clock[0] - started


def test_calls_stay_below_the_limit_of_aws(clock: list[float]) -> None:
    assert seconds(clock, Pace("sso", DEFAULT)) == pytest.approx(10)
    assert DEFAULT < LIMIT


def test_all_with_one_name_share_the_calls(clock: list[float]) -> None:
    assert seconds(clock, *(Pace("sso", DEFAULT) for _ in range(4))) == pytest.approx(10)


def test_services_have_calls_of_their_own(clock: list[float]) -> None:
    assert seconds(clock, Pace("sso", DEFAULT), Pace("store", DEFAULT)) == pytest.approx(5, abs=0.1)


def test_a_file_that_cannot_be_used_leaves_a_pace_of_its_own(
    clock: list[float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in (tmp_path, tmp_path / "missing" / "file"):
        monkeypatch.setattr(pace, "_file", lambda path=path: path)
        assert seconds(clock, Pace("sso", DEFAULT)) == pytest.approx(10)
    (tmp_path / "link").symlink_to(tmp_path / "target")
    monkeypatch.setattr(pace, "_file", lambda: tmp_path / "link")
    assert seconds(clock, Pace("sso", DEFAULT)) == pytest.approx(10)
    assert not (tmp_path / "target").exists()


def test_the_file_of_another_user_is_not_used(
    clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = pace._file()
    path.write_text(json.dumps({Pace("sso", 1)._name: clock[0] + 50}))
    monkeypatch.setattr(pace.os, "getuid", lambda: os.geteuid() + 1)
    assert seconds(clock, Pace("sso", DEFAULT)) == pytest.approx(10)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"NAME": "x"}', '{"NAME": NaN}', '{"NAME": 1e308}', "[" * 100_000]
)
def test_a_file_that_makes_no_sense_delays_nothing(clock: list[float], text: str) -> None:
    pace._file().write_text(text.replace("NAME", Pace("sso", 1)._name))
    assert seconds(clock, Pace("sso", DEFAULT)) == pytest.approx(10)


@given(
    st.text(max_size=50)
    | st.dictionaries(
        st.text(max_size=5), st.floats() | st.floats(90, 110) | st.text() | st.none(), max_size=5
    ).map(json.dumps)
)
def test_no_text_in_the_file_delays_a_call_by_more_than_five_minutes(text: str) -> None:
    assert all(0 < at - 100 < 300 for at in pace._taken(text, 100).values())


def test_a_queue_of_a_whole_fleet_is_kept(clock: list[float]) -> None:
    """Forty stacks with four threads each, at one call a second."""
    started = clock[0]
    waiting = [Pace("sso", 1.0) for _ in range(160)]
    starts = [each._reserve() for each in waiting]
    assert [start - started for start in starts] == list(range(160))


def test_a_process_that_keeps_the_lock_holds_up_nobody(clock: list[float]) -> None:
    with pace._file().open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        shared = Pace("sso", DEFAULT)
        assert seconds(clock, shared, calls=1) == pytest.approx(0.95)
        assert shared._next == pytest.approx(clock[0] + 1 / DEFAULT)


def test_a_deleted_file_does_not_reset_the_pace(clock: list[float]) -> None:
    shared = Pace("sso", 1.0)
    shared.wait()
    pace._file().unlink()
    shared.wait()
    assert clock[0] == pytest.approx(1_001)


def test_the_file_has_no_address(clock: list[float]) -> None:
    Pace("sso-admin http://jo:secret@proxy", DEFAULT).wait()
    assert "secret" not in pace._file().read_text()


def test_the_file_keeps_no_times_that_are_over(clock: list[float]) -> None:
    for name in ("a", "b"):
        Pace(name, DEFAULT).wait()
    clock[0] += 1
    Pace("c", DEFAULT).wait()
    assert len(json.loads(pace._file().read_text())) == 1


def test_processes_take_turns(tmp_path: Path) -> None:
    environment = {
        **os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[4])
    }  # fmt: skip
    processes = [
        subprocess.Popen([sys.executable, "-c", _SCRIPT], stdout=subprocess.PIPE, env=environment)
        for _ in range(3)
    ]
    times = sorted(float(line) for each in processes for line in each.communicate()[0].split())
    assert len(times) == 30
    assert min(b - a for a, b in pairwise(times)) >= 1 / 40 - 1e-6


@pytest.mark.parametrize("text", ["0", "-1", "21", "nan", "inf", "many", "0.9"])
def test_a_number_that_is_no_number_of_calls_is_refused(text: str) -> None:
    with pytest.raises(PaceError, match=r"OIC_AWS_CALLS_PER_SECOND must be a number from 1 to"):
        calls_per_second({pace.VARIABLE: text})


def test_the_variable_sets_the_calls_of_a_machine() -> None:
    assert calls_per_second({pace.VARIABLE: "7.5"}) == 7.5
    assert calls_per_second({}) == calls_per_second({pace.VARIABLE: ""}) == DEFAULT


def test_the_clock_is_that_of_all_processes() -> None:
    script = "import time; print(time.monotonic())"
    before = time.monotonic()
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert before < float(found.stdout) < time.monotonic()
