"""Runs `pulumi`, each time as a process of its own that Ctrl-C in the terminal does not reach.

The Automation API is not used: its stacks select themselves in the user's workspace, read all
outputs with their secrets after each update, and write through a pipe, so that an update would
break off without releasing its lock when the runner is killed. Here the output goes to a file, and
an update whose runner is killed continues to its end.
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from okta_idc.fleet.stack_files import CONFIG_FILE, KEY_FIELDS, stack_file
from okta_idc.settings.yaml_file import read_yaml

SKIP_CHECKPOINTS = "PULUMI_SKIP_CHECKPOINTS"
"""Pulumi's variable with which the engine saves the state at the end of a run only."""


def checkpoint_problem(environment: Mapping[str, str]) -> str:
    """Why nothing may change with this environment; empty if each change is saved at once."""
    if environment.get(SKIP_CHECKPOINTS, "").lower() not in ("1", "true"):
        return ""
    return (
        f"{SKIP_CHECKPOINTS} is set in the environment: an interrupted run would lose the record "
        "of everything that it changed. Nothing was changed. Unset it"
    )


class PulumiError(Exception):
    """`pulumi` failed, or is missing. The text is the engine's, with the command."""


class NoStackError(PulumiError):
    """The stack does not exist in the backend."""


@dataclass(frozen=True)
class Pulumi:
    """The command in one project. `files`: the folder of the stack files."""

    project: Path
    files: Path
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)

    def run(self, *arguments: str, stack: str = "", given: str | None = None) -> str:
        """What a command prints. `given`: its standard input. Raises PulumiError."""
        of_stack = ["--stack", stack] if stack else []
        try:
            done = subprocess.run(
                ["pulumi", *arguments, *of_stack, "--non-interactive", "--color", "never"],
                cwd=self.project, env=self._variables(stack), capture_output=True, text=True,
                check=False, process_group=0, input=given or "",
            )  # fmt: skip
        except OSError:
            raise PulumiError("`pulumi` is not on PATH. Install it.") from None
        if done.returncode:
            text = _error(done.stderr.strip() or done.stdout.strip())
            kind = NoStackError if "no stack named" in text else PulumiError
            raise kind(f"pulumi {' '.join(arguments[:2])}: {text}")
        return done.stdout

    def start(self, arguments: list[str], stack: str, log: Path) -> "subprocess.Popen[bytes]":
        """Start a command, and append its output to a file that only its owner can read. Raises
        PulumiError."""
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            return subprocess.Popen(
                ["pulumi", *arguments, "--stack", stack, "--non-interactive", "--color", "never"],
                cwd=self.project, env=self._variables(stack), stdin=subprocess.DEVNULL,
                stdout=descriptor, stderr=descriptor, process_group=0,
            )  # fmt: skip
        except OSError:
            raise PulumiError("`pulumi` is not on PATH. Install it.") from None
        finally:
            os.close(descriptor)

    def create(self, stack: str) -> None:
        """Create a stack with the key that its file names. Raises PulumiError."""
        path = stack_file(self.files, stack)
        with self._beside_its_file(path) as folder:
            init = Pulumi(folder, folder, self.environment)
            init.run("stack", "init", stack, "--no-select", *_key_options(path))
            if folder != self.project and (written := folder / path.name).exists():
                shutil.copyfile(written, path)

    @contextmanager
    def _beside_its_file(self, path: Path) -> Generator[Path]:
        """The project's folder, or a copy with the stack file: `stack init` has no option for a
        file in another folder, and would write one without the core's key into the project."""
        if CONFIG_FILE not in self.environment:
            yield self.project
            return
        with tempfile.TemporaryDirectory(prefix="okta-idc-") as name:
            for each in (self.project / "Pulumi.yaml", path):
                if each.exists():
                    shutil.copy(each, name)
            yield Path(name)

    def _variables(self, stack: str) -> dict[str, str]:
        further = {"PULUMI_SKIP_UPDATE_CHECK": "true", "PULUMI_DEBUG_COMMANDS": "true"}
        if stack and CONFIG_FILE in self.environment:
            further[CONFIG_FILE] = str(stack_file(self.files, stack))
        return {**self.environment, **further}


def interrupt(process: "subprocess.Popen[bytes]") -> None:
    """Ask an engine to stop: the first time it finishes what it has begun, the second time it ends
    at once. Its plugins get no signal."""
    with suppress(ProcessLookupError):
        if process.poll() is None:
            os.kill(process.pid, signal.SIGINT)


def _error(text: str) -> str:
    """The error in a command's output, without the warnings of libraries before it."""
    found = re.search(r"^error: ", text, re.MULTILINE)
    return text[found.end() :] if found else text


def _key_options(path: Path) -> list[str]:
    """The option for the kind of key in a stack file, which `stack init` would not use."""
    if not path.exists():
        return []
    document = read_yaml(path.read_text(encoding="utf-8"))
    provider, *keys = (document.get(key) for key in KEY_FIELDS) if document else ("", "", "")
    if not provider and any(keys):
        provider = "passphrase"
    return ["--secrets-provider", str(provider)] if provider else []
