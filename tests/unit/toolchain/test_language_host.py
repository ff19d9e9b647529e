"""The Python language host: it runs Pulumi's executor and reports its exit code as Pulumi does."""

import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime.proto import language_pb2

from toolchain.language_host import PythonHost


class Call:
    """The context of a call, with the callbacks to run when the call ends early."""

    def __init__(self) -> None:
        self.callbacks: list[Callable[[], Any]] = []

    def add_callback(self, callback: Callable[[], Any]) -> None:
        self.callbacks.append(callback)


def run(folder: Path, executor: str, call: Call | None = None) -> Any:
    script = folder / "executor"
    script.write_text(executor)
    info = language_pb2.ProgramInfo(
        root_directory=str(folder), program_directory=str(folder), entry_point="."
    )
    request = language_pb2.RunRequest(
        pwd=str(folder), info=info, project="p", stack="s", parallel=4, dryRun=True,
        monitor_address="127.0.0.1:1", organization="o", args=["--given"],
        config={"okta:orgName": "acme"}, configSecretKeys=["okta:apiToken"],
    )  # fmt: skip
    return PythonHost(script, "127.0.0.1:2").Run(request, call or Call())


@pytest.mark.parametrize(
    ("executor", "error", "bail"),
    [
        ("", "", False),
        ("raise SystemExit(32)", "", True),
        ("raise SystemExit(1)", "program exited with non-zero exit code: 1", False),
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
            "program exited with non-zero exit code: -1",
            False,
        ),
    ],
    ids=["done", "traceback-shown", "run-error", "signal"],
)
def test_an_exit_code_is_reported_as_pulumis_host_does(
    tmp_path: Path, executor: str, error: str, bail: bool
) -> None:
    answer = run(tmp_path, executor)
    assert (answer.error, answer.bail) == (error, bail)


def test_the_executor_gets_pulumis_command_line_and_the_configuration(tmp_path: Path) -> None:
    names = ["PULUMI_CONFIG", "PULUMI_CONFIG_SECRET_KEYS"]
    seen = tmp_path / "seen.json"
    run(
        tmp_path,
        "import json, os, sys\n"
        f"seen = [sys.argv[1:], *(json.loads(os.environ[name]) for name in {names})]\n"
        f"open({str(seen)!r}, 'w').write(json.dumps(seen))",
    )
    arguments, config, secrets = json.loads(seen.read_text())
    assert arguments == [
        "--monitor", "127.0.0.1:1", "--engine", "127.0.0.1:2", "--project", "p",
        "--root_directory", str(tmp_path), "--stack", "s", "--pwd", str(tmp_path),
        "--dry_run", "true", "--parallel", "4", "--organization", "o", ".", "--given",
    ]  # fmt: skip
    assert config == {"okta:orgName": "acme"}
    assert secrets == ["okta:apiToken"]


def test_a_call_that_ends_early_ends_the_program(tmp_path: Path) -> None:
    call, answers = Call(), list[Any]()
    waiting = "import time; time.sleep(600)"
    running = threading.Thread(target=lambda: answers.append(run(tmp_path, waiting, call)))
    running.start()
    while not call.callbacks:
        pass
    for callback in call.callbacks:
        callback()
    running.join(60)
    assert answers[0].error == "program exited with non-zero exit code: -1"


def test_a_plugin_runs_in_the_folder_that_the_engine_sends(tmp_path: Path) -> None:
    plugin, project = tmp_path / "plugin", tmp_path / "project"
    plugin.mkdir()
    project.mkdir()
    (plugin / "__main__.py").write_text("import os, sys; print(os.getcwd(), sys.path[0])")
    info = language_pb2.ProgramInfo(root_directory=str(plugin), program_directory=str(plugin))
    request = language_pb2.RunPluginRequest(pwd=str(project), info=info, kind="resource")
    answers = list(PythonHost(tmp_path, "").RunPlugin(request, Call()))
    assert b"".join(each.stdout for each in answers).decode().split() == [str(project), str(plugin)]


def test_the_program_runs_with_the_python_of_the_host(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    run(tmp_path, f"import sys; open({str(seen)!r}, 'w').write(sys.executable)")
    assert seen.read_text() == sys.executable
