"""Okta's `search` and `filter`: eq and sw on named attributes, and, or, parentheses."""

import json
import re
from collections.abc import Callable
from typing import Any

from .errors import OktaError

Test = Callable[[dict[str, Any]], bool]
_TOKEN = re.compile(r'\s*(\(|\)|"(?:[^"\\]|\\.)*"|[A-Za-z][\w.]*)')


def parse(text: str) -> Test:
    """A test of one object; anything outside the subset is E0000031, as Okta says it."""
    tokens: list[str] = []
    place = 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if not match or len(tokens) > 4000:
            raise _refused(text)
        tokens.append(match[1])
        place = match.end()
    try:
        test = _either(tokens)
    except (IndexError, ValueError, RecursionError):
        raise _refused(text) from None
    if tokens:
        raise _refused(text)
    return test


def _refused(text: str) -> OktaError:
    return OktaError(400, "E0000031", f"Invalid search criteria: {text[:200]}")


def _either(tokens: list[str]) -> Test:
    tests = [_both(tokens)]
    while tokens and tokens[0].lower() == "or":
        tokens.pop(0)
        tests.append(_both(tokens))
    return lambda item: any(test(item) for test in tests)


def _both(tokens: list[str]) -> Test:
    tests = [_term(tokens)]
    while tokens and tokens[0].lower() == "and":
        tokens.pop(0)
        tests.append(_term(tokens))
    return lambda item: all(test(item) for test in tests)


def _term(tokens: list[str]) -> Test:
    first = tokens.pop(0)
    if first == "(":
        test = _either(tokens)
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
