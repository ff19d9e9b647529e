"""Okta's expressions: the values of valid ones, and the refusal of invalid ones."""

from contextlib import suppress
from typing import Any, SupportsIndex

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sandbox.okta.expression import ExpressionError, Scope, parse
from tests.unit.okta_idc.okta_expression.test_growth import instructions

ADA = Scope(
    {"firstName": "Ada", "lastName": "Berg", "department": 'R"D', "level": 3, "email": "a@x.com"},
    {"00g1": "aws-admins", "00g2": "finance"},
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('user.firstName + " " + user.lastName', "Ada Berg"),
        ('user.department == "R\\"D"', True),
        ("user.nickName == null", True),
        ("user.nickName + user.lastName", "Berg"),
        ('user.lastName == "Berg" && user.firstName != "Eve"', True),
        ('user.lastName == "X" or user.firstName == "Ada" and true', True),
        ('!(user.lastName == "Berg")', False),
        ("NOT false AND true", True),
        ('user.nickName != null ? user.nickName : user.firstName + "!"', "Ada!"),
        ("user.nickName ?: user.lastName", "Berg"),
        ("user.level > 2", True),
        ("user.level + 1 == 4", True),
        ('user.level > "2"', False),
        ("user.nickName < 2", False),
        ('isMemberOfGroup("00g1")', True),
        ('isMemberOfAnyGroup("00g9", "00g2")', True),
        ('isMemberOfAnyGroup("00g9")', False),
        ('isMemberOfGroupName("finance")', True),
        ('isMemberOfGroupNameStartsWith("aws-")', True),
        ('isMemberOfGroupNameContains("nan")', True),
        ('String.stringContains(user.email, "@x")', True),
        ('String.startsWith(user.email, "b")', False),
        ('String.substringBefore(user.email, "@")', "a"),
        ('String.substringAfter(user.email, "@")', "x.com"),
        ('String.toUpperCase(toLowerCase("aB"))', "AB"),
        ('String.join("-", "a", user.lastName)', "a-Berg"),
        ('String.replace("a b", " ", "_")', "a_b"),
        ("String.len(user.lastName) == 4", True),
        ("'single'", "single"),
        ("007 + 1", 8),
        ("0.5 + 1", 1.5),
        ("source.lastName", "Berg"),
    ],
)
def test_an_expression_has_the_expected_value(text: str, value: Any) -> None:
    assert parse(text)(ADA) == value


@pytest.mark.parametrize(
    "text",
    ["", "department", "user.x ==", "(user.x", "f(user.x)", "user.x user.y", '"open', "a.b", "!",
     "isMemberOfGroup(", 'isMemberOfGroup("a", "b")', "== 1", "user.x ? 1", "()", "(" * 5000,
     "9" * 16, "0." + "9" * 400, "٣"],
)  # fmt: skip
def test_an_invalid_expression_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text)


PIECES = st.sampled_from(
    ["user.x", "user.level", '"a"', "1", "1.5", "00", "9" * 400, "null", "true", "(", ")", "==",
     "!=", "<", "+", "&&", "or", "!", "?", ":", "?:", ",", 'isMemberOfGroup("00g1")',
     "String.len(", "'s'", "²", "String.substringBefore(user.x,user.y)"]
)  # fmt: skip


@given(text=st.lists(PIECES, max_size=9).map(" ".join) | st.text())
def test_a_valid_expression_never_fails(text: str) -> None:
    with suppress(ExpressionError):
        value = parse(text)
        for scope in (ADA, Scope({}), Scope({"x": [1], "level": {}, "y": ""})):
            value(scope)


def refusing(text: str) -> None:
    with suppress(ExpressionError):
        parse.__wrapped__(text)


PART = st.lists(PIECES, max_size=3).map("".join)


@settings(max_examples=40, deadline=None)
@given(PART, PART, PART)
@example("", "user.x + ", "1")
@example("", "!", "true")
@example("isMemberOfAnyGroup(", '"00g1", ', '"00g2")')
def test_the_work_grows_in_proportion_to_the_text(start: str, repeated: str, end: str) -> None:
    once, four_times = (instructions(refusing, start + repeated * n + end) for n in (60, 240))
    assert four_times <= 8 * once + 8_000


class Counting(str):
    """A text that counts the characters of which it makes copies."""

    copied = 0

    def __getitem__(self, key: SupportsIndex | slice) -> str:
        found = super().__getitem__(key)
        self.copied += len(found)
        return found


@given(PART, PART)
def test_no_token_copies_the_rest_of_the_text(repeated: str, end: str) -> None:
    text = Counting(repeated * 100 + end)
    refusing(text)
    assert text.copied <= 40  # of the error
