"""Username formats: the usernames that they produce, and formats that produce none."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okta_idc.okta_expression import (
    Invalid,
    Unknown,
    UsernameFormat,
    parse_username_format,
    username_of,
)

ADA: dict[str, Any] = {
    "login": "Ada@Example.com",
    "email": "ada.byron@example.com",
    "costCenter": "blue",
    "badge": 4100,
    "title": "",
    "nickName": None,
    "tags": ["a"],
}


@pytest.mark.parametrize(
    ("text", "username"),
    [
        ("${source.login}", "Ada@Example.com"),
        ("${ source.email }", "ada.byron@example.com"),
        ("${fn:toLowerCase(source.login)}", "ada@example.com"),
        ("${fn:toUpperCase(source.login)}", "ADA@EXAMPLE.COM"),
        ('${fn:substringBefore(source.login, "@")}', "Ada"),
        ("${fn:substringAfter(source.login, '@')}", "Example.com"),
        ("${fn:substringBefore(source.login, '@')}@x.org", "Ada@x.org"),
        ("${fn:toLowerCase(fn:substringBefore(source.login, '@'))}", "ada"),
        ("aws-${source.costCenter}", "aws-blue"),
        ("${source.costCenter}$${source.badge}", "blue$4100"),
        ('String.substringBefore(user.email, "@")', "ada.byron"),
        ('user.nickName != null ? user.nickName : user.login', "Ada@Example.com"),
        ('user.costCenter + "@" + "}"', "blue@}"),
        ("source.login", "Ada@Example.com"),
        ('String.substringBefore(source.email, "@")', "ada.byron"),
    ],
)  # fmt: skip
def test_a_format_produces_the_username_that_okta_documents(text: str, username: str) -> None:
    assert username_of(text, ADA) == username


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("${source.title}", "is empty"),
        ("${source.nickName}", "is empty"),
        ("${source.login}${source.neverSet}", "is empty"),
        ("user.title", "is empty"),
        ("${source.tags}", "is a list"),
        ("${org.name}", "cannot be evaluated"),
        ("${fn:trim(source.login)}", "not a supported function"),
        ('${fn:replace(source.login, "a", "b")}', "can be evaluated"),
        ("${source.login + source.email}", "can be evaluated"),
        ("${fn:toLowerCase(source.nickName)}", "not set"),
        ("${fn:substringBefore(source.costCenter, '@')}", "does not occur"),
        ("appuser.userName", "is not known"),
        ('user.getInternalProperty("id")', "cannot be evaluated"),
    ],
)
def test_the_username_is_unknown_where_okta_documents_none(text: str, reason: str) -> None:
    assert isinstance(parse_username_format(text), UsernameFormat)
    name = username_of(text, ADA)
    assert isinstance(name, Unknown)
    assert reason in name.reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        ("${}", "is empty"),
        ("aws-user", "no user attribute"),
        ("login", "no user attribute"),
        ("user.firstName + lastName", "contains lastName, which is literal text"),
        ("${login}", "Did you mean source.login?"),
        ('"user.login"', "no user attribute"),
        ("${'source.login'}", "no user attribute"),
        ("String.toLowerCase('admin@example.com')", "no user attribute"),
        ("ada@example.com", '"@" outside'),
        ("${source.login", 'without its "}"'),
        ("${source.login}${source.email", 'without its "}"'),
        ("{source.login}", 'without the "$"'),
        ("{source.login}${source.email}", "a brace outside"),
        ("${source.login} ", "white space outside"),
        ("#{user.login}", "expects the expression itself: user.login"),
        (" ", "is empty"),
        ("${fn:toLowerCase(source.login}", "parenthesis"),
        ("${user.login}", "has no object user here. Did you mean source.login?"),
        ("${source.login}${ user . email }", "Did you mean source.email?"),
        ("${appuser.userName}", "has no object appuser here."),
        ("${String.toLowerCase(source.login)}", "Okta documents source"),
        ("${fn:toLowercase(source.login)}", "Did you mean fn:toLowerCase?"),
        ("${fn:toLowerCase()}${source.login}", "calls fn:toLowerCase with 0 arguments; it has 1."),
        ("${source.login +}", "ends too early"),
        ("user.login +", "ends too early"),
        ("${Source.login}", "has no object Source here. Did you mean source.login?"),
        ("${SOURCE.login}", "Did you mean source.login?"),
        ("${fn:toLowerCase(User.email)}", "Did you mean source.email?"),
        ("${idpuser.login}", "has no object idpuser here. Did you mean source.login?"),
        ("${source.profile.login}", "source.profile has no attributes. Did you mean source.login?"),
        ("Source.login", "Did you mean source.login?"),
        ("User.login", "Did you mean user.login?"),
        ("idpuser.login", "Did you mean user.login?"),
    ],
)
def test_a_format_without_a_user_attribute_or_with_a_syntax_error_is_invalid(
    text: str, reason: str
) -> None:
    found = parse_username_format(text)
    assert isinstance(found, Invalid)
    assert reason in found.reason
    assert username_of(text, ADA) == Unknown(found.reason)


def test_user_attributes_are_found_in_unsupported_parts_too() -> None:
    text = "${source.login}${source.email + source.city}${fn:trim(source.title)}${org.name}"
    found = parse_username_format(text)
    assert isinstance(found, UsernameFormat)
    assert found.attributes == {"login", "email", "city", "title"}


_PIECES = st.sampled_from(
    ["${", "}", "{", "source.login", "source.title", "user.email", "fn:", "toLowerCase", "(", ")",
     "substringBefore(", ",", '"@"', "'", '"', "@", "String.", "?", ":", "+", " ", "a", "1"]
)  # fmt: skip


@given(st.text() | st.lists(_PIECES, max_size=15).map("".join))
@settings(max_examples=500)
def test_any_text_produces_a_username_or_a_reason(text: str) -> None:
    found, name = parse_username_format(text), username_of(text, ADA)
    if isinstance(name, Unknown):
        assert name.reason.endswith((".", "?"))
    else:
        assert isinstance(found, UsernameFormat)
        assert found.attributes
        assert name


# An oracle without a parser: it builds each format with its username, or None if it is Unknown.

_Built = tuple[str, str | None]
_Profile = dict[str, str | None]


def _attributes(profile: _Profile) -> st.SearchStrategy[_Built]:
    names = st.sampled_from(sorted(profile))
    return names.map(lambda name: (f"source.{name}", profile[name] or None))


def _call(value: _Built, function: str, separator: str) -> _Built:
    text, result = value
    match function:
        case "toLowerCase" | "toUpperCase":
            call = f"fn:{function}({text})"
            return call, result and (result.lower() if "Lower" in function else result.upper())
        case _:
            call = f"fn:{function}( {text} ,'{separator}')"
            if result is None or separator not in result:
                return call, None
            parts = result.split(separator, 1)
            return call, parts[0 if function == "substringBefore" else 1] or None


def _parts(profile: _Profile) -> st.SearchStrategy[_Built]:
    functions = ("toLowerCase", "toUpperCase", "substringBefore", "substringAfter")
    values: st.SearchStrategy[_Built] = st.recursive(
        _attributes(profile),
        lambda inner: st.builds(_call, inner, st.sampled_from(functions), st.sampled_from("@.-")),
        max_leaves=5,
    )
    literal = st.text("abcXYZ019@.-_$", max_size=4).map(lambda text: (text, text))
    return st.one_of(literal, values.map(lambda value: (f"${{{value[0]}}}", value[1])))


_TEXT = st.text("aZß{}$\"'", min_size=1, max_size=4)
_ADDRESSES = st.builds("{}-{}.{}@{}".format, _TEXT, _TEXT, _TEXT, _TEXT)
_PROFILES = st.fixed_dictionaries(
    {
        "login": _ADDRESSES,
        "email": _ADDRESSES,
        "badge": _TEXT | st.just("-@."),
        "title": st.sampled_from([None, "", "x"]),
    }
)


@given(
    _PROFILES.flatmap(lambda p: st.tuples(st.just(p), st.lists(_parts(p), min_size=1, max_size=4)))
)
@settings(max_examples=200)
def test_parser_and_evaluator_agree_with_the_oracle(
    case: tuple[_Profile, list[_Built]],
) -> None:
    profile, parts = case
    text = "".join(part for part, _ in parts)
    results = [result for _, result in parts]
    expected = None if None in results else "".join(r for r in results if r)
    if "${" not in text:
        assert not isinstance(username_of(text, profile), str)  # no user attribute
    else:
        name = username_of(text, profile)
        assert (None if isinstance(name, Unknown) else name) == expected


@pytest.mark.parametrize(
    "text",
    [
        "String.replace(" * 25 + "user.a" + ', "a", "aaaaaaaaaa")' * 25,
        "String.join(" * 20 + "user.a" + ', "", "", "", "")' * 20,
    ],
)
def test_nested_functions_cannot_grow_a_text_without_limit(text: str) -> None:
    name = username_of(text, {"a": "a"})
    assert isinstance(name, Unknown)
    assert "this long" in name.reason


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("source.login source.email", "source"),
        ("${source.login source.email}", "source"),
        ("source.login user.email", "user"),
        ("${fn:toLowerCase(source.login) fn:toUpperCase(source.email)}", "fn"),
    ],
)
def test_a_missing_operator_names_the_word_as_it_is_written(text: str, shown: str) -> None:
    found = parse_username_format(text)
    assert isinstance(found, Invalid)
    assert found.reason == f'lacks an operator before "{shown}".'
