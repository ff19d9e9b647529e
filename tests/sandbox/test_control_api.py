"""The control API, the commands and the fixtures, against a sandbox in its own process."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.exceptions import ClientError

from sandbox.__main__ import main
from sandbox.client import DEFAULT_URL, READY_FILE, ControlError, SandboxClient, own_client
from sandbox.pytest_plugin import Sandbox, sandbox, sandbox_options, start_sandbox
from tests.paths import ROOT

__all__ = ["sandbox", "sandbox_options", "start_sandbox"]  # fixtures of the plugin


@pytest.fixture(autouse=True)
def reset_sandbox(sandbox: Sandbox) -> None:
    sandbox.clear_faults()
    sandbox.settings(limits="off", clock="real")


def okta(sandbox: Sandbox, method: str, path: str, body: Any = None) -> httpx.Response:
    headers = {"Authorization": f"SSWS {sandbox.token}"}
    return httpx.request(method, sandbox.okta + path, json=body, headers=headers, timeout=60)


def run(sandbox: Sandbox, *arguments: str) -> int:
    return main([*arguments, "--url", sandbox.okta])


class TestFixture:
    def test_the_sandbox_has_three_addresses_and_a_token(self, sandbox: Sandbox) -> None:
        assert okta(sandbox, "GET", "/api/v1/groups").status_code == 200
        assert httpx.get(sandbox.scim, timeout=60).status_code == 401
        assert httpx.get(sandbox.aws, timeout=60).status_code < 500
        assert sandbox.instance_info["id"] == sandbox.id

    def test_options_are_passed_to_serve(
        self, start_sandbox: Callable[..., Sandbox], tmp_path: Path
    ) -> None:
        org = tmp_path / "org.yaml"
        text = (ROOT / "sandbox" / "org.yaml").read_text()
        org.write_text(text.replace("name: aws-access", "name: my-own"))
        mine = start_sandbox("--org", str(org), "--limits", "integrator")
        found = okta(mine, "GET", "/api/v1/groups")
        assert "my-own" in {g["profile"]["name"] for g in found.json()}
        assert found.headers["X-Rate-Limit-Limit"] == "50"
        assert mine.settings()["connections"] == "unknown"
        mine.stop()

    def test_wrong_options_show_the_sandboxs_error(
        self, start_sandbox: Callable[..., Sandbox]
    ) -> None:
        with pytest.raises(RuntimeError, match="invalid choice: 'free'"):
            start_sandbox("--limits", "free")

    def test_the_sandbox_stops_when_the_tests_are_killed(self, tmp_path: Path) -> None:
        script = (
            "import os, pathlib, sys\n"
            "from sandbox.pytest_plugin import Sandbox\n"
            "print(Sandbox(pathlib.Path(sys.argv[1])).instance_info['pid'], flush=True)\n"
            "sys.stdin.read()\n"
        )
        tests = subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert tests.stdout
        pid = int(tests.stdout.readline())
        tests.send_signal(signal.SIGKILL)
        tests.communicate()
        until = time.monotonic() + 120
        while time.monotonic() < until and alive(pid):
            time.sleep(0.05)
        assert not alive(pid)


def alive(pid: int) -> bool:
    """Whether the process is running; a zombie process is not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


