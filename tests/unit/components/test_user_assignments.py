"""People assigned one by one: found by login or id, named as the app names everybody."""

from collections.abc import Callable
from typing import Any

import pytest
from pulumi import RunError

from tests.unit.components.conftest import World
from tests.unit.components.test_federation import federation

Declare = Callable[..., None]

ADA = {
    "id": "00uA",
    "login": "ada@example.com",
    "email": "Ada.Byron@Example.com",
    "status": "ACTIVE",
}


def people(world: World, *logins: str) -> None:
    world.okta_users = [ADA | {"id": f"00u{i}", "login": login} for i, login in enumerate(logins)]


def assigned(world: World) -> list[tuple[str, str]]:
    return [(a["userId"], a["username"]) for a in world.inputs("app/user:User")]


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("${source.login}", "ada@example.com"),
        ("${source.email}", "Ada.Byron@Example.com"),
        ("${fn:toLowerCase(source.email)}", "ada.byron@example.com"),
    ],
)
def test_a_person_gets_the_name_that_the_format_gives_to_everybody(
    world: World, declare: Declare, template: str, name: str
) -> None:
    world.okta_users = [ADA]
    declare(
        federation(assignments__users=[{"login": "ada@example.com"}], app__username_format=template)
    )
    assert assigned(world) == [("00uA", name)]


def test_a_format_that_is_not_worked_out_here_wants_the_name(
    world: World, declare: Declare
) -> None:
    world.okta_users = [ADA]
    odd: dict[str, Any] = {"app__username_format": '${fn:replace(source.email, "x", "y")}'}
    with pytest.raises(RunError, match=r"assignments.users\[0\]: .*'ada@example.com'.*username: …"):
        declare(federation(assignments__users=[{"login": "ada@example.com"}], **odd))
    assert not [a for a in world.declared if a.typ.startswith("okta:")]
    named = {"login": "ada@example.com", "username": "ada"}
    declare(federation(assignments__users=[named], **odd))
    assert assigned(world) == [("00uA", "ada")]


def test_a_login_is_found_whatever_its_case(world: World, declare: Declare) -> None:
    world.okta_users = [ADA | {"login": "Ada@Example.com"}]
    declare(federation(assignments__users=[{"login": "Ada@Example.com"}]))
    assert assigned(world) == [("00uA", "Ada@Example.com")]
    [one] = [a.name for a in world.declared if a.typ.endswith("app/user:User")]
    assert one.endswith("-ada@example.com")  # however it is written: the same resource


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (None, "is not the login or ID of any user in Okta"),
        ("DEPROVISIONED", "is deactivated in Okta"),
    ],
)
def test_whom_okta_does_not_know_is_named_before_anything_is_made(
    world: World, declare: Declare, status: str | None, says: str
) -> None:
    world.okta_users = [ADA | {"status": status}] if status else []
    with pytest.raises(RunError, match=rf"users\[0\]: 'ada@example.com' {says}.*OIC-213"):
        declare(federation(assignments__users=[{"login": "ada@example.com"}]))
    assert not [a for a in world.declared if a.typ.startswith("okta:")]


def test_many_people_cost_few_calls(world: World, declare: Declare) -> None:
    logins = [f"p{i}@example.com" for i in range(60)]
    people(world, *logins)
    declare(federation(assignments__users=[{"login": login} for login in logins]))
    assert len(assigned(world)) == 60
    assert len([c for c in world.asked if c.token == "okta:user/getUsers:getUsers"]) == 3


def test_without_people_nobody_is_looked_for(world: World, declare: Declare) -> None:
    declare(federation())
    assert not [c for c in world.asked if c.token == "okta:user/getUsers:getUsers"]


def test_an_assignment_that_is_there_is_taken_over(world: World, declare: Declare) -> None:
    world.okta_users = [ADA]
    taken = {"login": "ada@example.com", "import_id": "0oa1/00uA"}
    declare(federation(assignments__users=[taken]))
    [imported] = [a for a in world.declared if a.typ.endswith("app/user:User")]
    assert imported.resource_id == "0oa1/00uA"
