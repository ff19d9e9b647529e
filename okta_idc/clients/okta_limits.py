"""Throttles requests to stay within Okta's rate limits.

Each request counts against a bucket, and every response shows its remaining requests and its reset
time (docs/research/okta-api.md#rate-limits). A share of the requests that remain at the start of a
window is used. Until the first response, one request is sent and the others wait.
"""

import asyncio
import math
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime

import httpx

DEFAULT_SHARE = 0.5
_MAX_SECONDS = 120.0  # a window lasts 60 seconds; a longer wait means a wrong clock
_OWN_BUCKETS = ("apps", "groups", "users")


def bucket_of(path: str) -> str:
    """The bucket of a path: `/api/v1/apps/{id}` has its own, and the paths below it share the
    bucket of the list (docs/research/okta-api.md#rate-limits)."""
    head, *rest = path.removeprefix("/api/v1/").strip("/").split("/")
    if not path.startswith("/api/v1/") or head not in _OWN_BUCKETS:
        return "rest"
    return f"{head}/id" if len(rest) == 1 else head


def until_reset(response: httpx.Response) -> float | None:
    """Seconds until the bucket resets, by Okta's clock; None if the response does not show it."""
    try:
        date = response.headers.get("Date")
        now = parsedate_to_datetime(date).timestamp() if date else time.time()
        return min(max(int(response.headers["X-Rate-Limit-Reset"]) - now, 0) + 1, _MAX_SECONDS)
    except (KeyError, ValueError):
        return None


class Bucket:
    """One bucket: call `enter` before each request, and `leave` after it, even if it failed."""

    def __init__(
        self,
        name: str,
        share: float = DEFAULT_SHARE,
        on_wait: Callable[[float, str], None] = lambda _seconds, _why: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name, self._share, self._on_wait, self._clock = name, share, on_wait, clock
        self._in_flight = 0
        self._remaining = self._floor = 0
        self._resets_at: float | None = None
        self._changed = asyncio.Event()

    async def enter(self) -> None:
        """Wait until a request may be sent."""
        while (pause := self._pause()) != 0:
            if pause is None:
                await self._changed.wait()
            else:
                self._on_wait(pause, f"{self._share:.0%} of Okta's limit for {self._name} is used")
                await asyncio.sleep(pause)
        self._in_flight += 1

    def leave(self, response: httpx.Response | None) -> None:
        """End a request; `response` is None if Okta did not respond."""
        self._in_flight -= 1
        if response is not None:
            self._read(response)
        self._changed.set()
        self._changed = asyncio.Event()

    def _pause(self) -> float | None:
        """Seconds to wait, 0 for none; None: until the next response."""
        now = self._clock()
        if self._resets_at is not None and now >= self._resets_at:
            self._resets_at = None  # a new window, whose limit no response has shown yet
        if self._resets_at is None:
            return None if self._in_flight else 0
        if self._remaining - self._in_flight > self._floor:
            return 0
        return self._resets_at - now

    def _read(self, response: httpx.Response) -> None:
        seconds, shown = until_reset(response), response.headers.get("X-Rate-Limit-Remaining", "")
        if seconds is None or not shown.isdecimal():
            return
        remaining, resets_at = int(shown), self._clock() + seconds
        if self._resets_at is None or resets_at > self._resets_at + 2:  # both clocks are rounded
            self._floor = math.ceil((remaining + 1) * (1 - self._share))
            self._remaining, self._resets_at = remaining, resets_at
        else:
            self._remaining = min(self._remaining, remaining)  # responses may arrive out of order
