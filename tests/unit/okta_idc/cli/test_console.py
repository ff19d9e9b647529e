"""Output of all commands: files are for their owner only."""

import os
import stat
from pathlib import Path

import pytest
import typer

from okta_idc.cli.console import write_file


@pytest.mark.parametrize("exists", [False, True])
def test_a_report_can_be_read_by_its_owner_only(tmp_path: Path, exists: bool) -> None:
    """Reports name users. An earlier report may have been readable by everyone."""
    file = tmp_path / "report.html"
    if exists:
        file.write_text("an older and longer report")
        file.chmod(0o644)
    write_file(file, "ada@example.com\n")
    assert file.read_text() == "ada@example.com\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_report_can_go_to_a_pipe(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    with os.fdopen(reader) as pipe:
        write_file(Path(f"/dev/fd/{writer}"), "text")
        os.close(writer)
        assert pipe.read() == "text"


def test_a_file_that_cannot_be_written_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended:
        write_file(tmp_path / "none" / "report.html", "text")
    assert ended.value.exit_code == 2
    assert "cannot be written: No such file or directory." in capsys.readouterr().err
