"""Account access that differs from the declaration is named by a plain `up`, by a preview and by
the doctor, with the real engine."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import Kit
from tests.paths import ROOT

pytestmark = pytest.mark.e2e

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
DEVELOPER_ACCOUNT, OTHER_ACCOUNT = "210987654321", "321098765432"
CONTROL = {"attributes": {"Team": "${path:enterprise.department}"}}
PER_SET = (
    "sso:DescribePermissionSet", "sso:GetInlinePolicyForPermissionSet",
    "sso:GetPermissionsBoundaryForPermissionSet",
    "sso:ListCustomerManagedPolicyReferencesInPermissionSet",
    "sso:ListManagedPoliciesInPermissionSet",
)  # fmt: skip
RULES = [f"OIC-{number}" for number in range(632, 640)]


class Aws:
    """Changes outside the stack, with AWS's own API."""

    def __init__(self, kit: Kit) -> None:
        self.kit, self.sso = kit, kit.aws("sso-admin")
        self.instance = self.sso.list_instances()["Instances"][0]["InstanceArn"]
        self.at = {"InstanceArn": self.instance}

    @property
    def sets(self) -> dict[str, str]:
        """ARNs of the permission sets by name."""
        arns = self.sso.list_permission_sets(**self.at)["PermissionSets"]
        at = ({**self.at, "PermissionSetArn": arn} for arn in arns)
        found = (self.sso.describe_permission_set(**each)["PermissionSet"] for each in at)
        return {each["Name"]: each["PermissionSetArn"] for each in found}

    def group(self, name: str) -> str:
        store = self.kit.aws("identitystore")
        groups = store.list_groups(IdentityStoreId=self.kit.store)["Groups"]
        return next(group["GroupId"] for group in groups if group["DisplayName"] == name)

    def assignment(self, permission_set: str, group: str, account: str) -> dict[str, str]:
        return {
            **self.at, "TargetId": account, "TargetType": "AWS_ACCOUNT",
            "PermissionSetArn": self.sets[permission_set], "PrincipalType": "GROUP",
            "PrincipalId": self.group(group),
        }  # fmt: skip

    def assign(self, permission_set: str, group: str, account: str) -> None:
        self.sso.create_account_assignment(**self.assignment(permission_set, group, account))

    def unassign(self, permission_set: str, group: str, account: str) -> None:
        self.sso.delete_account_assignment(**self.assignment(permission_set, group, account))

    def managed(self, permission_set: str, arn: str) -> dict[str, str]:
        at = {**self.at, "PermissionSetArn": self.sets[permission_set]}
        return {**at, "ManagedPolicyArn": arn}

    def set_attributes(self, **sources: str) -> None:
        listed = [{"Key": key, "Value": {"Source": [s]}} for key, s in sources.items()]
        self.sso.update_instance_access_control_attribute_configuration(
            **self.at,
            InstanceAccessControlAttributeConfiguration={"AccessControlAttributes": listed},
        )


def rules_in(text: str) -> set[str]:
    """Rules of account access among the messages."""
    return {rule for rule in RULES if f"[{rule}]" in text}


def up(kit: Kit, *arguments: str) -> str:
    done = kit.run("up", "--yes", "--skip-preview", *arguments)
    assert done.code == 0, done.text
    return done.text


def preview(kit: Kit) -> str:
    done = kit.run("preview", "--expect-no-changes")
    assert done.code == 0, done.text
    return done.text


def doctor(kit: Kit) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "okta_idc", "doctor", "--json"], cwd=ROOT, env=kit.env,
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert not set(RULES) & {rule for each in report["unknown"] for rule in each["rules"]}, report
    found = (
        " ".join((*(str(f[k]) for k in ("name", "path", "value", "message")), f"[{f['rule']}]"))
        for f in report["findings"]
    )
    return "\n".join(found)


def inject(kit: Kit, operation: str, code: str) -> None:
    """Let every call of an AWS operation fail until the faults are cleared."""
    fault = {"server": "aws", "operation": operation, "code": code, "times": None}
    kit.okta("POST", "/sandbox/faults", fault)


