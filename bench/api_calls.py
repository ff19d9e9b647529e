"""Counts the calls of Okta's API for N groups, with the real engine: `python -m bench.api_calls`.

For each N (`python -m bench.api_calls [N …]`) and each kind of assignment, it starts a sandbox with
a stack, runs up, up again, refresh, an update that adds one group, and destroy, and counts the
calls in the sandbox's request log. `one`: one group is assigned, N are pushed. `each`: N groups are
assigned and N others pushed. The groups already exist in Okta.

The table also shows the minimum number of calls (`fewest`) and Terraform's measured calls. Minutes
are calculated: the calls of the busiest rate limit bucket, divided by a token's share of the
workforce limit. The benchmark has no assertions.
"""

import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from toolchain import engine, plugin_resolver, sandbox
from toolchain.sandbox import ROOT
from toolchain.stack import Stack

KEY = "okta-identity-center:federation"
PEOPLE = 20
RUNS: dict[str, tuple[str, ...]] = {
    "up": ("up", "--yes", "--skip-preview"),
    "up again": ("up", "--yes", "--skip-preview"),
    "refresh": ("refresh", "--yes", "--skip-preview"),
    "one more": ("up", "--yes", "--skip-preview"),
    "destroy": ("destroy", "--yes", "--skip-preview"),
}
SHARES = {
    "/api/v1/apps/{id}": 250, "/api/v1/apps": 50, "/api/v1/groups/{id}": 500,
    "/api/v1/groups": 250, "/api/v1/users/{id}": 300, "/api/v1/users": 300, "/api/v1": 600,
}  # fmt: skip
"""Requests per minute of one token: half of the workforce limit
(docs/research/okta-api.md#rate-limits)."""
TERRAFORM: dict[str, Callable[[int], int]] = {
    "up": lambda n: 12 + 5 * n,
    "up again": lambda n: 10 + 2 * n,
    "refresh": lambda n: 8 + 2 * n,
    "destroy": lambda n: 14 + 6 * n,
}
"""Terraform's calls. The formulas match the measurements at 5, 50 and 200 groups exactly; 500 is
calculated (docs/research/okta-provider.md#call-counts, plural assignments). They include creating,
reading and deleting the N groups."""
TERRAFORM_GROUPS = {"up": 3, "up again": 1, "refresh": 1, "destroy": 2}
"""The part of these calls that is for each group itself: creation, read and deletion."""
TERRAFORM_SCARCE: dict[str, Callable[[int], int]] = {
    "up": lambda n: 2 * n + 7,
    "up again": lambda n: n + 5,
    "refresh": lambda n: n + 5,
    "destroy": lambda n: 4 * n + 6,
}
"""The part of these calls below /apps/{id}, which share a bucket of 50 calls per minute."""


