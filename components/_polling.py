"""Waiting for something outside the engine: bounded, visible to whoever sits there, by polling.

Who sits there is asked of `/dev/tty`: the program's own input and output are never a terminal,
since the engine runs it.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

AUTO, ALWAYS, NEVER = "auto", "always", "never"
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 15.0  # seconds between looks; each costs one call under the app
TTY = Path("/dev/tty")


@dataclass(frozen=True)
class WaitPolicy:
    """How long to wait, in seconds; 0: not at all."""

    seconds: float

    @classmethod
    def none(cls) -> Self:
        return cls(0)

    @classmethod
    def chosen(cls, when: str, seconds: float) -> Self:
        """`always`, `never`, or `auto`: only with a person present, never in a pipeline."""
        if when == ALWAYS or (when == AUTO and is_interactive()):
            return cls(seconds)
        return cls(0)

    async def until_empty(self, look: Callable[[], Awaitable[str]], title: str) -> str:
        """Look again and again; returns the last reason, empty as soon as there is none."""
        deadline, pause = time.monotonic() + self.seconds, FIRST_PAUSE
        reason = await look()
        while reason and time.monotonic() < deadline:
            next_look = min(time.monotonic() + pause, deadline)
            while (now := time.monotonic()) < next_look:
                _show(f"{title}: {_clock(deadline - now)} left (Ctrl-C stops)")
                await asyncio.sleep(min(1.0, next_look - now))
            reason, pause = await look(), min(pause * 1.5, LONGEST_PAUSE)
        _show("")
        return reason


def is_interactive() -> bool:
    """No pipeline says CI, and there is a terminal."""
    if os.environ.get("CI"):
        return False
    try:
        os.close(os.open(TTY, os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _show(line: str) -> None:
    """On the terminal alone, over the line before; nowhere else."""
    try:
        with TTY.open("w") as terminal:
            terminal.write(f"\r\x1b[2K{line}")
    except OSError:
        return
