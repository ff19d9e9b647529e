"""Cache entries are complete, even after interrupted builds and with concurrent runs."""

import threading
import time
from pathlib import Path

import pytest

from toolchain import cache


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "okta-identity-center"


def silent() -> None: ...


def test_an_entry_is_built_once(own_cache: Path) -> None:
    made: list[Path] = []

    def make(into: Path) -> None:
        made.append(into)
        (into / "tool").write_text("whole")

    first = cache.entry("tool-1", make, silent)
    assert cache.entry("tool-1", make, silent) == first == own_cache / "tool-1"
    assert len(made) == 1
    assert (first / "tool").read_text() == "whole"


def test_a_failed_build_leaves_no_entry(own_cache: Path) -> None:
    def half(into: Path) -> None:
        (into / "tool").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.entry("tool-1", half, silent)
    assert [p.name for p in own_cache.iterdir()] == ["tool-1.lock"]


def test_the_remains_of_a_killed_run_are_removed_and_not_used(own_cache: Path) -> None:
    left = own_cache / "tool-1.part-killed"
    left.mkdir(parents=True)
    (left / "tool").write_text("half")
    place = cache.entry("tool-1", lambda into: (into / "tool").write_text("whole"), silent)
    assert (place / "tool").read_text() == "whole"
    assert not left.exists()


def test_concurrent_runs_build_once_and_the_second_reports_that_it_waits() -> None:
    made: list[int] = []
    waited: list[int] = []
    begun, go_on = threading.Event(), threading.Event()

    def slow(into: Path) -> None:
        made.append(1)
        begun.set()
        go_on.wait(60)
        (into / "tool").write_text("whole")

    def waiting() -> None:
        waited.append(1)
        go_on.set()

    first = threading.Thread(target=cache.entry, args=("tool-1", slow, silent))
    first.start()
    assert begun.wait(60)
    second = cache.entry("tool-1", slow, waiting)
    first.join(60)
    assert (made, waited) == ([1], [1])
    assert (second / "tool").read_text() == "whole"


def test_a_relative_cache_home_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache.folder().is_absolute()


def test_the_next_run_gets_the_lock_once_it_is_released(own_cache: Path) -> None:
    order: list[str] = []

    def hold() -> None:
        with cache.locked(own_cache / "lock", silent):
            order.append("first")
            time.sleep(0.1)
            order.append("first done")

    holder = threading.Thread(target=hold)
    holder.start()
    while not order:
        time.sleep(0.01)
    with cache.locked(own_cache / "lock", silent):
        order.append("second")
    holder.join(60)
    assert order == ["first", "first done", "second"]
