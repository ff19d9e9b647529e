"""User assignments: found by login or ID, with usernames in the app's format."""

from collections.abc import Callable
from typing import Any

import pytest
from pulumi import RunError

from tests.unit.components.conftest import MockCloud
from tests.unit.components.test_federation import federation

Declare = Callable[..., None]

ADA = {
    "id": "00uA",
    "login": "ada@example.com",
    "email": "Ada.Byron@Example.com",
    "status": "ACTIVE",
}


def set_users(cloud: MockCloud, *logins: str) -> None:
    cloud.okta_users = [ADA | {"id": f"00u{i}", "login": login} for i, login in enumerate(logins)]


def assigned(cloud: MockCloud) -> list[tuple[str, str]]:
    return [(a["userId"], a["username"]) for a in cloud.inputs("app/user:User")]


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("${source.login}", "ada@example.com"),
        ("${source.email}", "Ada.Byron@Example.com"),
        ("${fn:toLowerCase(source.email)}", "ada.byron@example.com"),
    ],
)
def test_a_user_assignment_applies_the_username_format(
    cloud: MockCloud, declare: Declare, template: str, name: str
) -> None:
    cloud.okta_users = [ADA]
    declare(
        federation(assignments__users=[{"login": "ada@example.com"}], app__username_format=template)
    )
    assert assigned(cloud) == [("00uA", name)]


def test_an_unsupported_format_requires_an_explicit_username(
    cloud: MockCloud, declare: Declare
) -> None:
    cloud.okta_users = [ADA]
    settings: dict[str, Any] = {"app__username_format": '${fn:replace(source.email, "x", "y")}'}
    with pytest.raises(RunError, match=r"assignments.users\[0\]: .*'ada@example.com'.*username: …"):
        declare(federation(assignments__users=[{"login": "ada@example.com"}], **settings))
    assert not [a for a in cloud.declared if a.typ.startswith("okta:")]
    named = {"login": "ada@example.com", "username": "ada"}
    declare(federation(assignments__users=[named], **settings))
    assert assigned(cloud) == [("00uA", "ada")]


def test_a_login_is_matched_case_insensitively(cloud: MockCloud, declare: Declare) -> None:
    cloud.okta_users = [ADA | {"login": "Ada@Example.com"}]
    declare(federation(assignments__users=[{"login": "Ada@Example.com"}]))
    assert assigned(cloud) == [("00uA", "Ada@Example.com")]
    [one] = [a.name for a in cloud.declared if a.typ.endswith("app/user:User")]
    assert one.endswith("-ada@example.com")  # case does not change the resource name


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (None, "is not the login or ID of any user in Okta"),
        ("DEPROVISIONED", "is deactivated in Okta"),
    ],
)
def test_an_unknown_or_deactivated_user_fails_before_anything_is_declared(
    cloud: MockCloud, declare: Declare, status: str | None, message: str
) -> None:
    cloud.okta_users = [ADA | {"status": status}] if status else []
    with pytest.raises(RunError, match=rf"users\[0\]: 'ada@example.com' {message}.*OIC-213"):
        declare(federation(assignments__users=[{"login": "ada@example.com"}]))
    assert not [a for a in cloud.declared if a.typ.startswith("okta:")]


def test_60_users_are_looked_up_in_three_calls(cloud: MockCloud, declare: Declare) -> None:
    logins = [f"p{i}@example.com" for i in range(60)]
    set_users(cloud, *logins)
    declare(federation(assignments__users=[{"login": login} for login in logins]))
    assert len(assigned(cloud)) == 60
    assert len([c for c in cloud.calls if c.token == "okta:user/getUsers:getUsers"]) == 3


def test_no_user_lookup_is_made_without_user_assignments(
    cloud: MockCloud, declare: Declare
) -> None:
    declare(federation())
    assert not [c for c in cloud.calls if c.token == "okta:user/getUsers:getUsers"]


def test_an_existing_user_assignment_is_imported(cloud: MockCloud, declare: Declare) -> None:
    cloud.okta_users = [ADA]
    adopted = {"login": "ada@example.com", "import_id": "0oa1/00uA"}
    declare(federation(assignments__users=[adopted]))
    [imported] = [a for a in cloud.declared if a.typ.endswith("app/user:User")]
    assert imported.resource_id == "0oa1/00uA"
