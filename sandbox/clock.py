"""The sandbox's clock, which a test can advance.

Rate limits, provisioning delays and slow answers use this clock, so that a test of ten minutes of
throttling takes a second. The setting `clock` selects the mode: with `real` a wait takes real time,
with `jump` it advances the clock instead, and with `still` only `advance` moves the clock. In all
modes `advance` ends the waits that are due.
SCIM tokens expire by this clock, and CloudTrail's events have its time. The timestamps of all other
objects come from the machine's clock.
"""

import asyncio
import time
from datetime import UTC, datetime

from .settings import Settings


class Clock:
    """The clock that rate limits and delays use."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or Settings()
        self._offset = time.time() - time.monotonic()
        self.ahead = 0.0
        """Seconds by which the clock is ahead of the machine's clock."""
        self._stopped: float | None = None
        self._moved = asyncio.Event()

    @property
    def jumps(self) -> bool:
        return self._settings["clock"] == "jump"

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._machine() + self._offset + self.ahead

    def _machine(self) -> float:
        """The machine's clock; while the clock is still, the time when it stopped."""
        if self._settings["clock"] != "still":
            self._stopped = None
            return time.monotonic()
        if self._stopped is None:
            self._stopped = time.monotonic()
        return self._stopped

    def time(self) -> datetime:
        """The current time."""
        return datetime.fromtimestamp(self.now(), UTC)

    def advance(self, seconds: float) -> None:
        self.ahead += max(seconds, 0.0)
        self._moved.set()
        self._moved = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        until = self.now() + seconds
        if self.jumps:
            self.advance(seconds)
        while (remaining := until - self.now()) > 0:
            try:
                await asyncio.wait_for(self._moved.wait(), remaining)
            except TimeoutError:
                continue
        await asyncio.sleep(0)
