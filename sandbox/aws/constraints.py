"""Requests held to AWS's service models: what must be there, lengths, ranges, enums, patterns.

Owns the reading of botocore's models and AWS's words for a broken constraint. boto3 checks types
and least lengths only, so without this a request passes here that AWS refuses.
"""

import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

from .errors import RefusedError


def refuse_broken(shape: Any, params: dict[str, Any]) -> None:
    """Raises a ValidationException which names every constraint of the shape that is broken."""
    broken = list(_structure(shape, params, ""))
    if broken:
        count = f"{len(broken)} validation error{'s' if len(broken) > 1 else ''} detected"
        raise RefusedError("ValidationException", f"{count}: {'; '.join(broken)}")


def _structure(shape: Any, value: Any, place: str) -> Iterator[str]:
    for name, member in shape.members.items():
        at = f"{place}.{_lower(name)}" if place else _lower(name)
        if value.get(name) is not None:
            yield from _broken(member, value[name], at)
        elif name in shape.required_members:
            yield f"Value null at '{at}' failed to satisfy constraint: Member must not be null"


def _broken(shape: Any, value: Any, place: str) -> Iterator[str]:
    kind = {"structure": dict, "list": list, "map": dict, "string": str}.get(shape.type_name)
    if kind and not isinstance(value, kind):
        yield f"Value at '{place}' failed to satisfy constraint: Member must be a {shape.type_name}"
        return
    for constraint in _scalar(shape, value):
        shown = f"'{value}' " if isinstance(value, str) else ""
        yield f"Value {shown}at '{place}' failed to satisfy constraint: Member must {constraint}"
    if shape.type_name == "structure":
        yield from _structure(shape, value, place)
    elif shape.type_name == "list":
        for number, item in enumerate(value, 1):
            yield from _broken(shape.member, item, f"{place}.{number}.member")


def _scalar(shape: Any, value: Any) -> Iterator[str]:
    said = shape.metadata
    size = value if isinstance(value, int) else len(value) if hasattr(value, "__len__") else None
    what = "have value" if isinstance(value, int) else "have length"
    if size is not None and size < said.get("min", size):
        yield f"{what} greater than or equal to {said['min']}"
    if size is not None and size > said.get("max", size):
        yield f"{what} less than or equal to {said['max']}"
    if said.get("enum") and value not in said["enum"]:
        yield f"satisfy enum value set: [{', '.join(said['enum'])}]"
    if (
        isinstance(value, str)
        and said.get("pattern")
        and not _pattern(said["pattern"]).fullmatch(value)
    ):
        yield f"satisfy regular expression pattern: {said['pattern']}"


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """AWS's patterns are Java's: `\\w` is ASCII, and `\\p{L}` is a category of Unicode."""
    known = re.sub(r"\\p\{(\w)\}", lambda found: _categories()[found[1]], text)
    return re.compile(known, re.ASCII)


@cache
def _categories() -> dict[str, str]:
    """The characters of each category, as the inside of a class of `re`, which has none."""
    ranges: defaultdict[str, list[list[int]]] = defaultdict(list)
    for code in range(sys.maxunicode + 1):
        found = ranges[unicodedata.category(chr(code))[0]]
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return {
        category: "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in found)
        for category, found in ranges.items()
    }


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]
