"""The commands behind the Makefile, where they need no engine."""

from pathlib import Path

import pytest

from toolchain import __main__ as toolchain
from toolchain import cache
from toolchain.commands import _retained_in_aws  # pyright: ignore[reportPrivateUsage]
from toolchain.sandbox import Sandbox


def test_what_remains_after_an_up_that_never_finished_is_unknown(tmp_path: Path) -> None:
    running = Sandbox("abc", 1, "http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:3")
    text = _retained_in_aws(running, tmp_path / "outputs.json")
    assert text == "What remains in IAM Identity Center is unknown: no `make up` has finished."


@pytest.mark.parametrize("command", ["up", "down", "sandbox", "reset"])
def test_a_folder_that_cannot_be_written_is_one_error(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert toolchain.main([command, "--home", str(tmp_path / "file" / "home")]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"error: {tmp_path}/file")
    assert ": Not a directory. The sandbox needs a writable clone: " in error
    assert error.count("\n") == 1


def test_a_cache_that_cannot_be_written_is_one_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))

    def find(_say: object) -> None:
        cache.entry("pulumi", lambda _into: None, lambda: None)

    monkeypatch.setattr(toolchain.engine, "find", find)
    assert toolchain.main(["engine", "--home", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert error.endswith("The cache needs a writable folder: set XDG_CACHE_HOME to one.\n")
    assert error.count("\n") == 1


def test_an_unexpected_error_is_one_line_with_a_traceback_on_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(_say: object) -> None:
        raise KeyError("checkpoint")

    monkeypatch.setattr(toolchain.engine, "find", find)
    assert toolchain.main(["engine", "--home", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert error.startswith("internal error: KeyError. OIC_DEBUG=1 shows the details.")
    assert error.count("\n") == 1
    monkeypatch.setenv("OIC_DEBUG", "1")
    assert toolchain.main(["engine", "--home", str(tmp_path)]) == 1
    assert "Traceback (most recent call last)" in capsys.readouterr().err
