"""Patterns over names of groups."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.rules.group_name_patterns import parse

TEXT = st.text("ab-", max_size=12)


@given(st.lists(TEXT, min_size=2, max_size=5), TEXT)
def test_a_star_matches_any_text(literals: list[str], name: str) -> None:
    literals = ["a", *(each or "b" for each in literals[:-1]), literals[-1]]
    expected = re.fullmatch(".*".join(map(re.escape, literals)), f"a{name}")
    assert parse("*".join(literals)).matches(f"a{name}") == (expected is not None)


@given(TEXT, TEXT)
def test_an_account_and_a_permission_set_are_found_in_a_name_made_of_them(
    account: str, permission_set: str
) -> None:
    pattern = parse("p_{account}_{permission_set}")
    name = f"p_{account}_{permission_set}"
    assert ((account, permission_set) in pattern.splits(name)) == bool(account and permission_set)
    assert pattern.matches(name) == bool(account and permission_set)


def test_the_placeholders_can_be_in_the_other_order_with_a_text_after_them() -> None:
    pattern = parse("aws-{permission_set}-in-{account}-x")
    assert [*pattern.splits("aws-Admin-in-dev-x")] == [("dev", "Admin")]
    assert not pattern.matches("aws-Admin-in-dev")
    assert [*parse("p_{account}_{permission_set}").splits("p_a_b_c")] == [
        ("a", "b_c"),
        ("a_b", "c"),
    ]


@pytest.mark.parametrize(
    "text",
    ["", "aws", "*", "*-aws", "{account}_{permission_set}", "a{account}", "a**", "a}*",
     "a*{account}_{permission_set}", "a{account}{permission_set}", "a{account}_{account}",
     "a{group}*"],
)  # fmt: skip
def test_other_patterns_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        parse(text)


def test_a_name_with_many_candidates_takes_no_longer_than_its_length() -> None:
    pattern = parse("a*" + "a*" * 200 + "b")
    began = time.process_time()
    assert not pattern.matches("a" * 100_000)
    assert time.process_time() - began < 1
