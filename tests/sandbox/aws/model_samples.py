"""Valid values for the shapes of botocore's models."""

import re
from collections.abc import Iterator, Mapping
from re import _constants as sre  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue]
from re import _parser  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue]
from typing import Any

from sandbox.aws.constraints import is_document


def sample(shape: Any, known: Mapping[str, Any], name: str = "") -> Any:
    """A value that the shape allows; `known` holds values by the name of the member."""
    if name in known:
        return known[name]
    if is_document(shape):
        return "x"
    kind = shape.type_name
    if kind == "structure":
        names = list(shape.required_members)
        if shape.is_tagged_union:
            names = [next(iter(shape.members))]
        return {each: sample(shape.members[each], known, each) for each in names}
    if kind == "list":
        return [sample(shape.member, known)] * max(1, shape.metadata.get("min", 1))
    if kind == "map":
        return {sample(shape.key, known): sample(shape.value, known)}
    if kind == "string":
        return _text(shape.metadata)
    if kind in ("integer", "long"):
        return max(1, shape.metadata.get("min", 1))
    return {"boolean": True, "blob": b"x", "timestamp": 1_700_000_000, "double": 1.0}[kind]


def _text(limits: Mapping[str, Any]) -> str:
    if limits.get("enum"):
        return limits["enum"][0]
    low, high = limits.get("min", 0), limits.get("max", 1_000)
    if "pattern" not in limits:
        return "a" * max(1, low)
    pattern = re.sub(r"\\p\{\w\}", "a-z", limits["pattern"])
    for extra in range(130):
        text = "".join(_characters(_parser.parse(pattern), extra))
        if max(1, low) <= len(text) <= high and re.fullmatch(pattern, text):
            return text
    raise AssertionError(f"no sample for {limits}")


def _characters(parsed: Any, extra: int) -> Iterator[str]:
    """Text that a parsed pattern matches; each repetition occurs `extra` times more, if it may."""
    for code, argument in parsed:
        if code is sre.LITERAL:
            yield chr(argument)
        elif code in (sre.ANY, sre.NOT_LITERAL):
            yield "a"
        elif code is sre.IN:
            yield _character(argument)
        elif code in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            low, high, item = argument
            for _ in range(min(low + extra, high)):
                yield from _characters(item, extra)
        elif code is sre.SUBPATTERN:
            yield from _characters(argument[-1], extra)
        elif code is sre.BRANCH:
            yield from _characters(argument[1][0], extra)


def _character(members: Any) -> str:
    if members[0][0] is sre.NEGATE:
        return "a"
    wanted = [chr(value) for code, value in members if code is sre.LITERAL]
    for code, value in members:
        if code is sre.RANGE:
            return "a" if value[0] <= ord("a") <= value[1] else chr(value[1])
        if code is sre.CATEGORY:
            return {sre.CATEGORY_DIGIT: "1", sre.CATEGORY_SPACE: " "}.get(value, "a")
    return wanted[0]
