"""The stacks of a fleet: the core, and the parts, each with its share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi import RunError

from components import IdentityCenterFederation, _state
from components._checks import access_drift, stack_settings
from components.fleet_part import FederationPart
from okta_idc.clients.identity_center import PermissionSetDetails
from okta_idc.fleet.stack_files import PLACES_KNOWN, Part
from okta_idc.settings import load_settings
from tests.unit.components.conftest import MockCloud
from tests.unit.components.test_federation import arguments, federation
from tests.unit.okta_idc.access_rules.directory import DEV1, DEV2, PROD, MemoryDirectory

Declare = Callable[..., None]
FLEET = {
    "push_groups": {"prefixes": ["aws-a"]},
    "permission_sets": {"prefixes": ["Dev"]},
    "accounts": {"organizational_units": ["Workloads/Dev"]},
}
SETS = [
    {"name": "Developer", "groups": ["aws-admins", "aws-data"], "accounts": [DEV1, PROD],
     "managed_policies": ["arn:aws:iam::aws:policy/ReadOnlyAccess"]},
    {"name": "Reader", "groups": ["aws-data"], "accounts": [PROD]},
]  # fmt: skip
APPLICATION = "arn:aws:sso::123456789012:application/ssoins-1111111111111111/apl-1111111111111111"
ACCESS = {
    "fleet": FLEET, "account_access__permission_sets": SETS,
    "account_access__applications": [{"arn": APPLICATION, "groups": ["aws-data"]}],
}  # fmt: skip
CORE = {"appId": "0oa1", "assignmentGroups": [{"id": "00gA"}], "permissionSetArns": {"Reader": "r"}}
SETS_STACK = {"permissionSetArns": {"Developer": "arn:Developer"}}


@pytest.fixture(autouse=True)
def directory(monkeypatch: pytest.MonkeyPatch) -> MemoryDirectory:
    found = MemoryDirectory()
    monkeypatch.setattr(stack_settings, "directory", lambda _parent: found)
    return found


@pytest.fixture
def cloud(cloud: MockCloud) -> MockCloud:
    cloud.mapped, cloud.in_aws = ["00gB", "00gC"], ["aws-admins", "aws-data"]
    cloud.stacks = {"prod": CORE, "prod-sets-dev": SETS_STACK}
    cloud.existing_app = {
        "features": cloud.features, "status": "ACTIVE", "userNameTemplate": "${source.login}",
    }  # fmt: skip
    return cloud


def core(**changes: Any) -> Callable[[], object]:
    given = ACCESS | changes
    return lambda: IdentityCenterFederation("idc", arguments(**given)).push_groups


def part(name: str, **changes: Any) -> Callable[[], object]:
    given = ACCESS | changes
    settings = load_settings(arguments(**given))
    return lambda: FederationPart("idc", settings, Part(core="prod", name=name)).drift


def declared(cloud: MockCloud) -> set[str]:
    """Names of the resources that a fleet divides."""
    kinds = (
        "PushGroup", ":PermissionSet", "PolicyAttachment", "AccountAssignment",
        "ApplicationAssignment", "Saml",
    )  # fmt: skip
    return {a.name for a in cloud.declared if a.typ.endswith(kinds)}


@pytest.mark.parametrize("preview", [False, True])
def test_the_core_has_what_no_part_has(cloud: MockCloud, declare: Declare, preview: bool) -> None:
    declare(core(), preview=preview)
    assert declared(cloud) == {
        "idc-app-saml", "idc-push-aws-data", "idc-access-Reader-set",
    }  # fmt: skip


def test_a_core_that_has_all_groups_and_sets_has_the_other_assignments(
    cloud: MockCloud, declare: Declare
) -> None:
    declare(core(fleet={"accounts": FLEET["accounts"]}))
    assert {each["targetId"] for each in cloud.inputs("AccountAssignment")} == {PROD}


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("push-aws-a", {"idc-push-aws-admins"}),
        ("sets-dev", {"idc-access-Developer-set", "idc-access-Developer-ReadOnlyAccess"}),
        ("access-workloads-dev", {f"idc-access-Developer-aws-admins-{DEV1}",
                                  f"idc-access-Developer-aws-data-{DEV1}"}),
        ("access", {f"idc-access-Developer-aws-admins-{PROD}",
                    f"idc-access-Developer-aws-data-{PROD}", f"idc-access-Reader-aws-data-{PROD}",
                    "idc-access-apl-1111111111111111-aws-data"}),
    ],
)  # fmt: skip
def test_a_part_has_its_share_alone(
    cloud: MockCloud, declare: Declare, name: str, expected: set[str], preview: bool
) -> None:
    declare(part(name), preview=preview)
    assert declared(cloud) == expected


def test_resources_have_the_same_parents_in_every_stack(cloud: MockCloud, declare: Declare) -> None:
    for program in (part("push-aws-a"), part("sets-dev"), part("access-workloads-dev"), core()):
        declare(program)
    types = {(a.typ, a.name) for a in cloud.declared if a.typ.startswith("okta-identity-center")}
    assert ("okta-identity-center:index:IdentityCenterFederation", "idc") in types
    assert {name for kind, name in types if kind.endswith(":AccountAccess")} == {"idc-access"}
    assert {name for kind, name in types if kind.endswith(":PushGroups")} == {"idc-push"}


def test_assignments_have_the_ids_of_other_stacks(cloud: MockCloud, declare: Declare) -> None:
    declare(part("access-workloads-dev"))
    found = {(a["permissionSetArn"], a["principalId"]) for a in cloud.inputs("AccountAssignment")}
    assert found == {("arn:Developer", "aws-aws-admins"), ("arn:Developer", "aws-aws-data")}


@pytest.mark.parametrize(
    ("name", "lacks", "message"),
    [
        ("push-aws-a", "prod", "The app in Okta does not exist yet. Run stack prod first"),
        ("access-workloads-dev", "prod-sets-dev",
         "permission set 'Developer' does not exist yet. Run stack prod-sets-dev first"),
    ],
)  # fmt: skip
def test_what_another_stack_has_not_created_fails_an_update_and_not_a_preview(
    cloud: MockCloud, declare: Declare, name: str, lacks: str, message: str
) -> None:
    del cloud.stacks[lacks]
    declare(part(name), preview=True)
    cloud.declared.clear()
    with pytest.raises(RunError, match=message):
        declare(part(name))
    assert cloud.inputs("PushGroup") == cloud.inputs("AccountAssignment") == []


def test_a_group_that_is_not_pushed_yet_fails_an_update_and_not_a_preview(
    cloud: MockCloud, declare: Declare
) -> None:
    cloud.in_aws = ["aws-data"]
    declare(part("access-workloads-dev"), preview=True)
    cloud.declared.clear()
    with pytest.raises(RunError, match="'aws-admins' is not in IAM Identity Center yet"):
        declare(part("access-workloads-dev"))


NEW = {"push_groups": [{"create": "aws-a-new", "rule": "true"}, "aws-admins", "aws-data"]}


@pytest.mark.parametrize("preview", [False, True])
def test_a_group_that_the_core_creates_is_pushed(
    cloud: MockCloud, declare: Declare, preview: bool
) -> None:
    cloud.stacks["prod"] = {**CORE, "pushGroups": [{"name": "aws-a-new", "sourceGroupId": "00gN"}]}
    declare(part("push-aws-a", **NEW), preview=preview)
    ids = {each["sourceGroupId"] for each in cloud.inputs("PushGroup")}
    assert ids == {"00gB", "00gN"}
    assert not cloud.inputs("group/group:Group") + cloud.inputs("group/rule:Rule")


def test_a_group_that_the_core_has_not_created_fails_an_update_and_not_a_preview(
    cloud: MockCloud, declare: Declare
) -> None:
    declare(part("push-aws-a", **NEW), preview=True)
    assert "idc-push-aws-a-new" in declared(cloud)
    cloud.declared.clear()
    with pytest.raises(RunError, match=r"'aws-a-new' does not exist yet. Run stack prod first"):
        declare(part("push-aws-a", **NEW))
    assert "idc-push-aws-a-new" not in declared(cloud)


def test_a_part_pushes_nothing_while_provisioning_is_off(
    cloud: MockCloud, declare: Declare
) -> None:
    cloud.existing_app["features"] = []
    with pytest.raises(RunError, match="Provisioning of app 0oa1 is off"):
        declare(part("push-aws-a"))
    assert cloud.inputs("PushGroup") == []


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize(
    ("name", "kind", "resource", "outputs", "stack"),
    [
        ("push-aws-a", _state.PUSH_MAPPING, "idc-push-aws-data", {}, "prod"),
        ("access-workloads-dev", _state.ACCOUNT_ASSIGNMENT, "idc-access-Developer-aws-data-3",
         {"targetId": PROD}, "prod-access"),
        ("sets-dev", _state.PUSH_MAPPING, "idc-push-aws-ax", {}, "prod-push-aws-a"),
    ],
)  # fmt: skip
def test_a_stack_with_the_resources_of_another_one_changes_nothing(
    cloud: MockCloud,
    declare: Declare,
    name: str,
    kind: str,
    resource: str,
    outputs: dict[str, Any],
    stack: str,
    preview: bool,
) -> None:
    cloud.record(kind, resource, **outputs)
    with pytest.raises(
        RunError, match=f"1 resource belongs to stack {stack}: {resource}.*fleet move"
    ):
        declare(part(name), preview=preview)
    assert declared(cloud) == set()


def test_a_deleted_organizational_unit_stops_every_stack(
    cloud: MockCloud, declare: Declare
) -> None:
    fleet = {"accounts": {"organizational_units": ["Workloads/Dev", "Workloads/Gone"]}}
    cloud.record(_state.ACCOUNT_ASSIGNMENT, "idc-access-Developer-aws-data-1", targetId=DEV1)
    for program in (core(fleet=fleet), part("access-workloads-dev", fleet=fleet)):
        with pytest.raises(RunError, match="organizational unit 'Workloads/Gone' does not exist"):
            declare(program)
    assert declared(cloud) == set()


def moved_here(cloud: MockCloud, *accounts: str) -> dict[str, Any]:
    """Assignments that were moved into the stack, whose components have no outputs before its
    first run; and settings with the rule that selects the accounts."""
    cloud.stacks["prod-sets-dev"] = {"permissionSetArns": {"Dev": "arn:Dev", "Dev-Ops": "arn:Ops"}}
    for each in accounts:
        cloud.record(
            _state.ACCOUNT_ASSIGNMENT, f"idc-access-Dev-Ops-aws-data-{each}", targetId=each,
            permissionSetArn="arn:Ops", principalId="aws-aws-data",
        )  # fmt: skip
    rule = {"account_selectors": [{"organizational_unit": "Workloads/Dev"}]}
    sets = [{"name": "Dev"}, {"name": "Dev-Ops", "groups": ["aws-data"], **rule}]
    return {"account_access__permission_sets": sets, "account_access__applications": []}


def test_a_suspended_account_keeps_what_it_has_in_the_first_run_after_a_move(
    cloud: MockCloud, declare: Declare, directory: MemoryDirectory
) -> None:
    given = moved_here(cloud, DEV1)
    directory.states = {DEV1: "SUSPENDED"}
    cloud.environment = {"accounts": {DEV1: "SUSPENDED", DEV2: "ACTIVE"}}
    declare(part("access-workloads-dev", **given))
    assert {each["targetId"] for each in cloud.inputs("AccountAssignment")} == {DEV1, DEV2}


def test_removals_are_limited_in_the_first_run_after_a_move(
    cloud: MockCloud, declare: Declare, directory: MemoryDirectory
) -> None:
    given = moved_here(cloud, DEV1, DEV2)
    given["account_access__max_removed_assignments"] = 0
    given["account_access__permission_sets"][1]["excluded_accounts"] = [{"id": DEV1}]
    with pytest.raises(RunError, match="OIC-568"):
        declare(part("access-workloads-dev", **given))
    assert declared(cloud) == set()


@pytest.mark.parametrize("preview", [False, True])
def test_a_group_whose_new_name_is_in_another_stack_is_moved_first(
    cloud: MockCloud, declare: Declare, preview: bool
) -> None:
    cloud.groups["data-admins"] = cloud.groups.pop("aws-admins")
    urn = cloud.record(_state.PUSH_MAPPING, "idc-push-aws-admins", sourceGroupId="00gB")
    renamed = {"push_groups": ["data-admins", "aws-data"], "account_access__permission_sets": [],
               "account_access__applications": []}  # fmt: skip
    with pytest.raises(RunError) as raised:
        declare(part("push-aws-a", **renamed), preview=preview)
    command = f"pulumi state rename '{urn}' 'idc-push-data-admins' --stack prod-push-aws-a --yes"
    assert f"{command} && okta-idc fleet move --stack prod" in str(raised.value)
    assert declared(cloud) == set()


def test_a_group_that_is_declared_by_its_id_in_another_stack_is_moved_first(
    cloud: MockCloud, declare: Declare
) -> None:
    cloud.record(_state.PUSH_MAPPING, "idc-push-aws-admins", sourceGroupId="00gB")
    by_id = {"push_groups": [{"id": "00gB"}, "aws-data"], "account_access__permission_sets": [],
             "account_access__applications": []}  # fmt: skip
    with pytest.raises(RunError, match="'aws-admins' is now declared as '00gB'"):
        declare(part("push-aws-a", **by_id))
    assert declared(cloud) == set()


def test_a_group_that_was_deleted_in_okta_is_no_renamed_group(
    cloud: MockCloud, declare: Declare
) -> None:
    del cloud.groups["aws-admins"]
    cloud.record(_state.PUSH_MAPPING, "idc-push-aws-admins", sourceGroupId="00gB")
    removed = {"push_groups": [{"id": "00gC"}], "account_access__permission_sets": [],
               "account_access__applications": []}  # fmt: skip
    declare(part("push-aws-a", **removed))
    assert declared(cloud) == set()


def test_a_group_that_is_no_longer_pushed_at_all_is_no_renamed_group(
    cloud: MockCloud, declare: Declare
) -> None:
    cloud.record(_state.PUSH_MAPPING, "idc-push-aws-admins", sourceGroupId="00gB")
    removed = {"push_groups": ["aws-data"], "account_access__permission_sets": [],
               "account_access__applications": []}  # fmt: skip
    declare(part("push-aws-a", **removed))
    assert declared(cloud) == set()


def test_a_fleet_in_another_program_would_lose_its_parts(
    cloud: MockCloud, declare: Declare
) -> None:
    cloud.project = "platform"
    with pytest.raises(RunError, match="fleet: only the program of the project okta-identity"):
        declare(core())
    assert declared(cloud) == set()


def test_a_single_stack_that_becomes_a_core_deletes_nothing(
    cloud: MockCloud, declare: Declare
) -> None:
    cloud.record(_state.PUSH_MAPPING, "idc-push-aws-admins", sourceGroupId="00gB")
    with pytest.raises(RunError, match=r"1 resource belongs to stack stack-push-aws-a.*OIC-572"):
        declare(core())
    assert declared(cloud) == set()


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("fleet_", [None, FLEET])
def test_what_a_former_part_may_have_is_not_created_again(
    cloud: MockCloud, declare: Declare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    preview: bool, fleet_: Any,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    config = {"okta-identity-center:part": {"core": "stack", "name": "push-9"}}
    (tmp_path / "Pulumi.stack-push-9.yaml").write_text(yaml.safe_dump({"config": config}))
    (tmp_path / "Pulumi.stack-push-of-another.yaml").write_text("config: {}")
    program = core(fleet=fleet_) if fleet_ else federation(push_groups=["aws-admins"])
    with pytest.raises(
        RunError, match=r"stack-push-9\. Run `okta-idc fleet move --stack stack`.*573"
    ):
        declare(program, preview=preview)
    assert declared(cloud) == set()
    monkeypatch.setenv(PLACES_KNOWN, "true")
    declare(program, preview=preview)
    assert "idc-app-saml" in declared(cloud)


def test_an_unreadable_file_of_a_part_is_reported_as_unknown(
    cloud: MockCloud, declare: Declare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Pulumi.stack-push-9.yaml").write_text("okta-identity-center:part: {core: [")
    declare(federation(push_groups=["aws-admins"]))
    [line] = [each for each in caplog.messages if "another stack is a part" in each]
    assert line.startswith("unknown: ")
    assert "Pulumi.stack-push-9.yaml" in line


def test_the_core_reports_no_mapping_of_another_stack_as_unmanaged(
    cloud: MockCloud, declare: Declare
) -> None:
    found: list[Any] = []
    cloud.mapped = ["00gB", "00gC", "00gX"]

    def run() -> object:
        given = arguments(fleet=FLEET, account_access__permission_sets=SETS)
        return IdentityCenterFederation("idc", given).drift.apply(found.extend)

    declare(run)
    assert [line for line in found if "OIC-603" in line and "00gX" in line]
    assert not [line for line in found if "aws-admins" in line]


def test_a_part_reports_a_mapping_that_is_gone(cloud: MockCloud, declare: Declare) -> None:
    cloud.record(_state.PUSH_MAPPING, "idc-push-aws-admins", sourceGroupId="00gB")
    cloud.mapped = ["00gC"]
    lines: list[str] = []

    def run() -> object:
        settings = load_settings(arguments(fleet=FLEET, account_access__permission_sets=SETS))
        made = FederationPart("idc", settings, Part(core="prod", name="push-aws-a"))
        return made.drift.apply(lines.extend)

    declare(run, preview=True)
    assert any("pulumi state delete" in line and "aws-admins" in line for line in lines), lines


def test_access_that_nobody_declared_is_reported_by_the_stack_of_its_account(
    cloud: MockCloud, declare: Declare
) -> None:
    other = "444444444444"
    cloud.center.more_sets = {"arn:Other": PermissionSetDetails("Other")}
    elsewhere = ("arn:Elsewhere", other)  # which is described by the stack of that account
    cloud.center.more_access = {
        "aws-aws-data": [("arn:Other", PROD), ("arn:Other", other), elsewhere]
    }
    fleet = {"accounts": {"organizational_units": ["Workloads/Prod"]}}
    cloud.stacks["prod"] = {**CORE, "permissionSetArns": {"Developer": "arn:Developer"}}
    lines: list[str] = []

    def run() -> object:
        sets = [{"name": "Developer", "groups": ["aws-data"], "accounts": [PROD]}]
        settings = load_settings(arguments(fleet=fleet, account_access__permission_sets=sets))
        made = FederationPart("idc", settings, Part(core="prod", name="access-workloads-prod"))
        return made.drift.apply(lines.extend)

    declare(run)
    assert any(PROD in line for line in lines), lines
    assert not any(other in line for line in lines), lines
    assert cloud.center.calls.count("permission_set") == 1


def test_a_part_without_applications_makes_one_call_for_each_group(
    cloud: MockCloud, declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So its limit is reached with twice as many groups."""
    cloud.center.more_access = {"aws-aws-data": [("arn:Developer", DEV1)]}
    fleet = {"accounts": {"organizational_units": ["Workloads/Prod"]}}
    cloud.stacks["prod"] = {**CORE, "permissionSetArns": {"Developer": "arn:Developer"}}
    lines: list[str] = []

    def run() -> object:
        sets = [{"name": "Developer", "groups": ["aws-data"], "accounts": [PROD]}]
        settings = load_settings(arguments(fleet=fleet, account_access__permission_sets=sets))
        made = FederationPart("idc", settings, Part(core="prod", name="access-workloads-prod"))
        return made.drift.apply(lines.extend)

    monkeypatch.setattr(access_drift, "MAX_CALLS_OF_A_RUN", 1)
    declare(run)
    assert cloud.center.calls.count("access_of_group") == 1
    assert "applications_of_group" not in cloud.center.calls
    assert lines == []


def test_a_part_refuses_an_update_that_saves_its_state_at_the_end(
    cloud: MockCloud, declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_SKIP_CHECKPOINTS", "true")
    with pytest.raises(RunError, match=r"^PULUMI_SKIP_CHECKPOINTS is set "):
        declare(part("sets-dev"))
    assert cloud.declared == []
    declare(part("sets-dev"), preview=True)
    assert cloud.declared
