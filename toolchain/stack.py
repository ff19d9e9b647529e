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
        """The environment variables that plain `pulumi …` needs in the clone."""
        folders = [str(p) for plugin in self.plugins if (p := plugin.path_entry)]
        if self.engine.origin != "installed":
            folders.insert(0, str(self.engine.path.parent))
        variables = {
            "PULUMI_BACKEND_URL": self.state.as_uri(),
            "PULUMI_STACK": STACK,
            "PULUMI_CONFIG_PASSPHRASE": "sandbox",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "OIC_PYTHON": sys.executable,
            "OIC_ROOT": str(ROOT),
        }
        if self.settings.parent != ROOT:
            variables["PULUMI_OPTION_CONFIG_FILE"] = str(self.settings)
        if folders:
            variables["PATH"] = os.pathsep.join([*folders, os.environ["PATH"]])
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
            if not _is_complete(attributes, key="md5"):
                attributes.unlink()  # the engine reads a file without them
        if not _is_complete(self._file):
            if not _is_complete(self._backup):
                raise InterruptedRunError(
                    f"An earlier run was killed while it wrote the stack's state ({self._file}), "
                    "which has no complete backup. To start over, run: make reset"
                )
            shutil.copyfile(self._backup, self._file)
            Path(f"{self._file}.attrs").unlink(missing_ok=True)  # of the other file
            done.append(
                "An earlier run was killed while it wrote the stack's state. Restored the state "
                "from its backup, which lacks the last change. If the run fails because something "
                "exists already, run: make reset"
            )
        pending = self._pending()
        if pending:
            self._reject_unrecorded(pending)
            names = ", ".join(sorted(urn.rsplit("::", 1)[-1] for urn, _ in pending))
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

    @property
    def _file(self) -> Path:
        return self.state / ".pulumi" / "stacks" / PROJECT / f"{STACK}.json"

    @property
    def _backup(self) -> Path:
        """The engine's copy of the state before its last change."""
        return self._file.with_name(f"{self._file.name}.bak")

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

    def _pending(self) -> list[tuple[str, Mapping[str, Any]]]:
        """URN and inputs of each resource whose creation is unconfirmed."""
        deployment = json.loads(self._file.read_text())["checkpoint"]["latest"]
        operations = (deployment or {}).get("pending_operations") or []
        return [
            (o["resource"]["urn"], o["resource"].get("inputs") or {})
            for o in operations
            if o["type"] == "creating"
        ]

    def _reject_unrecorded(self, pending: list[tuple[str, Mapping[str, Any]]]) -> None:
        """Raise InterruptedRunError for resources that may exist and cannot be created twice.

        Apps and push mappings are looked up in Okta. AWS resources are not looked up: AWS rejects
        a second creation of most of them.
        """
        found: list[str] = []
        in_aws = sorted(
            urn.rsplit("::", 1)[-1] for urn, _ in pending if re.search(r"[:$]aws:", urn)
        )
        for urn, inputs in pending:
            if "okta:app/saml:Saml::" in urn:
                label = inputs.get("label")
                apps = self.sandbox.request("GET", "/api/v1/apps?limit=200")
                found += [f"app {label!r} ({a['id']})" for a in apps if a["label"] == label]
            if "okta:index/pushGroup:PushGroup::" in urn:
                path = f"/api/v1/apps/{inputs.get('appId')}/group-push/mappings"
                source = inputs.get("sourceGroupId")
                mappings = self.sandbox.request("GET", path) or []
                found += [
                    f"push mapping {m['id']} of group {source}"
                    for m in mappings
                    if m["sourceGroupId"] == source
                ]
        if in_aws:
            raise InterruptedRunError(
                f"An earlier run was killed while it created in AWS: {', '.join(in_aws)}. It is "
                "unknown whether these resources exist; if they do, creating them again fails. In "
                "a real account, look for them in IAM Identity Center, import the existing ones "
                "with `pulumi import`, then run `pulumi refresh --clear-pending-creates` and "
                "`pulumi up`. In the sandbox, run: make reset"
            )
        if found:
            raise InterruptedRunError(
                "An earlier run was killed before the stack recorded what Okta had created: "
                f"{'; '.join(found)}. Creating it again fails. In a real org, delete it in the "
                "Okta Admin Console (it is not in use yet) or import it with `pulumi import`, then "
                "run `pulumi refresh --clear-pending-creates` and `pulumi up`. In the sandbox, "
                "run: make reset"
            )


def without_overrides(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without the variables that would override the stack's settings.

    For example, OKTA_ACCESS_TOKEN takes precedence over the configured token, and AWS_PROFILE
    selects a real account.
    """
    return {k: v for k, v in environment.items() if not OVERRIDING.match(k) or k in PASSED_THROUGH}


def overriding_variables(environment: Mapping[str, str]) -> list[str]:
    """Names of the variables that `without_overrides` removes."""
    return sorted(k for k in environment if OVERRIDING.match(k) and k not in PASSED_THROUGH)


def _is_complete(file: Path, key: str = "checkpoint") -> bool:
    """Whether the file is JSON with that key: a killed engine may not write it, or only a part."""
    try:
        return key in json.loads(file.read_text())
    except (OSError, ValueError):
        return False


def _stays_alive(pid: int) -> bool:
    """Whether a process still runs after the few seconds that a killed process needs to exit."""
    deadline = time.monotonic() + _EXIT_SECONDS
    while _alive(pid):
        if time.monotonic() > deadline:
            return True
        time.sleep(0.1)
    return False


def _alive(pid: int) -> bool:
    """Whether a process runs. A zombie does not: a killed process whose parent was killed too stays
    in the process table until init reaps it."""
    try:
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return not Path("/proc/self").exists()  # macOS has no such files
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
