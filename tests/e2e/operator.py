"""A person who operates a federation: at a shell, at a terminal, and in the two consoles."""

import json
import os
import pty
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from tests.console_visits import ConsoleVisits
from tests.e2e.conftest import Kit
from tests.paths import ROOT
from tests.runbook import Runbook

SECRET = "okta-identity-center/scim"
FILES = ("preview.json", "before.json", "after.json", "assertion.xml", "stack.schema.json",
         "recover.json")  # fmt: skip
"""What commands of the pages write or read in the current folder."""
SHIPPED = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())["config"]
REPORTS: dict[str, Any] = {
    "name": "Reports", "groups": ["aws-finance"], "accounts": ["210987654321"],
    "managed_policies": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
}  # fmt: skip
BASE: dict[str, Any] = {
    "app": SHIPPED["okta-identity-center:federation"]["app"]
    | {"username_format": "${source.login}"},
    "token_expiry_alarm": {
        "emails": ["identity-team@example.com"], "days_before": [60, 30, 14, 7, 1],
    },
    "attribute_statements": [], "push_groups": ["aws-finance"],
    "account_access": {"permission_sets": [REPORTS]}, "access_control_attributes": None,
    "provisioning": {
        "mode": "console", "propagation_settle_seconds": 0.5, "propagation_timeout_minutes": 0.1,
    },
}  # fmt: skip
"""The federation that the pages start with."""
_YES = {"PULUMI_OPTION_YES": "true", "PULUMI_OPTION_SKIP_PREVIEW": "true",
        "PULUMI_OPTION_NON_INTERACTIVE": "true", "COLUMNS": "300"}  # fmt: skip
"""What a person at a terminal answers to Pulumi's questions."""


