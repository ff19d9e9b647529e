"""The commands behind the Makefile, where they need no engine."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from tests.paths import ROOT
from tests.unit.okta_idc.doctor.federation import AWS, Federation, built_federation
from toolchain import __main__ as toolchain
from toolchain import cache, commands
from toolchain.commands import (
    Workspace,
    _retained_in_aws,  # pyright: ignore[reportPrivateUsage]
)
from toolchain.engine import Engine
from toolchain.sandbox import Sandbox
from toolchain.stack import Stack


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


class TestEnv:
    """After `eval "$(make -s env)"`, every command uses the sandbox, without an option."""

    @pytest.fixture(scope="class")
    def federation(self, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
        with built_federation(tmp_path_factory.mktemp("federation")) as built:
            yield built

    @pytest.fixture
    def lines(
        self, federation: Federation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> str:  # fmt: skip
        cli = tmp_path / "bin" / "pulumi"
        cli.parent.mkdir()
        cli.write_text("#!/bin/sh\nexit 1\n")
        cli.chmod(0o755)
        running = Sandbox("abc", 1, federation.okta, federation.aws, federation.scim)
        stack = Stack(tmp_path / "home", running, Engine(cli, "3.259.0", "built"), [])
        monkeypatch.setattr(commands.sandbox, "find", lambda _home: running)
        monkeypatch.setattr(Workspace, "stack", lambda _self, _running: stack)
        monkeypatch.setattr(Stack, "prepare", lambda _self: False)
        monkeypatch.setenv("OKTA_ACCESS_TOKEN", "of a real org")
        monkeypatch.setenv("AWS_PROFILE", "real")
        capsys.readouterr()
        assert commands.env(Workspace(tmp_path / "home", Console(stderr=True))) == 0
        return capsys.readouterr().out

    @pytest.mark.parametrize(
        ("command", "expected"),
        [
            ("token status {secret}", "IAM Identity Center accepts the token"),
            ("adopt", "push_groups"),
            ("doctor --app {app} --identity-store {store} --secret {secret}", "OIC-"),
            ("preview-saml --app {app} --user ada.berg@example.com", "Assertion for"),
            ("schema", "$schema"),
        ],
    )
    def test_a_command_uses_the_sandbox(
        self, federation: Federation, lines: str, command: str, expected: str, tmp_path: Path
    ) -> None:
        command = command.format(secret=AWS.secret, app=federation.app, store=AWS.identity_store_id)
        script = f"{lines}\nokta-idc {command}"
        done = subprocess.run(
            ["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert expected in done.stdout, done.stderr
        assert done.returncode in (0, 1)

    def test_variables_of_real_accounts_are_unset(self, lines: str) -> None:
        script = f"{lines}\nenv"
        shown = subprocess.run(
            ["sh", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True,
            env={**os.environ},
        ).stdout  # fmt: skip
        assert "of a real org" not in shown
        assert "AWS_PROFILE" not in shown
