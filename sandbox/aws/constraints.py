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
from typing import Any

from .errors import RefusedError

_NONCHARACTERS = frozenset(map(chr, range(0xFDD0, 0xFDF0)))
"""With U+FFFE, U+FFFF, and the same two in every plane, those that Unicode never assigns."""


def check_constraints(shape: Any, params: dict[str, Any]) -> None:
    """Raise a ValidationException that lists every violated constraint of the shape."""
    violations = list(_structure_violations(shape, params, ""))
    if violations:
        count = f"{len(violations)} validation error{'s' if len(violations) > 1 else ''} detected"
        raise RefusedError("ValidationException", f"{count}: {'; '.join(violations)}")


def _structure_violations(shape: Any, value: Any, path: str) -> Iterator[str]:
    for name, member in shape.members.items():
        member_path = f"{path}.{_lower_first(name)}" if path else _lower_first(name)
        if value.get(name) is not None:
            yield from _violations(member, value[name], member_path)
        elif name in shape.required_members:
            constraint = "failed to satisfy constraint: Member must not be null"
            yield f"Value null at '{member_path}' {constraint}"


def _violations(shape: Any, value: Any, path: str) -> Iterator[str]:
    kind = {"structure": dict, "list": list, "map": dict, "string": str}.get(shape.type_name)
    if kind and not isinstance(value, kind):
        yield f"Value at '{path}' failed to satisfy constraint: Member must be a {shape.type_name}"
        return
    for constraint in _scalar_violations(shape, value):
        quoted = f"'{value}' " if isinstance(value, str) else ""
        yield f"Value {quoted}at '{path}' failed to satisfy constraint: Member must {constraint}"
    if shape.type_name == "structure":
        yield from _structure_violations(shape, value, path)
    elif shape.type_name == "list":
        for number, item in enumerate(value, 1):
            yield from _violations(shape.member, item, f"{path}.{number}.member")


def _scalar_violations(shape: Any, value: Any) -> Iterator[str]:
    limits = shape.metadata
    size = value if isinstance(value, int) else len(value) if hasattr(value, "__len__") else None
    subject = "have value" if isinstance(value, int) else "have length"
    if size is not None and size < limits.get("min", size):
        yield f"{subject} greater than or equal to {limits['min']}"
    if size is not None and size > limits.get("max", size):
        yield f"{subject} less than or equal to {limits['max']}"
    if limits.get("enum") and value not in limits["enum"]:
        yield f"satisfy enum value set: [{', '.join(limits['enum'])}]"
    if (
        isinstance(value, str)
        and limits.get("pattern")
        and not _pattern(limits["pattern"]).fullmatch(value)
    ):
        yield f"satisfy regular expression pattern: {limits['pattern']}"


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """Translate a Java pattern: `\\w` is ASCII, `\\p{L}` a Unicode category."""
    translated = re.sub(r"\\p\{(\w)\}", lambda match: _categories()[match[1]], text)
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
