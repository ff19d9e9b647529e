"""A run of the engine in the foreground: seen as it goes, interrupted with care.

Ctrl-C asks the engine once to stop; it finishes the calls under way and records them. It has a
process group of its own, so that the terminal does not signal it too (two signals make it give up
at once, with calls unrecorded). A second Ctrl-C is passed on.
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
    """Run it, its output on our stdout and in `log`. Returns exit code and seconds."""
    began = time.monotonic()
    colour = "always" if sys.stdout.isatty() and "NO_COLOR" not in env else "never"
    interrupted = False
    child = subprocess.Popen(
        [*command, "--non-interactive", "--color", colour], cwd=cwd, env=env,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        process_group=0,
    )  # fmt: skip

    def pass_on(_number: int, _frame: FrameType | None) -> None:
        nonlocal interrupted
        if not interrupted:
            print("\nStopping: calls under way are finished first …", file=sys.stderr)
        interrupted = True
        if child.poll() is None:
            os.kill(child.pid, signal.SIGINT)

    before = {n: signal.signal(n, pass_on) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
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
