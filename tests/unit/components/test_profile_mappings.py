"""Attribute mappings: what is declared is filled, and nothing else is ever emptied."""

from collections.abc import Callable
from typing import Any

import pytest
from pulumi import RunError

from tests.unit.components.conftest import World
from tests.unit.components.test_federation import federation

Declare = Callable[..., None]

NAME = 'user.displayName != null ? user.displayName : user.firstName + " " + user.lastName'


def mapping(world: World) -> dict[str, Any]:
    [declared] = world.inputs("profile/mapping:Mapping")
    return declared


def test_it_maps_from_okta_to_the_app_and_sends_changes(world: World, declare: Declare) -> None:
    declare(federation(profile_mappings={"displayName": NAME}))
    declared = mapping(world)
    assert declared["sourceId"] == "oty1"
    assert declared["targetId"] == "idc-app-saml-id"
    assert declared["mappings"] == [
        {"id": "displayName", "expression": NAME, "pushStatus": "PUSH"}
    ]  # fmt: skip
    assert declared["alwaysApply"] is True


def test_what_is_not_declared_is_never_emptied(world: World, declare: Declare) -> None:
    declare(federation(profile_mappings={"title": "user.title"}))
    assert mapping(world)["deleteWhenAbsent"] is False


def test_without_mappings_okta_is_not_even_asked(world: World, declare: Declare) -> None:
    declare(federation())
    assert world.inputs("profile/mapping:Mapping") == []
    assert not [c for c in world.asked if "MappingSource" in c.token]


def test_nobody_is_assigned_before_the_mapping_stands(world: World, declare: Declare) -> None:
    declare(federation(profile_mappings={"displayName": NAME}))
    kinds = [a.typ.rsplit(":", 1)[-1] for a in world.declared]
    assert kinds.index("Mapping") < kinds.index("GroupAssignment")


@pytest.mark.parametrize(
    ("mappings", "says"),
    [
        ({"password": "user.login"}, r"mappings\.password: is not supported by AWS.*OIC-312"),
        ({"title": "title"}, r"mappings\.title: 'title' is literal text.*OIC-324"),
        ({"title": ""}, r"mappings\.title: '' is empty.*OIC-324"),
    ],
)
def test_a_mapping_that_aws_or_okta_would_not_take_is_refused_before_it_is_made(
    world: World, declare: Declare, mappings: dict[str, str], says: str
) -> None:
    with pytest.raises(RunError, match=says):
        declare(federation(profile_mappings=mappings))
    assert world.inputs("profile/mapping:Mapping") == []


def test_where_okta_does_not_show_its_users_type_it_says_which_scope_is_missing(
    world: World, declare: Declare
) -> None:
    world.user_type = ""
    with pytest.raises(RunError, match=r"okta\.profileMappings\.manage"):
        declare(federation(profile_mappings={"displayName": NAME}))
    assert world.inputs("GroupAssignment") == []
