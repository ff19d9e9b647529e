"""Okta's rate limits, kept before Okta has to enforce them.

Each request counts against a bucket, and every answer says how much of it is left and when it is
full again (docs/research/okta-api.md#rate-limits). Of what was left when a window began, a share is
used. Until the first answer, one request goes ahead and the others wait for it.
"""

import asyncio
import math
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime

import httpx

HALF = 0.5
_LONGEST = 120.0  # a window lasts 60 seconds; more is a clock that is wrong
_OWN = ("apps", "groups", "users")


def bucket_of(path: str) -> str:
    """The bucket that a path counts against: `/api/v1/apps/{id}` alone has one of its own, all
    that lies below shares that of the list (docs/research/okta-api.md#rate-limits)."""
    head, *rest = path.removeprefix("/api/v1/").strip("/").split("/")
    if not path.startswith("/api/v1/") or head not in _OWN:
        return "rest"
    return f"{head}/id" if len(rest) == 1 else head


def until_reset(answer: httpx.Response) -> float | None:
    """Seconds until the bucket is full again, by Okta's own clock; None if it does not say."""
    try:
        told = answer.headers.get("Date")
        now = parsedate_to_datetime(told).timestamp() if told else time.time()
        return min(max(int(answer.headers["X-Rate-Limit-Reset"]) - now, 0) + 1, _LONGEST)
    except (KeyError, ValueError):
        return None


class Bucket:
    """One bucket. `enter` before each request, `leave` after it, whatever came of it."""

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
        self._told = asyncio.Event()

    async def enter(self) -> None:
        """Come back when a request may be sent."""
        while (pause := self._pause()) != 0:
            if pause is None:
                await self._told.wait()
            else:
                self._waiting(pause, f"{self._share:.0%} of Okta's limit for {self._name} is used")
                await asyncio.sleep(pause)
        self._in_flight += 1

    def leave(self, answer: httpx.Response | None) -> None:
        """The request is over; `answer` None: there was none."""
        self._in_flight -= 1
        if answer is not None:
            self._read(answer)
        self._told.set()
        self._told = asyncio.Event()

    def _pause(self) -> float | None:
        """0: go; seconds to wait; None: until an answer tells."""
        now = self._clock()
        if self._ends is not None and now >= self._ends:
            self._ends = None  # a new window, of which nobody has told yet
        if self._ends is None:
            return None if self._in_flight else 0
        if self._left - self._in_flight > self._floor:
            return 0
        return self._ends - now

    def _read(self, answer: httpx.Response) -> None:
        seconds = until_reset(answer)
        try:
            left = int(answer.headers["X-Rate-Limit-Remaining"])
        except (KeyError, ValueError):
            return
        if seconds is None:
            return
        ends = self._clock() + seconds
        if self._ends is None or ends > self._ends + 2:  # two seconds: both clocks are rounded
            self._floor = math.ceil((left + 1) * (1 - self._share))
            self._left, self._ends = left, ends
        else:
            self._left = min(self._left, left)  # answers may overtake each other
