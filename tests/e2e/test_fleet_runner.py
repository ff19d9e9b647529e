"""`okta-idc fleet` with the real engine, and a program without providers.

Each test runs with the states in files and a passphrase, and with the states in S3 and a key of
KMS, both of moto.
"""

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
import yaml
from moto.server import ThreadedMotoServer

from tests.e2e.conftest import isolated_environment
from tests.paths import ROOT
from toolchain.engine import Engine

pytestmark = pytest.mark.e2e
PROJECT = "okta-identity-center"
ASSIGNMENT = "identity-center-access-Admin-aws-a-210987654321"
SECRET = "the-secret-api-token-of-okta"
PASSPHRASE = "a-passphrase-of-the-test"
FLEET: dict[str, Any] = {"push_groups": {"count": 1}, "accounts": {"count": 1}}
STACKS = ["prod", "prod-push-1", "prod-access-1"]
_SHIM = """\
#!/bin/sh
printf '%s\\n' "$*" >>{log}
case " $* " in *" stack import --stack prod "*) [ -e {kill} ] && kill -9 $PPID && exit 1;; esac
exec {pulumi} "$@"
"""


@dataclass
class Backend:
    """Where the states are. `key`: for `--secrets-provider`. `locks`: the locks of a stack."""

    url: str
    key: str
    env: dict[str, str]
    locks: Callable[[str], list[str]]


@dataclass
class Fleet:
    """A project with a fleet, and a `pulumi` that records its arguments."""

    folder: Path
    env: dict[str, str]
    backend: Backend

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "okta_idc", "fleet", *arguments], cwd=self.folder, env=self.env,
            text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, verb: str, *arguments: str, code: int = 0) -> tuple[dict[str, Any], str]:
        """The JSON document of a command on the core stack, and the lines that it printed."""
        process = self.start(verb, "--stack", "prod", "--json", *arguments)
        out, err = process.communicate(timeout=120)
        assert process.returncode == code, out + err
        return json.loads(out) if out else {}, err

    def pulumi(self, *arguments: str, given: str = "") -> str:
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"], cwd=self.folder, env=self.env, text=True,
            input=given, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def settings(self, **changes: Any) -> None:
        """Write the core's settings into its file, whose other lines stay."""
        path = self.folder / "Pulumi.prod.yaml"
        document = yaml.safe_load(path.read_text()) if path.exists() else {}
        document.setdefault("config", {})[f"{PROJECT}:federation"] = {
            "scim_token": {"secret": "okta-identity-center/scim"},
            "push_groups": ["aws-a", "aws-b", "aws-c", "aws-d"],
            "account_access": {
                "permission_sets": [
                    {"name": "Admin", "groups": ["aws-a"], "accounts": ["210987654321"]}
                ]
            },
        } | changes
        path.write_text(yaml.safe_dump(document))

    def urns(self, stack: str) -> list[str]:
        state = json.loads(self.pulumi("stack", "export", "--stack", stack))
        return [each["urn"] for each in state["deployment"].get("resources", [])]

    def placed(self) -> dict[str, str]:
        """The stack of each mapping and assignment, by name."""
        stacks = [each["name"] for each in json.loads(self.pulumi("stack", "ls", "--json"))]
        return {
            urn.rpartition("::")[2]: stack
            for stack in stacks
            for urn in self.urns(stack)
            if urn.split("::")[2].endswith((":PushGroup", ":AccountAssignment"))
        }

    def wait_for(self, name: str) -> None:
        deadline = time.monotonic() + 60
        while not (self.folder / name).exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def engine_of(self, stack: str) -> int:
        """The process that updates a stack."""
        [lock] = self.backend.locks(stack)
        return int(json.loads(lock)["pid"])


