"""Runs the engine in the foreground, with its output shown and logged.

Ctrl-C sends the engine one SIGINT: the engine finishes its current calls and records them. The
engine has its own process group, because a second signal, from the terminal, would make it exit at
once and leave calls unrecorded. A second Ctrl-C is forwarded.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

INTERRUPTED = 130


def foreground(
    command: list[str], *, cwd: Path, env: Mapping[str, str], log: Path
) -> tuple[int, float]:
    """Run a command, with its output on standard output and in `log`.

    Returns the exit code and the duration in seconds.
    """
    began = time.monotonic()
    colour = "always" if sys.stdout.isatty() and "NO_COLOR" not in env else "never"
    interrupted = waiting = False
    child = None

    def forward(_number: int, _frame: FrameType | None) -> None:
        nonlocal interrupted, waiting
        if not interrupted:
            print("\nStopping after the current calls finish …", file=sys.stderr)
        interrupted = True
        if child is None:
            waiting = True
        elif child.poll() is None:
            os.kill(child.pid, signal.SIGINT)

    # Before the engine starts: an exception in between would leave it running on its own.
    before = {n: signal.signal(n, forward) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        child = subprocess.Popen(
            [*command, "--non-interactive", "--color", colour], cwd=cwd, env=env,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            process_group=0,
        )  # fmt: skip
        if waiting:
            os.kill(child.pid, signal.SIGINT)
        assert child.stdout is not None  # noqa: S101
        with log.open("ab") as file:
            while chunk := os.read(child.stdout.fileno(), 65536):
                file.write(chunk)
                sys.stdout.buffer.write(chunk)
                sys.stdout.flush()
        code = child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return (INTERRUPTED if interrupted and code else code), time.monotonic() - began
