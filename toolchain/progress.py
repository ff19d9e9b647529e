"""Shows the progress of long commands: a bar on a terminal, otherwise a line every 20 seconds."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

LINE_SECONDS = 20.0
"""The interval between progress lines where no bar can be drawn."""


@dataclass(frozen=True)
class CommandResult:
    """The exit code and the output of a command."""

    code: int
    output: str
    """Standard output."""
    tail: str
    """The last lines of standard error."""


def follow(
    command: list[str], title: str, total: int, *, counts: str, cwd: Path, env: Mapping[str, str]
) -> CommandResult:
    """Run a command and count the lines on its standard error that start with `counts`.

    `total` is the expected number of lines. On an interruption, the command is terminated.
    """
    console = Console(stderr=True)
    columns = (
        TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
    )  # fmt: skip
    child = subprocess.Popen(
        command, cwd=cwd, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL, process_group=0,
    )  # fmt: skip
    output: list[str] = []
    stdout, stderr = child.stdout, child.stderr
    assert stdout is not None  # noqa: S101
    assert stderr is not None  # noqa: S101
    reader = threading.Thread(target=lambda: output.append(stdout.read()), daemon=True)
    reader.start()
    tail: deque[str] = deque(maxlen=15)
    printed = time.monotonic()
    done = 0
    try:
        with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
            task = bar.add_task(title, total=total or None)
            for line in stderr:
                tail.append(line.rstrip())
                if line.startswith(counts):
                    done += 1
                    bar.update(task, completed=done, total=max(total, done))
                if not console.is_terminal and time.monotonic() - printed > LINE_SECONDS:
                    printed = time.monotonic()
                    print(f"  {title}: {done} of about {max(total, done)}", file=sys.stderr)
            code = child.wait()
            bar.update(task, completed=done, total=done)
    except BaseException:
        os.killpg(child.pid, signal.SIGTERM)  # including the command's child processes
        child.wait()
        raise
    reader.join()
    return CommandResult(code, "".join(output), "\n".join(tail))