@pytest.fixture(scope="module")
def moto() -> Iterator[dict[str, str]]:
    """The arguments of a client of S3 and KMS."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server.start()
    host, port = server.get_host_and_port()
    yield {
        "endpoint_url": f"http://{host}:{port}", "region_name": "us-east-1",
        "aws_access_key_id": "a", "aws_secret_access_key": "b",
    }  # fmt: skip
    server.stop()


@pytest.fixture(params=["files", "s3"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    if request.param == "files":
        folder = tmp_path / "state"
        folder.mkdir()

        def locks(stack: str) -> list[str]:
            found = folder.glob(f".pulumi/locks/**/{stack}/*.json")
            return [path.read_text() for path in found]

        passphrase = {"PULUMI_CONFIG_PASSPHRASE": PASSPHRASE}
        return Backend(folder.as_uri(), "passphrase", passphrase, locks)
    options: dict[str, Any] = request.getfixturevalue("moto")
    s3, name = boto3.client("s3", **options), f"states-{uuid4()}"
    s3.create_bucket(Bucket=name)
    key = boto3.client("kms", **options).create_key()["KeyMetadata"]["KeyId"]

    def locks_in_bucket(stack: str) -> list[str]:
        prefix = f"team/.pulumi/locks/organization/{PROJECT}/{stack}/"
        found = s3.list_objects_v2(Bucket=name, Prefix=prefix).get("Contents", [])
        return [
            s3.get_object(Bucket=name, Key=each["Key"])["Body"].read().decode() for each in found
        ]

    query = f"region=us-east-1&endpoint={options['endpoint_url']}"
    credentials = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    return Backend(
        f"s3://{name}/team?{query}&s3ForcePathStyle=true",
        f"awskms:///{key}?{query}",
        credentials,
        locks_in_bucket,
    )


@pytest.fixture
def fleet(tmp_path: Path, engine: Engine, backend: Backend) -> Fleet:
    folder, tools = tmp_path / "project", tmp_path / "bin"
    for each in (folder, tools):
        each.mkdir()
    shutil.copy(Path(__file__).with_name("fleet_program.py"), folder / "__main__.py")
    (folder / "Pulumi.yaml").write_text(f"name: {PROJECT}\nruntime: python\n")
    shim = tools / "pulumi"
    shim.write_text(
        _SHIM.format(log=tmp_path / "arguments", kill=tmp_path / "kill", pulumi=engine.path)
    )
    shim.chmod(0o755)
    folders = [str(tools), str(engine.path.parent), os.environ["PATH"]]
    env = isolated_environment(tmp_path) | {
        **backend.env,
        "PATH": os.pathsep.join(folders), "PULUMI_BACKEND_URL": backend.url,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "OIC_PYTHON": sys.executable, "OIC_ROOT": str(ROOT), "PYTHONPATH": str(ROOT),
        "TMPDIR": str(tmp_path),
    }  # fmt: skip
    made = Fleet(folder, env, backend)
    made.pulumi("stack", "init", "prod", "--no-select", "--secrets-provider", backend.key)
    made.pulumi("config", "set", "--secret", "okta:apiToken", "--stack", "prod", given=SECRET)
    made.settings(fleet=FLEET)
    return made


def test_a_fleet_runs_in_order_shows_no_secret_and_is_destroyed_backwards(
    fleet: Fleet, tmp_path: Path
) -> None:
    first, lines = fleet.run("up", "--stacks-at-once", "2")
    assert [each["stack"] for each in first["stacks"]] == STACKS
    assert {each["status"] for each in first["stacks"]} == {"done"}
    assert started(lines) == STACKS
    assert fleet.placed() == {
        **{f"identity-center-push-aws-{each}": "prod-push-1" for each in "abcd"},
        ASSIGNMENT: "prod-access-1",
    }
    _no_secret_is_shown(fleet, first, lines, tmp_path / "arguments")

    again, _ = fleet.run("up")
    assert {each["status"] for each in again["stacks"]} == {"unchanged"}
    assert again["files"] == []

    _, lines = fleet.run("destroy", code=2)
    assert "nothing was changed" in lines.lower()
    document, lines = fleet.run("destroy", "--yes")
    assert started(lines) == STACKS[::-1]
    assert {each["status"] for each in document["stacks"]} == {"done"}
    assert fleet.placed() == {}


_PACK = """\
import os
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

