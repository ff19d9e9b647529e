"""The progress of long commands, and their output."""

import os
import sys
from pathlib import Path

import pytest

from toolchain import progress


def test_the_output_and_the_last_lines_of_standard_error_are_returned(tmp_path: Path) -> None:
    text = "import sys; print('out'); [print('step', n, file=sys.stderr) for n in range(40)]"
    followed = progress.follow(
        [sys.executable, "-c", text], "steps", 10, counts="step", cwd=tmp_path, env=os.environ
    )
    assert (followed.code, followed.output) == (0, "out\n")
    assert followed.tail.splitlines()[-1] == "step 39"


def test_without_a_terminal_progress_is_printed_as_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "LINE_SECONDS", 0.0)
    text = "import sys; [print('step', n, file=sys.stderr) for n in range(3)]"
    progress.follow(
        [sys.executable, "-c", text], "compiling", 3, counts="", cwd=tmp_path, env=os.environ
    )
    assert "compiling: 2 of about 3" in capfd.readouterr().err
