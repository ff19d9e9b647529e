"""Adopts a federation that was created outside the stack, with the real engine.

The tests create the federation without the kit: the app, assignments and push mappings with Okta's
API, provisioning in the Admin Console, and account access with AWS's API. Afterwards AWS rejects
full group pushes, so that an unintended push leaves a mapping in ERROR.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import TOKEN, Kit, Result
from tests.e2e.test_console_mode import ConsoleAdministrator
from tests.paths import ROOT

pytestmark = pytest.mark.e2e

KEY = "okta-identity-center:federation"
ACS = "https://us-east-1.sso.signin.aws/platform/saml/acs/0123456789-5a4b3c2d-sandbox"
PREFIX = "https://aws.amazon.com/SAML/Attributes/AccessControl:"
URI = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
PUSHED = ("aws-admins", "aws-developers", "aws-data", "aws-finance")
DEV, PROD = "210987654321", "321098765432"
MANAGED_POLICY = "arn:aws:iam::aws:policy/PowerUserAccess"
BOUNDARY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
IMPORTED = 13
"""The app, its assignment, two permission sets, four policies, four account assignments, and
attributes for access control."""
DEPARTMENT_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow", "Action": "ce:Get*", "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalTag/Department": "Finance"}},
        }
    ],
}  # fmt: skip


class Administrator:
    """The administrator who creates the federation without this kit."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self.groups = {g["profile"]["name"]: g["id"] for g in kit.okta("GET", "/api/v1/groups")}
        self.sso = kit.aws("sso-admin")
        self.instance = self.sso.list_instances()["Instances"][0]["InstanceArn"]

    def create_app(self, label: str, **signed: str) -> str:
        statements = [
            {"type": "EXPRESSION", "name": PREFIX + key, "values": [value], "namespace": URI}
            for key, value in signed.items()
        ]
        issuer = f"https://us-east-1.signin.aws.amazon.com/platform/saml/{self.kit.store}"
        made = self.kit.okta("POST", "/api/v1/apps", {
            "name": "amazon_aws_sso", "label": label, "signOnMode": "SAML_2_0",
            "credentials": {"userNameTemplate": {"template": "${source.email}"}},
            "settings": {"app": {"acsURL": ACS, "entityID": issuer},
                         "signOn": {"attributeStatements": statements}},
        })  # fmt: skip
        return made["id"]

    def assign_group(self, app: str, group: str, priority: int) -> None:
        path = f"/api/v1/apps/{app}/groups/{self.groups[group]}"
        self.kit.okta("PUT", path, {"priority": priority})

    def push_group(self, app: str, group: str) -> str:
        body = {"sourceGroupId": self.groups[group], "targetGroupName": group}
        return self.kit.okta("POST", f"/api/v1/apps/{app}/group-push/mappings", body)["id"]

    def create_permission_set(self, name: str, **texts: str) -> dict[str, str]:
        parameters = {"InstanceArn": self.instance, "Name": name, **texts}
        made = self.sso.create_permission_set(**parameters)["PermissionSet"]
        return {"InstanceArn": self.instance, "PermissionSetArn": made["PermissionSetArn"]}

    def assign_account(self, at: dict[str, str], group: str, account: str) -> None:
        ids = aws_groups(self.kit)
        self.sso.create_account_assignment(
            **at, PrincipalId=ids[group], PrincipalType="GROUP", TargetId=account,
            TargetType="AWS_ACCOUNT",
        )  # fmt: skip


def aws_groups(kit: Kit) -> dict[str, str]:
    found = kit.aws("identitystore").list_groups(IdentityStoreId=kit.store)["Groups"]
    return {group["DisplayName"]: group["GroupId"] for group in found}


