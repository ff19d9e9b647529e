"""Measures the sandbox with 500 groups and 10,000 users: `python -m bench.sandbox [GROUPS USERS]`.

Prints the start-up time, the reads per second of a user, a group, an app and an assignment, and the
memory. Also prints reads per second of the sandbox's CPU time, which depends less on the load of
the machine. The client runs in a separate process. Requires Linux: reads memory and CPU time from
/proc. The benchmark has no assertions.
"""

import asyncio
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import yaml

from bench.processes import cpu_seconds, megabytes
from toolchain.sandbox import OKTA_TOKEN, ROOT

SECONDS = 5.0
CONNECTIONS = 8
MEMBERS = 50
HEADERS = {"Authorization": f"SSWS {OKTA_TOKEN}"}
_END = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.I)


def make_org(groups: int, user_count: int) -> dict[str, Any]:
    """An org of users with complete profiles, and overlapping groups of 50 members."""
    shipped = yaml.safe_load((ROOT / "sandbox" / "org.yaml").read_text())
    logins = [f"person{n}@example.com" for n in range(user_count)]
    users = [
        {"login": login, "email": login, "firstName": "Person", "lastName": f"No. {n}",
         "displayName": f"Person {n}", "title": "Engineer", "department": f"Department {n % 40}",
         "costCenter": str(n % 90)}
        for n, login in enumerate(logins)
    ]  # fmt: skip
    named = [
        {"name": f"group-{n:04}", "members": sorted({logins[(n * 37 + m) % user_count]
                                                      for m in range(MEMBERS)})}
        for n in range(groups)
    ]  # fmt: skip
    return {"name": "bench", "aws": shipped["aws"], "users": users, "groups": named}


@contextmanager
def running_sandbox(org: Path, ready: Path) -> Iterator[tuple[dict[str, Any], float]]:
    """A sandbox, and the seconds until its first response."""
    command = [sys.executable, "-m", "sandbox", "serve", "--port", "0", "--org", str(org),
               "--connections", "supported", "--ready-file", str(ready)]  # fmt: skip
    started = time.monotonic()
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        while not ready.exists():
            if child.poll() is not None:
                raise RuntimeError("The sandbox did not start.")
            time.sleep(0.005)
        server = json.loads(ready.read_text())
        httpx.get(server["okta"] + "/sandbox/health", timeout=60).raise_for_status()
        yield server, time.monotonic() - started
    finally:
        child.terminate()
        child.wait(30)


def read_rates(
    server: dict[str, Any], paths_by_kind: dict[str, list[str]]
) -> dict[str, tuple[float, float]]:
    """Reads per second, and per second of the sandbox's CPU time, by kind of object."""
    command = [sys.executable, "-m", "bench.sandbox", "--client"]
    found: dict[str, tuple[float, float]] = {}
    for kind, paths in paths_by_kind.items():
        request = json.dumps({"url": server["okta"], "paths": paths})
        before = cpu_seconds(server["pid"])
        result = subprocess.run(
            command, input=request, cwd=ROOT, capture_output=True, text=True, check=True
        )
        count, seconds = json.loads(result.stdout)
        found[kind] = count / seconds, count / (cpu_seconds(server["pid"]) - before)
    return found


async def run_client(url: str, paths: list[str]) -> tuple[int, float]:
    """Runs a minimal client that uses little CPU time. Returns the reads and the seconds."""
    host, port = url.removeprefix("http://").split(":")
    until, counts = time.monotonic() + SECONDS, [0] * CONNECTIONS

    async def read(number: int) -> None:
        reader, writer = await asyncio.open_connection(host, int(port))
        turn = number
        while time.monotonic() < until:
            path = paths[turn % len(paths)]
            turn += CONNECTIONS
            writer.write(
                f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n"
                f"Authorization: {HEADERS['Authorization']}\r\n\r\n".encode()
            )
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200 ") or not (length := _END.search(head)):
                raise RuntimeError(f"{path}: {head!r}")
            await reader.readexactly(int(length[1]))
            counts[number] += 1
        writer.close()

    started = time.monotonic()
    await asyncio.gather(*(read(number) for number in range(CONNECTIONS)))
    return sum(counts), time.monotonic() - started


def object_paths(url: str) -> dict[str, list[str]]:
    """Creates an app, assigns a group, and returns the paths of single objects."""
    settings = {"app": {"acsURL": "https://a.example.com", "entityID": "https://e.example.com"}}
    body = {"name": "amazon_aws_sso", "label": "A", "signOnMode": "SAML_2_0", "settings": settings}
    with httpx.Client(base_url=url + "/api/v1", headers=HEADERS, timeout=120) as okta:
        users = [user["id"] for user in okta.get("/users?limit=200").json()]
        groups = [group["id"] for group in okta.get("/groups?limit=200").json()]
        app = okta.post("/apps", json=body).raise_for_status().json()["id"]
        okta.put(f"/apps/{app}/groups/{groups[0]}", json={}).raise_for_status()
    return {
        "a user": [f"/api/v1/users/{user_id}" for user_id in users],
        "a group": [f"/api/v1/groups/{group_id}" for group_id in groups],
        "an app": [f"/api/v1/apps/{app}"],
        "an assignment": [f"/api/v1/apps/{app}/groups/{groups[0]}"],
    }


def main(groups: int = 500, users: int = 10_000) -> None:
    print(f"{users:,} users, {groups:,} groups of {MEMBERS} members")
    document = make_org(groups, users)
    with tempfile.TemporaryDirectory(prefix="bench-sandbox-") as folder:
        ready = Path(folder, "ready.json")
        for kind, text in (("YAML", yaml.safe_dump(document)), ("JSON", json.dumps(document))):
            org = Path(folder, f"org.{kind}")
            org.write_text(text)
            with running_sandbox(org, ready) as (server, seconds):
                own = cpu_seconds(server["pid"])
                print(f"start-up, {kind:6} {seconds:8.1f} s, CPU time {own:.1f} s")
                if kind == "YAML":
                    continue
                print(f"{'memory':16} {megabytes(server['pid'], 'VmRSS'):8.0f} MB")
                for name, (rate, own) in read_rates(server, object_paths(server["okta"])).items():
                    print(f"{name:16} {rate:8,.0f} reads/s, {own:,.0f} per CPU second")
                print(f"{'peak memory':16} {megabytes(server['pid'], 'VmHWM'):8.0f} MB")


if __name__ == "__main__":
    if sys.argv[1:] == ["--client"]:
        request = json.load(sys.stdin)
        print(json.dumps(asyncio.run(run_client(request["url"], request["paths"]))))
    else:
        main(*(int(text) for text in sys.argv[1:]))
