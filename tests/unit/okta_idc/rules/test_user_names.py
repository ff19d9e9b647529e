"""User names: what the app's format makes of one person, and when it may change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.rules import user_names
from okta_idc.rules.user_names import Renaming, user_name_of

ADA = {"login": "Ada@Example.com", "email": "ada.byron@example.com", "title": "", "tags": ["a"]}


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("${source.login}", "Ada@Example.com"),
        ("${fn:toLowerCase(source.login)}", "ada@example.com"),
        ("${fn:toUpperCase(source.login)}", "ADA@EXAMPLE.COM"),
        ("aws-${source.email}", "aws-ada.byron@example.com"),
        ("${source.title}", None),  # empty
        ("${source.nothing}", None),
        ("${source.tags}", None),
        ('${fn:substringBefore(source.login, "@")}', None),
        ("${source.login}${fn:x(source.email)}", None),
    ],
)
def test_a_name_is_given_only_where_it_is_certain(template: str, name: str | None) -> None:
    assert user_name_of(template, ADA) == name


@given(st.text(max_size=60))
def test_no_format_breaks_it_and_none_leaves_a_piece_of_itself(template: str) -> None:
    for text in (template, f"${{source.login}}{template}"):
        name = user_name_of(text, ADA)
        assert name is None or "${" not in name


@given(st.text(), st.text(), st.none() | st.text())
def test_only_the_old_format_is_the_word(old: str, new: str, word: str | None) -> None:
    refused = bool(user_names.renaming_is_meant(Renaming(old, new, word)))
    assert refused == (old != new and word != old)


@pytest.mark.parametrize(
    ("template", "refused"),
    [
        ("${source.email}", False),
        ("${source.employeeNumber}", True),
        ("${source.employeeNumber}@example.com", False),
        ("${source.upn}", False),  # the org's own may hold an address
        ('${fn:substringBefore(source.login, "@")}', True),
    ],
)
def test_what_is_surely_no_address_is_told(template: str, refused: bool) -> None:
    assert bool(user_names.user_name_is_address(template)) == refused
