"""Existing resources: imported by ID, or used without a resource in the stack."""

from collections.abc import Callable
from typing import Any

import pytest
from pulumi import ResourceOptions, RunError

from components import IdentityCenterFederation, _options
from tests.unit.components.conftest import MockCloud
from tests.unit.components.test_federation import arguments, federation

Declare = Callable[..., None]

SET = "arn:aws:sso:::permissionSet/ssoins-1/ps-1,arn:aws:sso:::instance/ssoins-1"
ADMINS, ACCOUNT = "11111111-0000-0000-0000-000000000000", "123456789012"
PUSH = [
    {"name": "aws-admins", "import_id": "0oa1/gPm1", "aws_group_id": ADMINS},
    {"name": "aws-data"},
]


@pytest.fixture
def cloud(cloud: MockCloud) -> MockCloud:
    """`aws-admins` is already pushed, to an AWS group with another name."""
    cloud.mapped, cloud.in_aws = ["00gB"], ["Administrators", "aws-data"]
    cloud.aws_ids = {"Administrators": ADMINS}
    cloud.app_groups = {"aws-data": "00gTdata"}
    return cloud


def imported(cloud: MockCloud) -> dict[str, str]:
    """Import IDs by resource name without the `idc-` prefix."""
    return {a.name.removeprefix("idc-"): a.resource_id for a in cloud.declared if a.resource_id}


def test_an_import_id_imports_protects_and_ignores_unread_properties() -> None:
    base = ResourceOptions(ignore_changes=["a"])
    imported_options = _options.options(base, "0oa1", ignore_on_import=["b"])
    assert (
        imported_options.import_,
        imported_options.protect,
        imported_options.ignore_changes,
    ) == ("0oa1", True, ["a", "b"])
    without = _options.options(base, None, ignore_on_import=["b"])
    assert (without.import_, without.protect, without.ignore_changes) == (None, None, ["a"])


def test_import_ids_import_app_and_group_assignment(cloud: MockCloud, declare: Declare) -> None:
    assign = [{"name": "aws-access", "import_id": "0oa1/00gA"}]
    declare(federation(app__import_id="0oa1", assignments__groups=assign))
    assert imported(cloud) == {"app-saml": "0oa1", "assign-aws-access": "0oa1/00gA"}


def test_an_existing_push_mapping_is_not_declared_or_imported(
    cloud: MockCloud, declare: Declare
) -> None:
    declare(federation(push_groups=PUSH))
    assert [p["sourceGroupId"] for p in cloud.inputs("PushGroup")] == ["00gC"]
    assert imported(cloud) == {}


def test_ids_of_an_existing_push_mapping_appear_in_outputs(
    cloud: MockCloud, declare: Declare
) -> None:
    seen: list[Any] = []

    def program() -> object:
        made = IdentityCenterFederation("idc", arguments(push_groups=PUSH))
        return made.push_groups.apply(seen.append)

    declare(program)
    [[admins, data]] = seen
    assert (admins["mappingId"], admins["awsGroupId"]) == ("gPm1", ADMINS)
    assert data["awsGroupId"] == "aws-aws-data"


def test_a_deleted_push_mapping_is_reported_as_drift_and_not_recreated(
    cloud: MockCloud, declare: Declare
) -> None:
    cloud.mapped = []
    seen: list[Any] = []

    def program() -> object:
        made = IdentityCenterFederation("idc", arguments(push_groups=PUSH))
        return made.drift.apply(seen.append)

    declare(program)
    assert [p["sourceGroupId"] for p in cloud.inputs("PushGroup")] == ["00gC"]
    assert any("'aws-admins' has no push mapping" in line for line in seen[0])


def test_an_unknown_aws_group_id_is_rejected(cloud: MockCloud, declare: Declare) -> None:
    cloud.aws_ids = {}
    with pytest.raises(RunError, match=f"'aws-admins' has the aws_group_id '{ADMINS}'"):
        declare(federation(push_groups=PUSH))
    assert cloud.inputs("PushGroup") == []


def test_an_imported_permission_set_imports_its_policies_and_assignments(
    cloud: MockCloud, declare: Declare
) -> None:
    managed = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    access = {
        "name": "Developer", "groups": ["aws-admins", "aws-data"], "accounts": [ACCOUNT],
        "managed_policies": [managed], "customer_managed_policies": ["team/Deploy", "Plain"],
        "inline_policy": {"Version": "2012-10-17", "Statement": []}, "permissions_boundary":
        managed, "import_id": SET,
    }  # fmt: skip
    declare(federation(push_groups=PUSH, account_access__permission_sets=[access]))
    assert imported(cloud) == {
        "access-Developer-set": SET,
        "access-Developer-ReadOnlyAccess": f"{managed},{SET}",
        "access-Developer-Deploy": f"Deploy,/team/,{SET}",
        "access-Developer-Plain": f"Plain,/,{SET}",
        "access-Developer-inline": SET,
        "access-Developer-boundary": SET,
        # aws-data has no known AWS group, so its assignment is created.
        f"access-Developer-aws-admins-{ACCOUNT}": f"{ADMINS},GROUP,{ACCOUNT},AWS_ACCOUNT,{SET}",
    }


def test_a_new_permission_set_imports_nothing(cloud: MockCloud, declare: Declare) -> None:
    access = {"name": "Developer", "groups": ["aws-admins"], "accounts": [ACCOUNT]}
    declare(federation(push_groups=PUSH, account_access__permission_sets=[access]))
    assert len(cloud.inputs("AccountAssignment")) == 1
    assert imported(cloud) == {}


@pytest.mark.parametrize("import_assignments", [True, False])
def test_application_assignments_are_imported_on_request(
    cloud: MockCloud, declare: Declare, import_assignments: bool
) -> None:
    arn = "arn:aws:sso::123456789012:application/ssoins-1111111111111111/apl-1111111111111111"
    application = {"arn": arn, "groups": ["aws-admins"], "import_assignments": import_assignments}
    declare(federation(push_groups=PUSH, account_access__applications=[application]))
    expected = {"access-apl-1111111111111111-aws-admins": f"{arn},{ADMINS},GROUP"}
    assert imported(cloud) == (expected if import_assignments else {})
