"""Okta expressions: which are parsed, Invalid or Unsupported, and their values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.okta_expression import (
    OKTA_ATTRIBUTES,
    Invalid,
    Reference,
    Unknown,
    Unsupported,
    evaluate,
    parse,
    references,
)
from okta_idc.okta_expression.functions import CLASSES, MEMBERSHIP, suggestion

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
    ("text", "value"),
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
        ('user.city == null ? "unknown" : user.city', "unknown"),
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
def test_an_expression_has_the_value_that_okta_documents(text: str, value: str) -> None:
    assert result(text) == value


@pytest.mark.parametrize(
    ("text", "reason"),
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
def test_the_value_is_unknown_where_okta_documents_none(text: str, reason: str) -> None:
    value = result(text)
    assert isinstance(value, Unknown)
    assert reason in value.reason


def test_app_user_attributes_are_unknown_without_the_app_user_profile() -> None:
    expression = parse("appuser.costCenter")
    assert not isinstance(expression, Unsupported | Invalid)
    assert isinstance(evaluate(expression, USER), Unknown)


@pytest.mark.parametrize(
    ("text", "reason"),
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
        ("(user.login}", "without its counterpart"),
        ("{user.login", 'has a "{" without its counterpart'),
        ("user.x]", 'has a "]" without its counterpart'),
        ("{user.department}", "is in braces; Okta expects the expression itself: user.department."),
        ("user.a, user.b", "has a comma outside of a function. To join values, write"),
        ("$user.x", 'has a "$" outside quotation marks'),
        ("user.x;", 'has a ";" outside quotation marks'),
        ('user.x = "a"', 'to compare, write "=="'),
        ('user.x == "a" & user.y == "b"', 'write "&&"'),
        ("String.append(“a”, user.x)", "typographic quotation mark “"),
        ("String.append(„a“, user.x)", "typographic quotation mark „"),
        ("String.append(\u00aba\u00bb, user.x)", "typographic quotation mark \u00ab"),
        ("user.login +", "ends too early: a value is missing"),
        ('user.department == "Eng" AND', "ends too early: a value is missing"),
        ('user.a == "x" AND OR user.b == "y"', 'lacks a value before "OR"'),
        ('== "x"', 'lacks a value before "=="'),
        ("()", 'lacks a value before ")"'),
        ("user.login user.title", 'lacks an operator before "user"'),
        ('String.append(user.a "x")', 'lacks an operator or ")" before "x"'),
        ("user.a ? 1", 'ends too early: an operator or ":" is missing'),
        ("user.", "ends too early: a name is missing"),
        ("String.len()", "calls String.len with 0 arguments; it has 1."),
        ('String.replce(user.x, "a", "b")', "Did you mean String.replace?"),
        ("String.toUppercase(user.login)", "Did you mean String.toUpperCase?"),
        ("string.toUpperCase(user.login)", "Did you mean String.toUpperCase?"),
        ("Array.size(user.x) > 1", "Did you mean Arrays.size?"),
        ('stringContains(user.x, "a")', "Did you mean String.stringContains?"),
        ('isMemberOfGroupnName("a")', "Did you mean isMemberOfGroupName?"),
        ('user.getInternalProperties("id")', "Did you mean user.getInternalProperty?"),
        ('isMemberOfGroupName("a") AND', "ends too early"),
        ("String.join(user.a)", "calls String.join with 1 argument; it has at least 2."),
        ('String.replce(user.x, "a", "b")', "calls String.replce, which is no function of Okta."),
        ("User.department", "has no object User here. Did you mean user.department?"),
        ("USER.departement", "Did you mean user.department?"),
        ("usr.badge", "Did you mean user.badge?"),
        ("AppUser.role", "Did you mean appuser.role?"),
        ("Org.name", "Did you mean org.name?"),
        ("source.departement", "has no object source here. Did you mean user.department?"),
        ("idpuser.x", "Did you mean user.x?"),
        ("String.len(idpuser.x)", "Did you mean user.x?"),
        ('User.getInternalProperty("id")', "Did you mean user.getInternalProperty?"),
        ("user.department.foo", "user.department has no attributes. Did you mean user.department?"),
        ('user.profile.department == "x"', "Did you mean user.department?"),
        ("user['department']", "has user[…]; Okta documents user.ATTRIBUTE. Did you mean user.de"),
        ("user[login]", "Did you mean user.login?"),
        ("user.getInternalProperty('statuss')", 'property "statuss", which does not exist. Did'),
        ("user.getInternalProperty('Status') + user.x", "Did you mean status?"),
        ("user.getInternalProperty('zzz')", "Okta has id, status, created, lastUpdated"),
    ],
)
def test_text_that_is_certainly_no_expression_is_invalid(text: str, reason: str) -> None:
    expression = parse(text)
    assert isinstance(expression, Invalid)
    assert reason in expression.reason


@pytest.mark.parametrize(
    "text",
    [
        'isMemberOfGroupName("aws-admins") ? "admin" : "user"',
        "user.getGroups({'group.type': {'OKTA_GROUP'}}).![name]",
        'Arrays.contains({"a"}, user.x)',
        "active_directory.managerUpn",
        "org.name",
        "zendesk.role",
        "user.login.toUpperCase()",
        "getManagerUser('x').login",
        'user.getInternalProperty("lastLogin")',
        'user.login matches ".*"',
        "String.trim(user.login)",
        "getThings(user.login)",
        'user.getInternalProperty("id")',
        'isMemberOfAnyGroup("00g1", "00g2")',
        "user.groups[0]",
        "user.groups.$[true]",
        '"${x}" % 2',
        "(" * 60 + "1" + ")" * 60,
        "!" * 60 + "true",
        "1+" * 400 + "1",
        "9" * 5_000,
    ],
)
def test_an_expression_that_okta_may_accept_is_unsupported_not_invalid(text: str) -> None:
    assert isinstance(parse(text), Unsupported)


def test_a_quoted_placeholder_is_a_string() -> None:
    assert result('"${x}"') == "${x}"


@pytest.mark.parametrize(
    "text", ["1+" * 149 + "1", "1-" * 149 + "1", "true?1:" * 48 + "2", "(" * 48 + "1" + ")" * 48]
)
def test_an_expression_of_the_maximum_length_or_depth_is_evaluated(text: str) -> None:
    assert isinstance(result(text), str)


_FUNCTIONS = sorted(
    f"{owner}.{name}" if owner else name
    for owner, names in {**CLASSES, "": MEMBERSHIP}.items()
    for name in names
)


@given(st.sampled_from(_FUNCTIONS), st.data())
def test_a_documented_function_is_never_invalid_and_a_misspelled_one_suggests_a_documented_one(
    function: str, data: st.DataObject
) -> None:
    assert suggestion(function) is None
    index = data.draw(st.integers(0, len(function) - 1))
    misspelled = function[:index] + data.draw(st.sampled_from("xyz")) + function[index + 1 :]
    close = suggestion(misspelled)
    assert close is None or close == "" or close in _FUNCTIONS or suggestion(close) is None


_PIECES = st.sampled_from(
    ["user.login", "user.city", "appuser.x", "String.len(", "String.join(", "(", ")", ",", "?", ":",
     "?:", "+", "-", "==", "<", "AND", "!", '"a"', "'", "1", "null", "x", "${", "}", "[", "."]
)  # fmt: skip


@given(st.text() | st.lists(_PIECES, max_size=12).map(" ".join))
def test_no_text_crashes_the_parser_or_the_evaluator(text: str) -> None:
    references(text)
    expression = parse(text)
    if isinstance(expression, Unsupported | Invalid):
        assert expression.reason.endswith((".", "?"))
    else:
        assert isinstance(evaluate(expression, USER), str | Unknown)


@given(st.text(alphabet=st.characters(exclude_characters='"', exclude_categories=["Cs"])))
def test_a_quoted_string_evaluates_to_itself(text: str) -> None:
    assert result(f'"{text}"') == text


def test_references_are_found_in_unsupported_expressions_too() -> None:
    text = "Arrays.size(user.skills) > 2 ? user.title : appuser.role + user.getLinkedObject('m').x"
    text += " + getManagerUser(user.source).titel + findDirectoryUser().managerUpn + (user.a).b"
    assert references(text) == (
        Reference("user", "skills"),
        Reference("user", "title"),
        Reference("appuser", "role"),
        Reference("user.getLinkedObject(…)", "x"),
        Reference("user", "source"),
        Reference("getManagerUser(…)", "titel"),
        Reference("user", "a"),
    )


@given(
    st.sampled_from(["User", "USER", "usr", "source", "idpuser", "Source", "target"]),
    st.sampled_from(sorted(OKTA_ATTRIBUTES)),
    st.sampled_from(["{}", "String.len({})", '{} == "x" ? 1 : 2', "Arrays.size({}) + 1"]),
)
def test_an_object_that_okta_does_not_have_is_invalid_and_the_suggestion_is_not(
    wrong: str, attribute: str, around: str
) -> None:
    expression = parse(around.format(f"{wrong}.{attribute}"))
    assert isinstance(expression, Invalid)
    assert expression.reason.endswith(f"Did you mean user.{attribute}?")
    assert not isinstance(parse(around.format(f"user.{attribute}")), Invalid)
