"""Runs the engine in the foreground: output, log, exit code and interruption."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from toolchain.foreground import INTERRUPTED, foreground


def program(folder: Path, text: str) -> list[str]:
    """The command line of a script that replaces the engine."""
    path = folder / "engine.py"
    path.write_text(text)
    return [sys.executable, "-u", str(path)]


def test_output_is_shown_and_logged(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    command = program(tmp_path, "import sys; print('created', sys.argv[1:])")
    code, seconds = foreground(command, cwd=tmp_path, env=os.environ, log=tmp_path / "log")
    assert code == 0
    assert seconds > 0
    assert "created ['--non-interactive', '--color', 'never']" in capfd.readouterr().out
    assert "created" in (tmp_path / "log").read_text()


def test_the_engines_exit_code_is_returned(tmp_path: Path) -> None:
    command = program(tmp_path, "raise SystemExit(7)")
    assert foreground(command, cwd=tmp_path, env=os.environ, log=tmp_path / "log")[0] == 7


def test_an_interruption_signals_the_engine_once_and_waits_for_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    command = program(
        tmp_path,
        "import signal, sys, time\n"
        "def stop(*_):\n"
        "    print('finishing'); time.sleep(0.2); print('finished'); sys.exit(255)\n"
        "signal.signal(signal.SIGINT, stop)\n"
        "open('ready', 'w').close()\n"
        "time.sleep(30)\n",
    )

    def interrupt() -> None:
        while not (tmp_path / "ready").exists():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    code, _ = foreground(command, cwd=tmp_path, env=os.environ, log=tmp_path / "log")
    assert code == INTERRUPTED
    captured = capfd.readouterr()
    assert captured.out.split() == ["finishing", "finished"]
    assert "Stopping after the current calls finish" in captured.err


def test_an_interruption_while_the_engine_starts_is_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = program(tmp_path, "import time\ntime.sleep(30)\nopen('finished', 'w').close()\n")
    start: Any = subprocess.Popen

    def interrupted(*arguments: Any, **options: Any) -> Any:
        os.kill(os.getpid(), signal.SIGINT)
        return start(*arguments, **options)

    monkeypatch.setattr(subprocess, "Popen", interrupted)
    code, _ = foreground(command, cwd=tmp_path, env=os.environ, log=tmp_path / "log")
    assert code == INTERRUPTED
    assert not (tmp_path / "finished").exists()
