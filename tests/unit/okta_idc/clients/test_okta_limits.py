"""Rate limits: the client uses only its share of the remaining calls, then waits for the reset."""

import asyncio
from dataclasses import dataclass, field
from email.utils import formatdate

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okta_idc.clients.okta_limits import Bucket, bucket_of, until_reset

EPOCH = 1_795_514_400  # Tue, 24 Nov 2026 10:00:00 GMT
WINDOW = 60
_REAL_SLEEP = asyncio.sleep


@dataclass
class Org:
    """Stub of a rate limit bucket with `limit` calls per minute. Only `sleep` advances time."""

    limit: int
    left: int = 0
    ends: float = WINDOW
    time: float = 0.0
    used: list[float] = field(default_factory=list)
    most_left: dict[float, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.left = self.left or self.limit

    async def sleep(self, seconds: float) -> None:
        """Concurrent sleeps overlap; they do not add up."""
        until = self.time + seconds
        await _REAL_SLEEP(0)
        self.time = max(self.time, until)

    def respond(self) -> httpx.Response:
        if self.time >= self.ends:
            self.ends, self.left = self.time + WINDOW, self.limit
        self.most_left.setdefault(self.ends, self.left)
        self.left -= 1
        self.used.append(self.ends)
        assert self.left >= 0
        return httpx.Response(200, headers={
            "Date": _date(self.time), "X-Rate-Limit-Limit": str(self.limit),
            "X-Rate-Limit-Remaining": str(self.left),
            "X-Rate-Limit-Reset": str(int(EPOCH + self.ends)),
        })  # fmt: skip


def _date(seconds: float) -> str:
    return formatdate(EPOCH + int(seconds), usegmt=True)


def scan(org: Org, requests: int, share: float = 0.5, at_once: int = 1) -> list[float]:
    """Sends requests to the org, at most `at_once` concurrently. Returns the waits."""
    waits: list[float] = []

    async def go() -> None:
        bucket = Bucket("apps", share, lambda s, _: waits.append(s), lambda: org.time)
        gate = asyncio.Semaphore(at_once)

        async def send() -> None:
            async with gate:
                await bucket.enter()
                response = org.respond()
                await _REAL_SLEEP(0)  # lets other requests run while this one is in flight
                bucket.leave(response)

        await asyncio.gather(*(send() for _ in range(requests)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio, "sleep", org.sleep)
        asyncio.run(go())
    return waits


@pytest.mark.parametrize("at_once", [1, 8])
def test_half_of_every_window_is_left_to_other_clients(at_once: int) -> None:
    org = Org(limit=100)
    waits = scan(org, 120, at_once=at_once)
    windows = sorted(set(org.used))
    assert [org.used.count(w) for w in windows] == [50, 50, 20]
    assert len(waits) >= 2
    assert all(0 < wait <= WINDOW + 1 for wait in waits)


def test_half_of_the_remaining_calls_are_used_when_few_are_left() -> None:
    org = Org(limit=100, left=10)
    scan(org, 6)
    first = min(org.used)
    assert org.used.count(first) == 5


def test_the_share_is_configurable() -> None:
    org = Org(limit=100)
    scan(org, 100, share=1.0)
    assert len(set(org.used)) == 1
    org = Org(limit=100)
    scan(org, 20, share=0.1)
    assert org.used.count(min(org.used)) == 10


@settings(deadline=None)
@given(
    limit=st.integers(2, 60),
    share=st.floats(0.05, 1.0),
    requests=st.integers(1, 80),
    at_once=st.integers(1, 8),
)
def test_the_share_is_never_exceeded(limit: int, share: float, requests: int, at_once: int) -> None:
    org = Org(limit=limit)
    scan(org, requests, share, at_once)
    for window, left in org.most_left.items():
        used = org.used.count(window)
        assert used <= max(1, int(left * share) + 1e-9), (window, used, left)


def test_without_rate_limit_headers_requests_run_one_at_a_time() -> None:
    async def go() -> int:
        bucket, peak, in_flight = Bucket("apps"), 0, 0

        async def send() -> None:
            nonlocal peak, in_flight
            await bucket.enter()
            in_flight += 1
            peak = max(peak, in_flight)
            await asyncio.sleep(0)
            in_flight -= 1
            bucket.leave(httpx.Response(200))

        await asyncio.wait_for(asyncio.gather(*(send() for _ in range(20))), 5)
        return peak

    assert asyncio.run(go()) == 1


def test_a_failed_request_does_not_block_others() -> None:
    async def go() -> None:
        bucket = Bucket("apps")
        await bucket.enter()
        second = asyncio.create_task(bucket.enter())
        await asyncio.sleep(0)
        assert not second.done()
        bucket.leave(None)
        await asyncio.wait_for(second, 60)

    asyncio.run(go())


@pytest.mark.parametrize(
    ("path", "bucket"),
    [
        ("/api/v1/apps", "apps"),
        ("/api/v1/apps/0oa1", "apps/id"),
        ("/api/v1/apps/0oa1/users", "apps"),
        ("/api/v1/apps/0oa1/group-push/mappings", "apps"),
        ("/api/v1/groups/00g1/users", "groups"),
        ("/api/v1/groups/00g1", "groups/id"),
        ("/api/v1/meta/schemas/user/default", "rest"),
        ("/oauth2/v1/token", "rest"),
    ],
)
def test_each_path_belongs_to_an_okta_bucket(path: str, bucket: str) -> None:
    assert bucket_of(path) == bucket


@pytest.mark.parametrize("headers", [{}, {"X-Rate-Limit-Reset": "soon"}])
def test_a_missing_or_invalid_reset_time_is_unknown(headers: dict[str, str]) -> None:
    assert until_reset(httpx.Response(429, headers=headers)) is None


def test_the_time_until_the_reset_uses_oktas_clock_and_is_bounded() -> None:
    def seconds(reset: int) -> float | None:
        headers = {"Date": _date(0), "X-Rate-Limit-Reset": str(reset)}
        return until_reset(httpx.Response(429, headers=headers))

    assert seconds(EPOCH + 7) == 8
    assert seconds(EPOCH - 100) == 1
    assert seconds(EPOCH + 10**6) == 120