OBSERVERS: dict[str, Callable[[Kit], str]] = {"up": up, "preview": preview, "doctor": doctor}


@pytest.fixture(scope="module")
def deployed(kit: Kit) -> Iterator[Kit]:
    """The shipped stack, with attributes for access control."""
    with kit.running_sandbox("--connections", "supported"):
        kit.change(access_control_attributes=CONTROL)
        up(kit)
        yield kit


def test_a_federation_as_declared_has_no_findings(deployed: Kit) -> None:
    for name, observe in OBSERVERS.items():
        text = observe(deployed)
        assert rules_in(text) == set(), f"{name}: {text}"
        assert "not compared" not in text, f"{name}: {text}"


@pytest.fixture(scope="module")
def changed(deployed: Kit) -> Kit:
    """The same, changed outside the stack."""
    aws = Aws(deployed)
    made = aws.sso.create_permission_set(**aws.at, Name="Breakglass")["PermissionSet"]
    aws.sso.attach_managed_policy_to_permission_set(
        **aws.at, PermissionSetArn=made["PermissionSetArn"], ManagedPolicyArn=ADMINISTRATOR
    )
    aws.assign("Breakglass", "aws-support", DEVELOPER_ACCOUNT)
    aws.assign("Developer", "aws-developers", OTHER_ACCOUNT)
    aws.unassign("CostReports", "aws-finance", OTHER_ACCOUNT)
    aws.sso.detach_managed_policy_from_permission_set(
        **aws.managed("Developer", "arn:aws:iam::aws:policy/PowerUserAccess")
    )
    aws.sso.attach_managed_policy_to_permission_set(**aws.managed("CostReports", ADMINISTRATOR))
    aws.sso.update_permission_set(
        **aws.at, PermissionSetArn=aws.sets["Developer"], SessionDuration="PT12H"
    )
    aws.set_attributes(Team="${path:title}")
    return deployed


FOUND = {
    "OIC-633": ["Developer", "session_duration", "PT12H", "PT8H"],
    "OIC-634": ["CostReports", "managed_policies", ADMINISTRATOR],
    "OIC-635": ["Developer", "managed_policies", "PowerUserAccess"],
    "OIC-637": ["aws-finance", "CostReports", OTHER_ACCOUNT],
    "OIC-638": ["aws-support", "Breakglass", DEVELOPER_ACCOUNT, ADMINISTRATOR, "aws-developers"],
    "OIC-639": ["Team", "${path:title}", "${path:enterprise.department}"],
}


@pytest.mark.parametrize("observer", OBSERVERS)
def test_each_change_outside_the_stack_is_named(changed: Kit, observer: str) -> None:
    text = OBSERVERS[observer](changed)
    assert rules_in(text) == set(FOUND), text
    for rule, fragments in FOUND.items():
        for fragment in fragments:
            assert fragment in text, f"{rule}: {fragment} is not in {text}"


def test_the_run_makes_no_more_calls_than_the_budget(changed: Kit) -> None:
    """Two calls a group, five a permission set, and five more; nothing is read twice."""
    last = changed.okta("GET", "/sandbox/request-log?server=aws")[-1]["seq"]
    preview(changed)
    entries = changed.okta("GET", f"/sandbox/request-log?server=aws&since={last}")
    calls = Counter(entry["operation"] for entry in entries)
    groups, sets = 5, 3  # Developer, CostReports, and the one created outside the stack
    assert calls["sso:ListAccountAssignmentsForPrincipal"] == groups
    assert calls["sso:ListApplicationAssignmentsForPrincipal"] == groups
    for operation in PER_SET:
        assert calls[operation] == sets, operation
    assert calls["sso:DescribeInstanceAccessControlAttributeConfiguration"] == 1
    assert sum(n for name, n in calls.items() if name.startswith("sso:")) <= (
        2 * groups + 5 * sets + 5
    )


