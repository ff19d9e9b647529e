"""Fixtures that run the real engine against a sandbox with its own port, home and environment.

Each test module deploys its own stack in a module fixture, so that every test also runs on its own
(`pytest tests/e2e -k …`).
"""

import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
import yaml
from botocore.config import Config

from tests.e2e.run_summary import NOT_VERIFIED, summary_lines
from tests.paths import ROOT
from toolchain import cache, plugin_resolver
from toolchain.engine import Engine, find

TOKEN = "sandbox-okta-token"
START_SECONDS = 60


def isolated_environment(home: Path) -> dict[str, str]:
    """The environment without Okta, AWS and Pulumi variables, and with its own HOME.

    The Okta plugin reads ~/.okta. The cache and Pulumi's plugin folder are the user's.
    """
    supplied = {plugin_resolver.variable(name) for name in plugin_resolver.PROVIDERS}
    kept = {k: v for k, v in os.environ.items()
            if k in supplied or not re.match(r"OKTA_|AWS_|PULUMI_", k)}  # fmt: skip
    installed = os.environ.get("PULUMI_HOME") or str(Path.home() / ".pulumi")
    return kept | {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(cache.folder().parent),
        "PULUMI_HOME": installed,
    }


@dataclass
class Result:
    """A command's exit code, and its output with its standard error."""

    code: int
    text: str


