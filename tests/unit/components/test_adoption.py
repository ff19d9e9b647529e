"""What is there already: imported by ids that follow from each other, or left to itself."""

from collections.abc import Callable
from typing import Any

import pytest
from pulumi import ResourceOptions, RunError

from components import IdentityCenterFederation, _options
from tests.unit.components.conftest import World
from tests.unit.components.test_federation import arguments, federation

Declare = Callable[..., None]

SET = "arn:aws:sso:::permissionSet/ssoins-1/ps-1,arn:aws:sso:::instance/ssoins-1"
ADMINS, ACCOUNT = "11111111-0000-0000-0000-000000000000", "123456789012"
PUSH = [
    {"name": "aws-admins", "import_id": "0oa1/gPm1", "aws_group_id": ADMINS},
    {"name": "aws-data"},
]


@pytest.fixture
def world(world: World) -> World:
    """One group is pushed already, and is called otherwise in AWS."""
    world.mapped, world.in_aws = ["00gB"], ["Administrators", "aws-data"]
    world.aws_ids = {"Administrators": ADMINS}
    world.app_groups = {"aws-data": "00gTdata"}
    return world


def imported(world: World) -> dict[str, str]:
    """Import ids by the last part of the resource's name."""
    return {a.name.removeprefix("idc-"): a.resource_id for a in world.declared if a.resource_id}


def test_an_id_imports_and_protects_and_leaves_alone_what_is_not_read_back() -> None:
    base = ResourceOptions(ignore_changes=["a"])
    found = _options.options(base, "0oa1", ignore_on_import=["b"])
    assert (found.import_, found.protect, found.ignore_changes) == ("0oa1", True, ["a", "b"])
    without = _options.options(base, None, ignore_on_import=["b"])
    assert (without.import_, without.protect, without.ignore_changes) == (None, None, ["a"])


def test_app_and_assignment_are_imported_by_their_ids(world: World, declare: Declare) -> None:
    assign = [{"name": "aws-access", "import_id": "0oa1/00gA"}]
    declare(federation(app__import_id="0oa1", assignments__groups=assign))
    assert imported(world) == {"app-saml": "0oa1", "assign-aws-access": "0oa1/00gA"}


def test_a_mapping_that_is_there_is_neither_declared_nor_imported(
    world: World, declare: Declare
) -> None:
    declare(federation(push_groups=PUSH))
    assert [p["sourceGroupId"] for p in world.inputs("PushGroup")] == ["00gC"]
    assert imported(world) == {}


def test_its_ids_are_known_all_the_same(world: World, declare: Declare) -> None:
    seen: list[Any] = []

    def program() -> object:
        made = IdentityCenterFederation("idc", arguments(push_groups=PUSH))
        return made.push_groups.apply(seen.append)

    declare(program)
    [[admins, data]] = seen
    assert (admins["mappingId"], admins["awsGroupId"]) == ("gPm1", ADMINS)
    assert data["awsGroupId"] == "aws-aws-data"


def test_a_mapping_that_has_gone_is_told_and_not_made_anew(world: World, declare: Declare) -> None:
    world.mapped = []
    seen: list[Any] = []

    def program() -> object:
        made = IdentityCenterFederation("idc", arguments(push_groups=PUSH))
        return made.drift.apply(seen.append)

    declare(program)
    assert [p["sourceGroupId"] for p in world.inputs("PushGroup")] == ["00gC"]
    assert any("'aws-admins' is declared, but has no push mapping" in line for line in seen[0])


def test_an_id_that_no_group_in_aws_has_is_refused(world: World, declare: Declare) -> None:
    world.aws_ids = {}
    with pytest.raises(RunError, match=f"'aws-admins' has the aws_group_id '{ADMINS}'"):
        declare(federation(push_groups=PUSH))
    assert world.inputs("PushGroup") == []


def test_what_hangs_on_a_permission_set_is_imported_with_it(world: World, declare: Declare) -> None:
    managed = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    access = {
        "name": "Developer", "groups": ["aws-admins", "aws-data"], "accounts": [ACCOUNT],
        "managed_policies": [managed], "customer_managed_policies": ["team/Deploy", "Plain"],
        "inline_policy": {"Version": "2012-10-17", "Statement": []}, "permissions_boundary":
        managed, "import_id": SET,
    }  # fmt: skip
    declare(federation(push_groups=PUSH, account_access__permission_sets=[access]))
    assert imported(world) == {
        "access-Developer-set": SET,
        "access-Developer-ReadOnlyAccess": f"{managed},{SET}",
        "access-Developer-Deploy": f"Deploy,/team/,{SET}",
        "access-Developer-Plain": f"Plain,/,{SET}",
        "access-Developer-inline": SET,
        "access-Developer-boundary": SET,
        # aws-data is not known to be there, so its assignment is made.
        f"access-Developer-aws-admins-{ACCOUNT}": f"{ADMINS},GROUP,{ACCOUNT},AWS_ACCOUNT,{SET}",
    }


def test_of_a_permission_set_that_is_made_nothing_is_imported(
    world: World, declare: Declare
) -> None:
    access = {"name": "Developer", "groups": ["aws-admins"], "accounts": [ACCOUNT]}
    declare(federation(push_groups=PUSH, account_access__permission_sets=[access]))
    assert len(world.inputs("AccountAssignment")) == 1
    assert imported(world) == {}


@pytest.mark.parametrize("there", [True, False])
def test_assignments_of_an_application(world: World, declare: Declare, there: bool) -> None:
    arn = "arn:aws:sso::123456789012:application/ssoins-1/apl-1"
    application = {"arn": arn, "groups": ["aws-admins"], "import_assignments": there}
    declare(federation(push_groups=PUSH, account_access__applications=[application]))
    expected = {"access-apl-1-aws-admins": f"{arn},{ADMINS},GROUP"}
    assert imported(world) == (expected if there else {})
