"""The YAML of the stack file is read back equal, by PyYAML and by Pulumi's reader, Go's yaml.v3."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.adoption.items import Item
from okta_idc.adoption.stack_file import _commented, _yaml
from tests.unit.okta_idc.hostile_strings import STRINGS

NOT_TEXT = (
    "1e3", "1E3", "0o17", "-0o17", "017", "0x1F", "0b11", "-0b11", "1_000", "+1", "-1", "1.", ".5",
    "1.5e-7", ".inf", "-.Inf", "+.INF", ".nan", "12:30:45", "2026-01-31", "2026-1-2",
    "2026-01-31T00:00:00Z", "2026-01-31 10:00:00", "true", "TRUE", "True", "false", "yes", "Yes",
    "NO", "on", "Off", "y", "N", "null", "Null", "NULL", "~", "", "<<", "=", "123456789012",
    "0777", "190:20:30", "1__0", "0x_1", "0.", "1e+3", "!x", "&x", "*x", "- x", "? x", "x: y",
    "x #y", "@x", "`x", "%x", "|", ">", "[x", "{x", "x:", " x", "x ", '"x', "'x", "---", "...",
)  # fmt: skip
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
VALUES = st.dictionaries(
    TEXT.filter(lambda key: len(key) < 100),
    st.one_of(
        TEXT, st.integers(), st.booleans(), st.lists(st.one_of(TEXT, st.sampled_from(NOT_TEXT)))
    ),
    min_size=1,
)


def go_reads_as_text(scalar: str) -> bool:
    """Whether yaml.v2 and yaml.v3 read an unquoted scalar as text (resolve.go of both): their first
    character decides, except for the words of YAML 1.1."""
    words = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "<<", "="}
    return bool(scalar) and scalar[0] not in "0123456789+-." and scalar.casefold() not in words


def plain_scalars(text: str) -> list[str]:
    """Unquoted scalars of a document, as they are written."""
    return [
        event.value
        for event in yaml.parse(text)
        if isinstance(event, yaml.ScalarEvent) and not event.style
    ]


def written(value: Any) -> str:
    return "\n".join(_yaml(value, 4)) + "\n"


SHAPES = (
    lambda text: {"key": text}, lambda text: {text: "value"}, lambda text: [text],
    lambda text: {"a": {"b": [{"c": text}, text]}},
)  # fmt: skip


@pytest.mark.parametrize("text", [*NOT_TEXT, *STRINGS])
def test_a_text_is_read_back_as_the_same_text(text: str) -> None:
    readable = text.replace("\ud800", "\ufffd" * 3)  # no reader accepts a lone surrogate
    for shape in SHAPES:
        document = written(shape(text))
        assert yaml.safe_load(document) == shape(readable)
        assert all(go_reads_as_text(scalar) for scalar in plain_scalars(document))


@given(VALUES)
def test_a_document_is_read_back_equal(value: dict[str, Any]) -> None:
    document = written(value)
    assert yaml.safe_load(document) == value
    unquoted = [
        each for each in plain_scalars(document)
        if isinstance(yaml.safe_load(each), str)
    ]  # fmt: skip
    assert all(go_reads_as_text(each) for each in unquoted)
    assert all(character.isprintable() or character == "\n" for character in document)


@pytest.mark.parametrize("text", ["aws-admins", "aws admins", "user.department", "PT1H", "a, b"])
def test_an_ordinary_text_has_no_quotes(text: str) -> None:
    assert written([text]).strip() == f"- {text}"


@pytest.mark.parametrize("hostile", [*STRINGS, "\u2028x: y", "\x85x: y", "\rx: y"])
@pytest.mark.parametrize("commented_out", [True, False])
def test_no_note_leaves_its_comment(hostile: str, commented_out: bool) -> None:
    item = Item({"name": hostile}, commented_out=commented_out)
    item.problem(f"the group {hostile} is")
    document = "\n".join(_commented(item, [item.value], 4, [f"about {hostile}"]))
    expected = None if commented_out else [{"name": hostile.replace("\ud800", "\ufffd" * 3)}]
    assert yaml.safe_load(document) == expected
    assert all(character.isprintable() or character == "\n" for character in document)
