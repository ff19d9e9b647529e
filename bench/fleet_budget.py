"""Compares the budget of a run with what the sandbox counts: `python -m bench.fleet_budget [N …]`.

For each N, a sandbox with Okta's `workforce` limits and AWS's limit of 20 calls a second gets a
stack with N push groups. Each run prints the modelled and the counted calls of the scarcest bucket,
all buckets that differ, and the modelled and the virtual minutes with their ratio. Virtual time is
the sandbox's clock, which jumps to the reset when Okta refuses a call (setting `clock`, value
`jump`); the Okta plugin then repeats the call at once instead of sleeping. It includes the seconds
that the machine needs, which are in a column of their own. AWS completes account assignments
immediately in the sandbox, so ten of them, whose modelled time is ten seconds, are enough.

Runs with the replacement plugins. `okta:maxApiCapacity` cannot be measured here: the replacement
ignores it, and the official plugin has it only without `okta:httpProxy`, by which it reaches the
sandbox (docs/research/okta-provider.md#capacity). The benchmark has no assertions.
"""

import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from bench.api_calls import KEY, log, make_org
from okta_idc.access_rules.directory import Directory
from okta_idc.fleet.budget import Estimate, estimate, reads_of_access
from okta_idc.fleet.call_counts import APPS, SSO, STORE
from okta_idc.fleet.placement import Placement
from okta_idc.settings import Settings, load_settings
from toolchain import engine, sandbox
from toolchain.plugin_resolver import Plugin
from toolchain.sandbox import ROOT, Sandbox
from toolchain.stack import Stack

ACCOUNT, ASSIGNMENTS = "210987654321", 10
INLINE, SET = (
    f"aws:ssoadmin/{name[0].lower()}{name[1:]}:{name}"
    for name in ("PermissionSetInlinePolicy", "PermissionSet")
)
RUNS = {
    "up": ("up", "--yes", "--skip-preview"),
    "up again": ("up", "--yes", "--skip-preview"),
    "changed set": ("up", "--yes", "--skip-preview"),
    "refresh": ("refresh", "--yes", "--skip-preview"),
    "destroy": ("destroy", "--yes", "--skip-preview"),
}
_BUCKETS = {"sso": SSO, "identitystore": STORE}
_PLUGIN = """#!{python}
import sys
sys.path.insert(0, {root!r})
from offline_plugins.okta.api import Clock
from offline_plugins.okta.plugin import OktaPlugin
from offline_plugins.provider_server import main
Clock.sleep = lambda self, seconds: None
main(OktaPlugin())
"""
"""The replacement plugin, without its waits: the sandbox's clock jumps instead."""


class Impatient(Plugin):
    """A plugin of the benchmark, in a folder of its own."""

    @property
    def path_entry(self) -> Path | None:
        return self.supplied and self.supplied.parent


@dataclass(frozen=True)
class Measurement:
    """One run: what was modelled, and what the sandbox counted."""

    run: str
    modelled: Estimate
    calls: Counter[str]
    """Admitted calls by bucket."""
    refused: int
    virtual_minutes: float
    seconds: float
    """Seconds that the machine needed."""


def measure(groups: int) -> Iterator[Measurement]:
    """Measures all runs. Raises RuntimeError with the engine's last output if one fails."""
    with running_stack(groups) as stack:
        for run, command in RUNS.items():
            write_settings(stack, groups, "PT2H" if run == "changed set" else "PT1H")
            before, last = resources(stack), last_call(stack.sandbox)
            ahead, started = clock(stack.sandbox), time.monotonic()
            result = stack.run(*command)
            seconds = time.monotonic() - started
            if result.returncode:
                raise RuntimeError(f"{groups}, {run}: {(result.stdout + result.stderr)[-3000:]}")
            calls, refused = counted_calls(stack.sandbox, last)
            changes = changes_of(run, before, resources(stack))
            minutes = (seconds + clock(stack.sandbox) - ahead) / 60
            reads = reads_of_access(declared(stack), Placement(None, _no_directory))
            modelled = estimate(changes, reads=reads)
            yield Measurement(run, modelled, calls, refused, minutes, seconds)


@contextmanager
def running_stack(groups: int) -> Iterator[Stack]:
    home = Path(tempfile.mkdtemp(prefix=f"fleet-budget-{groups}-"))
    org = home / "org.yaml"
    org.write_text(yaml.safe_dump(make_org(groups)))
    running = sandbox.start(
        home, 0, "supported", "--org", str(org), "--latency", "0", "--limits", "workforce",
        "--clock", "jump",
    )  # fmt: skip
    try:
        running.request("POST", "/sandbox/settings", {"aws_throttle": "on"})
        plugin = home / "bin" / "pulumi-resource-okta"
        plugin.parent.mkdir()
        plugin.write_text(_PLUGIN.format(python=sys.executable, root=str(ROOT)))
        plugin.chmod(0o755)
        plugins = [
            Impatient("okta", version("pulumi-okta"), "replacement", plugin),
            Plugin("aws", version("pulumi-aws"), "replacement"),
        ]
        stack = Stack(home, running, engine.find(log), plugins)
        stack.prepare()
        yield stack
    finally:
        sandbox.stop(home)
        shutil.rmtree(home)


