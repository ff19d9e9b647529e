"""Okta's `search` and `filter` expressions: eq, sw, and, or, parentheses."""

import json
import re
from collections.abc import Callable
from typing import Any

from .errors import OktaError

Test = Callable[[dict[str, Any]], bool]
_TOKEN = re.compile(r'\s*(\(|\)|"(?:[^"\\]|\\.)*"|[A-Za-z][\w.]*)')


def parse(text: str) -> Test:
    """Parse an expression into a test of an object; other syntax is error E0000031."""
    tokens: list[str] = []
    position = 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        if not match or len(tokens) > 4000:
            raise _invalid_criteria(text)
        tokens.append(match[1])
        position = match.end()
    try:
        test = _disjunction(tokens)
    except (IndexError, ValueError, RecursionError):
        raise _invalid_criteria(text) from None
    if tokens:
        raise _invalid_criteria(text)
    return test


def _invalid_criteria(text: str) -> OktaError:
    return OktaError(400, "E0000031", f"Invalid search criteria: {text[:200]}")


def _disjunction(tokens: list[str]) -> Test:
    tests = [_conjunction(tokens)]
    while tokens and tokens[0].lower() == "or":
        tokens.pop(0)
        tests.append(_conjunction(tokens))
    return lambda item: any(test(item) for test in tests)


def _conjunction(tokens: list[str]) -> Test:
    tests = [_term(tokens)]
    while tokens and tokens[0].lower() == "and":
        tokens.pop(0)
        tests.append(_term(tokens))
    return lambda item: all(test(item) for test in tests)


def _term(tokens: list[str]) -> Test:
    first = tokens.pop(0)
    if first == "(":
        test = _disjunction(tokens)
        if tokens.pop(0) != ")":
            raise ValueError(first)
        return test
    operator, literal = tokens.pop(0).lower(), tokens.pop(0)
    if not first[0].isalpha() or operator not in ("eq", "sw") or literal[0] != '"':
        raise ValueError(first)
    wanted = str(json.loads(literal)).casefold()

    def matches(item: dict[str, Any]) -> bool:
        value: Any = item
        for part in first.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        found = str(value).casefold() if value is not None else None
        if found is None:
            return False
        return found == wanted if operator == "eq" else found.startswith(wanted)

    return matches