@dataclass
class Operator:
    """`tools`: a folder with commands that are not of the kit, `aws` and `pass`."""

    kit: Kit
    tools: Path

    def __post_init__(self) -> None:
        self.tools.mkdir()
        self.consoles = ConsoleVisits(self.kit.sandbox["okta"])
        aws = f'cd {ROOT} && exec {sys.executable} -m tests.e2e.aws_command "$@"'
        for name, script in {"aws": aws, "pass": f"cat {self.tools}/token"}.items():
            (self.tools / name).write_text(f"#!/bin/sh\n{script}\n")
            (self.tools / name).chmod(0o755)
        path = f"{self.tools}:{self.kit.env['PATH']}"
        self.env = self.kit.env | _YES | {
            "PATH": path, "AWS_SHARED_CREDENTIALS_FILE": str(self.tools / "credentials"),
        }  # fmt: skip

    def page(self, name: str) -> Runbook:
        """A page, with the sandbox's stack in place of `prod`."""
        files = {name: str(self.tools / name) for name in FILES}
        stack = {"Pulumi.prod.yaml": str(self.kit.settings), "prod": self.kit.env["PULUMI_STACK"]}
        return Runbook(name, self.shell, files | stack)

    def shell(self, command: str, typed: str = "") -> tuple[int, str]:
        done = subprocess.run(
            ["sh", "-c", command], cwd=ROOT, env=self.env, input=typed, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout

    def typing(self, *lines: str) -> Callable[[str], tuple[int, str]]:
        """Runs a command that reads these lines."""
        return lambda command: self.shell(command, "".join(f"{line}\n" for line in lines))

    def at_terminal(self, *acts: Callable[[], str]) -> Callable[[str], tuple[int, str]]:
        """Runs a command at a terminal. Each act follows a prompt, and returns what is typed."""
        return lambda command: converse(command, self.env, acts)

    def run_printed(self, text: str) -> None:
        """Run the lines that `okta-idc recover` prints, as they are."""
        lines = re.findall(r"^(?:pulumi|okta-idc) .*--.+", text, re.MULTILINE)
        assert lines, text
        for line in lines:
            code, printed = self.shell(
                re.sub(r"\b(recover|state)\.json", rf"{self.tools}/\g<0>", line)
            )
            assert code in (0, 1), f"{line}\n{printed}"

    def deploy(self, **changes: Any) -> str:
        """Deploy the pages' federation with these settings changed."""
        self.kit.change(**BASE | changes)
        done = self.kit.run("up", "--yes", "--skip-preview")
        assert done.code == 0, done.text
        self.kit.settle()
        return done.text

    def outputs(self) -> dict[str, Any]:
        return json.loads(self.kit.pulumi("stack", "output", "--json").text)

    def urn(self, part: str) -> str:
        """URN of the first resource whose URN contains the text."""
        state = json.loads(self.kit.pulumi("stack", "export").text)["deployment"]["resources"]
        return next(each["urn"] for each in state if part in each["urn"])

    def paste(self) -> str:
        """Give the newest token to Okta, as the app's page does."""
        app = self.outputs()["appId"]
        token = (self.tools / "token").read_text()
        self.consoles.paste(app, self.kit.secret["endpoint"], token)
        return ""

    def generate(self) -> str:
        """A new token, which `pass` shows from now on."""
        token = self.consoles.generate()
        (self.tools / "token").write_text(token)
        return token

    def delete_oldest(self) -> str:
        self.consoles.delete(self.consoles.tokens()[0])
        return ""

    def date_token(self, days_left: int) -> None:
        """Let the secret say that its token expires in so many days."""
        expires = datetime.now(UTC).replace(microsecond=0) + timedelta(days=days_left, hours=1)
        dates = {"expires": expires, "created": expires - timedelta(days=365)}
        tags = [{"Key": key, "Value": each.isoformat()} for key, each in dates.items()]
        self.kit.aws("secretsmanager").tag_resource(SecretId=SECRET, Tags=tags)

    def user(self, login: str) -> str:
        """ID of an Okta user."""
        users = self.kit.okta("GET", "/api/v1/users?limit=200")
        return next(user["id"] for user in users if user["profile"]["login"] == login)

    def group(self, name: str) -> Any:
        """An Okta group."""
        groups = self.kit.okta("GET", "/api/v1/groups?limit=200")
        return next(group for group in groups if group["profile"]["name"] == name)

    def rename(self, name: str, new: str) -> None:
        path = f"/api/v1/groups/{self.group(name)['id']}"
        self.kit.okta("PUT", path, {"profile": {"name": new}})
        self.kit.settle()

    def push_now(self) -> None:
        """As "Push now" in the app does, for its only push group."""
        path = self._mapping()
        for status in ("INACTIVE", "ACTIVE"):
            self.kit.okta("PATCH", path, {"status": status})
        self.kit.settle()

    def delete_mapping(self, *, with_group: bool = False) -> None:
        """Delete the only push mapping outside the stack, and keep the group in AWS, or not."""
        path = self._mapping()
        self.kit.okta("PATCH", path, {"status": "INACTIVE"})
        self.kit.okta("DELETE", f"{path}?deleteTargetGroup={str(with_group).lower()}")
        self.kit.settle()

    def _mapping(self) -> str:
        outputs = self.outputs()
        mapping = outputs["pushGroups"][0]["mappingId"]
        return f"/api/v1/apps/{outputs['appId']}/group-push/mappings/{mapping}"

    def aws_group(self, name: str) -> str:
        """ID of a group in the Identity Store."""
        store = self.kit.aws("identitystore")
        groups = store.list_groups(IdentityStoreId=self.kit.store)["Groups"]
        return next(group["GroupId"] for group in groups if group["DisplayName"] == name)


def converse(
    command: str, env: dict[str, str], acts: tuple[Callable[[], str], ...], seconds: float = 120
) -> tuple[int, str]:
    """Run a command with a terminal of its own. After each prompt (a line that ends with `: `), do
    the next act, and type what it returns."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(ROOT)
        os.execvpe("sh", ["sh", "-c", command], env)  # noqa: S606 — the command of a page
    deadline, text, read, left = time.monotonic() + seconds, "", 0, list(acts)
    try:
        while time.monotonic() < deadline:
            try:
                text += os.read(terminal, 4096).decode(errors="replace")
            except OSError:  # the command has ended
                break
            if left and re.search(r"(?:\(hidden\)|it is done): $", text[read:]):
                read = len(text)
                os.write(terminal, f"{left.pop(0)()}\n".encode())
    finally:
        os.close(terminal)
        status = os.waitpid(child, 0)[1]
    return os.waitstatus_to_exitcode(status), text.replace("\r\n", "\n")
