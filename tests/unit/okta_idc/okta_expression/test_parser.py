"""Okta's expressions: what is parsed, Invalid or Unsupported, and what they evaluate to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.okta_expression import (
    Invalid,
    Reference,
    Unknown,
    Unsupported,
    evaluate,
    parse,
    references,
)

USER = {
    "login": "ada@example.com",
    "firstName": "Ada",
    "department": "R&D",
    "city": None,
    "level": 7,
    "contractor": False,
    "groups": ["a", "b"],
    "title": "",
}


def result(text: str) -> str | Unknown:
    expression = parse(text)
    assert not isinstance(expression, Unsupported | Invalid), expression
    return evaluate(expression, USER, {"costCenter": "4100"})


@pytest.mark.parametrize(
    ("text", "gives"),
    [
        ("user.department", "R&D"),
        ("appuser.costCenter", "4100"),
        ("appUser.costCenter", "4100"),
        ("user.city", ""),
        ("user.neverSet", ""),
        ("user.level", "7"),
        ("user.contractor", "false"),
        ('"blue"', "blue"),
        ("'it''s'", "it's"),
        ('"a\'b"', "a'b"),
        ("4100", "4100"),
        ("null", ""),
        ('user.firstName + " " + user.department', "Ada R&D"),
        ('user.firstName + "-" + user.level', "Ada-7"),
        ("user.level + 1", "8"),
        ("10 - 2 - 3", "5"),
        ("-user.level", "-7"),
        ('user.department == "R&D" ? "RnD" : user.department', "RnD"),
        ('user.department != "R&D" ? "x" : user.level > 6 ? "senior" : "junior"', "senior"),
        ('user.city == null ? "nowhere" : user.city', "nowhere"),
        ('user.title ?: "none"', "none"),
        ('user.firstName ?: "none"', "Ada"),
        ('!user.contractor AND user.level >= 7 ? "y" : "n"', "y"),
        ('user.contractor && user.neverSet ? "y" : "n"', "n"),
        ('user.contractor or (user.level < 3 || true) ? "y" : "n"', "y"),
        ('NOT user.contractor ? "y" : "n"', "y"),
        ('String.append("This is", " a test")', "This is a test"),
        ('String.join(",", "This", "is")', "This,is"),
        ('String.len("This")', "4"),
        ('String.removeSpaces("This is a test")', "Thisisatest"),
        ('String.replace(user.department, "&", "n")', "RnD"),
        ('String.replaceFirst("is is", "is", "at")', "at is"),
        ('String.startsWith(user.login, "ada") ? "y" : "n"', "y"),
        ('String.stringContains(user.login, "@") ? "y" : "n"', "y"),
        ('String.stringSwitch("This is a test", "default", "key", "v")', "default"),
        ('String.stringSwitch("This is a test", "default", "is", "v1", "test", "v2")', "v1"),
        ('String.substring("This is a test", 2, 9)', "is is a"),
        ('String.substring(user.login, 0, String.len(user.login) - 12)', "ada"),
        ('String.substringBefore(user.login, "@")', "ada"),
        ('String.substringAfter(user.login, "@")', "example.com"),
        ("String.toUpperCase(String.toLowerCase(user.firstName))", "ADA"),
    ],
)  # fmt: skip
def test_an_expression_gives_what_okta_documents(text: str, gives: str) -> None:
    assert result(text) == gives


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("user.groups", "user.groups is a list."),
        ("user.city + user.firstName", "+ on null and str"),
        ('user.level == "7"', "== on int and str"),
        ('user.firstName < "B"', "< on str and str"),
        ('user.level ? "a" : "b"', "neither true nor false"),
        ("user.level AND true", "neither true nor false"),
        ("true AND user.level", "neither true nor false"),
        ("String.toUpperCase(user.city)", "not set"),
        ("String.toUpperCase(user.level)", "not a text"),
        ('String.substringAfter(user.firstName, "@")', "does not occur"),
        ("String.substring(user.firstName, 0, 9)", "beyond the end of the text"),
        ('String.substring("a😀b", 0, 1)', "beyond the end of the text"),
        ('String.replaceFirst(user.firstName, "A.", "x")', "pattern"),
        ('String.stringSwitch(user.firstName, "d", "k")', "without a value"),
        ('user.groups + "x"', "user.groups is a list."),
    ],
)
def test_what_okta_does_not_document_is_unknown_not_guessed(text: str, says: str) -> None:
    gave = result(text)
    assert isinstance(gave, Unknown)
    assert says in gave.reason


def test_without_the_app_users_profile_its_attributes_are_unknown() -> None:
    expression = parse("appuser.costCenter")
    assert not isinstance(expression, Unsupported | Invalid)
    assert isinstance(evaluate(expression, USER), Unknown)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("department", "Did you mean user.department?"),
        ("New York", "contains New, York, which is literal text"),
        ("R&D", "contains R, D, which is literal text"),
        ("Büro", "is literal text"),
        ("String.toUpperCase(department)", "contains department, which is literal text"),
        ("isMemberOfGroupName(admins)", "contains admins, which is literal text"),
        ("${user.department}", "expects the expression itself: user.department"),
        ("#{user.department}", "expects the expression itself: user.department"),
        ('"blue', "without a closing one"),
        ("O'Brien", "without a closing one"),
        ("String.len(user.login", "without its counterpart"),
        (")(", "without its counterpart"),
    ],
)
def test_what_okta_would_send_as_text_is_wrong(text: str, says: str) -> None:
    found = parse(text)
    assert isinstance(found, Invalid)
    assert says in found.reason


@pytest.mark.parametrize(
    "text",
    [
        'isMemberOfGroupName("aws-admins") ? "admin" : "user"',
        "user.getGroups({'group.type': {'OKTA_GROUP'}}).![name]",
        'Arrays.contains({"a"}, user.x)',
        "active_directory.managerUpn",
        "org.name",
        "user.login.foo",
        'user.login matches ".*"',
        "String.toUppercase(user.login)",
        "String.len()",
        "user.login +",
        "user.login user.title",
        "user[login]",
        '"${x}" % 2',
        "(" * 60 + "1" + ")" * 60,
        "!" * 60 + "true",
        "1+" * 400 + "1",
        "9" * 5_000,
    ],
)
def test_what_okta_may_understand_is_left_alone(text: str) -> None:
    assert isinstance(parse(text), Unsupported)


def test_a_quoted_wrapper_is_a_text() -> None:
    assert result('"${x}"') == "${x}"


@pytest.mark.parametrize(
    "text", ["1+" * 149 + "1", "1-" * 149 + "1", "true?1:" * 48 + "2", "(" * 48 + "1" + ")" * 48]
)
def test_the_longest_that_is_read_is_worked_out(text: str) -> None:
    assert isinstance(result(text), str)


_PIECES = st.sampled_from(
    ["user.login", "user.city", "appuser.x", "String.len(", "String.join(", "(", ")", ",", "?", ":",
     "?:", "+", "-", "==", "<", "AND", "!", '"a"', "'", "1", "null", "x", "${", "}", "[", "."]
)  # fmt: skip


@given(st.text() | st.lists(_PIECES, max_size=12).map(" ".join))
def test_any_text_is_read_and_worked_out_without_crashing(text: str) -> None:
    references(text)
    expression = parse(text)
    if isinstance(expression, Unsupported | Invalid):
        assert expression.reason.endswith((".", "?"))
    else:
        assert isinstance(evaluate(expression, USER), str | Unknown)


@given(st.text(alphabet=st.characters(exclude_characters='"', exclude_categories=["Cs"])))
def test_a_quoted_text_gives_itself(text: str) -> None:
    assert result(f'"{text}"') == text


def test_references_are_found_outside_the_subset_too() -> None:
    text = "Arrays.size(user.skills) > 2 ? user.title : appuser.role + user.getLinkedObject('m').x"
    assert references(text) == (
        Reference("user", "skills"),
        Reference("user", "title"),
        Reference("appuser", "role"),
    )
