"""Refusals name the argument that is wrong, so that the plugin can report it as a property."""

from collections.abc import Callable
from typing import Any

import pytest

from components import ValidationError
from tests.unit.components.conftest import MockCloud
from tests.unit.components.test_federation import federation

NONE = "11111111-0000-0000-0000-000000000000"


@pytest.mark.parametrize(
    ("mocked", "changes", "path"),
    [
        ({}, {"push_groups": [{"name": "aws-admins"}, {"name": "aws-none"}]}, "push_groups[1]"),
        ({}, {"push_groups": [{"id": "00gX"}]}, "push_groups[0]"),
        ({"secret": None}, {}, "scim_token.secret"),
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
                "app__username_format": "${source.nothing}",
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
    ("changes", "hinted"),
    [
        ({"assignments__groups": ["aws-none"], "push_groups": []}, []),
        (
            {"assignments__groups": ["aws-none"], "push_groups": ["aws-gone", {"id": "00gX"}]},
            ["push_groups[1]"],
        ),
    ],
)
def test_the_remedy_for_a_deleted_push_group_is_given_once_and_for_push_groups_only(
    declare: Callable[..., None], changes: dict[str, Any], hinted: list[str]
) -> None:
    with pytest.raises(ValidationError) as refused:
        declare(federation(**changes))
    found = refused.value.findings
    assert [each.path for each in found if "pulumi state delete" in each.message] == hinted
