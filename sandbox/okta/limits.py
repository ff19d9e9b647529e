"""Okta's rate limits (docs/research/okta-api.md#rate-limits): buckets of a minute, a half of each
per token, concurrency.

Owns who has used how much of what, and what the headers say of it. Pure but for the clock it is
given; HTTP is the guard's.

Okta publishes no table any more. The numbers are the last published ones; take the headers' word
for a real org. What is assumed: a window begins with the first request after the last one ended,
and a refused request costs nothing.
"""

import math
import re
from collections import Counter
from dataclasses import dataclass, field

from ..clock import Clock
from ..settings import Settings

WINDOW = 60.0
SHARE = 0.5
"""What each token or OAuth app may use of a bucket, unless somebody moved its slider."""
CONCURRENT = {"integrator": 35, "workforce": 75}
_SEGMENT = r"[^/]+"


@dataclass(frozen=True)
class Bucket:
    """`name` is the path as Okta's dashboard shows it; requests a minute of the whole org."""

    name: str
    path: re.Pattern[str]
    integrator: int
    workforce: int
    methods: str = ""

    def limit(self, profile: str) -> int:
        return self.integrator if profile == "integrator" else self.workforce


def _bucket(name: str, path: str, integrator: int, workforce: int, methods: str = "") -> Bucket:
    return Bucket(name, re.compile(path, re.DOTALL), integrator, workforce, methods)


# The most specific first.
BUCKETS = (
    _bucket("/api/v1/apps/{id}", rf"/api/v1/apps/{_SEGMENT}", 100, 500),
    _bucket("/api/v1/apps", r"/api/v1/apps(/.*)?", 20, 100),
    _bucket("/api/v1/groups/{id}", rf"/api/v1/groups/{_SEGMENT}", 100, 1000),
    _bucket("/api/v1/groups", r"/api/v1/groups(/.*)?", 100, 500),
    _bucket("GET /api/v1/users/{id}", rf"/api/v1/users/{_SEGMENT}", 100, 2000, "GET HEAD"),
    _bucket("/api/v1/users/{id}", rf"/api/v1/users/{_SEGMENT}", 100, 600),
    _bucket("/api/v1/users", r"/api/v1/users", 100, 600),
    _bucket("/api/v1/logs", r"/api/v1/logs", 20, 120),
    _bucket("/api/v1", r"/.*", 100, 1200),
)


def bucket_of(method: str, path: str) -> Bucket:
    """`path` is without its query."""
    return next(
        bucket
        for bucket in BUCKETS
        if bucket.path.fullmatch(path) and (not bucket.methods or method in bucket.methods.split())
    )


@dataclass
class _Window:
    ends: float
    used: Counter[str] = field(default_factory=Counter[str])


@dataclass(frozen=True)
class Decision:
    """Whether a request is let in, and the three numbers for its headers (`reset`: epoch)."""

    admitted: bool
    limit: int
    remaining: int
    reset: int

    @property
    def headers(self) -> dict[str, str]:
        return {
            "X-Rate-Limit-Limit": str(self.limit),
            "X-Rate-Limit-Remaining": str(self.remaining),
            "X-Rate-Limit-Reset": str(self.reset),
        }


class RateLimits:
    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings, self.clock = settings, clock
        self.in_flight = 0
        self._windows: dict[str, _Window] = {}

    def enter(self, bucket: Bucket, caller: str) -> Decision:
        """Judge one request of this token; `leave` follows when it was admitted."""
        profile, now = self.settings["limits"], self.clock.now()
        if profile == "off":
            self.in_flight += 1
            return Decision(True, 10000, 9999, int(now + WINDOW))
        if self.in_flight >= CONCURRENT[profile]:
            # Both 0 tell it from a used-up bucket; the reset is a hint only.
            return Decision(False, 0, 0, math.ceil(now + WINDOW))
        window = self._windows.get(bucket.name)
        if window is None or now >= window.ends:
            window = self._windows[bucket.name] = _Window(now + WINDOW)
        bucket_limit = bucket.limit(profile)
        share = int(bucket_limit * SHARE)
        share_remaining = share - window.used[caller]
        bucket_remaining = bucket_limit - window.used.total()
        # The ceiling that applies to the request is the one that is nearer.
        limit, remaining = (share, share_remaining) if share_remaining <= bucket_remaining else (
            bucket_limit, bucket_remaining)  # fmt: skip
        reset = math.ceil(window.ends)
        if remaining <= 0:
            return Decision(False, limit, 0, reset)
        window.used[caller] += 1
        self.in_flight += 1
        return Decision(True, limit, remaining - 1, reset)

    def leave(self) -> None:
        self.in_flight -= 1

    def advance_past(self, verdict: Decision) -> None:
        """A refused request's wait, where the clock jumps: whoever asks again at once gets in."""
        if self.clock.jumps and verdict.limit:
            self.clock.advance(verdict.reset - self.clock.now())
