"""Starts, finds and stops the sandbox's process.

The sandbox writes its addresses and an id to `current.json`. A process counts as this sandbox only
if its health check returns the same id; no other process is ever stopped.
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
OKTA_TOKEN = "sandbox-okta-token"  # not a secret: every sandbox has the same token


class SandboxError(Exception):
    """The sandbox cannot be started or stopped. The text names the cause and the remedy."""


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox: its id, process and addresses."""

    id: str
    pid: int
    okta: str
    aws: str
    scim: str

    def request(self, method: str, path: str, body: object = None, seconds: float = 10) -> Any:
        """Call its Okta API, or one of the sandbox's control paths. Raises httpx.HTTPError."""
        headers = {"Authorization": f"SSWS {OKTA_TOKEN}"}
        # trust_env=False: no proxy for loopback addresses
        with httpx.Client(trust_env=False, timeout=seconds, headers=headers) as client:
            answer = client.request(method, self.okta + path, json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None


def find(home: Path) -> Sandbox | None:
    """The running sandbox of this home; None if none responds."""
    try:
        sandbox = _read_ready_file(home)
    except FileNotFoundError:
        return None
    try:
        alive = sandbox.request("GET", "/sandbox/health")["id"] == sandbox.id
    except (httpx.HTTPError, ValueError, KeyError):
        alive = False
    return sandbox if alive else None


def start(home: Path, port: int, connections: str, *options: str) -> Sandbox:
    """Start a sandbox in the background and wait until it responds. Raises SandboxError.

    `options` are further options of `python -m sandbox serve`.
    """
    home.mkdir(parents=True, exist_ok=True)
    (home / "current.json").unlink(missing_ok=True)  # of a previous sandbox
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
        raise SandboxError(
            f"The sandbox did not start within {START_SECONDS:.0f} s. See its log: {log}"
        )
    except BaseException:
        if child.poll() is None:
            child.terminate()
            child.wait()
        raise


def command(home: Path, port: int, connections: str, *options: str) -> list[str]:
    """The command line of `python -m sandbox serve` for this home."""
    return [
        sys.executable, "-m", "sandbox", "serve", "--port", str(port),
        "--connections", connections, "--ready-file", str(home / "current.json"), *options,
    ]  # fmt: skip


def stop(home: Path) -> bool:
    """Stop the sandbox of this home and wait until it exits; False if none is running."""
    sandbox = find(home)
    if sandbox is None:
        (home / "current.json").unlink(missing_ok=True)
        return False
    os.kill(sandbox.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        if not _is_running(sandbox.pid):
            return True
        time.sleep(0.05)
    raise SandboxError(
        f"The sandbox (process {sandbox.pid}) did not stop within {STOP_SECONDS:.0f} s. "
        f"Run: kill {sandbox.pid}"
    )


def _read_ready_file(home: Path) -> Sandbox:
    try:
        found = json.loads((home / "current.json").read_text())
        return Sandbox(*(found[key] for key in ("id", "pid", "okta", "aws", "scim")))
    except (ValueError, KeyError, TypeError):
        raise FileNotFoundError from None


def _is_running(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # reaps a child process of this one
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