class TestFaults:
    def test_a_preset_is_injected_and_cleared(
        self, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert (
            run(sandbox, "fault", "server-error", "--path", "/api/v1/groups", "--times", "2") == 0
        )
        assert capsys.readouterr().out == ("okta any method /api/v1/groups: status 500 (2 more)\n")
        assert okta(sandbox, "GET", "/api/v1/groups").status_code == 500
        assert run(sandbox, "fault") == 0
        assert "(1 more)" in capsys.readouterr().out
        assert run(sandbox, "fault", "--clear") == 0
        assert okta(sandbox, "GET", "/api/v1/groups").status_code == 200
        run(sandbox, "fault")
        assert capsys.readouterr().out.endswith("No active faults.\n")

    def test_a_fault_is_injected_by_its_effect(
        self, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(sandbox, "fault", "--method", "GET|POST", "--connection", "broken") == 0
        assert "okta GET|POST any path: connection broken" in capsys.readouterr().out
        with pytest.raises(httpx.HTTPError):
            okta(sandbox, "GET", "/api/v1/groups")

    def test_an_invalid_fault_is_reported_in_one_line(
        self, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(sandbox, "fault", "--status", "42") == 1
        assert capsys.readouterr().err == "status: use 200 to 599\n"

    def test_the_help_has_an_example_and_the_presets(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit):
            main(["fault", "--help"])
        message = capsys.readouterr().out
        assert "python -m sandbox fault expired-token" in message
        assert "statements-dropped" in message


class TestSettings:
    def test_settings_are_changed_and_printed(
        self, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(sandbox, "set", "limits=integrator", "clock=jump") == 0
        assert "limits=integrator\n" in capsys.readouterr().out
        assert okta(sandbox, "GET", "/api/v1/apps").headers["X-Rate-Limit-Limit"] == "10"

    def test_an_invalid_setting_changes_nothing(
        self, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(sandbox, "set", "limits=workforce", "clock=fast") == 1
        assert capsys.readouterr().err == "clock: use one of real, jump, still\n"
        assert sandbox.settings()["limits"] == "off"

    def test_the_clock_is_advanced(
        self, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
    ) -> None:
        before = sandbox.call("GET", "clock")
        assert run(sandbox, "clock", "--advance", "90") == 0
        after = sandbox.call("GET", "clock")
        assert after["ahead"] == before["ahead"] + 90
        assert after["now"] - before["now"] >= 90
        assert "seconds ahead" in capsys.readouterr().out


class TestRequestLog:
    def test_every_request_is_recorded_with_time_caller_and_bucket(self, sandbox: Sandbox) -> None:
        since = last(sandbox)
        [group, *_] = okta(sandbox, "GET", "/api/v1/groups?limit=1").json()
        httpx.get(
            f"{sandbox.okta}/api/v1/groups/{group['id']}",
            headers={"Authorization": f"SSWS {sandbox.token}-doctor", "User-Agent": "mine/1"},
            timeout=60,
        )
        httpx.get(sandbox.okta + "/api/v1/groups", timeout=60)
        first, second, third = sandbox.request_log("okta", since)
        assert first["path"] == "/api/v1/groups?limit=1"
        assert (first["operation"], first["bucket"]) == ("GET /api/v1/groups", "/api/v1/groups")
        assert second["operation"] == "GET /api/v1/groups/{id}"
        assert second["bucket"] == "/api/v1/groups/{id}"
        assert (second["caller"], second["agent"], second["status"]) == ("doctor", "mine/1", 200)
        assert (third["caller"], third["status"]) == ("", 401)
        assert first["time"] <= second["time"] <= third["time"]
        assert first["time"].endswith("Z")
        assert [e["seq"] for e in (first, second, third)] == [since + 1, since + 2, since + 3]

    def test_a_request_without_an_answer_is_recorded(self, sandbox: Sandbox) -> None:
        since = last(sandbox)
        sandbox.inject_fault("broken")
        with pytest.raises(httpx.HTTPError):
            okta(sandbox, "GET", "/api/v1/users")
        [entry] = sandbox.request_log("okta", since)
        assert (entry["operation"], entry["status"]) == ("GET /api/v1/users", 0)

    def test_control_api_calls_are_not_recorded(self, sandbox: Sandbox) -> None:
        since = last(sandbox)
        sandbox.settings()
        assert sandbox.request_log("", since) == []

    def test_counts_are_by_operation_with_throttled_calls_and_errors(
        self, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
    ) -> None:
        since = last(sandbox)
        sandbox.inject_fault(status=429, path="/users")
        sandbox.inject_fault(status=500, path="/users")
        for _ in range(4):
            okta(sandbox, "GET", "/api/v1/users")
        okta(sandbox, "GET", "/api/v1/users/nobody")
        assert sandbox.request_counts("okta", since) == [
            {"server": "okta", "bucket": "/api/v1/users", "operation": "GET /api/v1/users",
             "calls": 4, "throttled": 1, "errors": 1},
            {"server": "okta", "bucket": "GET /api/v1/users/{id}",
             "operation": "GET /api/v1/users/{id}", "calls": 1, "throttled": 0, "errors": 1},
        ]  # fmt: skip
        assert run(sandbox, "request-log", "--since", str(since)) == 0
        assert capsys.readouterr().out == (
            "     4  okta  GET /api/v1/users  (1 throttled, 1 errors)\n"
            "     1  okta  GET /api/v1/users/{id}  (1 errors)\n"
            "     5  in total\n"
        )
        assert run(sandbox, "request-log", "--since", str(since), "--json") == 0
        assert json.loads(capsys.readouterr().out) == sandbox.request_log("", since)

    def test_tokens_and_bodies_are_not_recorded(self, sandbox: Sandbox) -> None:
        body = {"profile": {"name": "secret-of-the-body"}}
        okta(sandbox, "POST", "/api/v1/groups", body)
        text = json.dumps(sandbox.request_log())
        assert "secret-of-the-body" not in text
        assert sandbox.token not in text

    def test_scim_requests_are_recorded_without_the_tenant(self, sandbox: Sandbox) -> None:
        httpx.get(sandbox.scim + "/some-tenant/scim/v2/Users/1", timeout=60)
        entry = sandbox.request_log("scim")[-1]
        assert entry["operation"] == "GET /scim/v2/Users/{id}"
        assert entry["status"] == 401

    def test_calls_to_aws_are_listed_by_iam_action_on_request(self, sandbox: Sandbox) -> None:
        more = {"endpoint_url": sandbox.aws, "region_name": "us-east-1",
                "aws_access_key_id": "x", "aws_secret_access_key": "TOP-SECRET"}  # fmt: skip
        boto3.client("sso-admin", **more).list_instances()
        boto3.client("sns", **more).create_topic(Name="unrecorded")
        with pytest.raises(ClientError):
            boto3.client("secretsmanager", **more).describe_secret(SecretId="not-there")
        boto3.client("cloudtrail", **more).lookup_events()
        recorded = [
            (e["method"], e["operation"], e["status"] < 400) for e in sandbox.request_log("aws")
        ]
        assert recorded == [
            ("GET", "sso:ListInstances", True), ("POST", "sns:CreateTopic", True),
            ("GET", "secretsmanager:DescribeSecret", False),
            ("GET", "cloudtrail:LookupEvents", True),
        ]  # fmt: skip
        assert "unrecorded" not in json.dumps(sandbox.request_log("aws"))
        assert {entry["server"] for entry in sandbox.request_log()} <= {"okta", "scim"}


def last(sandbox: Sandbox) -> int:
    entries = sandbox.request_log()
    return entries[-1]["seq"] if entries else 0


@pytest.mark.parametrize(
    "path",
    [
        "request-log?since=x",
        "request-log?server=gcp",
        "request-log/counts?since=-1",
        "settled?timeout=nan",
    ],
)
def test_an_invalid_query_is_refused(sandbox: Sandbox, path: str) -> None:
    with pytest.raises(ControlError, match="use "):
        sandbox.call("GET", path)


def test_a_web_page_cannot_control_the_sandbox(sandbox: Sandbox) -> None:
    answer = httpx.post(
        sandbox.okta + "/sandbox/settings",
        json={"limits": "integrator"},
        headers={"Origin": "https://example.com"},
        timeout=60,
    )
    assert answer.status_code == 403
    assert sandbox.settings()["limits"] == "off"


def test_without_a_sandbox_the_error_says_how_to_start_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["request-log", "--url", "http://127.0.0.1:1"]) == 1
    message = capsys.readouterr().err
    assert message.startswith("No sandbox answers at http://127.0.0.1:1")
    assert "python -m sandbox serve" in message
    assert message.count("\n") == 1
    with pytest.raises(ControlError):
        SandboxClient("not an address").settings()


class TestOwnSandbox:
    """The commands find the sandbox that `make up` started in this clone."""

    @pytest.fixture
    def ready_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setattr("sandbox.client.READY_FILE", tmp_path / "current.json")
        return tmp_path / "current.json"

    def test_the_file_is_that_of_the_toolchain(self) -> None:
        assert (ROOT / ".sandbox" / "current.json") == READY_FILE

    def test_a_command_without_an_address_controls_it(
        self, sandbox: Sandbox, ready_file: Path
    ) -> None:
        ready_file.write_text(json.dumps(sandbox.instance_info))
        assert main(["fault", "lost"]) == 0
        assert len(sandbox.faults()) == 1

    def test_an_address_precedes_it(self, sandbox: Sandbox, ready_file: Path) -> None:
        ready_file.write_text(json.dumps({**sandbox.instance_info, "okta": "http://127.0.0.1:1"}))
        assert main(["fault", "lost", "--url", sandbox.okta]) == 0
        assert len(sandbox.faults()) == 1

    def test_another_sandbox_at_its_address_is_left_alone(
        self, sandbox: Sandbox, ready_file: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        ready_file.write_text(json.dumps({**sandbox.instance_info, "id": "earlier"}))
        assert main(["fault", "lost"]) == 1
        assert capsys.readouterr().err.startswith("The sandbox of this clone no longer runs;")
        assert sandbox.faults() == []

    @pytest.mark.parametrize("text", [None, "", "[]", "{}", "\xff"])
    def test_without_a_record_the_default_address_applies(
        self, ready_file: Path, text: str | None
    ) -> None:
        if text is not None:
            ready_file.write_text(text, encoding="latin-1")
        assert own_client().okta == DEFAULT_URL


def test_an_idle_sandbox_settles_without_retries_and_refusals(sandbox: Sandbox) -> None:
    sandbox.settle()
    assert sandbox.retry() == 0
    assert sandbox.refusals() == []
    sandbox.refresh()
