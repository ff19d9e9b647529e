"""Each command makes exactly the calls to Okta and AWS that docs/reference/permissions.md lists.

Also runs `.ci/report`, the script of the pipelines.
"""

import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import yaml

from tests.console_visits import ConsoleVisits
from tests.e2e.conftest import Kit, Result
from tests.paths import ROOT
from tests.permissions_page import CALLS, COMMANDS, Called

pytestmark = pytest.mark.e2e

ALL_FEATURES = {
    "assignments": {
        "pushed_members_group": {},
        "confirm_deprovisioning": ["aws-access"],  # the shipped assignment is removed
    },
    "access_control_attributes": {},
    "token_expiry_alarm": {"emails": ["identity@example.com"]},
}


class CallRecorder:
    """Runs commands and records the calls of each."""

    def __init__(self, kit: Kit) -> None:
        self.kit, self.seen = kit, 0
        self.called: dict[str, Called] = {}

    def record(self, command: str) -> None:
        """Record the calls since the previous command for this command."""
        called = self.called.setdefault(command, {"okta": set(), "aws": set()})
        last = self.seen
        for server in ("okta", "aws"):
            for entry in self.kit.okta("GET", f"/sandbox/request-log?server={server}&since={last}"):
                called[server].add(entry["operation"])
                self.seen = max(self.seen, entry["seq"])

    def run(self, command: str, *arguments: str) -> Result:
        done = self.kit.pulumi(*arguments)
        self.record(command)
        return done

    def run_with_credentials(self, *command: str, typed: str = "") -> Result:
        """Run a command of this kit, with the sandbox's keys, and `typed` as standard input."""
        keys = {
            "AWS_ENDPOINT_URL": self.kit.sandbox["aws"], "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "x", "OKTA_API_TOKEN": "sandbox-okta-token",
        }  # fmt: skip
        done = subprocess.run(
            command, cwd=ROOT, env=self.kit.env | keys, capture_output=True, text=True,
            input=typed, timeout=300, check=False,
        )  # fmt: skip
        return Result(done.returncode, done.stdout + done.stderr)

    def run_idc(
        self, command: str, *arguments: str, typed: str = "", column: str = ""
    ) -> Result:  # fmt: skip
        """Run `okta-idc …`, and record its calls in this column of the page, or its own."""
        done = self.run_with_credentials(
            sys.executable, "-m", "okta_idc", *command.split(), *arguments, typed=typed
        )
        self.record(column or command)
        return done


def declare_all_features(kit: Kit) -> None:
    shipped = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())["config"]
    federation = shipped["okta-identity-center:federation"]
    first, *others = federation["account_access"]["permission_sets"]
    first |= {"description": "changed", "customer_managed_policies": ["team/Developer"]}
    # A policy and an account that the state does not have; the account owns the instance.
    first["permissions_boundary"] = "arn:aws:iam::aws:policy/SecurityAudit"
    first["accounts"] = [*first["accounts"], "123456789012"]
    made = {"create": "aws-made", "rule": 'user.department=="Finance"'}
    kit.change(
        **ALL_FEATURES,
        push_groups=[*federation["push_groups"], made],
        account_access={"permission_sets": [first, *others]},
    )


@pytest.fixture(scope="module")
def recorder(kit: Kit) -> CallRecorder:
    """Deploy the shipped stack, change it to use all features, and check it."""
    made = kit.toolchain("up", "--port", "0")
    assert made.code == 0, made.text
    recorder = CallRecorder(kit)
    recorder.record("up")
    recorder.called["up"]["okta"].discard("GET /api/v1/apps")  # `make up` ends with the status
    declare_all_features(kit)
    for command, arguments in (
        ("preview", ("preview", "--policy-pack", "policies")),
        ("up", ("up", "--yes", "--skip-preview")),
        ("preview", ("preview",)),  # a preview reads more of existing resources
        ("drift", ("preview", "--refresh", "--expect-no-changes")),
    ):
        done = recorder.run(command, *arguments)
        assert done.code == 0, done.text
    assert recorder.run_idc("doctor").code == 1
    assert recorder.run_idc("status").code == 0
    assert recorder.run_idc("map").code == 0
    return recorder


@pytest.fixture(scope="module")
def reviewed(recorder: CallRecorder, tmp_path_factory: pytest.TempPathFactory) -> Result:
    """A review of a change that needs further reads: another assignment, and a new push group."""
    kit, file = recorder.kit, tmp_path_factory.mktemp("review") / "preview.json"
    declare_all_features(kit)
    document = yaml.safe_load(kit.settings.read_text())
    federation = document["config"]["okta-identity-center:federation"]
    federation["assignments"] = {"pushed_members_group": {}, "groups": ["aws-access"]}
    kit.settings.write_text(yaml.safe_dump(document))
    shown = kit.pulumi("preview", "--json")
    recorder.record("preview of the review")
    declare_all_features(kit)
    assert shown.code == 0, shown.text
    file.write_text(shown.text[: shown.text.rindex("}") + 1])  # a warning may follow
    return recorder.run_idc("review", "--preview", str(file))