@dataclass
class Kit:
    """The clone's commands for one sandbox, and the state of its Okta org and AWS account."""

    home: Path
    _environments: dict[str, dict[str, str]] = field(default_factory=dict, init=False)

    def toolchain(self, *arguments: str, timeout: float = 600) -> Result:
        """Run `python -m toolchain …` with this home."""
        done = subprocess.run(
            self.command(*arguments), cwd=ROOT, env=self.isolated_env, capture_output=True,
            text=True, timeout=timeout, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        return Result(done.returncode, done.stdout + done.stderr)

    def command(self, *arguments: str) -> list[str]:
        """The command line of `python -m toolchain …` with this home."""
        return [sys.executable, "-m", "toolchain", *arguments, "--home", str(self.home)]

    @contextmanager
    def running_sandbox(self, *options: str, serve: Sequence[str] = ()) -> Iterator[None]:
        """Run a sandbox with an empty stack. `serve`: options of `python -m sandbox serve`."""
        command = [*self.command("sandbox", "--port", "0", *options), "--", *serve]
        log = self.home.parent / "sandbox.log"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.isolated_env, stdout=stream, stderr=stream
            )
        try:
            deadline = time.monotonic() + START_SECONDS
            while not (self.home / "current.json").exists():
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.05)
            assert self.env["PULUMI_STACK"] == "dev"
            yield
        finally:
            process.terminate()
            process.wait(20)

    @property
    def isolated_env(self) -> dict[str, str]:
        """The environment of a user who has configured nothing."""
        return isolated_environment(self.home.parent)

    def pulumi(self, *arguments: str) -> Result:
        """Run plain `pulumi …` in the environment that `make env` prints."""
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"], cwd=ROOT, env=self.env,
            capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        return Result(done.returncode, done.stdout + done.stderr)

    def run(self, verb: str, *arguments: str) -> Result:
        """Run a pulumi command on the stack, with the settings of this home."""
        return self.pulumi(verb, *arguments)

    @property
    def env(self) -> dict[str, str]:
        """The environment that `make env` prints for the running sandbox."""
        running = (self.home / "current.json").read_text()
        if running not in self._environments:
            self._environments[running] = self._printed_environment()
        return self._environments[running]

    def _printed_environment(self) -> dict[str, str]:
        show = "import json, os; print(json.dumps(dict(os.environ)))"
        printed = f'set -e; lines=$({shlex.join(self.command("env"))}); eval "$lines"'
        script = f"{printed}\nexec {sys.executable} -c '{show}'"
        done = subprocess.run(
            ["sh", "-c", script],
            cwd=ROOT,
            env=self.isolated_env,
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout.splitlines()[-1])

    @property
    def settings(self) -> Path:
        """The stack file."""
        return self.home / "Pulumi.dev.yaml"

    def change(self, **changes: Any) -> None:
        """Write the shipped settings of the federation, with these top-level keys changed."""
        document = yaml.safe_load(self.settings.read_text())
        shipped = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())["config"]
        key = "okta-identity-center:federation"
        federation = shipped[key]
        federation["scim_token"]["verify_at"] = self.sandbox["scim"]
        federation["provisioning"]["mode"] = "api"  # of a clone in which `make up` wrote another
        document["config"][key] = federation | changes
        self.settings.write_text(yaml.safe_dump(document))

    @property
    def sandbox(self) -> dict[str, Any]:
        """The sandbox's addresses and process id."""
        return json.loads((self.home / "current.json").read_text())

    def okta(self, method: str, path: str, body: object = None) -> Any:
        """Call Okta's API, or one of the sandbox's control paths."""
        headers = {"Authorization": f"SSWS {TOKEN}"}
        answer = httpx.request(
            method, self.sandbox["okta"] + path, json=body, headers=headers, timeout=60
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def processes(self) -> list[str]:
        """All processes of this home. Reads /proc, so Linux only."""
        found: list[str] = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                environ = (process / "environ").read_bytes()
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if str(self.home).encode() in environ or str(self.home) in command:
                found.append(f"{process.name} {command}")
        return found

    def settle(self) -> None:
        """Wait until the sandbox has finished provisioning."""
        assert self.okta("GET", "/sandbox/settled?timeout=60")["settled"]

    def aws(self, service: str) -> Any:
        """A boto3 client of one AWS service."""
        return boto3.client(
            service, endpoint_url=self.sandbox["aws"], region_name=self.sandbox["region"],
            aws_access_key_id="sandbox", aws_secret_access_key="sandbox",
            config=Config(retries={"max_attempts": 1}),
        )  # fmt: skip

    def users(self) -> dict[str, dict[str, Any]]:
        """The users in the Identity Store, by user name."""
        pages = self.aws("identitystore").get_paginator("list_users")
        found = pages.paginate(IdentityStoreId=self.store)
        return {user["UserName"]: user for page in found for user in page["Users"]}

    def groups(self) -> dict[str, set[str]]:
        """The groups in the Identity Store: their members' user names, by group name."""
        store = self.aws("identitystore")
        names = {user["UserId"]: name for name, user in self.users().items()}
        groups: dict[str, set[str]] = {}
        for page in store.get_paginator("list_groups").paginate(IdentityStoreId=self.store):
            for group in page["Groups"]:
                members = store.get_paginator("list_group_memberships").paginate(
                    IdentityStoreId=self.store, GroupId=group["GroupId"]
                )
                groups[group["DisplayName"]] = {
                    names[m["MemberId"]["UserId"]] for p in members for m in p["GroupMemberships"]
                }
        return groups

    @property
    def store(self) -> str:
        """The id of the Identity Store."""
        return self.aws("sso-admin").list_instances()["Instances"][0]["IdentityStoreId"]

    @property
    def secret(self) -> dict[str, str]:
        """The content of the SCIM secret: endpoint, token, token id and dates."""
        answer = self.aws("secretsmanager").get_secret_value(SecretId="okta-identity-center/scim")
        return json.loads(answer["SecretString"])

    @property
    def token(self) -> str:
        """The SCIM token."""
        return self.secret["token"]


SUMMARY: list[str] = []
"""The engine and the plugins that ran; empty if no end-to-end test ran."""


@pytest.fixture(scope="session")
def engine() -> Engine:
    """Find or build the engine before the first test, with the user's HOME and visible progress."""

    def say(text: str) -> None:
        sys.stderr.write(f"{text}\n")

    found = find(say)
    SUMMARY[:] = summary_lines(found, plugin_resolver.choose(found, say))
    return found


def pytest_sessionfinish(session: pytest.Session) -> None:
    if output := getattr(session.config, "workeroutput", None):  # a worker of pytest-xdist
        output["summary"] = SUMMARY


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Collect a worker's summary, which the controller prints once."""
    SUMMARY[:] = getattr(node, "workeroutput", {}).get("summary") or SUMMARY


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if SUMMARY:
        terminalreporter.section("End-to-end tests ran with", yellow=True, bold=True)
        for line in SUMMARY:
            terminalreporter.write_line(line, red=line.startswith(NOT_VERIFIED), bold=True)


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Iterator[Kit]:
    """The commands for a new sandbox, which is stopped and deleted after the module."""
    kit = Kit(tmp_path_factory.mktemp("clone") / ".sandbox")
    yield kit
    kit.toolchain("reset")
