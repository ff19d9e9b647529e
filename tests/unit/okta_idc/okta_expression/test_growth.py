"""The work of every parser grows in proportion to the length of the text."""

import re
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okta_idc.okta_expression import (
    parse,
    parse_tree,
    parse_username_format,
    references,
    tokens,
    username_format,
)
from okta_idc.rules import policy_tags


def tag_variables(text: str) -> object:
    return list(policy_tags.variables(text))


PARSERS: list[Callable[[str], object]] = [
    parse, parse_tree, references, parse_username_format, tag_variables,
]  # fmt: skip
PIECES = [
    "${", "#{", "$", "{", "}", "(", ")", "[", "]", ",", " ", "\n", "'", '"', "''", '""', "\\", ".",
    "+", "-", "!", "?", ":", "?:", "=", "&", "1", "1.", "a", "user.", "user.a", "String.",
    "String.len(", "fn:", "source.login", "${source.login}", "AND ", "“", "aws:PrincipalTag/",
    "${aws:PrincipalTag/", "${aws:PrincipalTag/a,",
]  # fmt: skip


def instructions(parser: Callable[[str], object], text: str) -> int:
    """How many of the interpreter's instructions the parser runs for the text."""
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        frame.f_trace_opcodes = True
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        parser(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("parser", PARSERS)
@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=3).map("".join),
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=3).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=2).map("".join),
)
def test_the_work_does_not_grow_with_the_square_of_the_text(
    parser: Callable[[str], object], start: str, repeated: str, end: str
) -> None:
    """Four times the text is less than eight times the work, which leaves room for the step where
    a text exceeds a limit; with the square it would be sixteen times."""
    once, four_times = (instructions(parser, start + repeated * n + end) for n in (60, 240))
    assert four_times <= 8 * once + 8_000


@pytest.mark.parametrize(
    "pattern", [tokens.PATTERN, username_format.PATTERN], ids=["tokens", "username_format"]
)
def test_no_pattern_reads_a_character_again(pattern: re.Pattern[str]) -> None:
    """A possessive quantifier never gives back what it has read."""
    plain = re.sub(r"\\.|\[(?:\\.|[^\]])*\]", "x", pattern.pattern)
    assert re.search(r"[*+?]", plain)
    assert re.findall(r"(?<![(*+?])[*+?](?!\+).{0,9}", plain) == []


def test_the_tokens_are_the_text() -> None:
    text = "user.a + 'b' \"c" + "d" * 1_000
    assert "".join(token.text for token in tokens.tokens_of(text)) == text.replace(" ", "")


@pytest.mark.parametrize("quote", ["'", '"'])
def test_an_unclosed_text_is_one_token(quote: str) -> None:
    """Otherwise, each of its quotation marks would be searched for an end again."""
    found = tokens.tokens_of(f"a {quote}" + "x (" * 500)
    assert [token.kind for token in found] == ["name", "unclosed"]
