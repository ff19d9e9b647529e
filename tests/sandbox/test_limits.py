"""Okta's rate limits: buckets, shares and headers."""

import asyncio
import itertools
import time
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.aws.throttle import Throttle
from sandbox.clock import Clock
from sandbox.okta.limits import BUCKETS, CONCURRENT, Decision, RateLimits, bucket_of
from sandbox.settings import Settings
from tests.sandbox.okta.provisioning.harness import Harness, StillClock, harness, org, person

API_TOKEN = "sandbox-okta-token"
ADA = org(person("ada"), staff="ada")


def limits(profile: str = "workforce", clock: str = "real") -> RateLimits:
    settings = Settings(limits=profile, clock=clock)
    return RateLimits(settings, StillClock(settings))


def enter(
    rate_limits: RateLimits, path: str = "/api/v1/apps", caller: str = "a", method: str = "GET"
) -> Decision:
    """Make one request that ends immediately."""
    decision = rate_limits.enter(bucket_of(method, path), caller)
    if decision.admitted:
        rate_limits.leave()
    return decision


def exhausted(rate_limits: RateLimits) -> Decision:
    """Exhaust a bucket; return the last decision."""
    return [enter(rate_limits) for _ in range(200)][-1]


@pytest.mark.parametrize(
    ("method", "path", "bucket"),
    [
        ("GET", "/api/v1/apps", "/api/v1/apps"),
        ("POST", "/api/v1/apps", "/api/v1/apps"),
        ("GET", "/api/v1/apps/0oa1", "/api/v1/apps/{id}"),
        ("PUT", "/api/v1/apps/0oa1", "/api/v1/apps/{id}"),
        ("GET", "/api/v1/apps/0oa1/group-push/mappings/gPm1", "/api/v1/apps"),
        ("PUT", "/api/v1/apps/0oa1/groups/00g1", "/api/v1/apps"),
        ("GET", "/api/v1/apps/0oa1/connections/default", "/api/v1/apps"),
        ("GET", "/api/v1/groups", "/api/v1/groups"),
        ("GET", "/api/v1/groups/00g1", "/api/v1/groups/{id}"),
        ("GET", "/api/v1/groups/00g1/users", "/api/v1/groups"),
        ("GET", "/api/v1/users", "/api/v1/users"),
        ("GET", "/api/v1/users/00u1", "GET /api/v1/users/{id}"),
        ("POST", "/api/v1/users/00u1", "/api/v1/users/{id}"),
        ("POST", "/api/v1/users/00u1/lifecycle/suspend", "/api/v1"),
        ("GET", "/api/v1/logs", "/api/v1/logs"),
        ("GET", "/api/v1/meta/schemas/user/default", "/api/v1"),
        ("GET", "/.well-known/okta-organization", "/api/v1"),
    ],
)
def test_the_most_specific_bucket_applies(method: str, path: str, bucket: str) -> None:
    assert bucket_of(method, path).name == bucket


@given(
    st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE"]),
    st.lists(st.text("abc019-_.~%", min_size=1, max_size=8), max_size=6),
)
def test_every_path_has_a_bucket_and_subpaths_share_the_collections(
    method: str, parts: list[str]
) -> None:
    assert bucket_of(method, "/" + "/".join(parts)) in BUCKETS
    for kind in ("apps", "groups"):
        below = f"/api/v1/{kind}/" + "/".join(["id", "sub", *parts])
        assert bucket_of(method, below).name == f"/api/v1/{kind}"


@pytest.mark.parametrize(("profile", "half"), [("integrator", 10), ("workforce", 50)])
def test_a_token_can_use_half_of_a_bucket(profile: str, half: int) -> None:
    rate_limits = limits(profile)
    found = [enter(rate_limits) for _ in range(half + 1)]
    assert [v.admitted for v in found] == [True] * half + [False]
    assert {v.limit for v in found} == {half}
    assert [v.remaining for v in found] == [*range(half - 1, -1, -1), 0]


