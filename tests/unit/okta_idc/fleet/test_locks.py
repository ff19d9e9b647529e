"""What a locked stack's message says to do, and the lock of a fleet."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from okta_idc.fleet.locks import (
    FleetRunningError,
    Holder,
    holders,
    lock_advice,
    only_fleet,
    pulumi_home,
)

LOCKED = (
    "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to "
    "end or delete the lock file with `pulumi cancel`.\n"
    "  {url}/.pulumi/locks/organization/okta-identity-center/prod/6b.json: created by "
    "jo do@build-1 (pid 4711) at 2026-11-30T18:00:00Z\n"
)
CLOUD = (
    "error: [409] Conflict: Another update is currently in progress.\nTo learn more about possible "
    "reasons and resolution, visit https://www.pulumi.com/docs/troubleshooting/#conflict"
)
COMMANDS = ["pulumi cancel --stack prod --yes", "okta-idc recover --stack prod"]


def advice(text: str, host: str = "build-1", *, running: bool = False) -> list[str]:
    return lock_advice("prod", text, host, lambda pid: running and pid == 4711)


@pytest.mark.parametrize("url", ["file:///home/jo/state", "s3://bucket/prefix?region=eu-west-1"])
def test_the_holder_is_read_from_the_message(url: str) -> None:
    text = LOCKED.format(url=url)
    assert holders(text) == [Holder("jo do", "build-1", 4711, "2026-11-30T18:00:00Z")]


def test_a_run_in_progress_on_this_machine_is_named_and_not_cancelled() -> None:
    [line] = advice(LOCKED, running=True)
    assert "another run of prod is in progress, pid 4711" in line


def test_a_run_that_is_gone_gives_the_commands_to_paste() -> None:
    line, *commands = advice(LOCKED)
    assert "no longer exists" in line
    assert commands == COMMANDS


def test_a_run_on_another_machine_is_not_judged_by_processes_of_this_one() -> None:
    line, *commands = advice(LOCKED, host="laptop", running=True)
    assert "jo do@build-1" in line
    assert "If that run no longer exists" in line
    assert commands == COMMANDS


def test_pulumi_cloud_does_not_name_the_holder() -> None:
    line, *commands = advice(CLOUD)
    assert "in progress" in line
    assert commands == COMMANDS


@pytest.mark.parametrize("text", ["", "error: created by a@b (pid 1) at now", "error: failed"])
def test_another_error_gives_no_advice(text: str) -> None:
    assert advice(text) == []


def test_commands_are_quoted() -> None:
    *_, command = lock_advice("a b;c", LOCKED, "build-1", lambda _: False)
    assert command == "okta-idc recover --stack 'a b;c'"


@pytest.fixture
def core(tmp_path: Path) -> Path:
    path = tmp_path / "project" / "Pulumi.prod.yaml"
    path.parent.mkdir()
    path.write_text("config: {}\n")
    return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@contextmanager
def first_fleet(core: Path, home: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Another process that has the lock."""
    script = (
        "import sys\nfrom pathlib import Path\nfrom okta_idc.fleet.locks import only_fleet\n"
        f"with only_fleet(Path({str(core)!r}), Path({str(home)!r})):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[4])},
    )  # fmt: skip
    try:
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_second_fleet_is_refused_until_the_first_ends(core: Path, home: Path) -> None:
    with first_fleet(core, home) as first:
        with pytest.raises(FleetRunningError) as raised, only_fleet(core, home):
            pass
        assert raised.value.pid in (first.pid, None)
        if Path("/proc/locks").exists():
            assert f"(pid {first.pid})" in str(raised.value)
    with only_fleet(core, home):
        assert [*core.parent.iterdir()] == [core]


@pytest.mark.parametrize("change", ["save", "link"])
def test_the_lock_outlives_the_stack_file(core: Path, home: Path, change: str) -> None:
    """Editors save a file by replacing it; and a link to a folder is another path to it."""
    with first_fleet(core, home):
        path = core
        if change == "save":
            saved = core.with_name("saved")
            saved.write_text("config: {changed: true}\n")
            saved.replace(core)
        else:
            linked = core.parent.with_name("linked")
            linked.symlink_to(core.parent)
            path = linked / core.name
        with pytest.raises(FleetRunningError), only_fleet(path, home):
            pass


def test_fleets_of_two_cores_run_at_the_same_time(core: Path, home: Path) -> None:
    other = core.with_name("Pulumi.dev.yaml")
    other.write_text("config: {}\n")
    with first_fleet(core, home), only_fleet(other, home):
        pass


def test_another_user_of_the_project_is_refused(core: Path, home: Path, tmp_path: Path) -> None:
    with first_fleet(core, home), pytest.raises(FleetRunningError) as raised:  # noqa: SIM117
        with only_fleet(core, tmp_path / "other"):
            pass
    assert "another okta-idc fleet is running" in str(raised.value)


def test_the_home_is_that_of_pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert pulumi_home({}, tmp_path) == Path.home() / ".pulumi"
    assert pulumi_home({"PULUMI_HOME": "/there"}, tmp_path) == Path("/there")
    assert pulumi_home({"PULUMI_HOME": "here"}, tmp_path) == tmp_path / "here"

    def no_home() -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "home", no_home)
    with pytest.raises(OSError, match="no home folder"):
        pulumi_home({}, tmp_path)


def test_an_error_of_the_run_is_not_taken_for_the_lock(core: Path, home: Path) -> None:
    with pytest.raises(BlockingIOError), only_fleet(core, home):
        raise BlockingIOError
