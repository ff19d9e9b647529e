"""Okta's rate limits (docs/research/okta-api.md#rate-limits).

Counts the requests per bucket and minute, the share of each token, and concurrent requests, and
computes the rate-limit headers. The middleware applies the decisions.

Okta no longer publishes a table; the numbers are the last published ones. In a real org, rely on
the headers. Assumed: a window begins with the first request after the previous one has ended, and a
refused request does not count.
"""

import math
import re
from collections import Counter
from dataclasses import dataclass, field

from ..clock import Clock
from ..settings import Settings

WINDOW = 60.0
SHARE = 0.5
"""The share of a bucket that each token or OAuth app may use by default."""
CONCURRENT = {"integrator": 35, "workforce": 75}
_SEGMENT = r"[^/]+"


@dataclass(frozen=True)
class Bucket:
    """A rate limit in requests per minute. `name` is the path as Okta's dashboard shows it."""

    name: str
    path: re.Pattern[str]
    integrator: int
    workforce: int
    methods: str = ""

    def limit(self, profile: str) -> int:
        return self.integrator if profile == "integrator" else self.workforce


def _bucket(name: str, path: str, integrator: int, workforce: int, methods: str = "") -> Bucket:
    return Bucket(name, re.compile(path, re.DOTALL), integrator, workforce, methods)


# Most specific first.
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
    """The bucket of a request; `path` excludes the query."""
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
    """Whether a request is admitted, and the values of its headers (`reset`: epoch seconds)."""

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
    """Counts requests and decides whether to admit them."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings, self.clock = settings, clock
        self.in_flight = 0
        self._windows: dict[str, _Window] = {}

    def enter(self, bucket: Bucket, caller: str) -> Decision:
        """Decide on a request of this token; call `leave` at the end of an admitted one."""
        profile, now = self.settings["limits"], self.clock.now()
        if profile == "off":
            self.in_flight += 1
            return Decision(True, 10000, 9999, int(now + WINDOW))
        if self.in_flight >= CONCURRENT[profile]:
            # Limit and remaining 0 distinguish it from an exhausted bucket; reset is only a hint.
            return Decision(False, 0, 0, math.ceil(now + WINDOW))
        window = self._windows.get(bucket.name)
        if window is None or now >= window.ends:
            window = self._windows[bucket.name] = _Window(now + WINDOW)
        bucket_limit = bucket.limit(profile)
        share = int(bucket_limit * SHARE)
        share_remaining = share - window.used[caller]
        bucket_remaining = bucket_limit - window.used.total()
        # The lower ceiling applies: the token's share or the whole bucket.
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

    def advance_past(self, decision: Decision) -> None:
        """With `clock: jump`, advance the clock to the reset: an immediate retry succeeds."""
        if self.clock.jumps and decision.limit:
            self.clock.advance(decision.reset - self.clock.now())
