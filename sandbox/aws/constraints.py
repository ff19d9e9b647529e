"""Validates requests against AWS's service models: required members, lengths, ranges, patterns.

Reads botocore's models and words violations as AWS does. boto3 checks types and minimum lengths
only, so without these checks the sandbox would accept requests that AWS refuses.
"""

import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple


class Violation(NamedTuple):
    """A violated constraint: its kind, for example `null` or `max length`, and AWS's words."""

    kind: str
    text: str


_TYPES: dict[str, Any] = {
    "structure": dict, "list": list, "map": dict, "string": str, "boolean": bool, "integer": int,
    "long": int,
}  # fmt: skip
_NUMBERS = ("integer", "long", "float", "double")
_NONCHARACTERS = frozenset(map(chr, range(0xFDD0, 0xFDF0)))
"""With U+FFFE, U+FFFF, and the same two in every plane, those that Unicode never assigns."""


def is_document(shape: Any) -> bool:
    """Whether the shape is a JSON value of any type."""
    return shape.type_name == "structure" and shape.is_document_type


def violations(shape: Any, params: dict[str, Any]) -> Iterator[Violation]:
    """Every violated constraint of an operation's input shape."""
    return _structure_violations(shape, params, "")


def _structure_violations(shape: Any, value: Any, path: str) -> Iterator[Violation]:
    for name, member in shape.members.items():
        member_path = f"{path}.{_lower_first(name)}" if path else _lower_first(name)
        if value.get(name) is not None:
            yield from _violations(member, value[name], member_path)
        elif name in shape.required_members:
            constraint = "failed to satisfy constraint: Member must not be null"
            yield Violation("null", f"Value null at '{member_path}' {constraint}")


def _violations(shape: Any, value: Any, path: str) -> Iterator[Violation]:
    if is_document(shape):  # any JSON value
        return
    expected: Any = _TYPES.get(shape.type_name)
    if expected and (not isinstance(value, expected) or (expected is int and value is bool(value))):
        constraint = f"failed to satisfy constraint: Member must be a {shape.type_name}"
        yield Violation("type", f"Value at '{path}' {constraint}")
        return
    if shape.type_name == "structure" and shape.is_tagged_union and len(value) != 1:
        constraint = "failed to satisfy constraint: Member must have exactly one member"
        yield Violation("type", f"Value at '{path}' {constraint}")
        return
    for kind, constraint in _scalar_violations(shape, value):
        quoted = _quoted(shape, value)
        text = f"Value {quoted}at '{path}' failed to satisfy constraint: Member must {constraint}"
        yield Violation(kind, text)
    if shape.type_name == "structure":
        yield from _structure_violations(shape, value, path)
    elif shape.type_name == "list":
        for number, item in enumerate(value, 1):
            yield from _violations(shape.member, item, f"{path}.{number}.member")
    elif shape.type_name == "map":
        for key, item in value.items():
            yield from _violations(shape.key, key, f"{path}.key")
            yield from _violations(shape.value, item, f"{path}.{key}.member")


def _quoted(shape: Any, value: Any) -> str:
    """The value as AWS quotes it. Assumed: nothing of a secret one."""
    shown = isinstance(value, str) and not shape.metadata.get("sensitive")
    return f"'{value}' " if shown else ""


def _scalar_violations(shape: Any, value: Any) -> Iterator[tuple[str, str]]:
    limits = shape.metadata
    subject = "value" if shape.type_name in _NUMBERS else "length"
    size = value if subject == "value" else len(value) if hasattr(value, "__len__") else None
    if shape.type_name == "blob" and isinstance(value, str):  # JSON carries it in base64
        size = len(value) * 3 // 4
    if size is not None and size < limits.get("min", size):
        yield f"min {subject}", f"have {subject} greater than or equal to {limits['min']}"
    if size is not None and size > limits.get("max", size):
        yield f"max {subject}", f"have {subject} less than or equal to {limits['max']}"
    if limits.get("enum") and value not in limits["enum"]:
        yield "enum", f"satisfy enum value set: [{', '.join(limits['enum'])}]"
    if (
        isinstance(value, str)
        and limits.get("pattern")
        and not _pattern(limits["pattern"]).fullmatch(value)
    ):
        yield "pattern", f"satisfy regular expression pattern: {limits['pattern']}"


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """Translate a Java pattern: `\\w` is ASCII, `\\p{L}` a Unicode category."""
    translated, in_class = "", False
    for token in re.findall(r"\\p\{\w\}|\\.|.", text, re.DOTALL):
        if token.startswith(r"\p{"):
            ranges = _categories()[token[3]]
            translated += ranges if in_class else f"[{ranges}]"
            continue
        in_class = token == "[" or (in_class and token != "]")
        translated += token
    return re.compile(translated, re.ASCII)


def category(char: str) -> str:
    """The first letter of a character's Unicode category. Assumed: AWS knows a later version of
    Unicode than this Python, so that every character that can be assigned is a letter."""
    found = unicodedata.category(char)
    newer = found == "Cn" and ord(char) & 0xFFFE != 0xFFFE and char not in _NONCHARACTERS
    return "L" if newer else found[0]


@cache
def _categories() -> dict[str, str]:
    """Character ranges of each Unicode category, because `re` does not support categories."""
    ranges: defaultdict[str, list[list[int]]] = defaultdict(list)
    for code in range(sys.maxunicode + 1):
        found = ranges[category(chr(code))]
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return {
        category: "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in found)
        for category, found in ranges.items()
    }


def _lower_first(name: str) -> str:
    return name[0].lower() + name[1:]
