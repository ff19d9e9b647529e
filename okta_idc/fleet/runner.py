"""Runs one command of the engine for each stack, and says what became of it."""

import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen

from okta_idc.clients.json_path import Json
from okta_idc.fleet.events import EventLog
from okta_idc.fleet.locks import is_locked, lock_advice, recover_command, release_commands
from okta_idc.fleet.process import Pulumi, PulumiError, interrupt
from okta_idc.fleet.schedule import Run, Status
from okta_idc.fleet.states import pending

VERBS = {
    "preview": ["preview"],
    "up": ["up", "--yes", "--skip-preview"],
    "refresh": ["refresh", "--yes", "--skip-preview"],
    "destroy": ["destroy", "--yes", "--skip-preview"],
}
_TICK = 0.1
_TAIL = 64_000
"""Bytes at the end of a log that are searched for errors."""


@dataclass
class Runner:
    """Performs the runs of a schedule. `logs`: a folder that only its owner can read.
    `is_running`: whether a process of this machine runs."""

    pulumi: Pulumi
    verb: str
    states: Mapping[str, Json | PulumiError]
    logs: Path
    is_running: Callable[[int], bool]
    parallel: int | None = None
    policy_packs: Sequence[Path] = ()
    stop: threading.Event = field(default_factory=threading.Event)
    _running: dict[str, "Popen[bytes]"] = field(default_factory=dict[str, "Popen[bytes]"])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def interrupt(self) -> None:
        """Start no further stack, and interrupt those that run."""
        self.stop.set()
        for process in list(self._running.values()):
            interrupt(process)

    def perform(self, run: Run) -> Status:
        """Run one stack. Fills the run's progress, errors, commands, and log."""
        if (problem := self._problem(run)) is not None:
            return problem
        name = run.stack.name
        base = name.replace("/", "-")
        run.log, events = self.logs / f"{base}.log", self.logs / f"{base}.events"
        offset = run.log.stat().st_size if run.log.exists() else 0
        options = ["--event-log", str(events)]
        if self.parallel:
            options += ["--parallel", str(self.parallel)]
        for pack in self.policy_packs:  # the engine runs in the project's folder
            options += ["--policy-pack", str(pack.absolute())]
        try:
            process = self.pulumi.start([*VERBS[self.verb], *options], name, run.log)
        except PulumiError as error:
            run.errors = [str(error)]
            return Status.FAILED
        with self._lock:
            self._running[name] = process
        if self.stop.is_set():  # it was set before `interrupt` could see the process
            interrupt(process)
        code = _wait(process, EventLog(events, run.progress))
        with self._lock:
            self._running.pop(name)
        with suppress(OSError):
            events.unlink()
        if code == 0:
            return Status.DONE if run.changes.number else Status.UNCHANGED
        self._explain(run, code, _tail(run.log, offset))
        return Status.INTERRUPTED if self.stop.is_set() else Status.FAILED

    def _problem(self, run: Run) -> Status | None:
        """Why a stack is not run at all."""
        name = run.stack.name
        state = self.states.get(name, {})
        if isinstance(state, PulumiError):
            self._fill(run, str(state))
            return Status.FAILED
        if self.verb == "up" and (names := pending(state)):
            run.errors = [
                f"an earlier run was interrupted while it changed {', '.join(names)}. See what it "
                "left behind:"
            ]
            run.commands = [recover_command(name)]
            return Status.FAILED
        return None

    def _explain(self, run: Run, code: int, text: str) -> None:
        if code < 0 and not self.stop.is_set():
            run.errors = [f"pulumi was killed by signal {-code}, and its lock may remain. Run:"]
            run.commands = release_commands(run.stack.name)
        elif is_locked(text) or not run.progress.errors:
            self._fill(run, text)
        else:
            run.errors = list(run.progress.errors)

    def _fill(self, run: Run, text: str) -> None:
        """Errors and commands from a message of the engine."""
        host = socket.gethostname()
        if advice := lock_advice(run.stack.name, text, host, self.is_running):
            run.errors, run.commands = advice[:1], advice[1:]
        else:
            run.errors = _error_lines(text)


def _wait(process: "Popen[bytes]", events: EventLog) -> int:
    while process.poll() is None:
        events.poll()
        time.sleep(_TICK)
    events.poll()
    return process.returncode


def _tail(log: Path, offset: int) -> str:
    """The end of what a run has written to its log, from the offset."""
    with log.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(offset, size - _TAIL))
        return file.read().decode("utf-8", "replace")


def _error_lines(text: str) -> list[str]:
    """The text from the first error on; its last lines if it names none."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    first = next((i for i, line in enumerate(lines) if line.startswith("error: ")), None)
    return lines[-10:] if first is None else lines[first:]