def write_settings(stack: Stack, groups: int, duration: str) -> None:
    """Settings with N push groups, a permission set with every kind of policy, and an application
    assignment. The policy contains the duration, so that both change together."""
    document = yaml.safe_load(stack.settings.read_text())
    pushed = [f"pushed-{n:03}" for n in range(groups)]
    statement = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    document["config"]["aws:maxRetries"] = "25"  # the official plugin's default
    document["config"][KEY] |= {
        "assignments": {"groups": ["staff"]},
        "push_groups": pushed,
        "attribute_statements": [],
        "access_control_attributes": None,
        "account_access": {
            "permission_sets": [
                {
                    "name": "Reader",
                    "session_duration": duration,
                    "managed_policies": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
                    "customer_managed_policies": ["platform/ReaderAccess"],
                    "permissions_boundary": "platform/ReaderBoundary",
                    "inline_policy": {
                        "Version": "2012-10-17",
                        "Statement": {**statement, "Sid": f"Reader{duration}"},
                    },
                    "groups": pushed[:ASSIGNMENTS],
                    "accounts": [ACCOUNT],
                }
            ],
            "applications": [
                {
                    "arn": "arn:aws:sso::123456789012:application/ssoins-7223a1b2c3d4e5f6/"
                    "apl-5f1e2d3c4b5a6978",
                    "groups": pushed[:1],
                }
            ],
        },
    }
    stack.settings.write_text(yaml.safe_dump(document))


def _no_directory() -> Directory:
    raise NotImplementedError("one stack needs no organization")


def declared(stack: Stack) -> Settings:
    """The settings of the stack file."""
    return load_settings(yaml.safe_load(stack.settings.read_text())["config"][KEY])


def resources(stack: Stack) -> Counter[str]:
    """Number of resources in the state, by type token."""
    exported = json.loads(stack.run("stack", "export").stdout)
    found = exported["deployment"].get("resources") or []
    return Counter(each["type"] for each in found if each.get("custom"))


def changes_of(run: str, before: Counter[str], after: Counter[str]) -> dict[str, dict[str, int]]:
    """The operations of a run, by type token."""
    if run == "refresh":
        return {kind: {"refresh": number} for kind, number in before.items()}
    changes = {
        kind: {
            "create": max(after[kind] - before[kind], 0),
            "delete": max(before[kind] - after[kind], 0),
            "same": min(after[kind], before[kind]),
        }
        for kind in before | after
    }
    if run == "changed set":
        for kind in (SET, INLINE):
            changes[kind] = {"update": 1}
    return changes


def clock(running: Sandbox) -> float:
    """Seconds by which the sandbox's clock is ahead of the machine's."""
    return float(running.request("GET", "/sandbox/clock")["ahead"])


def last_call(running: Sandbox) -> int:
    return max((each["seq"] for each in _log(running)), default=0)


def counted_calls(running: Sandbox, after: int) -> tuple[Counter[str], int]:
    """The admitted calls by the names of the budget's buckets, and the number of refused ones."""
    calls: Counter[str] = Counter()
    refused = 0
    for each in _log(running):
        if each["seq"] <= after:
            continue
        service = each["operation"].partition(":")[0]
        bucket = each["bucket"].partition(" ")[2] or each["bucket"] or _BUCKETS.get(service)
        throttled = each["status"] == 429 or (each["server"] == "aws" and each["status"] == 400)
        refused += throttled
        if bucket and not throttled:
            calls[bucket] += 1
    return calls, refused


def _log(running: Sandbox) -> list[Any]:
    found: list[Any] = []
    for server in ("okta", "aws"):
        found += running.request("GET", f"/sandbox/request-log?server={server}", seconds=60)
    return found


def row(groups: int, measured: Measurement) -> str:
    modelled = measured.modelled
    differing = [
        f"{bucket}: {modelled.calls.get(bucket, 0)}, {measured.calls[bucket]}"
        for bucket in sorted({*modelled.calls, *measured.calls})
        if modelled.calls.get(bucket, 0) != measured.calls[bucket] and bucket != APPS
    ]
    ratio = measured.virtual_minutes / modelled.minutes if modelled.minutes >= 1 else None
    cells: list[Any] = [
        groups, measured.run, modelled.calls.get(APPS, 0), measured.calls[APPS],
        "; ".join(differing) or "none", measured.refused, f"{modelled.minutes:.1f}",
        f"{measured.virtual_minutes:.1f}", f"{ratio:.2f}" if ratio else "",
        f"{measured.seconds:.0f}",
    ]  # fmt: skip
    return "| " + " | ".join(map(str, cells)) + " |"


def main(arguments: list[str]) -> None:
    print(
        "| N | run | calls below the app, modelled | counted | other buckets that differ "
        "(modelled, counted) | refused | modelled minutes | virtual minutes | ratio | seconds |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for groups in [int(text) for text in arguments if text.isdigit()] or [20, 50]:
        for measured in measure(groups):
            print(row(groups, measured), flush=True)
            for each in measured.modelled.unknown:
                log(f"    unknown: {each}")


if __name__ == "__main__":
    main(sys.argv[1:])
