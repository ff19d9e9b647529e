"""Okta's rate limits: what is counted together, who may use how much, and what is said of it."""

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
from tests.sandbox.provisioning.harness import Box, StillClock, box, org, person

API_TOKEN = "sandbox-okta-token"
ADA = org(person("ada"), staff="ada")


def limits(profile: str = "workforce", clock: str = "real") -> RateLimits:
    settings = Settings(limits=profile, clock=clock)
    return RateLimits(settings, StillClock(settings))


def ask(
    of: RateLimits, path: str = "/api/v1/apps", caller: str = "a", method: str = "GET"
) -> Decision:
    """One request that is over at once."""
    verdict = of.enter(bucket_of(method, path), caller)
    if verdict.admitted:
        of.leave()
    return verdict


def exhausted(of: RateLimits) -> Decision:
    """The last of more requests than any bucket here lets in."""
    return [ask(of) for _ in range(200)][-1]


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
def test_the_most_specific_bucket_counts(method: str, path: str, bucket: str) -> None:
    assert bucket_of(method, path).name == bucket


@given(
    st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE"]),
    st.lists(st.text("abc019-_.~%", min_size=1, max_size=8), max_size=6),
)
def test_every_path_has_a_bucket_and_what_lies_below_an_app_or_group_never_its_own(
    method: str, parts: list[str]
) -> None:
    assert bucket_of(method, "/" + "/".join(parts)) in BUCKETS
    for kind in ("apps", "groups"):
        below = f"/api/v1/{kind}/" + "/".join(["id", "sub", *parts])
        assert bucket_of(method, below).name == f"/api/v1/{kind}"


@pytest.mark.parametrize(("profile", "half"), [("integrator", 10), ("workforce", 50)])
def test_a_token_gets_half_of_a_bucket(profile: str, half: int) -> None:
    it = limits(profile)
    found = [ask(it) for _ in range(half + 1)]
    assert [v.admitted for v in found] == [True] * half + [False]
    assert {v.limit for v in found} == {half}
    assert [v.remaining for v in found] == [*range(half - 1, -1, -1), 0]


def test_two_tokens_use_up_the_bucket_and_a_third_gets_nothing() -> None:
    it = limits()
    for caller in ("a", "b"):
        assert all(ask(it, caller=caller).admitted for _ in range(50))
    third = ask(it, caller="c")
    assert not third.admitted
    assert third.limit == 100  # the whole org's ceiling is what applies


def test_one_bucket_used_up_leaves_the_others_alone() -> None:
    it = limits()
    assert not exhausted(it).admitted
    assert ask(it, "/api/v1/apps/0oa1").admitted
    assert ask(it, "/api/v1/groups").admitted
    assert not ask(it, "/api/v1/apps/0oa1/groups").admitted


def test_a_minute_after_its_first_request_the_bucket_is_full_again() -> None:
    it = limits()
    first = ask(it)
    it.clock.advance(30)
    exhausted(it)
    it.clock.advance(29)
    refused = ask(it)
    assert (refused.admitted, refused.reset) == (False, first.reset)
    it.clock.advance(1.1)
    again = ask(it)
    assert (again.admitted, again.remaining) == (True, 49)
    assert again.reset > first.reset


def test_a_refused_request_costs_nothing() -> None:
    it = limits()
    for _ in range(300):
        ask(it)
    assert ask(it, caller="b").remaining == 49


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 40)), max_size=300))
def test_no_minute_lets_in_more_than_the_share_and_the_whole(
    steps: list[tuple[str, float]],
) -> None:
    it = limits("integrator")
    windows: dict[int, list[str]] = {}
    for caller, pause in steps:
        it.clock.advance(pause)
        verdict = ask(it, caller=caller)
        if verdict.admitted:
            windows.setdefault(verdict.reset, []).append(caller)
        assert 0 <= verdict.remaining < verdict.limit
        assert 0 < verdict.reset - it.clock.now() <= 61
    for callers in windows.values():
        assert len(callers) <= 20
        assert max(callers.count(c) for c in "abc") <= 10


