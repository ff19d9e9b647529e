"""Measures the doctor with 100,000 users and memberships: `python -m bench.doctor [USERS]`.

Compares its time with fetching and parsing the same pages, its peak memory with that of a tenth of
the users, and measures the rules alone. From the number of calls it calculates the minutes that a
scan takes under Okta's rate limits, and the minimum. Each part runs in a separate process, so that
caches and memory of one do not affect another. The benchmark has no assertions.
"""

import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bench.doctor_stub import APP, GROUPS, STORE, app_user
from okta_idc.clients.identity_center import IdentityCenter
from okta_idc.clients.identity_store import IdentityStore
from okta_idc.clients.okta import Okta
from okta_idc.clients.okta_auth import HeaderAuth
from okta_idc.doctor.bindings import PARTS, judge
from okta_idc.doctor.user_checks import UserChecks
from okta_idc.inventory.assigned_users import AssignedUsers
from okta_idc.inventory.model import Inventory, Source
from okta_idc.inventory.read import read_inventory
from okta_idc.rules.profiles import judge as judge_profile

WORKFORCE = {"apps": 100, "groups": 500, "apps/id": 500, "groups/id": 1000, "rest": 1200}
"""Requests per minute of an org (docs/research/okta-api.md#rate-limits)."""
TOKEN = 0.5
"""The default share of one token or app in a bucket (docs/research/okta-api.md#rate-limits)."""


async def doctor(url: str) -> dict[str, Any]:
    """Run the doctor: read the inventory and apply the rules."""
    async with Okta(url, HeaderAuth("SSWS x"), share=1.0) as okta:
        source, users = Source("us-east-1", "0oa1", STORE, "scim", endpoint=url), UserChecks()
        found = await read_inventory(okta, source, PARTS, on_user=users)
        report = judge(found, users)
        return {"calls": dict(okta.calls), "findings": len(report.found)}


async def fetch(url: str) -> dict[str, Any]:
    """Fetch and parse the same lists, with the same clients and concurrency."""
    async with Okta(url, HeaderAuth("SSWS x"), share=1.0) as okta:
        store = IdentityStore(STORE, "us-east-1", url)

        async def pages(path: str, **query: str | int) -> None:
            async for _ in okta.pages(path, **query):
                pass

        async def workers(count: int, one: Callable[[int], Awaitable[Any]]) -> None:
            waiting = iter(range(GROUPS))

            async def worker() -> None:
                for number in waiting:
                    await one(number)

            await asyncio.gather(*(worker() for _ in range(count)))

        def members(number: int) -> Awaitable[Any]:
            return pages(f"/api/v1/groups/00gs{number}/users", limit=200)

        def drained(number: int) -> Awaitable[Any]:
            return asyncio.to_thread(lambda: sum(1 for _ in store.members(f"g-{number}")))

        await okta.get("/api/v1/apps/0oa1")
        await pages("/api/v1/apps/0oa1/group-push/mappings", limit=1000)
        await asyncio.gather(
            pages("/api/v1/apps/0oa1/users", limit=500, expand="user"),
            workers(8, members),
            asyncio.to_thread(lambda: sum(1 for _ in store.users())),
            workers(4, drained),
            asyncio.to_thread(lambda: list(store.groups())),
            asyncio.to_thread(IdentityCenter("us-east-1", url).instances),
        )
        return {"calls": dict(okta.calls)}


def rules(people: int) -> tuple[float, float]:
    """Parsed profiles per second: by the profile rules alone, and with session tags and unique
    names."""
    crowd = [json.loads(json.dumps(app_user(n))) for n in range(min(people, 20_000))]
    sent = [each["profile"] | {"userName": f"{n}@x.org"} for n, each in enumerate(crowd)]
    began = time.process_time()
    for each in sent:
        judge_profile(each)
    alone = len(crowd) / (time.process_time() - began)
    inventory, checks = Inventory(Source(""), app=APP), UserChecks()
    found = AssignedUsers(lambda user, shown: checks(inventory, user, shown))
    began = time.process_time()
    found.add(crowd)
    return alone, len(crowd) / (time.process_time() - began)


@contextmanager
def stub(people: int) -> Iterator[str]:
    """The URL of the stub server, in a separate process."""
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.doctor_stub", str(people)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stdin
    assert server.stdout
    try:
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
    finally:
        server.stdin.close()
        server.wait(60)


def measured(part: str, url: str) -> dict[str, Any]:
    """Run a part in a separate process: elapsed seconds, CPU seconds and megabytes."""
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    command = [sys.executable, "-m", "bench.doctor", "--part", part, url]
    done = subprocess.run(command, stdout=subprocess.PIPE, env=environment, check=True)
    return json.loads(done.stdout)


def run_part(part: str, url: str) -> None:
    wall, cpu = time.monotonic(), time.process_time()
    found = asyncio.run({"doctor": doctor, "fetch": fetch}[part](url))
    found |= {"wall": time.monotonic() - wall, "cpu": time.process_time() - cpu}
    found["MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found))


def minutes(calls: dict[str, int], share: float) -> float:
    """The minutes of the slowest bucket. The buckets are used concurrently."""
    return max(n / (WORKFORCE.get(b, 1200) * TOKEN * share) for b, n in calls.items())


def main() -> None:
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with stub(people) as url:
        fetched, full = measured("fetch", url), measured("doctor", url)
    with stub(people // 10) as url:
        tenth = measured("doctor", url)
    print(f"{people:,} users, {people:,} memberships in {GROUPS} push groups, the largest with "
          f"{min(5_000, people // 2):,}; {full['findings']:,} findings")  # fmt: skip
    for name, found in (("fetch and parse", fetched), ("doctor", full)):
        calls = sum(found["calls"].values())
        print(f"{name:18} {found['wall']:7.1f} s, CPU time {found['cpu']:7.1f} s, "
              f"peak {found['MB']:5.0f} MB, {calls:,} calls to Okta")  # fmt: skip
    print(f"{'ratio':18} {full['wall'] / fetched['wall']:7.2f} elapsed, "
          f"{full['cpu'] / fetched['cpu']:.2f} CPU time")  # fmt: skip
    print(f"{'memory':18} {tenth['MB']:7.0f} MB at {people // 10:,} users, {full['MB']:.0f} MB at "
          f"{people:,}: {full['MB'] / tenth['MB']:.2f} times")  # fmt: skip
    alone, whole = rules(people)
    print(f"{'rules alone':18} {alone:7,.0f} profiles/s; with session tags and unique names "
          f"{whole:,.0f}")  # fmt: skip
    fewest = {"apps": -(-people // 500) + 1, "groups": GROUPS}
    print("Calculated for the workforce limits, of which a token gets half:")
    for share in (0.5, 1.0):
        print(f"  --share {share:.1f}        {minutes(full['calls'], share):5.1f} minutes; with "
              f"the minimum number of calls: {minutes(fewest, share):.1f}")  # fmt: skip
    print(f"  calls by bucket    {full['calls']}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--part"]:
        run_part(*sys.argv[2:])
    else:
        main()