@pytest.fixture(scope="module")
def rotated(recorder: CallRecorder) -> list[Result]:
    """Store a token twice; rotate the stack's token, run by run; and retire the old one again."""
    kit, results = recorder.kit, list[Result]()
    consoles = ConsoleVisits(kit.sandbox["okta"])
    entered = f"{kit.secret['endpoint']}\n{kit.token}\n"
    recorder.record("reads of this test")
    store = ("other/scim", "--region", "us-east-1", "--verify-at", kit.sandbox["scim"])
    results += [recorder.run_idc("token store", *store, typed=entered) for _ in range(2)]
    results.append(recorder.run_idc("token status"))
    [first] = consoles.tokens()
    column = {"column": "token rotate"}
    rotate = partial(recorder.run_idc, "token rotate", "--wait", "60")
    results.append(rotate("--token-stdin", typed=consoles.generate()))
    results.append(recorder.run("up", "up", "--yes", "--skip-preview"))
    results.append(rotate())
    consoles.delete(first)
    results.append(rotate())
    results.append(recorder.run_idc("token retire", "--wait", "60", **column))
    return results


@pytest.fixture(scope="module")
def console(recorder: CallRecorder) -> Result:
    """A preview with `mode: console`."""
    declare_all_features(recorder.kit)
    settings = yaml.safe_load(recorder.kit.settings.read_text())
    settings["config"]["okta-identity-center:federation"]["provisioning"]["mode"] = "console"
    recorder.kit.settings.write_text(yaml.safe_dump(settings))
    done = recorder.run("console", "preview")
    declare_all_features(recorder.kit)
    return done


@pytest.fixture(scope="module")
def destroyed(
    recorder: CallRecorder, console: Result, reviewed: Result, rotated: list[Result]
) -> Result:
    """Destroy the stack. No other command can run afterwards."""
    return recorder.run("up", "destroy", "--yes", "--skip-preview")


def test_a_preview_report_names_no_user(recorder: CallRecorder, tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    done = recorder.run_with_credentials(".ci/report", "preview", "dev", str(report))
    recorder.record("report")
    assert done.code == 0, done.text  # existing findings do not fail a change
    text = report.read_text()
    assert "preview of stack dev: passed" in text
    assert re.search(r"OIC\\-301.*\| blocking \| 1 \|", text)
    assert "nora.lind" not in text + done.text


def test_drift_fails_for_blocking_findings_of_the_doctor(
    recorder: CallRecorder, tmp_path: Path
) -> None:
    report = tmp_path / "report.md"
    done = recorder.run_with_credentials(".ci/report", "drift", "dev", str(report))
    recorder.record("report")
    assert done.code == 1, done.text
    assert "drift of stack dev: passed" in report.read_text()
    assert "blocking findings" in report.read_text()


def test_console_mode_does_not_read_the_token(recorder: CallRecorder, console: Result) -> None:
    assert console.code == 0, console.text
    assert "secretsmanager:GetSecretValue" not in recorder.called["console"]["aws"]


def test_a_review_reads_members_of_groups_that_the_change_assigns(reviewed: Result) -> None:
    assert reviewed.code == 0, reviewed.text


def test_the_token_is_rotated_run_by_run(rotated: list[Result]) -> None:
    codes = [each.code for each in rotated]
    assert codes == [0, 0, 0, 1, 0, 1, 0, 0], [each.text for each in rotated]


def test_each_command_makes_exactly_the_calls_on_the_page(
    recorder: CallRecorder, destroyed: Result
) -> None:
    assert destroyed.code == 0, destroyed.text
    recorder.called["preview"]["aws"] |= recorder.called["console"]["aws"]
    recorder.called["up"]["aws"] |= recorder.called["console"]["aws"]
    recorder.called["drift"]["aws"] |= recorder.called["console"]["aws"]
    # Not called if the test group of a rotation arrives at once.
    recorder.called["token rotate"]["okta"].add("GET /api/v1/apps/{id}/group-push/mappings/{id}")
    wrong: dict[str, dict[str, list[str]]] = {}
    for command in COMMANDS:
        for server in ("okta", "aws"):
            called = recorder.called[command][server]
            documented = {call for call, by in CALLS[server].items() if command in by}
            if called != documented:
                wrong[f"{command}, {server}"] = {
                    "called, not on the page": sorted(called - documented),
                    "on the page, not called": sorted(documented - called),
                }
    assert wrong == {}
