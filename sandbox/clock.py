"""The sandbox's time: the machine's, and as far ahead of it as somebody has moved it.

Owns what rate limits, the worker's delays and slow answers go by, so that a test of ten minutes of
throttling takes a second. Two modes (the setting `clock`): `real`, where waiting takes its time,
and `jump`, where waiting advances the clock instead. In both, `advance` wakes whoever waits. The
times on Okta's and AWS's objects are the machine's own.
"""

import asyncio
import time

from .settings import Settings


class Clock:
    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or Settings()
        self._offset = time.time() - time.monotonic()
        self.ahead = 0.0
        """Seconds by which the clock was advanced."""
        self._moved = asyncio.Event()

    @property
    def jumps(self) -> bool:
        return self._settings["clock"] == "jump"

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.monotonic() + self._offset + self.ahead

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
