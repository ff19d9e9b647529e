"""Okta's `search` and `filter`: the subset matches correctly, and other syntax is refused."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.okta.errors import OktaError
from sandbox.okta.search import parse

ITEM = {"status": "ACTIVE", "type": "OKTA_GROUP", "profile": {"name": 'aws-"x"', "n": 3}}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('status eq "ACTIVE"', True),
        ('status eq "active"', True),
        ('profile.name sw "AWS-"', True),
        ('profile.name eq "aws-\\"x\\""', True),
        ('profile.n eq "3"', True),
        ('profile.missing eq "x"', False),
        ('status.deeper eq "x"', False),
        ('status eq "X" or type eq "OKTA_GROUP" and profile.name sw "a"', True),
        ('(status eq "X" or type eq "OKTA_GROUP") and profile.name sw "b"', False),
        ('status eq "X" OR type EQ "OKTA_GROUP"', True),
    ],
)
def test_a_search_matches_the_expected_objects(text: str, found: bool) -> None:
    assert parse(text)(ITEM) is found


@pytest.mark.parametrize(
    "text",
    ["", "status", "status eq", "status eq ACTIVE", 'status ne "x"', '"x" eq "y"', "(", ")",
     'status eq "x" and', '(status eq "x"', 'status eq "x" status eq "y"', "(" * 5000,
     'status eq "\\x"', 'status eq "x'],
)  # fmt: skip
def test_an_invalid_search_is_refused_with_oktas_error(text: str) -> None:
    with pytest.raises(OktaError) as caught:
        parse(text)
    assert (caught.value.status, caught.value.code) == (400, "E0000031")


NAMES = st.sampled_from(["status", "type", "profile.name"])
LITERALS = st.text(max_size=6)


@given(name=NAMES, value=LITERALS, other=LITERALS)
def test_eq_matches_equal_values_of_any_text(name: str, value: str, other: str) -> None:
    item: dict[str, Any] = {}
    place = item
    *path, last = name.split(".")
    for step in path:
        place = place.setdefault(step, {})
    place[last] = value
    assert parse(f"{name} eq {json.dumps(value)}")(item)
    assert parse(f"{name} sw {json.dumps(value[:2])}")(item)
    same = value.casefold() == other.casefold()
    assert parse(f"{name} eq {json.dumps(other)}")(item) is same


TERMS = st.builds(lambda name, value: f'{name} eq "{value}"', NAMES, st.sampled_from("ab"))
TREES = st.recursive(
    TERMS,
    lambda inner: st.builds(
        lambda left, word, right: f"({left}) {word} ({right})",
        inner, st.sampled_from(["and", "or"]), inner,
    ),
    max_leaves=5,
)  # fmt: skip


@given(left=TREES, right=TREES, a=st.sampled_from("ab"), b=st.sampled_from("ab"))
def test_and_and_or_combine_terms(left: str, right: str, a: str, b: str) -> None:
    item = {"status": a, "type": b, "profile": {"name": a}}
    one, other = parse(left)(item), parse(right)(item)
    assert parse(f"({left}) and ({right})")(item) is (one and other)
    assert parse(f"({left}) or ({right})")(item) is (one or other)


@given(st.text() | st.lists(st.sampled_from(['a', 'eq', '"x"', '(', ')', 'and', 'or', 'sw'])
                            ).map(" ".join))  # fmt: skip
def test_any_text_is_parsed_or_refused(text: str) -> None:
    with suppress(OktaError):
        parse(text)(ITEM)
