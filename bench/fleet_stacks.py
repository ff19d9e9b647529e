"""A federation in a sandbox of its own, in one stack or divided among several.

The folder of a deployment is a Pulumi project with the clone's program, so that the stack files of
a fleet are beside each other and the clone has none of them.
"""

import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bench.api_calls import log
from bench.fleet_org import KEY, Organization, Shape, stack_document
from bench.processes import Usage, cpu_seconds, run_measured
from okta_idc.settings.models import Fleet
from okta_idc.settings.parts import parts_of
from toolchain import engine, plugin_resolver, sandbox
from toolchain.sandbox import ROOT
from toolchain.stack import STACK, Stack

PROGRAM = "__main__.py", "Pulumi.yaml", "Pulumi.README.md", ".venv", "components", "okta_idc"
APPLY = "--yes", "--skip-preview"
PHASES: dict[str, tuple[str, ...]] = {
    "preview": ("preview",),
    "up": ("up", *APPLY),
    "up again": ("up", *APPLY),
    "one more account": ("up", *APPLY),
    "one more group": ("up", *APPLY),
    "refresh": ("refresh", *APPLY),
}
WITHOUT_CHECKPOINTS = """\
#!/bin/sh
# The program refuses PULUMI_SKIP_CHECKPOINTS, and only the engine reads it.
unset PULUMI_SKIP_CHECKPOINTS
exec {python} "$@"
"""


