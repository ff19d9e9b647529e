"""Starting, finding and stopping the sandbox, also after an interrupted start."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.paths import ROOT
from toolchain import sandbox

PROGRAM = (
    "import os, pathlib, subprocess, sys\n"
    "from toolchain import sandbox\n"
    "popen = subprocess.Popen\n"
    "def killed(*args, **options):\n"
    "    popen(*args, **options)\n"
    "    os.kill(os.getpid(), {signal})\n"
    "subprocess.Popen = killed\n"
    "sandbox.start(pathlib.Path(sys.argv[1]), 0, 'supported')\n"
)
"""Starts a sandbox, and is stopped by a signal before it can record the process ID."""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    sandbox.stop(tmp_path)


def test_no_sandbox_runs_in_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    assert sandbox.find(tmp_path / "none") is None
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_sandbox_whose_start_was_interrupted_is_found_and_stopped(
    home: Path, number: signal.Signals
) -> None:
    """The sandbox has no ready file yet, and a second one would write the same file."""
    program = PROGRAM.format(signal=int(number))
    subprocess.run(
        [sys.executable, "-c", program, str(home)], cwd=ROOT, check=False, capture_output=True
    )
    assert not (home / "current.json").exists()
    found = sandbox.find(home)
    assert found is not None
    assert sandbox.stop(home)
    assert sandbox.find(home) is None


def test_a_process_that_holds_the_lock_and_does_not_respond_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "START_SECONDS", 0.1)
    monkeypatch.setattr(sandbox, "LOCK_SECONDS", 0.1)
    with sandbox.lock(tmp_path):
        with pytest.raises(sandbox.SandboxError, match="does not respond"):
            sandbox.find(tmp_path)
        with pytest.raises(sandbox.SandboxError, match=r"sandbox\.log"):
            sandbox.start(tmp_path, 0, "supported")
    assert sandbox.find(tmp_path) is None


def test_a_failed_start_shows_the_end_of_the_log_and_releases_the_lock(tmp_path: Path) -> None:
    with pytest.raises(sandbox.SandboxError, match="--no-such-option"):
        sandbox.start(tmp_path, 0, "supported", "--no-such-option")
    assert sandbox.find(tmp_path) is None
