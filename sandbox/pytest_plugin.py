"""Pytest fixtures that run a sandbox in its own process, on free ports.

Add `pytest_plugins = ["sandbox.pytest_plugin"]` to the conftest.py at the root of your tests:

    def test_my_tool(sandbox):
        sandbox.inject_fault("lost", method="POST")
        my_tool.run(okta=sandbox.okta, token=sandbox.token, aws=sandbox.aws)
        sandbox.settle()
        assert sandbox.refusals() == []

`sandbox` runs once for each test module; override `sandbox_options` to pass other options.
`start_sandbox` starts further ones: `start_sandbox("--limits", "workforce")`.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .client import SandboxClient

_PACKAGE = __package__ or "sandbox"
_START_TIMEOUT = 120.0  # seconds; importing moto is slow on a busy machine


class Sandbox(SandboxClient):
    """A running sandbox: `.okta`, `.aws` and `.scim` are its addresses, `.token` the Okta token.

    Offers all methods of `SandboxClient`. The sandbox stops with `stop`, or when this process ends.
    """

    token = "sandbox-okta-token"

    def __init__(self, folder: Path, *options: str) -> None:
        ready, log = folder / "ready.json", folder / "output.txt"
        command = [sys.executable, "-m", _PACKAGE, "serve", "--port", "0", "--latency", "0",
                   "--ready-file", str(ready), "--until-eof", *options]  # fmt: skip
        home = str(Path(__file__).resolve().parents[len(_PACKAGE.split("."))])
        path = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": path},
            )
        until = time.monotonic() + _START_TIMEOUT
        while not ready.exists():
            if self._process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise RuntimeError(f"The sandbox did not start:\n{log.read_text()}")
            time.sleep(0.02)
        self.instance_info = json.loads(ready.read_text())
        self.aws, self.scim, self.id = (
            self.instance_info["aws"],
            self.instance_info["scim"],
            self.instance_info["id"],
        )
        super().__init__(self.instance_info["okta"])

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()


@pytest.fixture(scope="session")
def start_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Sandbox]]:
    """Returns a function that starts a sandbox with options of `serve`; all stop at the end."""
    with contextlib.ExitStack() as started:

        def start(*options: str) -> Sandbox:
            sandbox = Sandbox(tmp_path_factory.mktemp("sandbox"), *options)
            started.callback(sandbox.stop)
            return sandbox

        yield start


@pytest.fixture(scope="module")
def sandbox_options() -> list[str]:
    """Options of `python -m sandbox serve` for the fixture `sandbox`. Override to change them."""
    return ["--connections", "supported"]


@pytest.fixture(scope="module")
def sandbox(start_sandbox: Callable[..., Sandbox], sandbox_options: list[str]) -> Iterator[Sandbox]:
    running = start_sandbox(*sandbox_options)
    yield running
    running.stop()