@pytest.mark.parametrize("profile", ["integrator", "workforce"])
def test_too_many_at_once_are_refused_with_both_numbers_zero(profile: str) -> None:
    it = limits(profile)
    users = bucket_of("GET", "/api/v1/users/1")
    running = [it.enter(users, str(n)) for n in range(CONCURRENT[profile])]
    assert all(v.admitted for v in running)
    refused = it.enter(users, "a")
    assert (refused.admitted, refused.limit, refused.remaining) == (False, 0, 0)
    it.leave()
    assert it.enter(users, "a").admitted


def test_without_a_profile_nobody_is_refused() -> None:
    it = limits("off")
    assert all(ask(it).admitted for _ in range(1000))


def test_where_the_clock_jumps_a_refusal_is_waited_for() -> None:
    it = limits(clock="jump")
    it.advance_past(exhausted(it))
    assert ask(it).admitted
    assert 59 <= it.clock.ahead <= 61


class TestTheClock:
    def test_waiting_takes_its_time_unless_it_jumps(self) -> None:
        async def slept(mode: str, seconds: float) -> float:
            began = time.monotonic()
            await Clock(Settings(clock=mode)).sleep(seconds)
            return time.monotonic() - began

        assert asyncio.run(slept("real", 0.2)) >= 0.19
        assert asyncio.run(slept("jump", 3600)) < 600

    def test_advancing_wakes_whoever_waits_long_enough(self) -> None:
        async def go() -> list[str]:
            clock, woken = Clock(), []

            async def wait(name: str, seconds: float) -> None:
                await clock.sleep(seconds)
                woken.append(name)

            tasks = [asyncio.create_task(wait("hour", 3600)),
                     asyncio.create_task(wait("minute", 60))]  # fmt: skip
            await asyncio.sleep(0.02)
            clock.advance(61)
            await asyncio.sleep(0.02)
            first = list(woken)
            clock.advance(3600)
            await asyncio.wait_for(asyncio.gather(*tasks), 10)
            return [*first, "|", *woken]

        assert asyncio.run(go()) == ["minute", "|", "minute", "hour"]


class TestAwsThrottle:
    def test_twenty_at_once_and_then_twenty_a_second(self) -> None:
        clock = StillClock()
        it = Throttle(clock)
        assert [it.take() for _ in range(21)] == [True] * 20 + [False]
        clock.advance(0.5)
        assert sum(it.take() for _ in range(20)) == 10
        clock.advance(60)
        assert sum(it.take() for _ in range(40)) == 20


async def raw(it: Box, path: str, token: str = API_TOKEN) -> Any:
    async with it.okta.get(path, headers={"Authorization": f"SSWS {token}"}) as answer:
        await answer.read()
        return answer


async def used_up(it: Box) -> Any:
    """Ask for the apps until that is refused; the refusal."""
    for _ in range(200):
        answer = await raw(it, "/api/v1/apps")
        if answer.status != 200:
            return answer
    raise AssertionError("nothing was refused")


