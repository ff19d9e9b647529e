"""`make sandbox` passes ARGS on to the sandbox."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import boto3
import httpx

from tests.paths import ROOT


def test_args_are_passed_to_the_sandbox(tmp_path: Path) -> None:
    """With `--identity-center new`, no SCIM secret exists at the start."""
    options = "--identity-center new --limits workforce"
    make = ["make", "sandbox", "PORT=0", f"ARGS={options}", f"TOOLCHAIN={_toolchain(tmp_path)}"]
    ready_file = tmp_path / "current.json"
    with (tmp_path / "output").open("wb") as output:
        started = subprocess.Popen(make, cwd=ROOT, stdout=output, stderr=output)
        try:
            until = time.monotonic() + 120
            while not ready_file.exists():
                assert started.poll() is None, (tmp_path / "output").read_text()
                assert time.monotonic() < until
                time.sleep(0.05)
            found = json.loads(ready_file.read_text())
            with httpx.Client(trust_env=False, timeout=60) as client:
                settings = client.get(f"{found['okta']}/sandbox/settings").json()
            assert settings["limits"] == "workforce"
            secrets = boto3.client(
                "secretsmanager", endpoint_url=found["aws"], region_name="us-east-1",
                aws_access_key_id="x", aws_secret_access_key="x",
            )  # fmt: skip
            assert secrets.list_secrets()["SecretList"] == []
        finally:
            if ready_file.exists():
                os.kill(json.loads(ready_file.read_text())["pid"], signal.SIGTERM)
            else:
                started.terminate()
            started.wait(60)


def _toolchain(home: Path) -> str:
    """The Makefile's TOOLCHAIN command with `--home`."""
    script = home / "toolchain.sh"
    toolchain = f'.venv/bin/python -m toolchain "$command" --home {home}'
    script.write_text(f'command=$1; shift; exec {toolchain} "$@"')
    return f"sh {script}"
