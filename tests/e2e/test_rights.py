"""docs/reference/permissions.md says which command calls what of Okta and AWS. Each command runs
here, counted: the page names them all, and no others. And `.ci/report`, which pipelines call, in
real."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.e2e.conftest import Kit, Result
from tests.paths import ROOT
from tests.permissions_page import CALLS, COMMANDS, Called

pytestmark = pytest.mark.e2e

EVERYTHING = {
    "assignments": {
        "pushed_members_group": {},
        "confirm_deprovisioning": ["aws-access"],  # the shipped assignment is removed
    },
    "access_control_attributes": {},
    "token_expiry_alarm": {"emails": ["identity@example.com"]},
}


class Rights:
    """Runs commands and records the calls of each."""

    def __init__(self, kit: Kit) -> None:
        self.kit, self.seen = kit, 0
        self.called: dict[str, Called] = {}

    def note(self, command: str) -> None:
        """Record the calls since the previous command for this command."""
        called = self.called.setdefault(command, {"okta": set(), "aws": set()})
        last = self.seen
        for server in ("okta", "aws"):
            for entry in self.kit.okta("GET", f"/sandbox/request-log?server={server}&since={last}"):
                called[server].add(entry["operation"])
                self.seen = max(self.seen, entry["seq"])

    def run(self, command: str, *arguments: str) -> Result:
        done = self.kit.pulumi(*arguments)
        self.note(command)
        return done

    def ours(self, *command: str) -> Result:
        """Run a command of this kit, with the sandbox's keys."""
        keys = {
            "AWS_ENDPOINT_URL": self.kit.sandbox["aws"], "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "x", "OKTA_API_TOKEN": "sandbox-okta-token",
        }  # fmt: skip
        done = subprocess.run(
            command, cwd=ROOT, env=self.kit.env | keys, capture_output=True, text=True,
            timeout=300, check=False,
        )  # fmt: skip
        return Result(done.returncode, done.stdout + done.stderr)

    def idc(self, command: str) -> Result:
        done = self.ours(sys.executable, "-m", "okta_idc", command)
        self.note(command)
        return done


def declare_everything(kit: Kit) -> None:
    shipped = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())["config"]
    federation = shipped["okta-identity-center:federation"]
    first, *others = federation["account_access"]["permission_sets"]
    first |= {"description": "changed", "customer_managed_policies": ["team/Developer"]}
    first["permissions_boundary"] = "arn:aws:iam::aws:policy/PowerUserAccess"
    made = {"create": "aws-made", "rule": 'user.department=="Finance"'}
    kit.change(
        **EVERYTHING,
        push_groups=[*federation["push_groups"], made],
        account_access={"permission_sets": [first, *others]},
    )


@pytest.fixture(scope="module")
def rights(kit: Kit) -> Rights:
    """The shipped stack, deployed, then changed to use all features, and checked."""
    made = kit.toolchain("up", "--port", "0")
    assert made.code == 0, made.text
    rights = Rights(kit)
    rights.note("up")
    declare_everything(kit)
    for command, arguments in (
        ("preview", ("preview", "--policy-pack", "policies")),
        ("up", ("up", "--yes", "--skip-preview")),
        ("preview", ("preview",)),  # a preview reads more of existing resources
        ("drift", ("preview", "--refresh", "--expect-no-changes")),
    ):
        done = rights.run(command, *arguments)
        assert done.code == 0, done.text
    assert rights.idc("doctor").code == 1
    assert rights.idc("status").code == 0
    return rights


@pytest.fixture(scope="module")
def console(rights: Rights) -> Result:
    """A preview in mode `console`."""
    declare_everything(rights.kit)
    settings = yaml.safe_load(rights.kit.settings.read_text())
    settings["config"]["okta-identity-center:federation"]["provisioning"]["mode"] = "console"
    rights.kit.settings.write_text(yaml.safe_dump(settings))
    done = rights.run("console", "preview")
    declare_everything(rights.kit)
    return done


@pytest.fixture(scope="module")
def destroyed(rights: Rights, console: Result) -> Result:
    """The last command: nothing is left after it."""
    return rights.run("up", "destroy", "--yes", "--skip-preview")


def test_the_report_of_a_preview_names_no_user(rights: Rights, tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    done = rights.ours(".ci/report", "preview", "dev", str(report))
    rights.note("look")
    assert done.code == 0, done.text  # existing findings do not fail a change
    told = report.read_text()
    assert "preview of stack dev: passed" in told
    assert re.search(r"OIC\\-301.*\| blocking \| 1 \|", told)
    assert "nora.lind" not in told + done.text


def test_drift_fails_for_blocking_findings_of_the_doctor(rights: Rights, tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    done = rights.ours(".ci/report", "drift", "dev", str(report))
    rights.note("look")
    assert done.code == 1, done.text
    assert "drift of stack dev: passed" in report.read_text()
    assert "blocking findings" in report.read_text()


def test_in_mode_console_the_token_is_not_read(rights: Rights, console: Result) -> None:
    assert console.code == 0, console.text
    assert "secretsmanager:GetSecretValue" not in rights.called["console"]["aws"]


def test_each_command_makes_exactly_the_calls_on_the_page(
    rights: Rights, destroyed: Result
) -> None:
    assert destroyed.code == 0, destroyed.text
    rights.called["preview"]["aws"] |= rights.called["console"]["aws"]
    rights.called["up"]["aws"] |= rights.called["console"]["aws"]
    rights.called["drift"]["aws"] |= rights.called["console"]["aws"]
    wrong: dict[str, dict[str, list[str]]] = {}
    for command in COMMANDS:
        for server in ("okta", "aws"):
            called = rights.called[command][server]
            said = {call for call, by in CALLS[server].items() if command in by}
            if called != said:
                wrong[f"{command}, {server}"] = {
                    "called, not on the page": sorted(called - said),
                    "on the page, not called": sorted(said - called),
                }
    assert wrong == {}
