"""Starts, finds and stops the sandbox's process.

The sandbox writes its addresses and an id to `current.json`. A process counts as this sandbox only
if its health check returns the same id; no other process is ever stopped. A sandbox holds
`sandbox.lock` as long as it runs, so that after an interrupted start a command waits for the first
sandbox instead of starting a second one.
"""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import httpx

ROOT = Path(__file__).parents[1]
PORT = 8410
START_SECONDS = 60.0
STOP_SECONDS = 15.0
LOCK_SECONDS = 2.0
OKTA_TOKEN = "sandbox-okta-token"  # not a secret: every sandbox has the same token
AWS_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "sandbox",
    "AWS_SECRET_ACCESS_KEY": "sandbox",
    "AWS_EC2_METADATA_DISABLED": "true",
}
CREDENTIALS = {"OKTA_API_TOKEN": OKTA_TOKEN, "AWS_REGION": "us-east-1", **AWS_CREDENTIALS}
"""Environment variables with which `okta-idc` reads a sandbox in the Region us-east-1."""
_FOUND_BY = {"OKTA_HTTP_PROXY": "okta", "AWS_ENDPOINT_URL": "aws", "OKTA_IDC_VERIFY_AT": "scim"}
"""Variables from which `okta-idc` takes the addresses of Okta, AWS, and the SCIM endpoint."""


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
    region: str = "us-east-1"
    """Region of its AWS account."""

    @property
    def credentials(self) -> dict[str, str]:
        """Environment variables with which `okta-idc` reads it."""
        return {**CREDENTIALS, "AWS_REGION": self.region}

    @property
    def variables(self) -> dict[str, str]:
        """Environment variables with which `okta-idc` reads this sandbox, also without a stack."""
        return self.credentials | {name: getattr(self, key) for name, key in _FOUND_BY.items()}

    def request(self, method: str, path: str, body: object = None, seconds: float = 10) -> Any:
        """Call its Okta API, or one of the sandbox's control paths. Raises httpx.HTTPError."""
        headers = {"Authorization": f"SSWS {OKTA_TOKEN}"}
        # trust_env=False: no proxy for loopback addresses
        with httpx.Client(trust_env=False, timeout=seconds, headers=headers) as client:
            answer = client.request(method, self.okta + path, json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None


def find(home: Path) -> Sandbox | None:
    """The running sandbox of this home, once it responds; None if none runs.

    Raises SandboxError if a process holds the lock and does not respond.
    """
    deadline = time.monotonic() + START_SECONDS
    while (sandbox := _responding(home)) is None and _is_locked(home):
        if time.monotonic() > deadline:
            raise _not_responding(home)
        time.sleep(0.05)
    return sandbox


def start(home: Path, port: int, connections: str, *options: str) -> Sandbox:
    """Start a sandbox in the background and wait until it responds. Raises SandboxError.

    `options` are further options of `python -m sandbox serve`.
    """
    home.mkdir(parents=True, exist_ok=True)
    (home / "current.json").unlink(missing_ok=True)  # of a previous sandbox
    log = home / "sandbox.log"
    child = None
    try:
        with lock(home) as held, log.open("wb") as stream:
            child = subprocess.Popen(
                command(home, port, connections, *options), cwd=ROOT, stdin=subprocess.DEVNULL,
                stdout=stream, stderr=subprocess.STDOUT, start_new_session=True,
                pass_fds=[held.fileno()],
            )  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if child.poll() is not None:
                raise SandboxError(f"The sandbox did not start. {log.read_text().strip()[-600:]}")
            if sandbox := _responding(home):
                return sandbox
            time.sleep(0.05)
        raise _not_responding(home)
    except BaseException:
        if child and child.poll() is None:
            child.terminate()
            child.wait()
        raise


def lock(home: Path) -> IO[bytes]:
    """Acquire the lock for a sandbox that the caller is about to start. Raises SandboxError.

    The lock is released when every process that has the file open has closed it.
    """
    file = (home / "sandbox.lock").open("ab")
    deadline = time.monotonic() + LOCK_SECONDS
    while not _acquire(file):
        if time.monotonic() > deadline:
            file.close()
            raise _not_responding(home)
        time.sleep(0.05)  # another command may be testing the lock
    return file


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


def _is_locked(home: Path) -> bool:
    try:
        with (home / "sandbox.lock").open("ab") as file:
            return not _acquire(file)
    except FileNotFoundError:  # no folder: nothing was ever started
        return False


def _acquire(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _responding(home: Path) -> Sandbox | None:
    try:
        sandbox = _read_ready_file(home)
        alive = sandbox.request("GET", "/sandbox/health")["id"] == sandbox.id
    except (FileNotFoundError, httpx.HTTPError, ValueError, KeyError):
        return None
    return sandbox if alive else None


def _not_responding(home: Path) -> SandboxError:
    return SandboxError(
        f"The sandbox is starting, or does not respond. See its log: {home / 'sandbox.log'}"
    )


def _read_ready_file(home: Path) -> Sandbox:
    try:
        found = json.loads((home / "current.json").read_text())
        return Sandbox(*(found[key] for key in ("id", "pid", "okta", "aws", "scim", "region")))
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
