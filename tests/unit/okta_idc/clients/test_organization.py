"""The organization is read with few calls, against botocore's models."""

from typing import Any

import pytest

from okta_idc.clients.aws import AwsError
from okta_idc.clients.organization import Account, Organization, Unit
from tests.unit.okta_idc.clients.test_aws_environment import Response, stubs

__all__ = ["stubs"]
OWNER, DEV, PROD = "123456789012", "210987654321", "321098765432"
ROOT, WORKLOADS, TEAM = "r-ab12", "ou-ab12-11111111", "ou-ab12-22222222"
Stubs = dict[str, list[Response | AwsError]]
MISSING = AwsError("", "list_accounts_for_parent", "ParentNotFoundException")


def accounts(**more: Any) -> Response:
    """The first list of accounts."""
    arn = f"arn:aws:organizations::{OWNER}:account/o-abcdefghij/"
    listed = [
        {"Id": ident, "Arn": f"{arn}{ident}", "Name": name, "State": state}
        for ident, name, state in ((OWNER, "main", "ACTIVE"), (DEV, "dev", "SUSPENDED"))
    ]
    return "list_accounts", {"Accounts": listed} | more, {}


def members(parent: str, *idents: str) -> Response:
    listed = [{"Id": each} for each in idents]
    return "list_accounts_for_parent", {"Accounts": listed}, {"ParentId": parent}


def units(parent: str, **named: str) -> Response:
    listed = [{"Id": ident, "Name": name} for name, ident in named.items()]
    return (
        "list_organizational_units_for_parent", {"OrganizationalUnits": listed},
        {"ParentId": parent},
    )  # fmt: skip


def caller(account: str) -> Response:
    return "get_caller_identity", {"Account": account}, {}


def tagged(account: str, **tags: str) -> dict[str, Any]:
    arn = f"arn:aws:organizations::{OWNER}:account/o-abcdefghij/{account}"
    return {"ResourceARN": arn, "Tags": [{"Key": k, "Value": v} for k, v in tags.items()]}


def test_accounts_are_listed_once_on_all_pages(stubs: Stubs) -> None:
    arn = f"arn:aws:organizations::{OWNER}:account/o-abcdefghij/{PROD}"
    more = {"Accounts": [{"Id": PROD, "Arn": arn, "Name": "prod", "Status": "ACTIVE"}]}
    stubs["organizations"] = [
        accounts(NextToken="t"), ("list_accounts", more, {"NextToken": "t"}),
    ]  # fmt: skip
    found = Organization("us-east-1")
    assert found.accounts() is found.accounts()
    assert found.accounts() == {
        OWNER: Account(OWNER, "main"),
        DEV: Account(DEV, "dev", "SUSPENDED"),
        PROD: Account(PROD, "prod"),
    }


def test_a_unit_is_found_by_its_path_and_read_with_the_units_inside(stubs: Stubs) -> None:
    stubs["organizations"] = [
        ("list_roots", {"Roots": [{"Id": ROOT}]}, {}),
        units(ROOT, Other="ou-ab12-99999999", Workloads=WORKLOADS),
        members(WORKLOADS, DEV), units(WORKLOADS, Team=TEAM),
        members(TEAM, PROD), units(TEAM),
    ]  # fmt: skip
    found = Organization("us-east-1")
    assert found.unit("Workloads") == Unit(frozenset({DEV}), frozenset({PROD}))
    assert found.unit("Workloads") is found.unit("Workloads")
    assert found.unit_names == ["Other", "Workloads"]


def test_a_unit_that_does_not_exist_is_none(stubs: Stubs) -> None:
    stubs["organizations"] = [("list_roots", {"Roots": [{"Id": ROOT}]}, {}), units(ROOT), MISSING]
    found = Organization("us-east-1")
    assert found.unit("Workloads/Dev") is None
    assert found.unit(WORKLOADS) is None


def test_a_unit_that_is_deleted_while_its_parent_is_read_has_no_accounts(stubs: Stubs) -> None:
    stubs["organizations"] = [
        members(WORKLOADS, DEV), units(WORKLOADS, Team=TEAM), MISSING,
        AwsError("", "list_organizational_units_for_parent", "ParentNotFoundException"),
    ]  # fmt: skip
    assert Organization("us-east-1").unit(WORKLOADS) == Unit(frozenset({DEV}))


def test_a_denied_list_is_an_error_and_no_empty_unit(stubs: Stubs) -> None:
    stubs["organizations"] = [AwsError("", "list_accounts_for_parent", "AccessDeniedException")]
    with pytest.raises(AwsError, match="organizations:ListAccountsForParent") as raised:
        Organization("us-east-1").unit(WORKLOADS)
    assert raised.value.is_denied


def test_the_management_account_reads_all_tags_in_one_list(stubs: Stubs) -> None:
    query = {"ResourceTypeFilters": ["organizations:account"], "ResourcesPerPage": 100}
    page = {"ResourceTagMappingList": [tagged(DEV, env="dev")], "PaginationToken": "t"}
    last = {"ResourceTagMappingList": [tagged(OWNER, a="b", c="")], "PaginationToken": ""}
    stubs["organizations"], stubs["sts"] = [accounts()], [caller(OWNER)]
    stubs["resourcegroupstaggingapi"] = [
        ("get_resources", page, query), ("get_resources", last, query | {"PaginationToken": "t"}),
    ]  # fmt: skip
    found = Organization("eu-west-1")
    assert found.tags([DEV]) == {DEV: {"env": "dev"}}
    assert found.tags([OWNER]) == {OWNER: {"a": "b", "c": ""}}


def test_a_delegated_administrator_reads_the_tags_of_each_account_once(stubs: Stubs) -> None:
    """GetResources returns resources of the caller's own account."""
    listed = {"Tags": [{"Key": "env", "Value": "dev"}]}
    stubs["organizations"] = [accounts(), ("list_tags_for_resource", listed, {"ResourceId": DEV})]
    stubs["sts"] = [caller(PROD)]
    found = Organization("us-east-1")
    assert found.tags([DEV]) == found.tags([DEV]) == {DEV: {"env": "dev"}}