@pytest.fixture(scope="module")
def administrator(kit: Kit) -> Iterator[Administrator]:
    """A sandbox with an administrator's federation and an empty stack."""
    with kit.running_sandbox():
        made = Administrator(kit)
        app = made.create_app(
            "Unmanaged AWS app", Department="user.department", CostCenter="user.costCenter"
        )
        ConsoleAdministrator(kit).enable_provisioning()
        made.assign_group(app, "aws-access", 1)
        kit.settle()
        for group in PUSHED:
            made.push_group(app, group)
        kit.settle()
        developer = made.create_permission_set(
            "Developer", SessionDuration="PT8H", Description="Unmanaged"
        )
        made.sso.attach_managed_policy_to_permission_set(
            **developer, ManagedPolicyArn=MANAGED_POLICY
        )
        made.sso.attach_customer_managed_policy_reference_to_permission_set(
            **developer, CustomerManagedPolicyReference={"Name": "Deploy", "Path": "/team/"}
        )
        made.sso.put_permissions_boundary_to_permission_set(
            **developer, PermissionsBoundary={"ManagedPolicyArn": BOUNDARY}
        )
        for group in ("aws-developers", "aws-data"):
            made.assign_account(developer, group, DEV)
        costs = made.create_permission_set("CostReports")
        made.sso.put_inline_policy_to_permission_set(
            **costs, InlinePolicy=json.dumps(DEPARTMENT_POLICY)
        )
        for account in (DEV, PROD):
            made.assign_account(costs, "aws-finance", account)
        feed = {"Key": "UserName", "Value": {"Source": ["${path:userName}"]}}
        made.sso.create_instance_access_control_attribute_configuration(
            InstanceArn=made.instance,
            InstanceAccessControlAttributeConfiguration={"AccessControlAttributes": [feed]},
        )
        kit.okta("POST", "/sandbox/settings", {"full_push": "replace"})
        yield made


