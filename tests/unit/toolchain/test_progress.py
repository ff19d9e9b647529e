"""Long work is followed to its end, and its last words are kept."""

import os
import sys
from pathlib import Path

import pytest

from toolchain import progress


def test_output_is_collected_and_the_last_words_are_kept(tmp_path: Path) -> None:
    text = "import sys; print('out'); [print('step', n, file=sys.stderr) for n in range(40)]"
    followed = progress.follow(
        [sys.executable, "-c", text], "steps", 10, counts="step", cwd=tmp_path, env=os.environ
    )
    assert (followed.code, followed.output) == (0, "out\n")
    assert followed.tail.splitlines()[-1] == "step 39"


def test_where_no_bar_can_be_drawn_a_line_comes_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "LINE_EVERY", 0.0)
    text = "import sys; [print('step', n, file=sys.stderr) for n in range(3)]"
    progress.follow(
        [sys.executable, "-c", text], "compiling", 3, counts="", cwd=tmp_path, env=os.environ
    )
    assert "compiling: 2 of about 3" in capfd.readouterr().err
