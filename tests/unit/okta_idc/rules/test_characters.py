"""Characters that AWS accepts, whatever the Unicode tables of this Python."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.rules import groups
from okta_idc.rules.attributes import session_tags
from okta_idc.rules.characters import outside, unassigned, unjudged
from okta_idc.rules.profiles import hidden_characters
from sandbox.aws.constraints import category

UNASSIGNED = (
    st.integers(0, sys.maxunicode).map(chr).filter(lambda c: unicodedata.category(c) == "Cn")
)
NEVER = {*map(chr, range(0xFDD0, 0xFDF0))} | {
    chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF)
}


def newest() -> str:
    """A code point that this Python's tables do not have, and that is no noncharacter."""
    return next(
        chr(code) for code in range(0x20000, sys.maxunicode)
        if unicodedata.category(chr(code)) == "Cn" and chr(code) not in NEVER
    )  # fmt: skip


@given(UNASSIGNED)
def test_a_character_that_python_does_not_know_is_not_judged(character: str) -> None:
    text = f"a{character}b"
    judged = character in NEVER
    assert outside(text) == ({character} if judged else set())
    assert unassigned(text) == (set() if judged else {character})
    assert bool(groups.group_name(text)) is judged
    assert bool(hidden_characters({"title": text})) is judged
    assert bool(session_tags({"Department": text})) is judged
    assert (category(character) == "C") is judged


@given(st.text())
def test_every_other_character_is_judged_by_its_category(text: str) -> None:
    """Of control, format, surrogate, and private-use characters, and of other separators."""
    accepted = "\t\n\r \u00a0\u3000"
    wrong = {
        c for c in text
        if unicodedata.category(c)[0] in "CZ" and unicodedata.category(c) != "Cn"
        and c not in accepted
    }  # fmt: skip
    assert outside(text) - NEVER == wrong
    assert bool(unjudged(text)) is bool(unassigned(text))


def test_the_reason_names_the_character_and_the_version() -> None:
    character = newest()
    text = unjudged(f"x{character}")
    assert f"U+{ord(character):04X} UNASSIGNED" in text
    assert unicodedata.unidata_version in text
    assert unjudged("Ada 李 😀") == ""


@pytest.mark.parametrize(
    "character", ["\u200b", "\ufeff", "\ue000", "\ufffe", "\ufdd0", "\U0010ffff"]
)
def test_an_invisible_character_is_still_reported(character: str) -> None:
    assert outside(f"a{character}") == {character}