def adopt(kit: Kit, *arguments: str) -> Result:
    credentials = {
        "OKTA_API_TOKEN": TOKEN, "AWS_ACCESS_KEY_ID": "sandbox", "AWS_REGION": "us-east-1",
        "AWS_SECRET_ACCESS_KEY": "sandbox", "AWS_EC2_METADATA_DISABLED": "true",
    }  # fmt: skip
    command = [
        sys.executable, "-m", "okta_idc", "adopt", "--okta-url", kit.sandbox["okta"],
        "--aws-endpoint", kit.sandbox["aws"], *arguments,
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=ROOT, env={**kit.isolated_env, **credentials}, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    return Result(done.returncode, done.stdout + done.stderr)


def use(kit: Kit, federation: dict[str, Any]) -> None:
    """Write these settings, with the sandbox's address and credentials."""
    document = yaml.safe_load(kit.settings.read_text())
    document["config"][KEY] = federation
    kit.settings.write_text(yaml.safe_dump(document))


def steps(preview: Result) -> dict[str, set[str]]:
    """Names of the providers' resources by operation, without components, providers and stack."""
    assert preview.code == 0, preview.text
    document = json.loads(preview.text[preview.text.index("{\n") :])
    found: dict[str, set[str]] = {}
    for step in document["steps"]:
        kind = step["urn"].split("::")[2].rpartition("$")[2]
        if not kind.startswith(("okta-identity-center:", "pulumi:")):
            found.setdefault(step["op"], set()).add(step["urn"].rpartition("::")[2])
    return found


def writes(kit: Kit, since: int) -> list[tuple[str, str]]:
    """The write requests to Okta and the SCIM endpoint."""
    made = kit.okta("GET", "/sandbox/request-log")[since:]
    return [(c["method"], c["path"]) for c in made if c["method"] not in ("GET", "HEAD")]


def aws_writes(kit: Kit) -> list[str]:
    """The write requests to AWS since the sandbox started, as IAM actions."""
    made = kit.okta("GET", "/sandbox/request-log?server=aws")
    return [call["operation"] for call in made if call["method"] != "GET"]


def request_count(kit: Kit) -> int:
    return len(kit.okta("GET", "/sandbox/request-log"))


def mappings(kit: Kit) -> dict[str, tuple[str, str]]:
    [app] = kit.okta("GET", "/api/v1/apps?limit=200")
    listed = kit.okta("GET", f"/api/v1/apps/{app['id']}/group-push/mappings")
    return {m["id"]: (m["sourceGroupId"], m["status"]) for m in listed}


def in_aws(administrator: Administrator) -> dict[str, Any]:
    """The permission sets, their policies and their account assignments."""
    sets = administrator.sso.list_permission_sets(InstanceArn=administrator.instance)[
        "PermissionSets"
    ]
    found: dict[str, Any] = {}
    for arn in sets:
        at = {"InstanceArn": administrator.instance, "PermissionSetArn": arn}
        described = administrator.sso.describe_permission_set(**at)["PermissionSet"]
        managed = administrator.sso.list_managed_policies_in_permission_set(**at)
        accounts = administrator.sso.list_accounts_for_provisioned_permission_set(**at)[
            "AccountIds"
        ]
        assigned = [
            (account, each["PrincipalId"])
            for account in sorted(accounts)
            for each in administrator.sso.list_account_assignments(**at, AccountId=account)[
                "AccountAssignments"
            ]
        ]
        found[arn] = (described, managed["AttachedManagedPolicies"], sorted(assigned))
    return found


def without_import_ids(federation: dict[str, Any]) -> dict[str, Any]:
    """The settings without import IDs, as a user edits the file after adoption."""

    def stripped(value: Any) -> Any:
        if isinstance(value, dict):
            kept = {k: v for k, v in value.items() if k not in ("import_id", "aws_group_id")}
            return {key: stripped(each) for key, each in kept.items()}
        return [stripped(each) for each in value] if isinstance(value, list) else value

    return stripped(federation)


@dataclass
class Adoption:
    """The federation before adoption, and what `okta-idc adopt` wrote."""

    groups: dict[str, str]
    mappings: dict[str, tuple[str, str]]
    in_aws: dict[str, Any]
    aws_writes: list[str]
    output: str
    okta_writes: list[tuple[str, str]]
    federation: dict[str, Any]


@pytest.fixture(scope="module")
def adoption(
    kit: Kit, administrator: Administrator, tmp_path_factory: pytest.TempPathFactory
) -> Adoption:
    """Run `okta-idc adopt`."""
    initial = aws_groups(kit), mappings(kit), in_aws(administrator), aws_writes(kit)
    before, out = request_count(kit), tmp_path_factory.mktemp("adopt") / "Pulumi.adopted.yaml"
    done = adopt(kit, "--out", str(out))
    assert done.code == 0, done.text
    federation = yaml.safe_load(out.read_text())["config"][KEY]
    return Adoption(*initial, done.text, writes(kit, before), federation)


@pytest.fixture(scope="module")
def imported(kit: Kit, adoption: Adoption) -> list[tuple[str, str]]:
    """The write requests of the first `pulumi up`, which imports."""
    use(kit, adoption.federation)
    before = request_count(kit)
    done = kit.run("up", "--yes", "--skip-preview")
    assert done.code == 0, done.text
    kit.settle()
    return writes(kit, before)


@pytest.fixture(scope="module")
def imported_mappings(
    kit: Kit, adoption: Adoption, imported: object, tmp_path_factory: pytest.TempPathFactory
) -> list[tuple[str, str]]:
    """The write requests of `pulumi import` for the push mappings."""
    path = tmp_path_factory.mktemp("import") / "mappings.json"
    assert adopt(kit, "--mappings", str(path), "--stack", "dev").code == 0
    before = request_count(kit)
    done = kit.run(
        "import", "--file", str(path), "--yes", "--skip-preview", "--generate-code=false"
    )
    assert done.code == 0, done.text
    use(kit, without_import_ids(adoption.federation))
    return writes(kit, before)


def test_adopt_writes_a_complete_stack_file(adoption: Adoption) -> None:
    assert adoption.okta_writes == []
    assert TOKEN not in adoption.output
    assert [g["name"] for g in adoption.federation["push_groups"]] == list(PUSHED)
    assert adoption.federation["assignments"]["groups"][0]["name"] == "aws-access"


def test_the_first_preview_shows_imports_only(kit: Kit, adoption: Adoption) -> None:
    use(kit, adoption.federation)
    before = request_count(kit)
    found = steps(kit.run("preview", "--json"))
    assert set(found) == {"import"}, found
    assert len(found["import"]) == IMPORTED, found
    assert writes(kit, before) == []


def test_the_first_up_sends_no_write_request(
    kit: Kit, adoption: Adoption, imported: list[tuple[str, str]]
) -> None:
    assert imported == []
    assert mappings(kit) == adoption.mappings
    assert aws_groups(kit) == adoption.groups


@pytest.mark.usefixtures("imported")
def test_the_first_up_changes_nothing_in_aws(
    kit: Kit, administrator: Administrator, adoption: Adoption
) -> None:
    assert in_aws(administrator) == adoption.in_aws
    assert adoption.aws_writes  # includes the calls that created the federation
    assert aws_writes(kit) == adoption.aws_writes


@pytest.mark.usefixtures("imported")
def test_a_second_up_and_a_refresh_change_nothing(kit: Kit) -> None:
    before = request_count(kit)
    for verb in ("up", "refresh"):
        done = kit.run(verb, "--yes", "--skip-preview", "--expect-no-changes")
        assert done.code == 0, done.text
    assert writes(kit, before) == []


@pytest.mark.usefixtures("imported")
def test_imported_resources_are_protected(kit: Kit) -> None:
    document = json.loads(kit.pulumi("stack", "export").text)
    kept = [r for r in document["deployment"]["resources"] if r.get("importID")]
    assert len(kept) == IMPORTED
    assert all(resource.get("protect") for resource in kept)
    done = kit.run("destroy", "--preview-only")
    assert done.code != 0
    assert "cannot be deleted" in done.text


def test_push_mappings_are_imported_without_a_write_request(
    kit: Kit, imported_mappings: list[tuple[str, str]]
) -> None:
    assert imported_mappings == []
    before = request_count(kit)
    found = steps(kit.run("preview", "--json"))
    assert set(found) == {"same", "update"}, found
    assert found["update"] == {"identity-center-app-saml"}
    assert writes(kit, before) == []
    state = kit.pulumi("stack", "export").text
    assert state.count('"deleteTargetGroupOnDestroy": false') == 2 * len(PUSHED)


@pytest.mark.usefixtures("imported_mappings")
def test_the_next_up_updates_only_the_app_and_only_once(kit: Kit, adoption: Adoption) -> None:
    [app] = kit.okta("GET", "/api/v1/apps?limit=200")
    before = request_count(kit)
    done = kit.run("up", "--yes", "--skip-preview")
    assert done.code == 0, done.text
    assert writes(kit, before) == [("PUT", f"/api/v1/apps/{app['id']}")]
    done = kit.run("up", "--yes", "--skip-preview", "--expect-no-changes")
    assert done.code == 0, done.text
    kit.settle()
    assert mappings(kit) == adoption.mappings


@pytest.mark.usefixtures("imported_mappings")
def test_a_destroy_leaves_the_groups_in_aws(kit: Kit, adoption: Adoption) -> None:
    use(kit, without_import_ids(adoption.federation) | {"protect": False})
    done = kit.run("up", "--yes", "--skip-preview")
    assert done.code == 0, done.text
    before = request_count(kit)
    done = kit.run("destroy", "--yes", "--skip-preview")
    assert done.code == 0, done.text
    kit.settle()
    [app] = {path.split("/")[4] for _, path in writes(kit, before) if "/group-push/" in path}
    gone = {path for method, path in writes(kit, before) if method == "DELETE" and "gPm" in path}
    root = f"/api/v1/apps/{app}/group-push/mappings"
    assert gone == {f"{root}/{ident}?deleteTargetGroup=false" for ident in adoption.mappings}
    assert aws_groups(kit) == adoption.groups
