"""The sandbox's stack `dev`: its environment, its state, and recovery from interrupted runs.

Each state belongs to one sandbox, by the sandbox's id, and is deleted when that sandbox no longer
runs. Environment variables select the backend, so that Pulumi.yaml contains nothing of the sandbox.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from okta_idc.recovery.checkpoint import Checkpoint, is_complete, is_running
from toolchain.engine import Engine
from toolchain.plugin_resolver import PROVIDERS, Plugin, variable
from toolchain.sandbox import ROOT, Sandbox
from toolchain.stack_file import StackFile

STACK = "dev"
PROJECT = "okta-identity-center"
OVERRIDING = re.compile(r"(OKTA|AWS|PULUMI)_")
"""Variables that would override the stack's settings in the plugins."""
_EXIT_SECONDS = 3.0
PASSED_THROUGH = {"PULUMI_HOME", "PULUMI_DEBUG_GRPC", *map(variable, PROVIDERS)}


class InterruptedRunError(Exception):
    """An earlier run was interrupted or has not finished. The text names what it left behind and
    the remedy."""


@dataclass(frozen=True)
class Stack:
    """The stack of one sandbox, with the engine and the plugins that deploy it."""

    home: Path
    sandbox: Sandbox
    engine: Engine
    plugins: list[Plugin]

    @property
    def state(self) -> Path:
        return self.home / f"state-{self.sandbox.id}"

    @property
    def settings(self) -> Path:
        """The stack file that the engine uses."""
        return StackFile(self.home).path

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables that plain `pulumi …` needs in the clone, and a PATH with
        `okta-idc`."""
        folders = [str(p) for plugin in self.plugins if (p := plugin.path_entry)]
        if self.engine.origin != "installed":
            folders.insert(0, str(self.engine.path.parent))
        path = [str(ROOT / "toolchain" / "bin"), *folders, os.environ["PATH"]]
        variables = {
            "PATH": os.pathsep.join(path),
            "PULUMI_BACKEND_URL": self.state.as_uri(),
            "PULUMI_STACK": STACK,
            "PULUMI_CONFIG_PASSPHRASE": "sandbox",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "OIC_PYTHON": sys.executable,
            "OIC_ROOT": str(ROOT),
        }
        if self.settings.parent != ROOT:
            variables["PULUMI_OPTION_CONFIG_FILE"] = str(self.settings)
        if all(plugin.path_entry for plugin in self.plugins):
            variables["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] = "true"
        return variables

    @property
    def environment(self) -> dict[str, str]:
        """The engine's whole environment."""
        return {**without_overrides(os.environ), **self.variables}

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run an engine command and capture its output."""
        return subprocess.run(
            [str(self.engine.path), *arguments, "--non-interactive"], cwd=ROOT,
            env=self.environment, capture_output=True, text=True, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def prepare(self) -> bool:
        """Create the stack if it is missing, point its file to the sandbox, and delete the state of
        other sandboxes. True: the file was changed."""
        for left in self.home.glob("state-*"):
            if left != self.state:
                shutil.rmtree(left)
        changed = StackFile(self.home).point_to(self.sandbox)
        if not self._file.exists() and not self._backup.exists():
            self.state.mkdir(parents=True, exist_ok=True)
            created = self.run("stack", "init", STACK)
            if created.returncode:
                raise InterruptedRunError(f"Could not create the stack: {created.stderr.strip()}")
        return changed

    def outputs(self) -> dict[str, Any]:
        return json.loads(self.run("stack", "output", "--json").stdout or "{}")

    def recover(self) -> list[str]:
        """Clean up after an interrupted run, as far as that is safe.

        Returns one message for each action. Raises InterruptedRunError if the user must act.
        """
        done: list[str] = []
        if self._locks():
            self.run("cancel", "--yes")
            done.append("Removed the stack's lock, which a killed run left behind.")
        for attributes in self._file.parent.glob("*.attrs"):
            if not is_complete(attributes, key="md5"):
                attributes.unlink()  # the engine reads a file without them
        if not is_complete(self._file):
            if not is_complete(self._backup):
                raise InterruptedRunError(
                    f"An earlier run was killed while it wrote the stack's state ({self._file}), "
                    "which has no complete backup. To start over, run: make reset"
                )
            shutil.copyfile(self._backup, self._file)
            Path(f"{self._file}.attrs").unlink(missing_ok=True)  # of the other file
            done.append(
                "An earlier run was killed while it wrote the stack's state. Restored the state "
                "from its backup, which lacks the last change. If the run fails because something "
                "exists already, it prints the commands that record it. To start over: make reset"
            )
        pending = self._pending()
        if pending:
            if report := self.left_behind():
                raise InterruptedRunError(report)
            names = ", ".join(sorted(urn.rsplit("::", 1)[-1] for urn in pending))
            cleared = self.run("refresh", "--yes", "--skip-preview", "--clear-pending-creates")
            if cleared.returncode:
                raise InterruptedRunError(
                    f"An earlier run was killed while it created {names}, and a refresh of the "
                    f"stack failed:\n{cleared.stdout[-800:]}\nTo start over, run: make reset"
                )
            done.append(
                f"An earlier run was killed while it created {names}. Refreshed the stack from the "
                "sandbox (pulumi refresh)."
            )
        return done

    def left_behind(self) -> str:
        """What `okta-idc recover` reports, with the commands; empty if the next run goes on by
        itself. Raises InterruptedRunError if the stack cannot be compared."""
        done = subprocess.run(
            [
                sys.executable, "-m", "okta_idc", "recover", "--json", "--out",
                str(self.home / "recover.json"), "--okta-url", self.sandbox.okta,
                "--aws-endpoint", self.sandbox.aws,
            ],
            cwd=ROOT, env={**self.environment, **self.sandbox.credentials},
            capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            found = json.loads(done.stdout)
        except ValueError:
            text = done.stderr.strip()[-600:]
            raise InterruptedRunError(f"Could not compare the stack's state: {text}") from None
        different = [each for each in found["differences"] if each["status"] != "pending"]
        if not different:
            return ""
        lines = [f"{e['urn'].rpartition('::')[2]}: {e['text']}." for e in different]
        return "\n".join(
            [
                "An interrupted run left a difference between the stack's state, Okta and AWS:",
                *lines,
                'To put it right, run `eval "$(make -s env)"`, then these lines, then `make up`:',
                *found["commands"],
                "To start over instead: make reset",
            ]
        )

    @property
    def _checkpoint(self) -> Checkpoint:
        return Checkpoint(self.state, PROJECT, STACK)

    @property
    def _file(self) -> Path:
        return self._checkpoint.file

    @property
    def _backup(self) -> Path:
        return self._checkpoint.backup

    def _locks(self) -> list[Path]:
        """Locks of processes that no longer run. Raises InterruptedRunError if one still runs."""
        locks = list((self.state / ".pulumi" / "locks").rglob("*.json"))
        for lock in locks:
            try:
                pid = int(json.loads(lock.read_text())["pid"])
            except (OSError, ValueError, KeyError):
                continue
            if _stays_alive(pid):
                raise InterruptedRunError(
                    f"Another run is updating this stack (process {pid}). Wait until it finishes."
                )
        return locks

    def _pending(self) -> list[str]:
        """URN of each resource whose creation is unconfirmed."""
        deployment = json.loads(self._file.read_text())["checkpoint"]["latest"]
        operations = (deployment or {}).get("pending_operations") or []
        return [o["resource"]["urn"] for o in operations if o["type"] == "creating"]


def without_overrides(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without the variables that would override the stack's settings.

    For example, OKTA_ACCESS_TOKEN takes precedence over the configured token, and AWS_PROFILE
    selects a real account.
    """
    return {k: v for k, v in environment.items() if not OVERRIDING.match(k) or k in PASSED_THROUGH}


def overriding_variables(environment: Mapping[str, str]) -> list[str]:
    """Names of the variables that `without_overrides` removes."""
    return sorted(k for k in environment if OVERRIDING.match(k) and k not in PASSED_THROUGH)


def _stays_alive(pid: int) -> bool:
    """Whether a process still runs after the few seconds that a killed process needs to exit."""
    deadline = time.monotonic() + _EXIT_SECONDS
    while is_running(pid):
        if time.monotonic() > deadline:
            return True
        time.sleep(0.1)
    return False
