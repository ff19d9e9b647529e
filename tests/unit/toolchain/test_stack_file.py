"""The stack file is edited in place: only the addresses and the mode, and both are written back."""

import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from tests.paths import ROOT
from toolchain import commands, sandbox, stack_file
from toolchain.__main__ import main
from toolchain.sandbox import Sandbox
from toolchain.stack_file import StackFile, StackFileError

SHIPPED = """\
config:
  okta:httpProxy: http://127.0.0.1:8410
  aws:endpoints:
    - secretsmanager: http://127.0.0.1:8411
      ssoadmin: http://127.0.0.1:8411
  okta-identity-center:federation:
    scim_token:
      verify_at: http://127.0.0.1:8412
    provisioning:
      mode: api
"""
RUNNING = Sandbox("abc", 1, *(f"http://127.0.0.1:{port}" for port in (8411, 8412, 8413)))
"""One port higher: its Okta has the address of AWS in the shipped file."""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StackFile:
    """The stack file of a clone that has an edit."""
    monkeypatch.setattr(stack_file, "ROOT", tmp_path)
    (tmp_path / ".sandbox").mkdir()
    file = StackFile(tmp_path / ".sandbox")
    file.path.write_text(SHIPPED + "# an edit\n")
    return file


def changed_lines(file: StackFile) -> list[str]:
    pairs = zip(SHIPPED.splitlines(), file.path.read_text().splitlines(), strict=False)
    return [new.strip().removeprefix("- ") for old, new in pairs if old != new]


def test_only_the_addresses_are_written(file: StackFile) -> None:
    assert file.point_to(RUNNING)
    lines = changed_lines(file)
    assert lines[0] == f"okta:httpProxy: {RUNNING.okta}"
    assert lines[-1] == f"verify_at: {RUNNING.scim}"
    assert lines[1:-1] == [f"secretsmanager: {RUNNING.aws}", f"ssoadmin: {RUNNING.aws}"]
    assert file.path.read_text().endswith("# an edit\n")


def test_every_address_and_the_mode_of_the_clones_file_are_recognized() -> None:
    text = (ROOT / "Pulumi.dev.yaml").read_text()
    assert len(stack_file._ADDRESS.findall(text)) == text.count("http://127.0.0.1:") == 10
    assert len(stack_file._MODE.findall(text)) == 1


def test_an_address_that_was_edited_afterwards_stays(file: StackFile) -> None:
    file.point_to(RUNNING)
    edited = file.path.read_text().replace(
        f"ssoadmin: {RUNNING.aws}", "ssoadmin: http://127.0.0.1:9"
    )
    file.path.write_text(edited)
    assert not file.point_to(RUNNING)
    assert file.path.read_text() == edited


def test_only_the_mode_is_written(file: StackFile) -> None:
    assert file.mode == "api"
    assert not file.set_mode("api")
    assert file.set_mode("console")
    assert changed_lines(file) == ["mode: console"]
    assert file.mode == "console"


def test_an_edit_survives_when_the_sandbox_stops(file: StackFile) -> None:
    file.point_to(RUNNING)
    file.set_mode("console")
    assert file.restore()
    assert file.path.read_text() == SHIPPED + "# an edit\n"
    assert not file.restore()


def test_a_mode_that_the_user_wrote_is_kept(file: StackFile) -> None:
    file.path.write_text(SHIPPED.replace("mode: api", "mode: console  # ours"))
    assert file.mode == "console"
    assert not file.restore()
    assert file.mode == "console"


def test_a_file_without_a_line_for_the_mode_is_reported(file: StackFile) -> None:
    file.path.write_text(SHIPPED.replace("mode: api", "gate: enforce"))
    with pytest.raises(StackFileError, match="Add `mode: console` to `provisioning`"):
        file.set_mode("console")
    assert "mode:" not in file.path.read_text()


def test_another_folder_starts_with_the_clones_edits_in_the_clones_own_mode(
    file: StackFile, tmp_path: Path
) -> None:
    file.set_mode("console")
    (tmp_path / "other").mkdir()
    other = StackFile(tmp_path / "other")
    assert other.mode == "api"
    assert other.point_to(RUNNING)
    assert other.path.read_text().endswith("# an edit\n")


def test_a_port_that_a_running_sandbox_does_not_use_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sandbox, "find", lambda _home: RUNNING)
    workspace = commands.Workspace(tmp_path, Console())
    for port in (None, 8411):
        assert commands._running_sandbox(workspace, port) is RUNNING
    assert capsys.readouterr().out == ""
    assert commands._running_sandbox(workspace, 9580) is RUNNING
    assert re.match(r"A sandbox is already running: .*:8411\. PORT=9580 is ignored",
                    capsys.readouterr().out)  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "given"),
    [((), (None, None)), (("--port", "9410", "--mode", "console"), (9410, "console"))],
)
def test_port_and_mode_are_only_changed_on_request(
    monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], given: tuple[Any, Any]
) -> None:
    received: list[Any] = []

    def up(_workspace: commands.Workspace, *options: Any) -> int:
        received.append(options)
        return 0

    monkeypatch.setattr(commands, "up", up)
    assert main(["up", *arguments]) == 0
    assert received == [given]