@dataclass(frozen=True)
class Variant:
    """How a federation is deployed."""

    stack_size: int = 0
    """Resources of a stack of a fleet, about; 0: one stack."""
    skip_checkpoints: bool = False
    """Saves the state at the end of a run only, to see what the checkpoints cost."""
    runner: bool = False
    """Runs a fleet with `okta-idc fleet` instead of one stack after the other."""

    @property
    def name(self) -> str:
        words = [f"stacks of {self.stack_size}" if self.stack_size else "one stack"]
        words += ["okta-idc fleet"] * self.runner + ["no checkpoints"] * self.skip_checkpoints
        return ", ".join(words)

    def fleet(self, shape: Shape) -> dict[str, Any] | None:
        """The setting `fleet`."""
        if not self.stack_size:
            return None
        counts = {
            "push_groups": shape.groups, "permission_sets": shape.sets + shape.policies,
            "accounts": shape.assignments,
        }  # fmt: skip
        return {key: {"count": -(-count // self.stack_size)} for key, count in counts.items()}


@dataclass
class Record:
    """One phase: one run of the engine on each stack."""

    size: int
    """Resources that the organization was generated for."""
    variant: str
    phase: str
    seconds: float
    cpu: dict[str, float]
    """Processor seconds by kind of process."""
    memory: dict[str, float]
    """Peak memory of the largest process of each kind, in MB."""
    sandbox_cpu: float
    resources: dict[str, int]
    """Resources in the state after the phase, by stack."""
    state: dict[str, int]
    """Size of the state after the phase, in bytes, by stack."""
    calls: dict[str, int] = field(default_factory=dict[str, int])
    """Calls by rate limit bucket in Okta, and by service in AWS."""
    seconds_by_stack: dict[str, float] = field(default_factory=dict[str, float])


class Deployment:
    """A generated federation. `home` is its project and the sandbox's folder."""

    def __init__(
        self, home: Path, org: Organization, variant: Variant, running: sandbox.Sandbox
    ) -> None:
        pulumi = engine.find(log)
        self._home, self._org, self._variant, self._sandbox = home, org, variant, running
        self._stack = Stack(home, running, pulumi, plugin_resolver.choose(pulumi, log))
        self._fleet = variant.fleet(org.shape)
        parts = parts_of(Fleet.model_validate(self._fleet)) if self._fleet else []
        self._parts = sorted(parts, key=lambda each: each.startswith("access"))
        for name in PROGRAM:
            (home / name).symlink_to(ROOT / name)
        self._write(account=False, group=False)
        self._stack.prepare()
        self._environment = self._make_environment()
        for part in self._parts if not variant.runner else ():
            self._engine("stack", "init", f"{STACK}-{part}")
        self._seq = 0
        self._calls()

    def run(self, phase: str) -> Record:
        """Measure one phase. Raises RuntimeError with the last output if it fails."""
        self._write(
            account=phase in ("one more account", "one more group"), group=phase == "one more group"
        )
        before = cpu_seconds(self._sandbox.pid)
        usages = {name: self._engine(*command) for name, command in self._commands(phase)}
        cpu, memory = Counter[str](), dict[str, float]()
        for usage in usages.values():
            cpu.update(usage.cpu)
            memory |= {k: max(peak, memory.get(k, 0)) for k, peak in usage.peak.items()}
        files = sorted(self._stack.state.glob(".pulumi/stacks/*/*.json"))
        resources = {file.stem: len(_resources(file)) for file in files}
        times = {name: round(usage.seconds, 2) for name, usage in usages.items()}
        return Record(
            self._org.shape.resources, self._variant.name, phase, sum(times.values()), dict(cpu),
            memory, cpu_seconds(self._sandbox.pid) - before, resources,
            {file.stem: file.stat().st_size for file in files}, self._calls(), times,
        )  # fmt: skip

    def _commands(self, phase: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        if self._variant.runner:
            yield "fleet", ("fleet", PHASES[phase][0], "--stack", STACK)
            return
        for part in ("", *self._parts):
            name = f"{STACK}-{part}" if part else STACK
            yield name, (*PHASES[phase], "--stack", name)

    def _engine(self, *arguments: str) -> Usage:
        command = [str(self._stack.engine.path), *arguments, "--non-interactive"]
        if arguments[0] == "fleet":
            command = [sys.executable, "-m", "okta_idc", *arguments]
        done, usage = run_measured(command, self._home, self._environment)
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)}: {done.stdout[-30000:]}")
        return usage

    def _make_environment(self) -> Mapping[str, str]:
        unused = ("PULUMI_STACK", "PULUMI_OPTION_CONFIG_FILE")
        found = {k: v for k, v in self._stack.environment.items() if k not in unused}
        found |= self._sandbox.variables if self._variant.runner else {}
        if self._variant.skip_checkpoints:
            python = self._home / "python"
            python.write_text(WITHOUT_CHECKPOINTS.format(python=sys.executable))
            python.chmod(0o755)
            found |= {"PULUMI_SKIP_CHECKPOINTS": "true", "OIC_PYTHON": str(python)}
        return found

    def _calls(self) -> dict[str, int]:
        """The calls since the last time."""
        counts: Counter[str] = Counter()
        since = self._seq
        for server in ("okta", "aws", "scim"):
            path = f"/sandbox/request-log?server={server}&since={since}"
            for call in self._sandbox.request("GET", path, seconds=120):
                self._seq = max(self._seq, call["seq"])
                if server != "scim":  # Okta's calls, not the kit's
                    counts[call["bucket"] or call["operation"].partition(":")[0]] += 1
        return dict(counts)

    def _write(self, *, account: bool, group: bool) -> None:
        """Writes the stack files. The sandbox's addresses follow."""
        federation = self._org.federation(account=account, group=group)
        document = stack_document(federation | ({"fleet": self._fleet} if self._fleet else {}))
        self._stack.settings.write_text(yaml.safe_dump(document, sort_keys=False))
        self._stack.prepare()
        document = yaml.safe_load(self._stack.settings.read_text())
        # A program gets its configuration in a variable, which is limited to 128 KiB.
        file = self._stack.settings.with_name("federation.yaml")
        file.write_text(yaml.safe_dump(document["config"][KEY], sort_keys=False))
        document["config"][KEY] = file.name
        self._stack.settings.write_text(yaml.safe_dump(document, sort_keys=False))
        del document["config"][KEY]
        for part in self._parts if not self._variant.runner else ():
            document["config"]["okta-identity-center:part"] = {"core": STACK, "name": part}
            file = self._stack.settings.with_name(f"Pulumi.{STACK}-{part}.yaml")
            file.write_text(yaml.safe_dump(document, sort_keys=False))


@contextmanager
def deployed(org: Organization, variant: Variant) -> Iterator[Deployment]:
    """A new sandbox with this organization, and empty stacks."""
    home = Path(tempfile.mkdtemp(prefix=f"fleet-{org.shape.resources}-"))
    file = home / "org.json"
    file.write_text(json.dumps(org.document))
    try:
        running = sandbox.start(home, 0, "supported", "--org", str(file), "--latency", "0")
        yield Deployment(home, org, variant, running)
    finally:
        sandbox.stop(home)
        shutil.rmtree(home)


def _resources(file: Path) -> list[Any]:
    return (json.loads(file.read_text())["checkpoint"]["latest"] or {}).get("resources", [])
