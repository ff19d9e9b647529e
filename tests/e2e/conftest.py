"""The real engine against a sandbox of our own: its port, its home, nothing of the user's."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
import yaml
from botocore.config import Config

from tests.e2e.run_summary import NOT_VERIFIED, verdict
from tests.paths import ROOT
from toolchain import cache, plugin_resolver
from toolchain.engine import Engine, find
from toolchain.sandbox import PORT

TOKEN = "sandbox-okta-token"


def scrubbed(home: Path) -> dict[str, str]:
    """The environment without anything of Okta, AWS or Pulumi in it, and a home of its own (the
    Okta plugin reads ~/.okta). What is cached and installed stays known."""
    given = {plugin_resolver.variable(name) for name in plugin_resolver.NAMES}
    mine = {k: v for k, v in os.environ.items()
            if k in given or not re.match(r"OKTA_|AWS_|PULUMI_", k)}  # fmt: skip
    installed = os.environ.get("PULUMI_HOME") or str(Path.home() / ".pulumi")
    return mine | {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(cache.folder().parent),
        "PULUMI_HOME": installed,
    }


@dataclass
class Result:
    code: int
    text: str


@dataclass
class Kit:
    """One clone's commands, and a look at what they did."""

    home: Path

    def toolchain(self, *arguments: str, timeout: float = 600) -> Result:
        """`python -m toolchain …` with this home."""
        done = subprocess.run(
            self.command(*arguments), cwd=ROOT, env=self.scrubbed, capture_output=True, text=True,
            timeout=timeout, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        return Result(done.returncode, done.stdout + done.stderr)

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "toolchain", *arguments, "--home", str(self.home)]

    @property
    def scrubbed(self) -> dict[str, str]:
        return scrubbed(self.home.parent)

    def pulumi(self, *arguments: str) -> Result:
        """Plain `pulumi …`, in the environment that `make env` gives."""
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"], cwd=ROOT, env=self.env,
            capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        return Result(done.returncode, done.stdout + done.stderr)

    def run(self, verb: str, *arguments: str) -> Result:
        """A verb on the stack, with the settings of this home."""
        return self.pulumi(verb, *arguments)

    @property
    def env(self) -> dict[str, str]:
        printed = self.toolchain("env")
        assert printed.code == 0, printed.text
        show = "import json, os; print(json.dumps(dict(os.environ)))"
        script = f"{printed.text}\nexec {sys.executable} -c '{show}'"
        done = subprocess.run(
            ["sh", "-c", script],
            cwd=ROOT,
            env=self.scrubbed,
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout.splitlines()[-1])

    @property
    def settings(self) -> Path:
        return self.home / "Pulumi.dev.yaml"

    def change(self, **changes: Any) -> None:
        """Change top-level keys of the federation's settings (None: as shipped)."""
        document = yaml.safe_load(self.settings.read_text())
        text = (ROOT / "Pulumi.dev.yaml").read_text()
        for port, server in enumerate(("okta", "aws", "scim"), PORT):
            text = text.replace(f"http://127.0.0.1:{port}", self.sandbox[server])
        shipped = yaml.safe_load(text)["config"]
        key = "okta-identity-center:federation"
        document["config"][key] = shipped[key] | changes
        self.settings.write_text(yaml.safe_dump(document))

    @property
    def sandbox(self) -> dict[str, Any]:
        return json.loads((self.home / "current.json").read_text())

    def okta(self, method: str, path: str, body: object = None) -> Any:
        headers = {"Authorization": f"SSWS {TOKEN}"}
        answer = httpx.request(
            method, self.sandbox["okta"] + path, json=body, headers=headers, timeout=60
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def processes(self) -> list[str]:
        """Every process that was started for this home (Linux: looks at /proc)."""
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
        assert self.okta("GET", "/sandbox/settled?timeout=30")["settled"]

    def aws(self, service: str) -> Any:
        return boto3.client(
            service, endpoint_url=self.sandbox["aws"], region_name="us-east-1",
            aws_access_key_id="sandbox", aws_secret_access_key="sandbox",
            config=Config(retries={"max_attempts": 1}),
        )  # fmt: skip

    def users(self) -> dict[str, dict[str, Any]]:
        """What stands in the Identity Store, by user name."""
        pages = self.aws("identitystore").get_paginator("list_users")
        found = pages.paginate(IdentityStoreId=self.store)
        return {user["UserName"]: user for page in found for user in page["Users"]}

    def groups(self) -> dict[str, set[str]]:
        """User names of each group's members, by group name."""
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
        return self.aws("sso-admin").list_instances()["Instances"][0]["IdentityStoreId"]

    @property
    def secret(self) -> dict[str, str]:
        """What the sandbox's secret holds: endpoint, token and the rest."""
        answer = self.aws("secretsmanager").get_secret_value(SecretId="okta-identity-center/scim")
        return json.loads(answer["SecretString"])

    @property
    def token(self) -> str:
        return self.secret["token"]


RAN: list[str] = []
"""What the summary says of engine and plugins; empty where nothing was run end to end."""


@pytest.fixture(scope="session")
def engine() -> Engine:
    """Found, or built, before the first run: with the user's own home, and progress shown."""

    def say(text: str) -> None:
        sys.stderr.write(f"{text}\n")

    found = find(say)
    RAN[:] = verdict(found, plugin_resolver.choose(found, say))
    return found


def pytest_sessionfinish(session: pytest.Session) -> None:
    if output := getattr(session.config, "workeroutput", None):  # one of several processes
        output["ran"] = RAN


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What the processes ran is said once, by the one that started them."""
    RAN[:] = getattr(node, "workeroutput", {}).get("ran") or RAN


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if RAN:
        terminalreporter.section("What ran end to end", yellow=True, bold=True)
        for line in RAN:
            terminalreporter.write_line(line, red=line.startswith(NOT_VERIFIED), bold=True)


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Iterator[Kit]:
    kit = Kit(tmp_path_factory.mktemp("clone") / ".sandbox")
    yield kit
    kit.toolchain("reset")
