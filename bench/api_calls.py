"""Counts Okta API calls for N groups with the Pulumi engine: `python -m bench.api_calls [N …]`.

For each N and each variant, the benchmark starts a sandbox with a stack, runs up, up again,
refresh, an update that adds one group, and destroy, and counts the calls in the sandbox's request
log. Variant `one` assigns one group and pushes N. Variant `each` assigns N groups and pushes N
others. The groups already exist in Okta. *State* is the size of the stack's checkpoint, in kB of
1,000 bytes, which the engine writes again after each step.

The table also shows the minimum number of calls and the calls of Terraform. Minutes are calculated:
the calls of the busiest rate limit bucket, divided by a token's share of the workforce limit. The
benchmark has no assertions.
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
USERS = 20
APPS, APP, GROUPS = "/api/v1/apps", "/api/v1/apps/{id}", "/api/v1/groups"
RUNS: dict[str, tuple[str, ...]] = {
    "up": ("up", "--yes", "--skip-preview"),
    "up again": ("up", "--yes", "--skip-preview"),
    "refresh": ("refresh", "--yes", "--skip-preview"),
    "one more group": ("up", "--yes", "--skip-preview"),
    "destroy": ("destroy", "--yes", "--skip-preview"),
}
TOKEN_LIMITS = {
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
"""Terraform's calls, including those that create, read and delete the N groups. The formulas match
the measurements at 5, 50 and 200 groups exactly; 500 is calculated
(docs/research/okta-provider.md#call-counts, plural assignments)."""
TERRAFORM_GROUPS = {"up": 3, "up again": 1, "refresh": 1, "destroy": 2}
"""Terraform's calls that create, read or delete a group, per group."""
TERRAFORM_APP_CALLS: dict[str, Callable[[int], int]] = {
    "up": lambda n: 2 * n + 7,
    "up again": lambda n: n + 5,
    "refresh": lambda n: n + 5,
    "destroy": lambda n: 4 * n + 6,
}
"""Terraform's calls below /apps/{id}, which share a bucket of 50 calls per minute."""


def minimum_calls(run: str, assigned: int, pushed: int) -> Counter[str]:
    """The calculated minimum number of calls that the API requires, by bucket.

    up: find the groups (10,000 per page), create the app, the connection with `?activate=true` and
    the features, read the signing metadata, and one call for each assignment and each push. up
    again, refresh: read the app, the connection, the features, and the lists of groups, assignments
    (200 per page) and push mappings (1,000 per page). one more group: look up
    the group, push it and assign it. destroy: two calls for each push mapping, which must be
    deactivated first, and two for the app, whose deletion includes its assignments.
    """
    read = {APP: 1, GROUPS: 1, APPS: 2 + -(-assigned // 200) + -(-pushed // 1000)}
    return Counter({
        "up": {GROUPS: 1, APPS: 4 + assigned + pushed},
        "up again": read,
        "refresh": read,
        "one more group": {GROUPS: 1, APPS: 1 + (assigned > 1)},
        "destroy": {APP: 1, APPS: 2 * (pushed + 1) + 1},
    }[run])  # fmt: skip


@dataclass(frozen=True)
class Measurement:
    """The duration and the calls of one run."""

    run: str
    seconds: float
    state: int
    """The size of the stack's checkpoint after the run, in bytes."""
    buckets: Counter[str]
    operations: Counter[str]

    @property
    def calls(self) -> int:
        return self.buckets.total()

    @property
    def minutes(self) -> float:
        return max((n / TOKEN_LIMITS.get(b, 600) for b, n in self.buckets.items()), default=0)


def measure(groups: int, variant: str) -> Iterator[Measurement]:
    """Measures all runs. Raises RuntimeError with the engine's last output if one fails."""
    with running_stack(groups, variant) as stack:
        for run, command in RUNS.items():
            added = run == "one more group"
            if run in ("up", "one more group"):
                write_settings(stack, groups + added, variant)
            earlier = stack.sandbox.request("GET", "/sandbox/request-log", seconds=60)
            before = max((call["seq"] for call in earlier), default=0)
            started = time.monotonic()
            result = stack.run(*command)
            seconds = time.monotonic() - started
            if result.returncode:
                output = (result.stdout + result.stderr)[-3000:]
                raise RuntimeError(f"{variant} {groups}, {run}: {output}")
            calls = stack.sandbox.request("GET", "/sandbox/request-log?server=okta", seconds=60)
            calls = [call for call in calls if call["seq"] > before]
            [checkpoint] = stack.state.glob(".pulumi/stacks/*/*.json")
            yield Measurement(
                run, seconds, checkpoint.stat().st_size, Counter(call["bucket"] for call in calls),
                Counter(call["operation"] for call in calls),
            )  # fmt: skip


@contextmanager
def running_stack(groups: int, variant: str) -> Iterator[Stack]:
    home = Path(tempfile.mkdtemp(prefix=f"api-calls-{variant}-{groups}-"))
    org = home / "org.yaml"
    org.write_text(yaml.safe_dump(make_org(groups + 1)))
    running = sandbox.start(home, 0, "supported", "--org", str(org), "--latency", "0")
    try:
        pulumi = engine.find(log)
        stack = Stack(home, running, pulumi, plugin_resolver.choose(pulumi, log))
        stack.prepare()
        yield stack
    finally:
        sandbox.stop(home)
        shutil.rmtree(home)


def make_org(groups: int) -> dict[str, Any]:
    """An org of 20 users. All are members of `staff`; each other group has one member."""
    shipped = yaml.safe_load((ROOT / "sandbox" / "org.yaml").read_text())
    logins = [f"person{n}@example.com" for n in range(USERS)]
    users = [
        {"login": login, "email": login, "firstName": "P", "lastName": str(n),
         "displayName": f"P {n}"}
        for n, login in enumerate(logins)
    ]  # fmt: skip
    names = [(kind, n) for kind in ("assigned", "pushed") for n in range(groups)]
    each = [{"name": f"{kind}-{n:03}", "members": [logins[n % USERS]]} for kind, n in names]
    staff = {"name": "staff", "members": logins}
    return {"name": "bench", "aws": shipped["aws"], "users": users, "groups": [staff, *each]}


def write_settings(stack: Stack, groups: int, variant: str) -> None:
    """Writes stack settings for this number of groups, without account access."""
    document = yaml.safe_load(stack.settings.read_text())
    assigned = [f"assigned-{n:03}" for n in range(groups)] if variant == "each" else ["staff"]
    pushed = [f"pushed-{n:03}" for n in range(groups)]
    document["config"][KEY] |= {
        "assignments": {"groups": assigned},
        "push_groups": pushed,
        "account_access": {},
    }
    stack.settings.write_text(yaml.safe_dump(document))


def log(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main(arguments: list[str]) -> None:
    detail = "--detail" in arguments
    sizes = [int(text) for text in arguments if text.isdigit()] or [5, 50, 200, 500]
    print(
        "| assigned | pushed | run | calls | minimum | Terraform "
        "| Terraform without groups | minutes | Terraform's minutes | seconds | state, kB |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for groups in sizes:
        for variant in ("one", "each"):
            for measured in measure(groups, variant):
                print(row(groups, variant, measured), flush=True)
                if detail:
                    log("\n".join(f"    {n:5} {op}" for op, n in measured.operations.most_common()))


def row(groups: int, variant: str, measured: Measurement) -> str:
    assigned = groups if variant == "each" else 1
    run, terraform = measured.run, TERRAFORM.get(measured.run)
    cells: list[Any] = [
        assigned,
        groups,
        run,
        measured.calls,
        minimum_calls(run, assigned, groups).total(),
    ]
    if terraform and variant == "each":
        without = terraform(groups) - TERRAFORM_GROUPS[run] * groups
        cells += [terraform(groups), without]
        cells += [f"{measured.minutes:.1f}", f"{TERRAFORM_APP_CALLS[run](groups) / 50:.1f}"]
    else:
        cells += ["", "", f"{measured.minutes:.1f}", ""]
    cells += [f"{measured.seconds:.0f}", f"{measured.state / 1000:.0f}"]
    return "| " + " | ".join(map(str, cells)) + " |"


if __name__ == "__main__":
    main(sys.argv[1:])
