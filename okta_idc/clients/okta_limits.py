"""Keeps to Okta's rate limits before Okta enforces them.

Each request counts against a bucket, and every response shows its remaining requests and its reset
time (docs/research/okta-api.md#rate-limits). A share of what remains at the start of a window is
used. Until the first response, one request goes ahead and the others wait.
"""

import asyncio
import math
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime

import httpx

HALF = 0.5
_LONGEST = 120.0  # a window lasts 60 seconds; a longer one comes from a wrong clock
_OWN = ("apps", "groups", "users")


def bucket_of(path: str) -> str:
    """The bucket of a path: `/api/v1/apps/{id}` has its own, and every path below it shares the
    bucket of the list (docs/research/okta-api.md#rate-limits)."""
    head, *rest = path.removeprefix("/api/v1/").strip("/").split("/")
    if not path.startswith("/api/v1/") or head not in _OWN:
        return "rest"
    return f"{head}/id" if len(rest) == 1 else head


def until_reset(answer: httpx.Response) -> float | None:
    """Seconds until the bucket resets, by Okta's clock; None if the response does not show it."""
    try:
        date = answer.headers.get("Date")
        now = parsedate_to_datetime(date).timestamp() if date else time.time()
        return min(max(int(answer.headers["X-Rate-Limit-Reset"]) - now, 0) + 1, _LONGEST)
    except (KeyError, ValueError):
        return None


class Bucket:
    """One bucket: `enter` before each request, `leave` after it, also if it failed."""

    def __init__(
        self,
        name: str,
        share: float = HALF,
        waiting: Callable[[float, str], None] = lambda _seconds, _why: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name, self._share, self._waiting, self._clock = name, share, waiting, clock
        self._in_flight = 0
        self._left = self._floor = 0
        self._ends: float | None = None
        self._updated = asyncio.Event()

    async def enter(self) -> None:
        """Wait until a request may be sent."""
        while (pause := self._pause()) != 0:
            if pause is None:
                await self._updated.wait()
            else:
                self._waiting(pause, f"{self._share:.0%} of Okta's limit for {self._name} is used")
                await asyncio.sleep(pause)
        self._in_flight += 1

    def leave(self, answer: httpx.Response | None) -> None:
        """End a request; `answer` is None if Okta did not respond."""
        self._in_flight -= 1
        if answer is not None:
            self._read(answer)
        self._updated.set()
        self._updated = asyncio.Event()

    def _pause(self) -> float | None:
        """Seconds to wait, 0 for none; None: until the next response."""
        now = self._clock()
        if self._ends is not None and now >= self._ends:
            self._ends = None  # a new window, not yet described by a response
        if self._ends is None:
            return None if self._in_flight else 0
        if self._left - self._in_flight > self._floor:
            return 0
        return self._ends - now

    def _read(self, answer: httpx.Response) -> None:
        seconds, shown = until_reset(answer), answer.headers.get("X-Rate-Limit-Remaining", "")
        if seconds is None or not shown.isdecimal():
            return
        left, ends = int(shown), self._clock() + seconds
        if self._ends is None or ends > self._ends + 2:  # two seconds: both clocks are rounded
            self._floor = math.ceil((left + 1) * (1 - self._share))
            self._left, self._ends = left, ends
        else:
            self._left = min(self._left, left)  # responses may overtake each other