def test_a_denied_action_is_named_once_and_everything_else_is_compared(changed: Kit) -> None:
    inject(changed, "GetPermissionsBoundaryForPermissionSet", "AccessDeniedException")
    try:
        text = preview(changed)
    finally:
        changed.okta("DELETE", "/sandbox/faults")
    diagnostics = [line.strip() for line in text.splitlines()]
    [unknown] = [line for line in diagnostics if line.startswith("warning: unknown:")]
    assert "Needs sso:GetPermissionsBoundaryForPermissionSet." in unknown
    assert rules_in(text) == set(FOUND), text


def test_drift_enforce_fails_an_up_and_not_a_preview(changed: Kit) -> None:
    changed.change(access_control_attributes=CONTROL, drift="enforce")
    try:
        preview(changed)
        done = changed.run("up", "--yes", "--skip-preview")
    finally:
        changed.change(access_control_attributes=CONTROL)
    assert done.code != 0
    assert "AWS differs from the declared configuration" in done.text
    assert "OIC-634" in done.text
    assert "Traceback" not in done.text


@pytest.fixture(scope="module")
def mended(changed: Kit) -> Kit:
    """After the remedies: a refresh, and the removal of what the stack does not know."""
    up(changed, "--refresh")
    text = up(changed)
    assert rules_in(text) == {"OIC-634", "OIC-638"}, text
    aws = Aws(changed)
    aws.sso.detach_managed_policy_from_permission_set(**aws.managed("CostReports", ADMINISTRATOR))
    aws.unassign("Breakglass", "aws-support", DEVELOPER_ACCOUNT)
    aws.unassign("Developer", "aws-developers", OTHER_ACCOUNT)
    return changed


def test_the_remedies_of_the_messages_mend_the_differences(mended: Kit) -> None:
    for name, observe in OBSERVERS.items():
        text = observe(mended)
        assert rules_in(text) == set(), f"{name}: {text}"


def developer(kit: Kit, **properties: Any) -> None:
    """Declare other properties of the first permission set."""
    shipped = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())["config"]
    access = shipped["okta-identity-center:federation"]["account_access"]
    access["permission_sets"][0] |= properties
    kit.change(access_control_attributes=CONTROL, account_access=access)


@pytest.fixture(scope="module")
def refused(mended: Kit) -> Kit:
    """An update of the session duration that AWS refuses."""
    developer(mended, session_duration="PT4H")
    inject(mended, "UpdatePermissionSet", "ValidationException")
    try:
        done = mended.run("up", "--yes", "--skip-preview")
    finally:
        mended.okta("DELETE", "/sandbox/faults")
    assert done.code != 0
    return mended


def test_an_update_that_aws_refused_is_named_until_it_is_made(refused: Kit) -> None:
    for observe in (doctor, up):
        text = observe(refused)
        assert rules_in(text) == {"OIC-633"}, text
        assert "PT8H" in text
        assert "PT4H" in text
    up(refused, "--refresh")
    for observe in (preview, doctor, up):
        text = observe(refused)
        assert rules_in(text) == set(), text


def test_a_preview_does_not_report_what_its_run_changes(refused: Kit) -> None:
    developer(
        refused, session_duration="PT2H", managed_policies=[], groups=["aws-data"],
        description="Read only",
    )  # fmt: skip
    done = refused.run("preview")
    assert done.code == 0, done.text
    assert "session_duration" not in done.text
    assert rules_in(done.text) == set(), done.text
    text = up(refused)
    assert rules_in(text) == set(), text


def test_a_permission_set_deleted_outside_the_stack_is_named(refused: Kit) -> None:
    aws = Aws(refused)
    for account in (DEVELOPER_ACCOUNT, OTHER_ACCOUNT):
        aws.unassign("CostReports", "aws-finance", account)
    aws.sso.delete_permission_set(**aws.at, PermissionSetArn=aws.sets["CostReports"])
    for observe in (preview, doctor):
        text = observe(refused)
        assert "OIC-632" in text, text
        assert "CostReports" in text
    up(refused, "--refresh")
    text = preview(refused)
    assert rules_in(text) == set(), text