@pytest.mark.anyio
class TestOnTheWire:
    async def test_every_answer_says_what_is_left(self) -> None:
        async with box(ADA, limits="workforce") as it:
            for path in ("/api/v1/users/nobody", "/api/v1/groups", "/nowhere",
                         "/.well-known/okta-organization"):  # fmt: skip
                answer = await raw(it, path)
                assert int(answer.headers["X-Rate-Limit-Limit"]) > 0
                assert int(answer.headers["X-Rate-Limit-Remaining"]) >= 0
                assert 0 < int(answer.headers["X-Rate-Limit-Reset"]) - time.time() <= 61
            answer = await raw(it, "/api/v1/groups", token="wrong")
            assert answer.status == 401
            assert "X-Rate-Limit-Reset" in answer.headers

    async def test_a_refusal_is_429_in_oktas_words(self) -> None:
        async with box(ADA, limits="integrator") as it:
            answer = await used_up(it)
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

    async def test_another_token_has_a_half_of_its_own(self) -> None:
        async with box(ADA, limits="integrator") as it:
            await used_up(it)
            assert (await raw(it, "/api/v1/apps", token="sandbox-okta-token-doctor")).status == 200
            assert (await raw(it, "/api/v1/apps", token="sandbox-okta-token-")).status == 401
            assert (await raw(it, "/api/v1/apps", token="sandbox-okta-tokens")).status == 401

    async def test_ten_minutes_of_throttling_take_a_moment(self) -> None:
        """A client that waits as Okta asks (reset minus date plus one), with a wait that moves
        the sandbox's clock instead of taking its time."""
        async with box(ADA, limits="workforce", still=True) as it:
            await it.ask("POST", "/sandbox/clock", {"advance": 60})
            began, done, refused = time.monotonic(), 0, 0
            while done < 501 and refused < 20:
                answer = await raw(it, f"/api/v1/apps/{it.app}/groups")
                if answer.status == 200:
                    done += 1
                    continue
                refused += 1
                date = parsedate_to_datetime(answer.headers["Date"]).timestamp()
                wait = int(answer.headers["X-Rate-Limit-Reset"]) - date + 1
                assert 0 < wait <= 62
                await it.ask("POST", "/sandbox/clock", {"advance": wait})
            assert refused == 10
            ahead = (await it.ask("GET", "/sandbox/clock"))["ahead"] - 60
            assert 600 <= ahead <= 620
            assert time.monotonic() - began < 300  # a moment, on a machine that is not busy

    async def test_where_the_clock_jumps_asking_again_at_once_is_enough(self) -> None:
        async with box(ADA, limits="integrator", clock="jump", still=True) as it:
            ahead = (await it.ask("GET", "/sandbox/clock"))["ahead"]
            found = [(await raw(it, "/api/v1/apps")).status for _ in range(33)]
            # connecting the app has used a few calls of the first minute
            assert found.count(429) == 3
            assert (429, 429) not in itertools.pairwise(found)
            assert 120 <= (await it.ask("GET", "/sandbox/clock"))["ahead"] - ahead <= 185

    async def test_too_many_at_once_are_refused(self) -> None:
        async with box(ADA, limits="integrator") as it:
            await it.fault(path="/api/v1/users/", delay=3600, times=100)
            asked = [
                asyncio.create_task(
                    raw(it, "/api/v1/users/nobody", token=f"{API_TOKEN}-{number % 5}")
                )
                for number in range(40)
            ]
            refused = [await first for first in itertools.islice(asyncio.as_completed(asked), 5)]
            assert {a.status for a in refused} == {429}
            assert {a.headers["X-Rate-Limit-Limit"] for a in refused} == {"0"}
            assert {a.headers["X-Rate-Limit-Remaining"] for a in refused} == {"0"}
            it.clock.advance(3600)
            found = sorted(a.status for a in await asyncio.gather(*asked))
            assert found == [404] * 35 + [429] * 5

    async def test_limits_are_switched_while_it_runs_and_a_typo_is_named(self) -> None:
        async with box(ADA) as it:
            assert all([(await raw(it, "/api/v1/apps")).status == 200 for _ in range(120)])
            await it.setting(limits="integrator")
            assert {(await raw(it, "/api/v1/apps")).status for _ in range(30)} == {200, 429}
            refused = await it.ask("POST", "/sandbox/settings", {"limits": "free"}, 400)
            assert refused["errorCauses"] == [
                {"errorSummary": "limits: use off, integrator, workforce"}
            ]
            refused = await it.ask("POST", "/sandbox/settings", {"limit": "off"}, 400)
            assert "limit: unknown setting" in refused["errorCauses"][0]["errorSummary"]

    @pytest.mark.parametrize("asked", [-1, "5", None, True, 1e12])
    async def test_the_clock_goes_forward_only_and_by_numbers(self, asked: Any) -> None:
        async with box(ADA) as it:
            await it.ask("POST", "/sandbox/clock", {"advance": asked}, 400)

    async def test_aws_refuses_what_comes_too_fast_where_it_is_switched_on(self) -> None:
        names = [f"p{n}" for n in range(30)]
        people = org(*map(person, names), staff=" ".join(names))
        async with box(people, scim_throttle="on", still=True) as it:
            await it.assign("staff")
            await it.settle()
            refused = await it.refusals()
            assert refused
            assert all(text.endswith("Too Many Requests") or "Rate exceeded" in text
                       for text in refused.values())  # fmt: skip
            for _ in range(20):
                await it.ask("POST", "/sandbox/clock", {"advance": 1})
                await it.ask("POST", "/sandbox/retry")
                await it.settle()
            assert it.enabled() == set(names)


@pytest.mark.parametrize("path", ["/api/v1/apps/a\nb/groups", "/\n", "/api/v1/apps\n"])
def test_every_path_has_a_bucket_whatever_stands_in_it(path: str) -> None:
    assert bucket_of("GET", path).name
