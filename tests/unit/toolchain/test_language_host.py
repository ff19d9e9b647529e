"""The Python language host: what it says when a program fails, and when it keeps quiet."""

import threading
from pathlib import Path

import grpc
import pulumi
import pytest
from pulumi.runtime.proto import language_pb2

from toolchain import language_host
from toolchain.language_host import PythonHost


class Gone(grpc.RpcError):
    def code(self) -> grpc.StatusCode:
        return grpc.StatusCode.UNAVAILABLE


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr(pulumi.log, "error", lines.append)
    return lines


def test_a_refusal_is_told_without_a_traceback(said: list[str]) -> None:
    assert language_host._tell(pulumi.RunError("push[0]: no such group"))
    assert said == ["push[0]: no such group"]


def test_any_other_error_is_told_with_its_traceback(said: list[str]) -> None:
    with pytest.raises(ValueError, match="a bug") as caught:
        raise ValueError("what a bug looks like")
    assert language_host._tell(caught.value)
    assert "Traceback" in said[0]
    assert "ValueError: what a bug looks like" in said[0]


def test_what_ctrl_c_has_cut_off_is_not_explained_again(
    said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = threading.Event()
    stopped.set()
    monkeypatch.setattr(language_host, "_STOP", stopped)
    assert language_host._tell(RuntimeError("cannot schedule new futures after shutdown"))
    assert said == []


def test_an_engine_that_is_gone_is_no_error_of_the_program(said: list[str]) -> None:
    assert not language_host._tell(Gone())
    assert said == []


def test_a_program_that_cannot_run_fails_the_run(
    said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def in_stack(program: object) -> None:
        program()  # type: ignore[operator]

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(language_host, "run_in_stack", in_stack)
    (tmp_path / "__main__.py").write_text("import nothing_of_that_name\n")
    info = language_pb2.ProgramInfo(program_directory=str(tmp_path), entry_point=".")
    request = language_pb2.RunRequest(pwd=str(tmp_path), info=info, project="p", stack="s")
    try:
        answer = PythonHost().Run(request, None)
    finally:
        pulumi.runtime.settings.reset_options()
    assert answer.bail
    assert "nothing_of_that_name" in said[0]
