"""Measures the doctor with 100,000 users and memberships: `python -m bench.doctor [USERS]`.

The doctor compares all attributes of each user with the profile mapping and with AWS. Compares its
time with fetching and parsing the same pages, and its peak memory with a scan of a tenth of the
users. Measures the rules alone. Calculates, from the number of calls, how many
minutes a scan takes under Okta's rate limits, and the minimum. Each part runs in a separate
process, so that caches and memory of one do not affect another. The benchmark has no assertions.
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

from bench.doctor_stub import APP, GROUPS, INSTANCE, STORE, app_user
from okta_idc.cli.main import young_collections
from okta_idc.clients.identity_center import IdentityCenter
from okta_idc.clients.identity_store import IdentityStore
from okta_idc.clients.okta import Okta
from okta_idc.clients.okta_auth import HeaderAuth
from okta_idc.doctor.bindings import PARTS, judge
from okta_idc.doctor.user_checks import UserChecks
from okta_idc.inventory.assigned_users import AssignedUsers
from okta_idc.inventory.model import Inventory, Source
from okta_idc.inventory.read import read_inventory
from okta_idc.rules.profile_mappings import Mapped
from okta_idc.rules.profiles import judge as judge_profile

WORKFORCE = {"apps": 100, "groups": 500, "apps/id": 500, "groups/id": 1000, "rest": 1200}
"""Requests per minute of an org (docs/research/okta-api.md#rate-limits)."""
TOKEN_SHARE = 0.5
"""The default share of one token or app in a bucket (docs/research/okta-api.md#rate-limits)."""


async def run_doctor(url: str) -> dict[str, Any]:
    """Runs the doctor: reads the inventory and applies the rules."""
    async with Okta(url, HeaderAuth("SSWS x"), share=1.0) as okta:
        source, users = Source("us-east-1", "0oa1", STORE, "scim", endpoint=url), UserChecks()
        found = await read_inventory(okta, source, PARTS, on_user=users)
        report = judge(found, users)
        return {"calls": dict(okta.calls), "findings": len(report.found)}


async def fetch_pages(url: str) -> dict[str, Any]:
    """Fetches and parses the same lists, with the same clients and concurrency."""
    async with Okta(url, HeaderAuth("SSWS x"), share=1.0) as okta:
        store = IdentityStore(STORE, "us-east-1", url)

        async def pages(path: str, **query: str | int) -> None:
            async for _ in okta.pages(path, **query):
                pass

        async def workers(count: int, read: Callable[[int], Awaitable[Any]]) -> None:
            numbers = iter(range(GROUPS))

            async def worker() -> None:
                for number in numbers:
                    await read(number)

            await asyncio.gather(*(worker() for _ in range(count)))

        def okta_members(number: int) -> Awaitable[Any]:
            return pages(f"/api/v1/groups/00gs{number}/users", limit=200)

        def store_members(number: int) -> Awaitable[Any]:
            return asyncio.to_thread(lambda: sum(1 for _ in store.members(f"g-{number}")))

        def application_assignments() -> None:
            center = IdentityCenter("us-east-1", url)
            center.instances()
            for number in range(GROUPS):
                center.applications_of_group(INSTANCE, f"g-{number}")

        await okta.get("/api/v1/apps/0oa1")
        await pages("/api/v1/apps/0oa1/group-push/mappings", limit=1000)
        await asyncio.gather(
            pages("/api/v1/apps/0oa1/users", limit=500, expand="user"),
            workers(8, okta_members),
            asyncio.to_thread(lambda: sum(1 for _ in store.users())),
            workers(4, store_members),
            asyncio.to_thread(lambda: list(store.groups())),
            asyncio.to_thread(application_assignments),
        )
        return {"calls": dict(okta.calls)}


def measure_rules(users: int) -> tuple[float, float]:
    """Profiles per second: with the profile rules alone, and with session tags, the profile mapping
    and unique names."""
    app_users = [json.loads(json.dumps(app_user(n))) for n in range(min(users, 20_000))]
    profiles = [each["profile"] | {"userName": f"{n}@x.org"} for n, each in enumerate(app_users)]
    started = time.process_time()
    for each in profiles:
        judge_profile(each)
    alone = len(app_users) / (time.process_time() - started)
    mapping = {name: Mapped(f"user.{name}", push=True) for name in profiles[0]}
    inventory, checks = Inventory(Source(""), app=APP, mapping=mapping), UserChecks()
    found = AssignedUsers(lambda user, document: checks(inventory, user, document))
    started = time.process_time()
    found.add(app_users)
    return alone, len(app_users) / (time.process_time() - started)


@contextmanager
def stub_server(users: int) -> Iterator[str]:
    """The URL of the stub server, in a separate process."""
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.doctor_stub", str(users)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stdin
    assert server.stdout
    try:
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
    finally:
        server.stdin.close()
        server.wait(60)


def measure(part: str, url: str) -> dict[str, Any]:
    """Runs a part in a separate process. Returns elapsed seconds, CPU seconds and megabytes."""
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    command = [sys.executable, "-m", "bench.doctor", "--part", part, url]
    result = subprocess.run(command, stdout=subprocess.PIPE, env=environment, check=True)
    return json.loads(result.stdout)


def run_part(part: str, url: str) -> None:
    wall, cpu = time.monotonic(), time.process_time()
    with young_collections():  # as in every command
        found = asyncio.run({"doctor": run_doctor, "fetch": fetch_pages}[part](url))
    found |= {"wall": time.monotonic() - wall, "cpu": time.process_time() - cpu}
    found["MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found))


def minutes(calls: dict[str, int], share: float) -> float:
    """The minutes that the slowest bucket takes. The buckets are used concurrently."""
    return max(n / (WORKFORCE.get(b, 1200) * TOKEN_SHARE * share) for b, n in calls.items())


def main() -> None:
    users = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with stub_server(users) as url:
        fetched, full = measure("fetch", url), measure("doctor", url)
    with stub_server(users // 10) as url:
        tenth = measure("doctor", url)
    print(f"{users:,} users, {users:,} memberships in {GROUPS} push groups, the largest with "
          f"{min(5_000, users // 2):,}; {full['findings']:,} findings")  # fmt: skip
    for name, found in (("fetch and parse", fetched), ("doctor", full)):
        calls = sum(found["calls"].values())
        print(f"{name:18} {found['wall']:7.1f} s, CPU time {found['cpu']:7.1f} s, "
              f"peak {found['MB']:5.0f} MB, {calls:,} calls to Okta")  # fmt: skip
    print(f"{'ratio (target 1.3)':18} {full['wall'] / fetched['wall']:7.2f} elapsed, "
          f"{full['cpu'] / fetched['cpu']:.2f} CPU time")  # fmt: skip
    print(f"{'memory (300 MB)':18} {tenth['MB']:7.0f} MB at {users // 10:,} users, "
          f"{full['MB']:.0f} MB at {users:,}: {full['MB'] / tenth['MB']:.2f} times")  # fmt: skip
    alone, whole = measure_rules(users)
    print(f"{'rules alone':18} {alone:7,.0f} profiles/s; with all checks of users "
          f"{whole:,.0f}")  # fmt: skip
    minimum = {"apps": -(-users // 500) + 1, "groups": GROUPS}
    print("Calculated for the workforce limits; a token's share is half:")
    for share in (0.5, 1.0):
        print(f"  --share {share:.1f}        {minutes(full['calls'], share):5.1f} minutes; with "
              f"the minimum number of calls: {minutes(minimum, share):.1f}")  # fmt: skip
    print(f"  calls by bucket    {full['calls']}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--part"]:
        run_part(*sys.argv[2:])
    else:
        main()
