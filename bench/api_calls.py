"""Calls of Okta's API for N groups, with the real engine: `python -m bench.api_calls [N …]`.

Starts a sandbox and a stack of its own for each N and each way of assigning, runs up, up again,
refresh, an update by one group, and destroy, and counts by the sandbox's request log. `one`: one
group is assigned and N are pushed. `each`: N groups are assigned and N others pushed. The groups
exist.

Beside it: the fewest calls that the API allows (`fewest`), and Terraform's as measured. Minutes are
modelled: the calls in the scarcest bucket over what a token gets of it under the workforce limits.
Asserts nothing.
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
"""Requests a minute of one token: half of the workforce limit
(docs/research/okta-api.md#rate-limits)."""
TERRAFORM: dict[str, Callable[[int], int]] = {
    "up": lambda n: 12 + 5 * n,
    "up again": lambda n: 10 + 2 * n,
    "refresh": lambda n: 8 + 2 * n,
    "destroy": lambda n: 14 + 6 * n,
}
"""Measured at 5, 50 and 200 groups, where these formulas hold exactly; 500 is worked out by them
(docs/research/okta-provider.md#call-counts, plural assignments). It makes, reads and deletes the N
groups too."""
TERRAFORM_GROUPS = {"up": 3, "up again": 1, "refresh": 1, "destroy": 2}
"""Of these, calls for each group itself (three to make it, one read, one deletion)."""
TERRAFORM_SCARCE: dict[str, Callable[[int], int]] = {
    "up": lambda n: 2 * n + 7,
    "up again": lambda n: n + 5,
    "refresh": lambda n: n + 5,
    "destroy": lambda n: 4 * n + 6,
}
"""Of these, calls below /apps/{id}, which share a bucket of 50 a minute."""


def fewest(run: str, assigned: int, pushed: int) -> int:
    """What the API asks at least, worked out and not measured.

    up: find the groups (a page holds 10,000), make the app, the connection with `?activate=true`,
    the features, read the signing metadata; then a call for each assignment and each push. up
    again, refresh: the app, the connection, the features, and the lists of groups, assignments
    (200 a page) and push mappings (1,000 a page). one more: the look-up of the group's id, its
    push and its assignment. destroy: two for each push mapping (none that is on is deleted), two
    for the app, which takes its assignments along.
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
    """What one run cost."""

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
    """Every run in turn. Raises RuntimeError with the engine's last words if one fails."""
    with stack_of(groups, way) as stack:
        for run, command in RUNS.items():
            more = run == "one more"
            if run in ("up", "one more"):
                settle(stack, groups + more, way)
            before = len(stack.sandbox.ask("GET", "/sandbox/request-log"))
            began = time.monotonic()
            done = stack.run(*command)
            seconds = time.monotonic() - began
            if done.returncode:
                raise RuntimeError(f"{way} {groups}, {run}: {(done.stdout + done.stderr)[-3000:]}")
            made = stack.sandbox.ask("GET", "/sandbox/request-log?server=okta", seconds=60)
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
        stack.ready()
        yield stack
    finally:
        sandbox.stop(home)
        shutil.rmtree(home)


def org_of(groups: int) -> dict[str, Any]:
    """Some people, all of them in `staff`; one of them in each group."""
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
    """The stack's settings for so many groups, without accounts and permission sets."""
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
