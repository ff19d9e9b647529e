"""Profile mappings: sets declared attributes and keeps the others."""

from collections.abc import Callable
from typing import Any

import pytest
from pulumi import RunError

from tests.unit.components.conftest import MockCloud
from tests.unit.components.test_federation import federation

Declare = Callable[..., None]

NAME = 'user.displayName != null ? user.displayName : user.firstName + " " + user.lastName'


def mapping(cloud: MockCloud) -> dict[str, Any]:
    [declared] = cloud.inputs("profile/mapping:Mapping")
    return declared


def test_mappings_go_from_okta_to_the_app_and_push_changes(
    cloud: MockCloud, declare: Declare
) -> None:
    declare(federation(profile_mappings={"displayName": NAME}))
    declared = mapping(cloud)
    assert declared["sourceId"] == "oty1"
    assert declared["targetId"] == "idc-app-saml-id"
    assert declared["mappings"] == [
        {"id": "displayName", "expression": NAME, "pushStatus": "PUSH"}
    ]  # fmt: skip
    assert declared["alwaysApply"] is True


def test_undeclared_mappings_are_kept(cloud: MockCloud, declare: Declare) -> None:
    declare(federation(profile_mappings={"title": "user.title"}))
    assert mapping(cloud)["deleteWhenAbsent"] is False


def test_no_lookup_is_made_without_declared_mappings(cloud: MockCloud, declare: Declare) -> None:
    declare(federation())
    assert cloud.inputs("profile/mapping:Mapping") == []
    assert not [c for c in cloud.calls if "MappingSource" in c.token]


def test_profile_mappings_are_declared_before_group_assignments(
    cloud: MockCloud, declare: Declare
) -> None:
    declare(federation(profile_mappings={"displayName": NAME}))
    kinds = [a.typ.rsplit(":", 1)[-1] for a in cloud.declared]
    assert kinds.index("Mapping") < kinds.index("GroupAssignment")


@pytest.mark.parametrize(
    ("mappings", "expected"),
    [
        ({"password": "user.login"}, r"mappings\.password: is not supported by AWS.*OIC-312"),
        ({"title": "title"}, r"mappings\.title: 'title' is literal text.*OIC-324"),
        ({"title": ""}, r"mappings\.title: '' is empty.*OIC-324"),
    ],
)
def test_an_invalid_mapping_fails_before_it_is_declared(
    cloud: MockCloud, declare: Declare, mappings: dict[str, str], expected: str
) -> None:
    with pytest.raises(RunError, match=expected):
        declare(federation(profile_mappings=mappings))
    assert cloud.inputs("profile/mapping:Mapping") == []


def test_an_unreadable_user_type_names_the_missing_scope(
    cloud: MockCloud, declare: Declare
) -> None:
    cloud.user_type = ""
    with pytest.raises(RunError, match=r"okta\.profileMappings\.manage"):
        declare(federation(profile_mappings={"displayName": NAME}))
    assert cloud.inputs("GroupAssignment") == []