def test_two_tokens_exhaust_a_bucket() -> None:
    rate_limits = limits()
    for caller in ("a", "b"):
        assert all(enter(rate_limits, caller=caller).admitted for _ in range(50))
    third = enter(rate_limits, caller="c")
    assert not third.admitted
    assert third.limit == 100  # the limit of the whole org applies


def test_an_exhausted_bucket_does_not_affect_others() -> None:
    rate_limits = limits()
    assert not exhausted(rate_limits).admitted
    assert enter(rate_limits, "/api/v1/apps/0oa1").admitted
    assert enter(rate_limits, "/api/v1/groups").admitted
    assert not enter(rate_limits, "/api/v1/apps/0oa1/groups").admitted


def test_a_bucket_resets_a_minute_after_its_first_request() -> None:
    rate_limits = limits()
    first = enter(rate_limits)
    rate_limits.clock.advance(30)
    exhausted(rate_limits)
    rate_limits.clock.advance(29)
    decision = enter(rate_limits)
    assert (decision.admitted, decision.reset) == (False, first.reset)
    rate_limits.clock.advance(1.1)
    again = enter(rate_limits)
    assert (again.admitted, again.remaining) == (True, 49)
    assert again.reset > first.reset


def test_a_refused_request_does_not_count() -> None:
    rate_limits = limits()
    for _ in range(300):
        enter(rate_limits)
    assert enter(rate_limits, caller="b").remaining == 49


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 40)), max_size=300))
def test_no_minute_admits_more_requests_than_the_limits(
    steps: list[tuple[str, float]],
) -> None:
    rate_limits = limits("integrator")
    windows: dict[int, list[str]] = {}
    for caller, pause in steps:
        rate_limits.clock.advance(pause)
        decision = enter(rate_limits, caller=caller)
        if decision.admitted:
            windows.setdefault(decision.reset, []).append(caller)
        assert 0 <= decision.remaining < decision.limit
        assert 0 < decision.reset - rate_limits.clock.now() <= 61
    for callers in windows.values():
        assert len(callers) <= 20
        assert max(callers.count(c) for c in "abc") <= 10


@pytest.mark.parametrize("profile", ["integrator", "workforce"])
def test_too_many_concurrent_requests_are_refused_with_limit_and_remaining_0(profile: str) -> None:
    rate_limits = limits(profile)
    users = bucket_of("GET", "/api/v1/users/1")
    running = [rate_limits.enter(users, str(n)) for n in range(CONCURRENT[profile])]
    assert all(v.admitted for v in running)
    decision = rate_limits.enter(users, "a")
    assert (decision.admitted, decision.limit, decision.remaining) == (False, 0, 0)
    rate_limits.leave()
    assert rate_limits.enter(users, "a").admitted


def test_with_limits_off_no_request_is_refused() -> None:
    rate_limits = limits("off")
    assert all(enter(rate_limits).admitted for _ in range(1000))


def test_with_clock_jump_a_refusal_advances_the_clock() -> None:
    rate_limits = limits(clock="jump")
    rate_limits.advance_past(exhausted(rate_limits))
    assert enter(rate_limits).admitted
    assert 59 <= rate_limits.clock.ahead <= 61


class TestClock:
    def test_a_wait_takes_real_time_unless_the_clock_jumps(self) -> None:
        async def slept(mode: str, seconds: float) -> float:
            began = time.monotonic()
            await Clock(Settings(clock=mode)).sleep(seconds)
            return time.monotonic() - began

        assert asyncio.run(slept("real", 0.2)) >= 0.19
        assert asyncio.run(slept("jump", 3600)) < 600

    def test_a_still_clock_moves_only_when_it_is_advanced(self) -> None:
        settings = Settings(clock="still")
        clock = Clock(settings)
        began = clock.now()
        time.sleep(0.01)
        assert clock.now() == began
        clock.advance(5)
        assert clock.now() == began + 5
        settings.update({"clock": "real"})
        assert clock.now() > began + 5

    def test_advancing_ends_the_waits_that_are_due(self) -> None:
        async def go() -> list[str]:
            clock, woken = Clock(), []

            async def wait(name: str, seconds: float) -> None:
                await clock.sleep(seconds)
                woken.append(name)

            tasks = [asyncio.create_task(wait("hour", 3600)),
                     asyncio.create_task(wait("minute", 60))]  # fmt: skip
            await asyncio.sleep(0)  # both wait
            clock.advance(61)
            await asyncio.wait_for(tasks[1], 60)
            first = list(woken)
            clock.advance(3600)
            await asyncio.wait_for(tasks[0], 60)
            return [*first, "|", *woken]

        assert asyncio.run(go()) == ["minute", "|", "minute", "hour"]


