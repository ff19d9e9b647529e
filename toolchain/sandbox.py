"""The sandbox's process: started in the background, found again, stopped.

What the sandbox writes about itself (`current.json`) says where it is; that it answers with the
same id says that it is really ours. Nothing else is ever stopped.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[1]
PORT = 8410
START_SECONDS = 60.0
STOP_SECONDS = 15.0
OKTA_TOKEN = "sandbox-okta-token"  # public, as everything in the sandbox


class SandboxError(Exception):
    """The sandbox cannot be started or stopped. The text says why and what to do."""


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox: its id, process and addresses."""

    id: str
    pid: int
    okta: str
    aws: str
    scim: str

    def ask(self, method: str, path: str, body: object = None, seconds: float = 10) -> Any:
        """A call of its Okta API (control calls included). Raises httpx.HTTPError."""
        headers = {"Authorization": f"SSWS {OKTA_TOKEN}"}
        # trust_env: a proxy of the user's must not come between
        with httpx.Client(trust_env=False, timeout=seconds, headers=headers) as client:
            answer = client.request(method, self.okta + path, json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None


def find(home: Path) -> Sandbox | None:
    """The one running for this home, if it answers."""
    try:
        sandbox = _card(home)
    except FileNotFoundError:
        return None
    try:
        alive = sandbox.ask("GET", "/sandbox/health")["id"] == sandbox.id
    except (httpx.HTTPError, ValueError, KeyError):
        alive = False
    return sandbox if alive else None


def start(home: Path, port: int, connections: str, *options: str) -> Sandbox:
    """Start one in the background, with more options of `serve`, and wait until it answers.
    Raises SandboxError."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "current.json").unlink(missing_ok=True)  # of one that is gone
    log = home / "sandbox.log"
    with log.open("wb") as stream:
        child = subprocess.Popen(
            command(home, port, connections, *options), cwd=ROOT, stdin=subprocess.DEVNULL,
            stdout=stream, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if child.poll() is not None:
                raise SandboxError(f"The sandbox did not start. {log.read_text().strip()[-600:]}")
            if (home / "current.json").exists() and (sandbox := find(home)):
                return sandbox
            time.sleep(0.05)
        raise SandboxError(f"The sandbox did not start within {START_SECONDS:.0f} s: see {log}")
    except BaseException:
        if child.poll() is None:
            child.terminate()
            child.wait()
        raise


def command(home: Path, port: int, connections: str, *options: str) -> list[str]:
    return [
        sys.executable, "-m", "sandbox", "serve", "--port", str(port),
        "--connections", connections, "--ready-file", str(home / "current.json"), *options,
    ]  # fmt: skip


def stop(home: Path) -> bool:
    """Stop the one of this home and wait for its end; False when there is none."""
    sandbox = find(home)
    if sandbox is None:
        (home / "current.json").unlink(missing_ok=True)
        return False
    os.kill(sandbox.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        if not _runs(sandbox.pid):
            return True
        time.sleep(0.05)
    raise SandboxError(f"The sandbox (process {sandbox.pid}) does not stop: kill {sandbox.pid}")


def _card(home: Path) -> Sandbox:
    try:
        card = json.loads((home / "current.json").read_text())
        return Sandbox(*(card[key] for key in ("id", "pid", "okta", "aws", "scim")))
    except (ValueError, KeyError, TypeError):
        raise FileNotFoundError from None


def _runs(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # reaps it if it is our child
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
