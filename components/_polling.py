"""Waits for changes outside the engine, with a timeout and progress on the terminal.

The engine captures the program's standard streams, so progress goes to `/dev/tty`.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from okta_idc.settings.models import WaitMode

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 15.0  # seconds between polls, for the app's rate limit
TTY = Path("/dev/tty")


@dataclass(frozen=True)
class WaitPolicy:
    """How long to wait, in seconds; 0 does not wait."""

    seconds: float

    @classmethod
    def for_mode(cls, mode: WaitMode, minutes: float) -> Self:
        """Waits always, never, or (`auto`) in interactive runs."""
        waits = mode == WaitMode.ALWAYS or (mode == WaitMode.AUTO and is_interactive())
        return cls(60 * minutes if waits else 0)

    async def until_empty(self, poll: Callable[[], Awaitable[str]], title: str) -> str:
        """Poll until there is no reason left to wait; return the last reason."""
        deadline, pause = time.monotonic() + self.seconds, FIRST_PAUSE
        reason = await poll()
        while reason and time.monotonic() < deadline:
            next_poll = min(time.monotonic() + pause, deadline)
            while (now := time.monotonic()) < next_poll:
                minutes, seconds = divmod(int(deadline - now), 60)
                _show(f"{title}: {minutes}:{seconds:02} left (Ctrl-C stops)")
                await asyncio.sleep(min(1.0, next_poll - now))
            reason, pause = await poll(), min(pause * 1.5, LONGEST_PAUSE)
        _show("")
        return reason


NO_WAIT = WaitPolicy(0)


def is_interactive() -> bool:
    """Whether `CI` is not set and there is a terminal."""
    if os.environ.get("CI"):
        return False
    try:
        os.close(os.open(TTY, os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _show(line: str) -> None:
    """Replace the last line of the terminal, if there is one."""
    try:
        with TTY.open("w") as terminal:
            terminal.write(f"\r\x1b[2K{line}")
    except OSError:
        return
