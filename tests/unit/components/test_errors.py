"""Refusals name the argument that is wrong, so that the plugin can report it as a property."""

from collections.abc import Callable
from typing import Any

import pytest

from components import ValidationError
from components._state import GROUP_ASSIGNMENT, PUSH_MAPPING
from tests.unit.components.conftest import MockCloud
from tests.unit.components.test_federation import federation

NONE = "11111111-0000-0000-0000-000000000000"


@pytest.mark.parametrize(
    ("mocked", "changes", "path"),
    [
        ({}, {"push_groups": [{"name": "aws-admins"}, {"name": "aws-none"}]}, "push_groups[1]"),
        ({}, {"push_groups": [{"id": "00gX"}]}, "push_groups[0]"),
        ({}, {"push_groups": ["aws-admins", {"id": "00gB"}]}, "push_groups[1]"),
        (
            {"okta_users": [{"id": "00u1", "login": "ada@example.com", "status": "ACTIVE"}]},
            {"assignments__users": ["ada@example.com", {"id": "00u1"}]},
            "assignments.users[1]",
        ),
        ({"instances": ["d-1", "d-2"]}, {}, "instance_arn"),
        ({"user_type": ""}, {"profile_mappings": {"title": "user.title"}}, "profile_mappings"),
        (
            {},
            {"push_groups": [{"name": "aws-admins", "import_id": "0oa1/1", "aws_group_id": NONE}]},
            "push_groups",
        ),
        ({"in_aws": ["aws-admins"]}, {"push_groups": [{"name": "aws-admins"}]}, "push_groups"),
        (
            {"okta_users": [{"id": "00u1", "login": "ada", "status": "ACTIVE"}]},
            {
                "app__username_format": "${source.nickName}",
                "assignments__users": [{"login": "ada"}],
            },
            "assignments.users[0]",
        ),
    ],
)
def test_a_refusal_names_its_argument(
    cloud: MockCloud,
    declare: Callable[..., None],
    mocked: dict[str, Any],
    changes: dict[str, Any],
    path: str,
) -> None:
    for name, value in mocked.items():
        setattr(cloud, name, value)
    with pytest.raises(ValidationError) as refused:
        declare(federation(**changes))
    [finding] = refused.value.findings
    assert finding.path == path
    assert str(refused.value) == f"{path}: {finding.message}"


def test_every_unknown_group_is_reported(declare: Callable[..., None]) -> None:
    groups = [{"name": "aws-none"}, {"id": "00gX"}]
    with pytest.raises(ValidationError) as refused:
        declare(federation(push_groups=groups))
    assert [each.path for each in refused.value.findings] == ["push_groups[0]", "push_groups[1]"]


@pytest.mark.parametrize(
    ("given", "difference"),
    [
        (" Café", "white space at the start or end"),
        ("Cafe\u0301", "Unicode form"),
        ("CafÉ", "upper and lower case"),
    ],
)
def test_a_group_whose_name_differs_invisibly_is_suggested(
    cloud: MockCloud, declare: Callable[..., None], given: str, difference: str
) -> None:
    cloud.groups |= {"Café": "00gE", "Cafe": "00gF"}
    with pytest.raises(ValidationError) as refused:
        declare(federation(push_groups=[given]))
    assert f"Did you mean 'Café'? It differs in {difference}" in str(refused.value)


def test_a_deleted_push_group_is_told_from_a_misspelled_one(
    cloud: MockCloud, declare: Callable[..., None]
) -> None:
    urn = cloud.record(PUSH_MAPPING, "idc-push-aws-gone", sourceGroupId="00gGone")
    with pytest.raises(ValidationError) as refused:
        declare(federation(push_groups=["aws-gone", "aws-none"]))
    gone, misspelled = refused.value.findings
    assert f"pulumi state delete '{urn}' --force" in gone.message
    assert "pulumi state delete" not in misspelled.message


@pytest.mark.parametrize("role", ["push_groups", "assignments__groups"])
def test_a_renamed_group_is_reported_with_its_new_name(
    cloud: MockCloud, declare: Callable[..., None], role: str
) -> None:
    cloud.groups["aws-billing"] = "00gF"
    cloud.record(PUSH_MAPPING, "idc-push-aws-finance", sourceGroupId="00gF")
    cloud.record(GROUP_ASSIGNMENT, "idc-assign-aws-finance", groupId="00gF")
    with pytest.raises(ValidationError) as refused:
        declare(federation(**{role: ["aws-finance"]}))
    [problem] = refused.value.findings
    assert "now named 'aws-billing' in Okta" in problem.message
    assert "Did you mean" not in problem.message
