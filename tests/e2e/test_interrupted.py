"""After an interrupted run, the next `make up` continues, or names the unrecorded object."""

import contextlib
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.e2e.conftest import Kit
from tests.paths import ROOT

pytestmark = pytest.mark.e2e


class Run:
    """`make up` in the background, which a test can interrupt at a chosen call."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self.process = subprocess.Popen(
            kit.command("up", "--port", "0"), cwd=ROOT, env=kit.isolated_env, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            process_group=0,
        )  # fmt: skip

    def wait_for_call(self, call: str) -> None:
        """Wait for a call of Okta's API whose method and path match the pattern."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, ValueError, httpx.HTTPError):
                request_log = self.kit.okta("GET", "/sandbox/request-log")
                if any(re.search(call, f"{c['method']} {c['path']}") for c in request_log):
                    return
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"no call matched {call}: {self.text()}")

    def text(self) -> str:
        return self.process.communicate(timeout=120)[0]


@pytest.fixture(autouse=True)
def reset(kit: Kit) -> Iterator[None]:
    """Delete the sandbox after each test."""
    yield
    assert kit.toolchain("reset").code == 0
    assert kit.processes() == []


@pytest.mark.parametrize(
    "call",
    [
        pytest.param("GET /api/v1/groups", id="lookups"),
        pytest.param(r"POST /api/v1/apps\?", id="app"),
        pytest.param("POST .*/mappings", id="push"),
    ],
)
def test_after_ctrl_c_the_next_up_succeeds(kit: Kit, call: str) -> None:
    run = Run(kit)
    run.wait_for_call(call)
    run.process.send_signal(signal.SIGINT)
    text = run.text()
    assert "Traceback" not in text, text
    again = kit.toolchain("up")
    assert again.code == 0, f"{text}\n=== again ===\n{again.text}"
    labels = [app["label"] for app in kit.okta("GET", "/api/v1/apps?limit=200")]
    assert labels.count("AWS IAM Identity Center") == 1
    done = kit.run("up", "--yes", "--skip-preview", "--expect-no-changes")
    assert done.code == 0, done.text


def test_after_ctrl_c_during_the_start_of_the_sandbox_the_next_up_succeeds(kit: Kit) -> None:
    run = Run(kit)
    log = kit.home / "sandbox.log"
    while not log.exists():
        time.sleep(0.01)
    run.process.send_signal(signal.SIGINT)
    text = run.text()
    assert "Traceback" not in text, text
    assert kit.toolchain("up", "--port", "0").code == 0


@pytest.mark.parametrize("call", [r"POST /api/v1/apps\?", "POST .*/mappings"])
def test_after_a_kill_the_next_up_succeeds_or_prints_the_lines_to_run(kit: Kit, call: str) -> None:
    run = Run(kit)
    run.wait_for_call(call)
    lock = next(kit.home.glob("state-*/.pulumi/locks/**/*.json"))
    os.kill(run.process.pid, signal.SIGKILL)
    os.kill(json.loads(lock.read_text())["pid"], signal.SIGKILL)
    run.process.wait()
    again = kit.toolchain("up")
    assert "Traceback" not in again.text, again.text
    if again.code:
        assert "An interrupted run left a difference" in again.text, again.text
        assert "make reset" in again.text
        lines = again.text.partition("then `make up`:\n")[2].partition("To start over")[0]
        for line in lines.strip().splitlines():
            done = subprocess.run(
                ["sh", "-c", line], cwd=ROOT, env=kit.env, capture_output=True, text=True,
                timeout=300, stdin=subprocess.DEVNULL, check=False,
            )  # fmt: skip
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        again = kit.toolchain("up")
        assert again.code == 0, again.text
    done = kit.run("up", "--yes", "--skip-preview", "--expect-no-changes")
    assert done.code == 0, done.text
