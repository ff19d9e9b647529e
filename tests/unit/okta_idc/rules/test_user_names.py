"""Username formats: changes and email addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.okta_expression import OKTA_ATTRIBUTES, Unknown, username_of
from okta_idc.rules import user_names
from okta_idc.rules.profile_references import (
    ExpressionAndSchema,
    attributes_in,
    known_reference,
)
from okta_idc.rules.user_names import Renaming


@given(st.text(), st.text(), st.none() | st.text())
def test_only_the_current_format_confirms_a_change(
    old: str, new: str, confirmed: str | None
) -> None:
    refused = bool(user_names.renaming_is_confirmed(Renaming(old, new, confirmed)))
    assert refused == (old != new and confirmed != old)


@pytest.mark.parametrize(
    ("template", "refused"),
    [
        ("${source.email}", False),
        ("${source.employeeNumber}", True),
        ("${source.employeeNumber}@example.com", False),
        ("${source.upn}", False),  # a custom attribute may contain an address
        ('${fn:substringBefore(source.login, "@")}', True),
        ("${source.nickName}", True),
        ("source.nickName", True),
        ("source.login", False),
    ],
)
def test_a_format_that_is_never_an_email_address_is_reported(template: str, refused: bool) -> None:
    assert bool(user_names.user_name_is_address(template)) == refused


@given(st.sampled_from(sorted(OKTA_ATTRIBUTES)))
def test_an_attribute_is_judged_alike_with_and_without_braces(name: str) -> None:
    bare, braces = f"source.{name}", f"${{source.{name}}}"
    for rule in (user_names.user_name_unique, user_names.user_name_is_address):
        assert len(rule(bare)) == len(rule(braces))


_PIECES = st.sampled_from(
    ["${", "}", "${source.login}", "${source.nickName}", "${source.badge}", "${user.login}",
     '${fn:substringBefore(source.login, "@")}', "${fn:toLowercase(source.email)}", "source.email",
     "user.email", "String.toLowerCase(", ")", '"@example.com"', " + ", " ", "@", "x"]
)  # fmt: skip
_FORMATS = st.lists(_PIECES, min_size=1, max_size=4).map("".join)
_PROFILES = st.fixed_dictionaries(
    {
        "login": st.sampled_from(["ada@example.com", "ada"]),
        "email": st.sampled_from(["ada@example.org", ""]),
        "nickName": st.sampled_from(["Ada", "", None]),
    },
    optional={"badge": st.just("4100")},
)


@given(_FORMATS, _PROFILES)
def test_the_rules_and_the_previewed_username_agree(text: str, profile: dict[str, str]) -> None:
    """The doctor, `preview-saml` and the components determine usernames with `username_of`."""
    name = username_of(text, profile)
    if invalid := user_names.user_name_template(text):
        assert name == Unknown(invalid[0].message)
    schema = OKTA_ATTRIBUTES | {"badge"}
    missing = attributes_in(text, username_format=True) - schema  # pieces can join: source.emailx
    found = known_reference(ExpressionAndSchema(text, schema, username_format=True))
    assert len(found) == len(missing)
    assert not missing or isinstance(name, Unknown)
    if isinstance(name, str) and user_names.user_name_is_address(text):
        plain = {key: (value or "").replace("@", "") for key, value in profile.items()}
        without = username_of(text, plain)
        assert isinstance(without, Unknown) or "@" not in without


@pytest.mark.parametrize(
    ("text", "username"),
    [
        ('${fn:substringBefore(source.login, "@")}', "ada"),
        ("${source.nickName}", Unknown),
        ("${user.login}", Unknown),
    ],
)
def test_a_username_is_known_exactly_if_okta_documents_it(text: str, username: object) -> None:
    name = username_of(text, {"login": "ada@example.com", "nickName": ""})
    assert name == username or (username is Unknown and isinstance(name, Unknown))
    assert bool(user_names.user_name_template(text)) == (text == "${user.login}")
