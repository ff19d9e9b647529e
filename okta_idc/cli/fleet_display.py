"""What a fleet command shows: a table while it runs, a line per stack without a terminal, and the
summary."""

import shlex
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from okta_idc.cli.console import terminal
from okta_idc.fleet.mover import Moved
from okta_idc.fleet.schedule import Run, Status
from okta_idc.fleet.states import Move
from okta_idc.rules.registry import count
from okta_idc.text import printable

_COLORS = {
    Status.DONE: "green", Status.UNCHANGED: "dim", Status.RUNNING: "cyan", Status.FAILED: "red",
    Status.INTERRUPTED: "yellow", Status.NOT_RUN: "yellow", Status.WAITING: "dim",
}  # fmt: skip
_MOST_ERRORS = 10
"""Errors of one stack in the summary."""
_MOST_ROWS = 40
"""Stacks in the live table, of which those that run come first."""


class Display:
    """Shows the runs while they change: `changed` after each start and end, `tick` in between."""

    def __init__(self, runs: Sequence[Run], live: Live | None, console: Console) -> None:
        self._runs, self._live, self._console = runs, live, console

    def say(self, text: str) -> None:
        """Print a line above the table."""
        self._console.print(printable(text, None), soft_wrap=True)

    def changed(self, run: Run) -> None:
        """Show the start or the end of a run."""
        if self._live is None:
            self.say(started_or_ended(run))

    def tick(self) -> None:
        """Show the progress."""
        if self._live is not None:
            self._live.update(table(_shown(self._runs)), refresh=True)


@contextmanager
def display(runs: Sequence[Run]) -> Generator[Display]:
    """A live table on a terminal, otherwise a line per start and end, on standard error."""
    console = terminal(stderr=True)
    if not console.is_terminal:
        yield Display(runs, None, console)
        return
    with Live(table(_shown(runs)), console=console, transient=True, auto_refresh=False) as live:
        yield Display(runs, live, console)


def _shown(runs: Sequence[Run]) -> list[Run]:
    if len(runs) <= _MOST_ROWS:
        return list(runs)
    order = [Status.RUNNING, Status.FAILED, Status.INTERRUPTED]
    return sorted(runs, key=lambda run: order.index(run.status) if run.status in order else 9)[
        :_MOST_ROWS
    ]


def started_or_ended(run: Run) -> str:
    """One line about a run that started or ended."""
    if not run.is_over:
        return f"{run.stack.name}: started" + (" once more" if run.attempts > 1 else "")
    return f"{run.stack.name}: {run.status} after {run.seconds:.0f} s, {_changes(run)}"


def _changes(run: Run) -> str:
    found = run.changes
    return f"{found.creates} created, {found.updates} updated, {found.deletes} deleted"


def table(runs: Iterable[Run]) -> Table:
    """The stacks with their state and numbers."""
    shown = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    shown.add_column("stack")
    shown.add_column("state")
    for name in ("done", "created", "updated", "deleted", "seconds"):
        shown.add_column(name, justify="right")
    for run in runs:
        found = run.changes
        numbers = run.progress.done, found.creates, found.updates, found.deletes
        shown.add_row(
            Text(printable(run.stack.name)),
            Text(run.status.value, _COLORS[run.status]),
            *(f"{number:,}" if run.started else "" for number in numbers),
            f"{run.seconds:.0f}" if run.started else "",
        )
    return shown


def print_moves(console: Console, moves: Sequence[Move], *, planned: bool) -> None:
    """What moves between stacks, by pair of stacks."""
    if not moves:
        return
    number = count(len(moves), "resource")
    text = f"{number} would move" if planned else f"Moving {number}"
    _say(console, f"{text} between stacks; nothing changes in Okta and AWS:")
    pairs: dict[tuple[str, str], list[Move]] = {}
    for each in moves:
        pairs.setdefault((each.source, each.dest), []).append(each)
    for (source, dest), listed in pairs.items():
        names = ", ".join(each.name for each in listed[:5])
        rest = f", and {len(listed) - 5:,} more" if len(listed) > 5 else ""
        _say(console, f"  {source} → {dest}: {names}{rest}")


def print_moved(console: Console, moved: Moved) -> None:
    """What a move did beyond what was announced."""
    for name in moved.deleted:
        _say(console, f"{name}: empty, and no longer in the settings. Deleted it with its file.")
    for name, error in moved.failed.items():
        _say(console, f"{name}: {error}", "red")


def print_summary(
    console: Console, runs: Sequence[Run], logs: Path, core: str, verb: str,
    policy_packs: Sequence[Path] = (),
) -> None:  # fmt: skip
    """Each stack's changes and seconds, the errors, and what to run next."""
    console.print(table(runs))
    for run in runs:
        if run.errors and run.status != Status.DONE:
            _print_errors(console, run)
    if any(run.log for run in runs):
        _say(console, f"Full output: {logs}")
    left = [run.stack.name for run in runs if run.status in _REMAINING]
    if left and any(run.status == Status.INTERRUPTED or not run.attempts for run in runs):
        # A preview cannot show what a stack changes before its resources have moved.
        waits = verb == "preview" and any(r.errors for r in runs if r.status == Status.NOT_RUN)
        again = ["okta-idc", "fleet", "move" if waits else verb, "--stack", core]
        if not waits:
            again += [each for pack in policy_packs for each in ("--policy-pack", str(pack))]
        _say(console, f"Remaining: {', '.join(left)}. To continue: {shlex.join(again)}")


_REMAINING = (Status.NOT_RUN, Status.INTERRUPTED, Status.FAILED, Status.WAITING)


def _print_errors(console: Console, run: Run) -> None:
    _say(console, f"\n{run.stack.name} {run.status}:", "bold")
    for text in run.errors[:_MOST_ERRORS]:
        for line in text.splitlines():
            _say(console, f"  {line}")
    if (rest := len(run.errors) - _MOST_ERRORS) > 0:
        _say(console, f"  … and {count(rest, 'more error')}")
    for line in run.commands:
        _say(console, f"  {line}")
    if run.log:
        _say(console, f"  log: {run.log}", "dim")


def _say(console: Console, text: str, style: str = "") -> None:
    lines = [printable(line, None) for line in text.split("\n")]
    console.print(Text("\n".join(lines), style), soft_wrap=True)


def document(
    verb: str, core: str, files: Sequence[Path], moves: Sequence[Move], moved: Moved | None,
    runs: Sequence[Run],
) -> dict[str, Any]:  # fmt: skip
    """The result as JSON. `moved` is null if the command only reports what would move."""
    return {
        "command": verb,
        "stack": core,
        "files": [path.name for path in files],
        "moves": [{"urn": e.urn, "from": e.source, "to": e.dest} for e in moves],
        "moved": None if moved is None else len(moved.done),
        "deleted": [] if moved is None else moved.deleted,
        "move_errors": {} if moved is None else moved.failed,
        "stacks": [
            {
                "stack": run.stack.name,
                "part": run.stack.part,
                "status": run.status.value,
                "created": run.changes.creates,
                "updated": run.changes.updates,
                "deleted": run.changes.deletes,
                "unchanged": run.changes.same,
                "seconds": round(run.seconds, 1),
                "attempts": run.attempts,
                "errors": run.errors,
                "commands": run.commands,
                "log": str(run.log) if run.log else None,
            }
            for run in runs
        ],
    }