class TestAwsThrottle:
    def test_scim_admits_twenty_requests_at_once_then_twenty_per_second(self) -> None:
        clock = StillClock()
        throttle = Throttle(clock)
        assert [throttle.take() for _ in range(21)] == [True] * 20 + [False]
        clock.advance(0.5)
        assert sum(throttle.take() for _ in range(20)) == 10
        clock.advance(60)
        assert sum(throttle.take() for _ in range(40)) == 20


async def raw(sandbox: Harness, path: str, token: str = API_TOKEN) -> Any:
    async with sandbox.okta.get(path, headers={"Authorization": f"SSWS {token}"}) as answer:
        await answer.read()
        return answer


async def exhaust_apps_bucket(sandbox: Harness) -> Any:
    """List the apps until the org refuses it; return the refusal."""
    for _ in range(200):
        answer = await raw(sandbox, "/api/v1/apps")
        if answer.status != 200:
            return answer
    raise AssertionError("nothing was refused")


@pytest.mark.anyio
class TestOverHttp:
    async def test_every_response_has_the_rate_limit_headers(self) -> None:
        async with harness(ADA, limits="workforce") as sandbox:
            for path in ("/api/v1/users/nobody", "/api/v1/groups", "/nowhere",
                         "/.well-known/okta-organization"):  # fmt: skip
                answer = await raw(sandbox, path)
                assert int(answer.headers["X-Rate-Limit-Limit"]) > 0
                assert int(answer.headers["X-Rate-Limit-Remaining"]) >= 0
                assert 0 < int(answer.headers["X-Rate-Limit-Reset"]) - time.time() <= 61
            answer = await raw(sandbox, "/api/v1/groups", token="wrong")
            assert answer.status == 401
            assert "X-Rate-Limit-Reset" in answer.headers

    async def test_a_refusal_is_429_with_oktas_error(self) -> None:
        async with harness(ADA, limits="integrator") as sandbox:
            answer = await exhaust_apps_bucket(sandbox)
            body = await answer.json()
            assert (answer.status, body["errorCode"]) == (429, "E0000047")
            assert body["errorSummary"] == (
                "API call exceeded rate limit due to too many requests."
            )
            assert body["errorLink"] == "E0000047"
            assert body["errorId"]
            assert body["errorCauses"] == []
            assert answer.headers["X-Rate-Limit-Remaining"] == "0"
            assert "Retry-After" not in answer.headers

    async def test_another_token_has_its_own_share(self) -> None:
        async with harness(ADA, limits="integrator") as sandbox:
            await exhaust_apps_bucket(sandbox)
            assert (
                await raw(sandbox, "/api/v1/apps", token="sandbox-okta-token-doctor")
            ).status == 200
            assert (await raw(sandbox, "/api/v1/apps", token="sandbox-okta-token-")).status == 401
            assert (await raw(sandbox, "/api/v1/apps", token="sandbox-okta-tokens")).status == 401

    async def test_advancing_the_clock_replaces_ten_minutes_of_waiting(self) -> None:
        """The client advances the clock by the required wait: reset minus date plus one."""
        async with harness(ADA, limits="workforce", still=True) as sandbox:
            await sandbox.call("POST", "/sandbox/clock", {"advance": 60})
            done, error = 0, 0
            while done < 501 and error < 20:
                answer = await raw(sandbox, f"/api/v1/apps/{sandbox.app}/groups")
                if answer.status == 200:
                    done += 1
                    continue
                error += 1
                date = parsedate_to_datetime(answer.headers["Date"]).timestamp()
                wait = int(answer.headers["X-Rate-Limit-Reset"]) - date + 1
                assert 0 < wait <= 62
                await sandbox.call("POST", "/sandbox/clock", {"advance": wait})
            assert error == 10
            ahead = (await sandbox.call("GET", "/sandbox/clock"))["ahead"] - 60
            assert 600 <= ahead <= 620

    async def test_with_clock_jump_an_immediate_retry_succeeds(self) -> None:
        async with harness(ADA, limits="integrator", clock="jump", still=True) as sandbox:
            ahead = (await sandbox.call("GET", "/sandbox/clock"))["ahead"]
            found = [(await raw(sandbox, "/api/v1/apps")).status for _ in range(33)]
            # connecting the app has used a few calls of the first minute
            assert found.count(429) == 3
            assert (429, 429) not in itertools.pairwise(found)
            assert 120 <= (await sandbox.call("GET", "/sandbox/clock"))["ahead"] - ahead <= 185

    async def test_too_many_concurrent_requests_are_refused(self) -> None:
        async with harness(ADA, limits="integrator") as sandbox:
            await sandbox.fault(path="/api/v1/users/", delay=3600, times=100)
            requests = [
                asyncio.create_task(
                    raw(sandbox, "/api/v1/users/nobody", token=f"{API_TOKEN}-{number % 5}")
                )
                for number in range(40)
            ]
            error = [await first for first in itertools.islice(asyncio.as_completed(requests), 5)]
            assert {a.status for a in error} == {429}
            assert {a.headers["X-Rate-Limit-Limit"] for a in error} == {"0"}
            assert {a.headers["X-Rate-Limit-Remaining"] for a in error} == {"0"}
            sandbox.clock.advance(3600)
            found = sorted(a.status for a in await asyncio.gather(*requests))
            assert found == [404] * 35 + [429] * 5

    async def test_limits_can_be_changed_at_run_time_and_a_typo_is_named(self) -> None:
        async with harness(ADA) as sandbox:
            assert all([(await raw(sandbox, "/api/v1/apps")).status == 200 for _ in range(120)])
            await sandbox.setting(limits="integrator")
            assert {(await raw(sandbox, "/api/v1/apps")).status for _ in range(30)} == {200, 429}
            error = await sandbox.call("POST", "/sandbox/settings", {"limits": "free"}, 400)
            assert error["errorCauses"] == [
                {"errorSummary": "limits: use one of off, integrator, workforce"}
            ]
            error = await sandbox.call("POST", "/sandbox/settings", {"limit": "off"}, 400)
            assert "limit: unknown setting" in error["errorCauses"][0]["errorSummary"]

    @pytest.mark.parametrize("seconds", [-1, "5", None, True, 1e12])
    async def test_the_clock_advances_by_positive_numbers_only(self, seconds: Any) -> None:
        async with harness(ADA) as sandbox:
            await sandbox.call("POST", "/sandbox/clock", {"advance": seconds}, 400)

    async def test_with_scim_throttle_on_aws_refuses_fast_requests(self) -> None:
        names = [f"p{n}" for n in range(30)]
        people = org(*map(person, names), staff=" ".join(names))
        async with harness(people, scim_throttle="on", still=True) as sandbox:
            await sandbox.assign("staff")
            await sandbox.settle()
            error = await sandbox.refusals()
            assert error
            assert all(text.endswith("Too Many Requests") or "Rate exceeded" in text
                       for text in error.values())  # fmt: skip
            for _ in range(20):
                await sandbox.call("POST", "/sandbox/clock", {"advance": 1})
                await sandbox.call("POST", "/sandbox/retry")
                await sandbox.settle()
            assert sandbox.enabled() == set(names)


@pytest.mark.parametrize("path", ["/api/v1/apps/a\nb/groups", "/\n", "/api/v1/apps\n"])
def test_any_path_has_a_bucket(path: str) -> None:
    assert bucket_of("GET", path).name
