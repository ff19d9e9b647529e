"""Unique user attributes, username formats and profile mappings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.rules import profile_mappings, uniqueness, user_names
from okta_idc.rules.profile_mappings import Mapped
from okta_idc.rules.registry import Related


def test_usernames_are_compared_case_insensitively() -> None:
    [finding] = uniqueness.unique_user_names(("a@x", "b@x", "A@X"))
    assert (finding.path, finding.value) == ("[2]", "A@X")
    assert finding.related == (Related("[0]"),)


def test_users_without_an_email_do_not_conflict() -> None:
    assert uniqueness.unique_emails(("", "", "a@x")) == []


def test_external_ids_are_compared_case_sensitively() -> None:
    assert uniqueness.unique_external_ids(("00uA", "00ua")) == []
    assert uniqueness.unique_external_ids(("00uA", "00uA"))


@given(st.lists(st.sampled_from(["a", "A", "b", "ß", "SS"])))
def test_every_repeated_username_is_found(names: list[str]) -> None:
    found = uniqueness.unique_user_names(tuple(names))
    assert len(found) == len(names) - len({name.casefold() for name in names})


@pytest.mark.parametrize(
    "template",
    [
        "${source.login}", "${fn:toLowerCase(source.email)}", "${source.samAccountName}",
        'String.substringBefore(user.email, "@")', "appuser.userName",
    ],
)  # fmt: skip
def test_okta_username_formats_are_accepted(template: str) -> None:
    assert user_names.user_name_template(template) == []


@pytest.mark.parametrize(
    "template",
    [
        "",
        "aws",
        "${login}",
        '"user.login"',
        "ada@example",
        "${source.login",
        "{source.login}",
        "${source.login} ",
    ],
)
def test_a_format_without_a_user_attribute_is_rejected(template: str) -> None:
    assert user_names.user_name_template(template)


@pytest.mark.parametrize(
    ("template", "shared"),
    [
        ("${source.login}", False),
        ("${source.email}", True),
        ('user.firstName + "." + user.lastName', True),
        ("user.firstName + user.login", False),
        ("${source.badgeNumber}", False),
        ("", False),
    ],
)
def test_a_format_that_may_not_be_unique_is_reported(template: str, shared: bool) -> None:
    assert bool(user_names.user_name_unique(template)) is shared


@pytest.mark.parametrize("expression", [None, "", " "])
def test_an_unmapped_name_is_reported(expression: str | None) -> None:
    names = {"firstName": Mapped("user.firstName", True), "lastName": Mapped("user.lastName", True)}
    assert [f.path for f in profile_mappings.names_are_mapped(names)] == ["displayName"]
    names["displayName"] = Mapped(expression, True)
    assert [f.path for f in profile_mappings.names_are_mapped(names)] == ["displayName"]
