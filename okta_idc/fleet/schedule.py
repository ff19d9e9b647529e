"""Runs the stacks of a fleet: stage by stage, several at once, and what failed once more."""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from threading import Event

from okta_idc.fleet.events import Changes, Progress
from okta_idc.fleet.stacks import FleetStack


class Status(StrEnum):
    """State of a stack's run."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    NOT_RUN = "not run"


@dataclass
class Run:
    """One stack in one command. Times are of `time.monotonic()`."""

    stack: FleetStack
    status: Status = Status.WAITING
    progress: Progress = field(default_factory=Progress)
    started: float = 0.0
    ended: float = 0.0
    attempts: int = 0
    log: Path | None = None
    errors: list[str] = field(default_factory=list[str])
    """Why it failed, or is not run."""
    commands: list[str] = field(default_factory=list[str])
    """The lines that a person runs next."""
    earlier: Changes = field(default_factory=Changes)
    """What earlier attempts changed."""

    @property
    def changes(self) -> Changes:
        """What all attempts changed, so far."""
        return self.earlier.plus(self.progress.changes)

    @property
    def seconds(self) -> float:
        """How long the last attempt took, so far."""
        if not self.started:
            return 0.0
        return (self.ended or time.monotonic()) - self.started

    @property
    def is_over(self) -> bool:
        return self.status not in (Status.WAITING, Status.RUNNING)


Perform = Callable[[Run], Status]
"""Runs one stack, and fills the run's progress, errors and log. Its result is the run's status."""
_TICK = 0.2


@dataclass
class Schedule:
    """`perform` runs a stack. `on_change` gets each run that starts or ends; `on_tick` runs while
    the schedule waits. After `stop` is set, no further stack starts."""

    perform: Perform
    at_once: int
    stop: Event = field(default_factory=Event)
    on_change: Callable[[Run], None] = lambda _: None
    on_tick: Callable[[], None] = lambda: None

    def run(
        self, stages: Sequence[Sequence[Run]], *, again: bool = True, core_last: bool = False
    ) -> None:
        """Run all stages. `again`: run once more what failed before another stack changed
        something. `core_last`: run the last stage only if nothing before it failed."""
        first = stages[:-1] if core_last and len(stages) > 1 else stages
        with ThreadPoolExecutor(self.at_once, thread_name_prefix="stack") as pool:
            for stage in first:
                self._stage(pool, _waiting(stage))
            listed = [run for stage in stages for run in stage]
            for stage in first if again else ():
                self._stage(pool, [run for run in stage if may_succeed_now(run, listed)])
            if first is not stages:
                self._finish(pool, listed, stages[-1])
        for run in listed:
            if not run.is_over:
                run.status = Status.NOT_RUN

    def _finish(self, pool: ThreadPoolExecutor, listed: list[Run], last: Sequence[Run]) -> None:
        failed = [run.stack.name for run in listed if run.status == Status.FAILED]
        if not failed:
            self._stage(pool, _waiting(last))
            return
        for run in last:
            run.status = Status.NOT_RUN
            run.errors = [f"{', '.join(failed)} failed, and the core is destroyed last"]

    def _stage(self, pool: ThreadPoolExecutor, runs: Iterable[Run]) -> None:
        waiting: set[Future[None]] = {pool.submit(self._one, run) for run in runs}
        self.on_tick()
        while waiting:
            finished, waiting = wait(waiting, timeout=_TICK, return_when=FIRST_COMPLETED)
            for each in finished:
                each.result()
            self.on_tick()

    def _one(self, run: Run) -> None:
        if self.stop.is_set():
            return
        run.earlier, run.progress = run.changes, Progress()
        run.errors, run.commands = [], []
        run.status, run.started, run.ended = Status.RUNNING, time.monotonic(), 0.0
        run.attempts += 1
        self.on_change(run)
        status = Status.FAILED
        try:
            status = self.perform(run)
        finally:
            run.ended = time.monotonic()
            run.status = status
        self.on_change(run)


def _waiting(runs: Iterable[Run]) -> list[Run]:
    """Without those that are not to run, and have a reason."""
    return [run for run in runs if run.status == Status.WAITING]


def may_succeed_now(run: Run, runs: Iterable[Run]) -> bool:
    """Whether another stack has changed something since a failed one ended."""
    return bool(run.attempts and run.status == Status.FAILED) and any(
        other is not run and other.progress.changes.number and other.ended > run.ended
        for other in runs
    )
