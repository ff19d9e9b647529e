"""`make sandbox`: what its ARGS say reaches the sandbox."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import boto3
import httpx

from tests.paths import ROOT


def test_further_options_reach_the_sandbox(tmp_path: Path) -> None:
    """`--identity-center new` leaves it to a person to connect: there is no secret yet."""
    options = "--identity-center new --limits workforce"
    make = ["make", "sandbox", "PORT=0", f"ARGS={options}", f"TOOLCHAIN={_toolchain(tmp_path)}"]
    card = tmp_path / "current.json"
    with (tmp_path / "said").open("wb") as said:
        started = subprocess.Popen(make, cwd=ROOT, stdout=said, stderr=said)
        try:
            until = time.monotonic() + 120
            while not card.exists():
                assert started.poll() is None, (tmp_path / "said").read_text()
                assert time.monotonic() < until
                time.sleep(0.05)
            found = json.loads(card.read_text())
            with httpx.Client(trust_env=False, timeout=30) as client:
                settings = client.get(f"{found['okta']}/sandbox/settings").json()
            assert settings["limits"] == "workforce"
            secrets = boto3.client(
                "secretsmanager", endpoint_url=found["aws"], region_name="us-east-1",
                aws_access_key_id="x", aws_secret_access_key="x",
            )  # fmt: skip
            assert secrets.list_secrets()["SecretList"] == []
        finally:
            if card.exists():
                os.kill(json.loads(card.read_text())["pid"], signal.SIGTERM)
            else:
                started.terminate()
            started.wait(30)


def _toolchain(home: Path) -> str:
    """The Makefile's own, with a home of ours."""
    script = home / "toolchain.sh"
    toolchain = f'.venv/bin/python -m toolchain "$verb" --home {home}'
    script.write_text(f'verb=$1; shift; exec {toolchain} "$@"')
    return f"sh {script}"
