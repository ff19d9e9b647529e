"""Errors of `pulumi`, against scripts in its place."""

from pathlib import Path

import pytest

from okta_idc.fleet.process import NoStackError, Pulumi, PulumiError, checkpoint_problem

WARNING = "SDK 2026/12/01 02:13:45 WARN Response has no supported checksum."


def pulumi(folder: Path, *lines: str) -> Pulumi:
    """A command that prints these lines as errors, and fails."""
    script = folder / "pulumi"
    text = "\n".join(lines)
    script.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{text}\nEND\nexit 255\n")
    script.chmod(0o755)
    return Pulumi(folder, folder, {"PATH": f"{folder}:/usr/bin:/bin"})


@pytest.fixture(autouse=True)
def _path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        (["error: it is locked"], "it is locked"),
        ([WARNING, WARNING, "error: it is locked", "  by jo"], "it is locked\n  by jo"),
        (["it is locked"], "it is locked"),
    ],
)
def test_an_error_has_the_command_and_no_warnings(
    tmp_path: Path, lines: list[str], shown: str
) -> None:
    with pytest.raises(PulumiError) as raised:
        pulumi(tmp_path, *lines).run("stack", "export", stack="prod")
    assert str(raised.value) == f"pulumi stack export: {shown}"


def test_a_missing_stack_is_told_from_other_errors(tmp_path: Path) -> None:
    with pytest.raises(NoStackError):
        pulumi(tmp_path, WARNING, "error: no stack named 'prod' found").run("stack", "export")


def test_a_missing_command_is_named(tmp_path: Path) -> None:
    with pytest.raises(PulumiError, match="not on PATH"):
        Pulumi(tmp_path, tmp_path, {}).run("version")


@pytest.mark.parametrize(
    ("value", "refused"),
    [("true", True), ("TRUE", True), ("1", True), ("", False), ("0", False), ("no", False)],
)
def test_only_values_that_the_engine_obeys_are_refused(value: str, *, refused: bool) -> None:
    assert bool(checkpoint_problem({"PULUMI_SKIP_CHECKPOINTS": value})) == refused
