"""One federation in several stacks, deployed by `okta-idc fleet` with the real engine."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import Kit, Result
from tests.e2e.fleet_project import FleetProject
from tests.paths import ROOT

pytestmark = pytest.mark.e2e

THREE: dict[str, Any] = {"push_groups": {"count": 1}, "accounts": {"count": 1}}
ALL = ["", "push-1", "access-1"]
ACCOUNTS = ["210987654321", "321098765432"]
SETTINGS: dict[str, Any] = {
    "app": {
        "label": "AWS IAM Identity Center",
        "acs_url": "https://us-east-1.sso.signin.aws/platform/saml/acs/0123456789-5a4b3c2d-sandbox",
    },
    "provisioning": {"mode": "api", "propagation_settle_seconds": 1},
    "push_groups": ["aws-developers", "aws-data", "aws-finance"],
    "account_access": {
        "permission_sets": [
            {"name": "Developer", "groups": ["aws-developers", "aws-data"], "accounts": ACCOUNTS,
             "managed_policies": ["arn:aws:iam::aws:policy/PowerUserAccess"]},
            {"name": "CostReports", "groups": ["aws-finance"], "accounts": ACCOUNTS},
        ]
    },
}  # fmt: skip
AUDITOR = {"name": "Auditor", "groups": ["aws-data"], "accounts": ACCOUNTS}
MORE: dict[str, Any] = {
    "push_groups": [*SETTINGS["push_groups"], "aws-support"],
    "account_access": {
        "permission_sets": [*SETTINGS["account_access"]["permission_sets"], AUDITOR]
    },
}
ASSIGNED = {
    ("Developer", "aws-developers"), ("Developer", "aws-data"), ("CostReports", "aws-finance"),
}  # fmt: skip


@pytest.fixture(scope="module")
def project(kit: Kit) -> Iterator[FleetProject]:
    """A fleet of three stacks, deployed by one command from nothing."""
    with kit.running_sandbox("--connections", "supported"):
        project = FleetProject(kit, kit.home.parent / "project")
        project.configure(**SETTINGS, fleet=THREE)
        document = fleet(project, "up")
        assert all(each["status"] == "done" for each in document["stacks"]), document
        yield project


def fleet(project: FleetProject, verb: str, *arguments: str, code: int = 0) -> dict[str, Any]:
    """The JSON document of an `okta-idc fleet` command."""
    done = run_fleet(project, verb, *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


def run_fleet(
    project: FleetProject, verb: str, *arguments: str
) -> "subprocess.CompletedProcess[str]":
    """An `okta-idc fleet` command that has ended."""
    return subprocess.run(
        [sys.executable, "-m", "okta_idc", "fleet", verb, "--stack", project.core, "--json",
         *arguments],
        cwd=project.folder, env=project.env, capture_output=True, text=True, timeout=600,
        stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip


@dataclass
class Log:
    """The calls of Okta and AWS since the log was opened."""

    kit: Kit
    since: int = field(init=False)

    def __post_init__(self) -> None:
        self.since = 0
        self.since = max(call["seq"] for call in self._calls())

    def _calls(self) -> list[dict[str, Any]]:
        return [
            call
            for server in ("okta", "aws")
            for call in self.kit.okta(
                "GET", f"/sandbox/request-log?server={server}&since={self.since}"
            )
        ]

    def operations(self) -> list[str]:
        return [call["operation"] for call in self._calls()]

    def writes(self) -> list[str]:
        """Those that change something. Requires that both were read, so that the log is whole."""
        calls = self._calls()
        assert {"okta", "aws"} == {call["server"] for call in calls if call["method"] == "GET"}
        return [call["operation"] for call in calls if call["method"] != "GET"]


def assigned(kit: Kit) -> set[tuple[str, str, str]]:
    """Permission set, group, and account of each account assignment in AWS."""
    center = kit.aws("sso-admin")
    [instance] = center.list_instances()["Instances"]
    arn, store = instance["InstanceArn"], kit.aws("identitystore")
    groups = {
        each["GroupId"]: each["DisplayName"]
        for each in store.list_groups(IdentityStoreId=instance["IdentityStoreId"])["Groups"]
    }
    found: set[tuple[str, str, str]] = set()
    for each in center.list_permission_sets(InstanceArn=arn)["PermissionSets"]:
        described = center.describe_permission_set(InstanceArn=arn, PermissionSetArn=each)
        for account in ACCOUNTS:
            listed = center.list_account_assignments(
                InstanceArn=arn, PermissionSetArn=each, AccountId=account
            )["AccountAssignments"]
            name = described["PermissionSet"]["Name"]
            found |= {(name, groups[at["PrincipalId"]], account) for at in listed}
    return found


def recorded(project: FleetProject, *parts: str) -> dict[str, str]:
    """The stack of each recorded resource of Okta and AWS, by name."""
    return {
        name: part
        for part in parts
        for name, each in project.resources(part).items()
        if each["type"].startswith(("okta:", "aws:"))
    }


def test_three_stacks_give_the_access_of_the_settings(project: FleetProject) -> None:
    expected = {(*pair, account) for pair in ASSIGNED for account in ACCOUNTS}
    assert assigned(project.kit) == expected
    assert project.kit.groups()["aws-developers"]
    places = recorded(project, *ALL)
    assert places["identity-center-app-saml"] == ""
    assert places["identity-center-access-Developer-set"] == ""
    assert places["identity-center-push-aws-data"] == "push-1"
    assert {places[name] for name in places if "CostReports-aws-finance" in name} == {"access-1"}


def test_the_next_preview_of_every_stack_is_empty(project: FleetProject) -> None:
    document = fleet(project, "preview")
    assert [each["status"] for each in document["stacks"]] == ["unchanged"] * 3, document


def test_each_stack_runs_with_pulumi_alone(project: FleetProject) -> None:
    for part in reversed(ALL):
        done = project.up(part, "--expect-no-changes")
        assert done.code == 0, done.text


@pytest.mark.parametrize("part", ALL)
def test_the_policy_pack_accepts_every_stack(project: FleetProject, part: str) -> None:
    done = project.run("preview", part, "--policy-pack", str(ROOT / "policies"))
    assert done.code == 0, done.text
    assert "[mandatory]" not in done.text, done.text


def test_the_doctor_finds_nothing_that_the_fleet_itself_causes(project: FleetProject) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "okta_idc", "doctor", "--stack", project.core, "--json",
         "--aws-endpoint", project.kit.sandbox["aws"]],
        cwd=project.folder, env=project.env, capture_output=True, text=True, timeout=120,
        stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    found = {each["rule"] for each in json.loads(done.stdout)["findings"]}
    assert found, done.stderr  # the sandbox's org has defects of its own
    assert not [rule for rule in found if rule.startswith("OIC-6")], done.stdout


def report(project: FleetProject, kind: str) -> tuple[int, str]:
    """The exit code and the report of the pipelines' script."""
    if not (project.folder / "policies").exists():
        (project.folder / "policies").symlink_to(ROOT / "policies")
    file = project.folder / "report.md"
    done = subprocess.run(
        [ROOT / ".ci" / "report", kind, project.core, file],
        cwd=project.folder, env=project.env, capture_output=True, text=True, timeout=300,
        stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    return done.returncode, file.read_text()


def test_the_pipelines_report_reviews_all_stacks_as_one_update(project: FleetProject) -> None:
    project.configure(**SETTINGS | MORE, fleet=THREE)
    core = yaml.safe_load(project.file().read_text())
    core["config"]["okta-identity-center:review"] = {"max_affected": 1}
    project.file().write_text(yaml.safe_dump(core))
    code, text = report(project, "preview")
    assert code == 1, text
    assert text.startswith("### Access: too many people affected, and not approved\n"), text
    for part in ALL:
        assert f"### preview of stack {project.stack(part)}: passed\n" in text
    assert "| aws\\-data | Auditor |" in text  # the set is in the core, its assignments are not
    assert "\nUnknown" not in text
    assert "### Live federation: " in text


def test_the_pipelines_report_names_the_command_that_moves_resources(
    project: FleetProject,
) -> None:
    project.configure(**SETTINGS, fleet=THREE | {"push_groups": {"count": 2}})
    code, text = report(project, "preview")
    assert code == 1, text
    for part, result in (("", "passed"), ("push-1", "failed"), ("push-2", "failed")):
        assert f"### preview of stack {project.stack(part)}: {result}\n" in text
    assert "Run `okta-idc fleet move --stack prod`." in text
    assert "no stack named 'prod-push-2' found" in text
    assert "### Access" not in text


def test_a_fleet_continues_where_okta_and_aws_failed(project: FleetProject) -> None:
    project.configure(**SETTINGS | MORE, fleet=THREE)
    kit, log = project.kit, Log(project.kit)
    for fault in (
        {"name": "server-error", "method": "POST", "path": "/group-push/mappings", "times": None},
        {"name": "aws-throttled", "operation": "CreateAccountAssignment", "times": None},
    ):
        kit.okta("POST", "/sandbox/faults", fault)
    failed = fleet(project, "up", code=1)
    status = {each["part"]: each["status"] for each in failed["stacks"]}
    assert status == {"": "done", "push-1": "failed", "access-1": "failed"}
    assert all(each["errors"] for each in failed["stacks"] if each["status"] == "failed"), failed
    kit.okta("DELETE", "/sandbox/faults")
    healed = fleet(project, "up")
    status = {each["part"]: each["status"] for each in healed["stacks"]}
    assert status == {"": "unchanged", "push-1": "done", "access-1": "done"}
    assert {("Auditor", "aws-data", account) for account in ACCOUNTS} <= assigned(kit)
    assert "aws-support" in kit.groups()
    assert "sso:CreateAccountAssignment" in log.writes()


@pytest.fixture
def larger(project: FleetProject) -> FleetProject:
    """The fleet with one more group and permission set, whichever tests ran before."""
    project.configure(**SETTINGS | MORE, fleet=THREE)
    fleet(project, "up")
    return project


def test_another_division_moves_state_and_changes_nothing_else(larger: FleetProject) -> None:
    project = larger
    log, access = Log(project.kit), assigned(project.kit)
    project.configure(**SETTINGS | MORE, fleet=THREE | {"accounts": {"count": 3}})
    stopped: Result = project.up("access-1")
    assert stopped.code != 0
    assert "OIC-572" in stopped.text, stopped.text
    document = fleet(project, "up")
    assert {each["status"] for each in document["stacks"]} <= {"done", "unchanged"}, document
    parts = ("", "push-1", "access-1", "access-2", "access-3")
    places = recorded(project, *parts)
    accounts = {a: {p for n, p in places.items() if n.endswith(a)} for a in ACCOUNTS}
    assert all(len(each) == 1 for each in accounts.values()), accounts
    assert set().union(*accounts.values()) != {"access-1"}, "no account has moved"
    assert log.writes() == []
    assert assigned(project.kit) == access
    again = fleet(project, "preview")
    assert {each["status"] for each in again["stacks"]} == {"unchanged"}, again


def test_a_division_by_names_moves_permission_sets_with_their_policies(
    larger: FleetProject,
) -> None:
    project = larger
    log, access = Log(project.kit), assigned(project.kit)
    division = {
        "push_groups": {"prefixes": ["aws-d"]}, "permission_sets": {"count": 2},
        "accounts": {"count": 1},
    }  # fmt: skip
    project.configure(**SETTINGS | MORE, fleet=division)
    document = fleet(project, "up")
    assert document["deleted"] == [project.stack("push-1")]
    places = recorded(project, "", "push-aws-d", "sets-1", "sets-2", "access-1")
    pushed = {name.rpartition("-push-")[2]: at for name, at in places.items() if "-push-" in name}
    assert pushed == {
        "aws-data": "push-aws-d", "aws-developers": "push-aws-d", "aws-finance": "",
        "aws-support": "",
    }  # fmt: skip
    of_sets = {name: at for name, at in places.items() if name.endswith("-set")}
    assert len(of_sets) == 3
    assert set(of_sets.values()) <= {"sets-1", "sets-2"}
    policy = "identity-center-access-Developer-PowerUserAccess"
    assert places[policy] == of_sets["identity-center-access-Developer-set"]
    assert log.writes() == []
    assert assigned(project.kit) == access
    again = fleet(project, "preview")
    assert {each["status"] for each in again["stacks"]} == {"unchanged"}, again


def test_without_a_fleet_everything_returns_to_one_stack(larger: FleetProject) -> None:
    project = larger
    log, access = Log(project.kit), assigned(project.kit)
    project.configure(**SETTINGS | MORE)
    refused = project.run("up", "", "--yes", "--skip-preview")
    assert refused.code != 0
    assert f"okta-idc fleet move --stack {project.core}" in refused.text
    assert "OIC-573" in refused.text
    fleet(project, "up")
    assert {*recorded(project, "").values()} == {""}
    assert log.writes() == []
    assert assigned(project.kit) == access
    assert [path.name for path in project.folder.glob("Pulumi.prod-*.yaml")] == []
    listed = json.loads(project.pulumi("stack", "ls", "--json").text)
    assert {each["name"] for each in listed} - {"dev"} == {project.core}
    done = project.run("preview", "", "--expect-no-changes")
    assert done.code == 0, done.text


def test_destroy_leaves_no_app_and_no_assignment(project: FleetProject) -> None:
    project.configure(**SETTINGS | MORE, fleet=THREE, protect=False)
    fleet(project, "up")
    fleet(project, "destroy", "--yes")
    assert assigned(project.kit) == set()
    apps = {app["name"] for app in project.kit.okta("GET", "/api/v1/apps")}
    assert "amazon_aws_sso" not in apps