def validate(args, report):
    if args.name == "identity-center-push-aws-b":
        report("aws-b is not allowed.")

policy = ResourceValidationPolicy("no-b", "No b.", validate, EnforcementLevel.MANDATORY)
PolicyPack("pack", [policy])
"""


def test_a_violated_policy_fails_its_stack_and_is_shown(fleet: Fleet, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "__main__.py").write_text(_PACK)
    runtime = {"name": "python", "options": {"virtualenv": str(ROOT / ".venv")}}
    (pack / "PulumiPolicy.yaml").write_text(yaml.safe_dump({"runtime": runtime, "version": "1"}))
    fleet.run("move")  # creates the stacks
    for verb in ("preview", "up"):
        found, lines = fleet.run(verb, "--policy-pack", str(pack), code=1)
        errors = {each["stack"]: each["errors"] for each in found["stacks"]}
        assert "identity-center-push-aws-b: policy no-b: " in errors["prod-push-1"][0], lines
        assert "aws-b is not allowed." in lines
        assert (errors["prod"], errors["prod-access-1"]) == ([], [])
    assert "identity-center-push-aws-b" not in fleet.placed()


def started(lines: str) -> list[str]:
    """The stacks in the order in which they started."""
    return [line.partition(":")[0] for line in lines.splitlines() if line.endswith("started")]


def _no_secret_is_shown(fleet: Fleet, document: Any, lines: str, arguments: Path) -> None:
    logs = Path(document["stacks"][0]["log"]).parent
    assert logs.stat().st_mode & 0o777 == 0o700
    texts = {str(path): path.read_text() for path in logs.iterdir()}
    assert len(texts) == len(STACKS)
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in logs.iterdir())
    texts |= {path.name: path.read_text() for path in fleet.folder.glob("Pulumi.*.yaml")}
    texts |= {"arguments": arguments.read_text(), "json": json.dumps(document), "lines": lines}
    assert "up --yes" in texts["arguments"]
    for name, text in texts.items():
        assert SECRET not in text, name
        assert PASSPHRASE not in text, name
    settings = yaml.safe_load((fleet.folder / "Pulumi.prod-push-1.yaml").read_text())
    core = yaml.safe_load((fleet.folder / "Pulumi.prod.yaml").read_text())
    assert settings["config"]["okta:apiToken"] == core["config"]["okta:apiToken"]


def test_a_move_changes_stack_names_only_and_a_preview_is_empty_afterwards(fleet: Fleet) -> None:
    fleet.settings()
    fleet.run("up")
    before = fleet.urns("prod")
    fleet.settings(fleet=FLEET)
    planned, lines = fleet.run("preview", code=2)
    assert "To continue: okta-idc fleet move --stack prod\n" in lines
    assert not [each for each in planned["stacks"] if each["status"] != "not run"]
    assert len(planned["moves"]) == 5
    assert planned["moved"] is None
    assert "would move" in lines
    assert fleet.urns("prod") == before
    moved, _ = fleet.run("move")
    assert moved["moved"] == 5
    after = {urn for stack in STACKS for urn in fleet.urns(stack)}
    assert {urn.split("::", 1)[1] for urn in after if "Stack::" not in urn} == {
        urn.split("::", 1)[1] for urn in before if "Stack::" not in urn
    }
    assert set(fleet.placed().values()) == set(STACKS[1:])
    for stack in STACKS[1:]:
        fleet.pulumi("preview", "--stack", stack, "--expect-no-changes")

    fleet.settings()
    back, lines = fleet.run("up")
    assert sorted(back["deleted"]) == sorted(STACKS[1:])
    assert set(fleet.placed().values()) == {"prod"}
    assert [path.name for path in fleet.folder.glob("Pulumi.*.yaml")] == ["Pulumi.prod.yaml"]
    assert fleet.run("up")[0]["stacks"][0]["status"] == "unchanged"


def test_a_move_that_was_killed_between_its_two_writes_is_completed(
    fleet: Fleet, tmp_path: Path
) -> None:
    fleet.settings()
    fleet.run("up")
    before = fleet.urns("prod")
    fleet.settings(fleet=FLEET)
    (tmp_path / "kill").touch()
    fleet.run("move", code=-signal.SIGKILL)
    (tmp_path / "kill").unlink()
    assert fleet.urns("prod") == before
    assert any("push-aws-a" in urn for stack in STACKS[1:] for urn in fleet.urns(stack))
    healed, _ = fleet.run("move")
    assert healed["moved"] == 5
    assert len(healed["moves"]) == 5
    assert set(fleet.placed().values()) == set(STACKS[1:])


def test_a_failed_stack_holds_up_no_other_and_runs_once_more(fleet: Fleet) -> None:
    (fleet.folder / "fail-prod-push-1").write_text("ran-prod-access-1")
    document, _ = fleet.run("up")
    states = {each["stack"]: (each["status"], each["attempts"]) for each in document["stacks"]}
    assert states == {"prod": ("done", 1), "prod-push-1": ("done", 2), "prod-access-1": ("done", 1)}
    (fleet.folder / "fail-prod-access-1").write_text("nothing")
    document, lines = fleet.run("up", code=1)
    failed = document["stacks"][2]
    assert (failed["status"], failed["attempts"]) == ("failed", 1)
    assert "prod-access-1 needs nothing" in failed["errors"][0]
    assert "prod-access-1 needs nothing" in lines
    assert failed["log"] in lines


def test_ctrl_c_lets_running_stacks_finish_and_starts_no_other(fleet: Fleet) -> None:
    (fleet.folder / "slow-prod").touch()
    process = fleet.start("up", "--stack", "prod", "--json")
    fleet.wait_for("ran-prod")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    states = [each["status"] for each in json.loads(out)["stacks"]]
    assert states == ["interrupted", *["not run"] * 2]
    assert "Remaining: prod, prod-push-1" in err


def test_after_the_kill_of_one_engine_the_others_finish_and_the_next_run_says_what_to_run(
    fleet: Fleet,
) -> None:
    (fleet.folder / "slow-prod-push-1").touch()
    process = fleet.start("up", "--stack", "prod", "--json")
    fleet.wait_for("ran-prod-push-1")
    os.kill(fleet.engine_of("prod-push-1"), signal.SIGKILL)
    (fleet.folder / "slow-prod-push-1").unlink()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1, err
    states = {each["stack"]: each["status"] for each in json.loads(out)["stacks"]}
    assert states.pop("prod-push-1") == "failed"
    assert set(states.values()) == {"done"}

    document, lines = fleet.run("up", code=1)
    stuck = document["stacks"][1]
    assert "no longer exists" in stuck["errors"][0]
    assert stuck["commands"] == [
        "pulumi cancel --stack prod-push-1 --yes", "okta-idc recover --stack prod-push-1",
    ]  # fmt: skip
    assert stuck["commands"][0] in lines
    fleet.pulumi(*stuck["commands"][0].split()[1:])
    fleet.run("up")


def test_after_the_kill_of_the_runner_its_engine_finishes_and_the_next_run_works(
    fleet: Fleet,
) -> None:
    fleet.settings()
    (fleet.folder / "slow-prod").touch()
    process = fleet.start("up", "--stack", "prod")
    fleet.wait_for("ran-prod")
    _, second = fleet.run("up", code=2)
    assert f"another okta-idc fleet is running (pid {process.pid})" in second
    engine = fleet.engine_of("prod")
    process.kill()
    process.communicate()
    document, _ = fleet.run("up", code=1)
    assert f"in progress, pid {engine}" in document["stacks"][0]["errors"][0]
    (fleet.folder / "slow-prod").unlink()
    deadline = time.monotonic() + 30
    while Path(f"/proc/{engine}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    document, _ = fleet.run("up")
    assert document["stacks"][0]["status"] == "unchanged"