def fewest(run: str, assigned: int, pushed: int) -> int:
    """The minimum number of calls that the API requires, calculated.

    up: find the groups (10,000 per page), create the app, the connection with `?activate=true` and
    the features, read the signing metadata, and one call for each assignment and each push. up
    again, refresh: read the app, the connection, the features, and the lists of groups, assignments
    (200 per page) and push mappings (1,000 per page). one more: look up the group, push it and
    assign it. destroy: two calls for each push mapping, which must be deactivated first, and two
    for the app, whose deletion includes its assignments.
    """
    lists = 1 + -(-assigned // 200) + -(-pushed // 1000)
    return {
        "up": 5 + assigned + pushed,
        "up again": 3 + lists,
        "refresh": 3 + lists,
        "one more": 2 + (assigned > 1),
        "destroy": 2 * (pushed + 1) + 2,
    }[run]


@dataclass(frozen=True)
class Count:
    """The duration and the calls of one run."""

    run: str
    seconds: float
    buckets: Counter[str]
    operations: Counter[str]

    @property
    def calls(self) -> int:
        return self.buckets.total()

    @property
    def minutes(self) -> float:
        return max((n / SHARES.get(b, 600) for b, n in self.buckets.items()), default=0)


def measure(groups: int, way: str) -> Iterator[Count]:
    """Measure all runs. Raises RuntimeError with the engine's last output if one fails."""
    with stack_of(groups, way) as stack:
        for run, command in RUNS.items():
            more = run == "one more"
            if run in ("up", "one more"):
                settle(stack, groups + more, way)
            before = len(stack.sandbox.request("GET", "/sandbox/request-log"))
            began = time.monotonic()
            done = stack.run(*command)
            seconds = time.monotonic() - began
            if done.returncode:
                raise RuntimeError(f"{way} {groups}, {run}: {(done.stdout + done.stderr)[-3000:]}")
            made = stack.sandbox.request("GET", "/sandbox/request-log?server=okta", seconds=60)
            made = [call for call in made if call["seq"] > before]
            yield Count(
                run, seconds, Counter(call["bucket"] for call in made),
                Counter(call["operation"] for call in made),
            )  # fmt: skip


@contextmanager
def stack_of(groups: int, way: str) -> Iterator[Stack]:
    home = Path(tempfile.mkdtemp(prefix=f"api-calls-{way}-{groups}-"))
    org = home / "org.yaml"
    org.write_text(yaml.safe_dump(org_of(groups + 1)))
    running = sandbox.start(home, 0, "supported", "--org", str(org), "--latency", "0")
    try:
        found = engine.find(say)
        stack = Stack(home, running, found, plugin_resolver.choose(found, say))
        stack.prepare()
        yield stack
    finally:
        sandbox.stop(home)
        shutil.rmtree(home)


def org_of(groups: int) -> dict[str, Any]:
    """An org of 20 users: all are members of `staff`, and each group has one of them."""
    shipped = yaml.safe_load((ROOT / "sandbox" / "org.yaml").read_text())
    logins = [f"person{n}@example.com" for n in range(PEOPLE)]
    people = [
        {"login": login, "email": login, "firstName": "P", "lastName": str(n),
         "displayName": f"P {n}"}
        for n, login in enumerate(logins)
    ]  # fmt: skip
    kinds = [("assigned", n) for n in range(groups)] + [("pushed", n) for n in range(groups)]
    each = [{"name": f"{k}-{n:03}", "members": [logins[n % PEOPLE]]} for k, n in kinds]
    staff = {"name": "staff", "members": logins}
    return {"name": "bench", "aws": shipped["aws"], "users": people, "groups": [staff, *each]}


def settle(stack: Stack, groups: int, way: str) -> None:
    """Write the stack's settings for this number of groups, without account access."""
    document = yaml.safe_load(stack.settings.read_text())
    assigned = [f"assigned-{n:03}" for n in range(groups)] if way == "each" else ["staff"]
    pushed = [f"pushed-{n:03}" for n in range(groups)]
    document["config"][KEY] |= {
        "assignments": {"groups": assigned},
        "push_groups": pushed,
        "account_access": {},
    }
    stack.settings.write_text(yaml.safe_dump(document))


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main(arguments: list[str]) -> None:
    detail = "--detail" in arguments
    sizes = [int(text) for text in arguments if text.isdigit()] or [5, 50, 200, 500]
    print("| assigned | pushed | run | calls | fewest | Terraform | without its groups "
          "| minutes | Terraform's | seconds here |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|---|")
    for groups in sizes:
        for way in ("one", "each"):
            for count in measure(groups, way):
                print(row(groups, way, count), flush=True)
                if detail:
                    say("\n".join(f"    {n:5} {op}" for op, n in count.operations.most_common()))


def row(groups: int, way: str, count: Count) -> str:
    assigned = groups if way == "each" else 1
    run, theirs = count.run, TERRAFORM.get(count.run)
    cells: list[Any] = [assigned, groups, run, count.calls, fewest(run, assigned, groups)]
    if theirs and way == "each":
        without = theirs(groups) - TERRAFORM_GROUPS[run] * groups
        cells += [theirs(groups), without]
        cells += [f"{count.minutes:.1f}", f"{TERRAFORM_SCARCE[run](groups) / 50:.1f}"]
    else:
        cells += ["", "", f"{count.minutes:.1f}", ""]
    return "| " + " | ".join(str(cell) for cell in [*cells, f"{count.seconds:.0f}"]) + " |"


if __name__ == "__main__":
    main(sys.argv[1:])
