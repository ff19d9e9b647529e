"""A fleet whose engine or runner is killed, or whose Okta and AWS fail, while it creates something.

The server holds a call back until the test has acted, so that the fault is always in the middle.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from okta_idc.recovery.checkpoint import is_running
from tests.e2e.conftest import Kit
from tests.e2e.crash_matrix import HELD, aws, descendants, okta
from tests.e2e.fleet_project import FleetProject
from tests.e2e.test_fleet import (
    ACCOUNTS,
    ALL,
    ASSIGNED,
    SETTINGS,
    THREE,
    assigned,
    fleet,
    run_fleet,
)

pytestmark = pytest.mark.e2e

Json = dict[str, Any]
APP = okta("POST", r"/api/v1/apps(\?|$)")
PUSH = okta("POST", "/group-push/mappings$")
ASSIGN = aws("CreateAccountAssignment")
ROUNDS = 4
"""Runs of `okta-idc fleet up`, with what it prints in between, until it must have succeeded."""
FAILURES = 10
"""Answers with status 500 of Okta, and of AWS, after which both work again."""


@dataclass
class HeldRun:
    """`okta-idc fleet up` in the background. The server holds the first call that matches back;
    `status`: it then refuses the call with this status instead of performing it."""

    project: FleetProject
    call: Json
    status: int | None = None
    process: "subprocess.Popen[str]" = field(init=False)

    def __post_init__(self) -> None:
        fault = {**self.call, "times": 1, "delay": HELD, "status": self.status}
        self.project.kit.okta("POST", "/sandbox/faults", fault)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "okta_idc", "fleet", "up", "--json", "--stack",
             self.project.core],
            cwd=self.project.folder, env=self.project.env, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        deadline = time.monotonic() + 120
        while self.project.kit.okta("GET", "/sandbox/faults"):
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < deadline, f"nothing called {self.call}"
            time.sleep(0.05)

    def engine(self, part: str) -> list[int]:
        """The process that updates a stack, and those that it has started."""
        state = Path(urlsplit(self.project.env["PULUMI_BACKEND_URL"]).path)
        [lock] = state.glob(f".pulumi/locks/**/{self.project.stack(part)}/*.json")
        pid = int(json.loads(lock.read_text())["pid"])
        return [pid, *(child for child, _ in descendants(pid))]

    def release(self) -> None:
        """Let the server go on with the call."""
        self.project.kit.okta("POST", "/sandbox/clock", {"advance": HELD})

    def end(self) -> tuple[int, Json]:
        """The exit code and the document, when the run has ended."""
        out, err = self.process.communicate(timeout=300)
        return self.process.returncode, _document(out, err)


def _document(out: str, err: str) -> Json:
    assert "Traceback" not in out + err, out + err
    assert out, err
    return json.loads(out)


@pytest.fixture
def project(kit: Kit, tmp_path: Path) -> Iterator[FleetProject]:
    """A project without stacks, and a new sandbox. No process outlives the test."""
    with kit.running_sandbox("--connections", "supported"):
        try:
            yield FleetProject(kit, tmp_path / "project")
        finally:  # the sandbox ends only when it has answered all calls
            kit.okta("DELETE", "/sandbox/faults")
            kit.okta("POST", "/sandbox/clock", {"advance": HELD})
    ended = _comes_true(lambda: not kit.processes())
    for each in kit.processes():
        os.kill(int(each.split()[0]), signal.SIGKILL)
    assert ended, "processes of the test are left"


def _comes_true(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 60
    while not (true := condition()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return true


def _wait_for_end(pids: list[int]) -> None:
    assert _comes_true(lambda: not any(is_running(pid) for pid in pids)), pids


def _succeed(project: FleetProject) -> list[str]:
    """Run the fleet, and do what it prints, until it succeeds. Returns the lines that were run."""
    ran: list[str] = []
    for _ in range(ROUNDS):
        code, document = _up(project)
        if code == 0:
            return ran
        lines = [line for each in document["stacks"] for line in each["commands"]]
        assert lines, f"nothing says how to go on: {document}"
        for line in lines:
            ran += _follow(project, line)
    pytest.fail(f"the printed lines did not help: {ran}")


def _follow(project: FleetProject, line: str) -> list[str]:
    """Run a printed line as it is, and those that `okta-idc recover` then prints."""
    if not line.startswith("okta-idc recover"):
        _shell(project, line)
        return [line]
    text = _shell(project, line, 0, 1)
    printed = text.partition("Run, in this order:\n\n")[2].partition("\n\n")[0].splitlines()
    assert printed or "Nothing to recover." in text, text
    for each in printed:
        _shell(project, each)
    return [line, *printed]


def _shell(project: FleetProject, line: str, *codes: int) -> str:
    """What a line prints. `codes`: the exit codes that are right; default: 0."""
    done = subprocess.run(
        ["sh", "-c", line], cwd=project.folder, env=project.env, capture_output=True, text=True,
        timeout=300, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    text = f"$ {line}\n{done.stdout}{done.stderr}"
    assert "Traceback" not in text, text
    assert done.returncode in (codes or (0,)), text
    return text


def _up(project: FleetProject) -> tuple[int, Json]:
    """The exit code and the document."""
    done = run_fleet(project, "up")
    return done.returncode, _document(done.stdout, done.stderr)


def _check(project: FleetProject) -> None:
    """Okta and AWS have what the settings say, once, and nothing is left to do."""
    kit = project.kit
    kit.settle()
    apps = kit.okta("GET", "/api/v1/apps?limit=200")
    [app] = [each["id"] for each in apps if each["name"] == "amazon_aws_sso"]
    listed = kit.okta("GET", '/api/v1/groups?search=type eq "OKTA_GROUP"')
    names = {each["id"]: each["profile"]["name"] for each in listed}
    mappings = kit.okta("GET", f"/api/v1/apps/{app}/group-push/mappings")
    pushed = Counter(names[each["sourceGroupId"]] for each in mappings)
    assert pushed == Counter(SETTINGS["push_groups"])
    center = kit.aws("sso-admin")
    [instance] = center.list_instances()["Instances"]
    sets = center.list_permission_sets(InstanceArn=instance["InstanceArn"])["PermissionSets"]
    assert len(sets) == len(SETTINGS["account_access"]["permission_sets"])
    assert assigned(kit) == {(*pair, account) for pair in ASSIGNED for account in ACCOUNTS}
    _check_preview(project)


def _check_preview(project: FleetProject) -> None:
    document = fleet(project, "preview")
    assert {each["status"] for each in document["stacks"]} == {"unchanged"}, document


def _statuses(document: Json) -> dict[str, str]:
    return {each["part"]: each["status"] for each in document["stacks"]}


@pytest.mark.parametrize(
    ("part", "call", "kind"),
    [
        pytest.param("", APP, "saml:Saml", id="app"),
        pytest.param("push-1", PUSH, "pushGroup:PushGroup", id="push"),
        pytest.param("access-1", ASSIGN, "accountAssignment:AccountAssignment", id="access"),
    ],
)
def test_after_the_kill_of_an_engine_the_printed_lines_lead_to_the_settings(
    project: FleetProject, part: str, call: Json, kind: str
) -> None:
    """Okta or AWS performs the call that the killed engine never records."""
    project.configure(**SETTINGS, fleet=THREE)
    run = HeldRun(project, call)
    engine, *plugins = run.engine(part)
    os.kill(engine, signal.SIGKILL)
    run.release()
    code, document = run.end()
    _wait_for_end([engine, *plugins])
    assert code == 1, document
    [killed] = [each for each in document["stacks"] if each["part"] == part]
    assert killed["status"] == "failed", document
    assert f"pulumi cancel --stack {project.stack(part)} --yes" in killed["commands"]
    state = json.loads(project.run("stack", part, "export").text)["deployment"]
    pending = [each["resource"]["type"] for each in state.get("pending_operations") or []]
    assert [each for each in pending if each.endswith(kind)], pending
    ran = _succeed(project)
    assert [line for line in ran if line.startswith("okta-idc recover")], ran
    assert [line for line in ran if "pulumi import" in line], ran
    _check(project)


@pytest.mark.parametrize(
    ("part", "call", "left"),
    [
        pytest.param("push-1", PUSH, {"access-1"}, id="push"),
        pytest.param("access-1", ASSIGN, set[str](), id="access"),
    ],
)
def test_after_the_kill_of_the_runner_its_engine_finishes_and_the_next_run_continues(
    project: FleetProject, part: str, call: Json, left: set[str]
) -> None:
    """Nobody has to type a command. `left`: the parts that the killed runner had not started."""
    project.configure(**SETTINGS, fleet=THREE)
    run = HeldRun(project, call)
    engine = run.engine(part)
    run.process.kill()
    run.process.communicate()
    run.release()
    _wait_for_end(engine)
    document = fleet(project, "up")
    expected = {each: "done" if each in left else "unchanged" for each in ALL}
    assert _statuses(document) == expected, document
    _check(project)


def test_a_fleet_survives_an_outage_of_okta_and_aws(project: FleetProject) -> None:
    """From the first creation of a push group on, all calls of both fail, also those that only
    read, until each has failed a number of times."""
    kit = project.kit
    project.configure(**SETTINGS, fleet=THREE)
    run = HeldRun(project, PUSH, status=500)
    for server in ("okta", "aws"):
        fault = {"name": "server-error", "server": server, "times": None}
        kit.okta("POST", "/sandbox/faults", fault)
    run.release()

    def failures(server: str) -> int:
        log = kit.okta("GET", f"/sandbox/request-log?server={server}")
        return sum(call["status"] == 500 for call in log)

    def over() -> bool:
        enough = all(failures(server) >= FAILURES for server in ("okta", "aws"))
        return enough or run.process.poll() is not None

    assert _comes_true(over)
    kit.okta("DELETE", "/sandbox/faults")
    code, document = run.end()
    assert failures("okta"), "Okta never failed"
    assert failures("aws"), "AWS never failed"
    failed = [each for each in document["stacks"] if each["status"] == "failed"]
    assert code == bool(failed), document
    assert all(each["errors"] and each["errors"][0] for each in failed), document
    again, document = _up(project)
    if again:
        again, document = _up(project)
    assert again == 0, document
    _check(project)
