"""The stack `dev` of the sandbox: its environment, its state, and what a broken run left in it.

State belongs to one sandbox (its id): a stack whose sandbox is gone is thrown away, never half
believed. Where it lies is said by the environment alone, so that Pulumi.yaml stays the user's.
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
from toolchain.plugin_resolver import NAMES, Plugin, variable
from toolchain.sandbox import PORT, ROOT, Sandbox

STACK = "dev"
PROJECT = "okta-identity-center"
FOREIGN = re.compile(r"(OKTA|AWS|PULUMI)_")
"""Variables that would reach the plugins past the stack's settings."""
_DYING_SECONDS = 3.0
KEPT = {"PULUMI_HOME", "PULUMI_DEBUG_GRPC", *map(variable, NAMES)}


class BrokenRunError(Exception):
    """An earlier run was cut off, or is still at work. The text says what it left and the fix."""


@dataclass(frozen=True)
class Stack:
    """The stack of one sandbox, and what it is driven with."""

    home: Path
    sandbox: Sandbox
    engine: Engine
    plugins: list[Plugin]

    @property
    def state(self) -> Path:
        return self.home / f"state-{self.sandbox.id}"

    @property
    def settings(self) -> Path:
        """The stack file: the clone's own on the usual port, else a copy with the port changed."""
        shipped = ROOT / f"Pulumi.{STACK}.yaml"
        copy = self.home / shipped.name
        if copy.exists() or self.sandbox.okta == f"http://127.0.0.1:{PORT}":
            return copy if copy.exists() else shipped
        text = shipped.read_text()
        for offset, url in enumerate((self.sandbox.okta, self.sandbox.aws, self.sandbox.scim)):
            text = text.replace(f"http://127.0.0.1:{PORT + offset}", url)
        copy.write_text(text)
        return copy

    def choose_mode(self, mode: str) -> None:
        """Who connects Okta to AWS, `api` or `console`; a copy of the stack file says so."""
        text = self.settings.read_text()
        chosen = re.sub(r"(?m)^(\s+mode: )\w+$", rf"\g<1>{mode}", text, count=1)
        if chosen != text:
            (self.home / f"Pulumi.{STACK}.yaml").write_text(chosen)

    @property
    def variables(self) -> dict[str, str]:
        """What plain `pulumi …` needs in the clone."""
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
        return {**scrubbed(os.environ), **self.variables}

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """A short command of the engine, its output captured."""
        return subprocess.run(
            [str(self.engine.path), *arguments, "--non-interactive"], cwd=ROOT,
            env=self.environment, capture_output=True, text=True, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def ready(self) -> None:
        """The stack exists, and no other's state does."""
        for left in self.home.glob("state-*"):
            if left != self.state:
                shutil.rmtree(left)
        if not self._file.exists():
            self.state.mkdir(parents=True, exist_ok=True)
            made = self.run("stack", "init", STACK)
            if made.returncode:
                raise BrokenRunError(f"The stack cannot be made: {made.stderr.strip()}")

    def outputs(self) -> dict[str, Any]:
        return json.loads(self.run("stack", "output", "--json").stdout or "{}")

    def mend(self) -> list[str]:
        """Recognise what a run that was cut off has left, and mend what is safe to mend.

        Returns what was done, a sentence each. Raises BrokenRunError where a person must act.
        """
        done: list[str] = []
        if self._locks():
            self.run("cancel", "--yes")
            done.append("An earlier run was killed; its lock on the stack was removed.")
        pending = self._pending()
        if pending:
            self._refuse_orphans(pending)
            names = ", ".join(sorted(urn.rsplit("::", 1)[-1] for urn, _ in pending))
            cleared = self.run("refresh", "--yes", "--skip-preview", "--clear-pending-creates")
            if cleared.returncode:
                raise BrokenRunError(
                    f"An earlier run was killed while it worked on {names}, and a refresh of the "
                    f"stack failed:\n{cleared.stdout[-800:]}\nFix: `make reset` starts afresh."
                )
            done.append(
                f"An earlier run was killed while it worked on {names}; the stack was compared "
                "with the sandbox (pulumi refresh)."
            )
        return done

    @property
    def _file(self) -> Path:
        return self.state / ".pulumi" / "stacks" / PROJECT / f"{STACK}.json"

    def _locks(self) -> list[Path]:
        """Locks whose holder is dead. Raises BrokenRunError when one is alive."""
        locks = list((self.state / ".pulumi" / "locks").rglob("*.json"))
        for lock in locks:
            try:
                pid = int(json.loads(lock.read_text())["pid"])
            except (OSError, ValueError, KeyError):
                continue
            if _still_alive(pid):
                raise BrokenRunError(
                    f"Another run is at work on this stack (process {pid}). Fix: wait for its end."
                )
        return locks

    def _pending(self) -> list[tuple[str, Mapping[str, Any]]]:
        """URN and inputs of each resource whose creation was never confirmed."""
        try:
            deployment = json.loads(self._file.read_text())["checkpoint"]["latest"]
        except (OSError, ValueError, KeyError):
            return []
        operations = (deployment or {}).get("pending_operations") or []
        return [
            (o["resource"]["urn"], o["resource"].get("inputs") or {})
            for o in operations
            if o["type"] == "creating"
        ]

    def _refuse_orphans(self, pending: list[tuple[str, Mapping[str, Any]]]) -> None:
        """An app or a push mapping that was created and not recorded cannot be created again. Of
        what was made in AWS it is not known whether it stands; most of it is refused twice."""
        found: list[str] = []
        in_aws = sorted(
            urn.rsplit("::", 1)[-1] for urn, _ in pending if re.search(r"[:$]aws:", urn)
        )
        for urn, inputs in pending:
            if "okta:app/saml:Saml::" in urn:
                label = inputs.get("label")
                apps = self.sandbox.ask("GET", "/api/v1/apps?limit=200")
                found += [f"app {label!r} ({a['id']})" for a in apps if a["label"] == label]
            if "okta:index/pushGroup:PushGroup::" in urn:
                path = f"/api/v1/apps/{inputs.get('appId')}/group-push/mappings"
                source = inputs.get("sourceGroupId")
                mappings = self.sandbox.ask("GET", path) or []
                found += [
                    f"push mapping {m['id']} of group {source}"
                    for m in mappings
                    if m["sourceGroupId"] == source
                ]
        if in_aws:
            raise BrokenRunError(
                f"An earlier run was killed while it made in AWS: {', '.join(in_aws)}. Whether "
                "they stand there is unknown; made again they would be refused if they do. Fix: "
                "`make reset` starts afresh; in a real account look in IAM Identity Center, and "
                "take over what stands there with `pulumi import`, then run `pulumi refresh "
                "--clear-pending-creates` and `pulumi up`."
            )
        if found:
            raise BrokenRunError(
                "An earlier run was killed after Okta had created, and before the stack recorded: "
                f"{'; '.join(found)}. Created again it would be refused. Fix: `make reset` starts "
                "afresh; on a real org delete it in Okta's admin console (nobody uses it yet), or "
                "take it over with `pulumi import`, then run `pulumi refresh "
                "--clear-pending-creates` and `pulumi up`."
            )


def scrubbed(environment: Mapping[str, str]) -> dict[str, str]:
    """Without what would override the stack's settings: OKTA_ACCESS_TOKEN beats the configured
    token, and AWS_* name accounts that are not the sandbox's."""
    return {k: v for k, v in environment.items() if not FOREIGN.match(k) or k in KEPT}


def foreign(environment: Mapping[str, str]) -> list[str]:
    """Names of the variables that `scrubbed` takes away."""
    return sorted(k for k in environment if FOREIGN.match(k) and k not in KEPT)


def _still_alive(pid: int) -> bool:
    """Whether a process goes on; one that was killed gets a moment to go."""
    deadline = time.monotonic() + _DYING_SECONDS
    while _alive(pid):
        if time.monotonic() > deadline:
            return True
        time.sleep(0.1)
    return False


def _alive(pid: int) -> bool:
    """A killed process whose parent is gone too may stand in the table until init looks."""
    try:
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return not Path("/proc/self").exists()  # macOS has no such files
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
