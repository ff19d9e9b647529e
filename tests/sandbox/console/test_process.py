"""The consoles in the real process, with a new Identity Center."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest

from sandbox.org_file import load_org
from tests.paths import ROOT
from tests.sandbox.console.conftest import token_on

AWS = load_org().aws


@pytest.fixture(params=["new", "ready"])
def process(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, Any]]:
    ready = tmp_path / "ready.json"
    arguments = ["--port", "0", "--ready-file", str(ready), "--identity-center", request.param]
    child = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "sandbox", "serve", *arguments],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        while not ready.exists():
            assert child.poll() is None, child.communicate()
            time.sleep(0.05)
        instance_info = json.loads(ready.read_text()) | {"start": request.param}
        yield instance_info
        child.send_signal(signal.SIGTERM)
        recorded, _ = child.communicate(timeout=60)
        assert child.returncode == 0
        for place in ("/admin", "/aws-console"):
            assert instance_info["okta"] + place in recorded
        assert "sandbox-scim-" not in recorded
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()


def secret(instance_info: dict[str, Any]) -> dict[str, Any] | None:
    client = boto3.client(
        "secretsmanager", region_name=AWS.region, endpoint_url=instance_info["aws"],
        aws_access_key_id="sandbox", aws_secret_access_key="sandbox",
    )  # fmt: skip
    if not client.list_secrets()["SecretList"]:
        return None
    return json.loads(client.get_secret_value(SecretId=AWS.secret)["SecretString"])


def scim_status(instance_info: dict[str, Any], token: str) -> int:
    url = f"{instance_info['scim']}/{AWS.tenant}/scim/v2/Users"
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(url, headers=headers, timeout=60).status_code


def test_the_identity_center_option_selects_the_initial_state(process: dict[str, Any]) -> None:
    page = httpx.get(process["okta"] + "/aws-console/settings", timeout=60).text
    held = secret(process)
    if process["start"] == "ready":
        assert held
        assert scim_status(process, held["token"]) == 200
        assert "External identity provider" in page
        listed = httpx.get(process["okta"] + "/aws-console/settings/provisioning", timeout=60).text
        assert held["token_id"] in listed
        assert held["expires"][:10] in listed
        assert held["token"] not in listed
        csrf = re.search(r'name="csrf" value="([^"]+)"', listed)
        assert csrf
        path = process["okta"] + "/aws-console/settings/provisioning/token"
        answer = httpx.post(path, data={"csrf": csrf[1]}, timeout=60)
        assert scim_status(process, token_on(answer.text)) == 200
    else:
        assert held is None
        assert scim_status(process, "x") == 401
        assert "Identity Center directory" in page
