"""The subset of Okta's expression language that group rules and attribute mappings use.

`parse` returns a function of a `Scope`: a user's attributes and groups. A missing attribute is
null. Unknown names, and functions that are not in `_FUNCTIONS`, are refused when the expression is
saved (docs/research/okta-api.md#expressions).
"""

import functools
import json
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(
    r"""\s*([0-9]+(?:\.[0-9]+)?|"(?:[^"\\]|\\.)*"|'[^'\\]*'|\?:|[=!<>]=|&&|\|\||[A-Za-z_][\w.]*|[-!<>+?:(),])"""
)
_LONGEST_NUMBER = 15
_MAX_TOKENS = 4000  # deeper nesting than Python's recursion limit is refused as well
_USER_PREFIXES = ("user.", "source.", "appuser.")


class ExpressionError(ValueError):
    """The text is not a valid expression of the subset."""


@dataclass(frozen=True)
class Scope:
    """The user for whom an expression is evaluated."""

    profile: dict[str, Any]
    groups: dict[str, str] = field(default_factory=dict)
    """Names of the user's groups, by ID."""


Value = Callable[[Scope], Any]


@functools.lru_cache(10_000)
def parse(text: str) -> Value:
    """Parse an expression or raise ExpressionError; evaluating the result never fails."""
    text, tokens, position = text.rstrip(), deque[str](), 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if not match or len(tokens) > _MAX_TOKENS:
            raise ExpressionError(f"not understood: {text[position : position + 40]}")
        tokens.append(match[1])
        position = match.end()
    try:
        value = _conditional(tokens)
    except (IndexError, RecursionError):
        raise ExpressionError("ends too early or is nested too deeply") from None
    if tokens:
        raise ExpressionError(f"not understood: {tokens[0]}")
    return value


def _conditional(tokens: deque[str]) -> Value:
    """`a ? b : c` and `a ?: b`."""
    test = _disjunction(tokens)
    if _accept(tokens, "?:"):
        other = _conditional(tokens)
        return lambda scope: test(scope) or other(scope)
    if not _accept(tokens, "?"):
        return test
    yes = _conditional(tokens)
    _expect(tokens, ":")
    no = _conditional(tokens)
    return lambda scope: yes(scope) if test(scope) else no(scope)


def _disjunction(tokens: deque[str]) -> Value:
    values = [_conjunction(tokens)]
    while _accept(tokens, "||", "or", "OR"):
        values.append(_conjunction(tokens))
    if len(values) == 1:
        return values[0]
    return lambda scope: any(value(scope) for value in values)


def _conjunction(tokens: deque[str]) -> Value:
    values = [_negation(tokens)]
    while _accept(tokens, "&&", "and", "AND"):
        values.append(_negation(tokens))
    if len(values) == 1:
        return values[0]
    return lambda scope: all(value(scope) for value in values)


def _negation(tokens: deque[str]) -> Value:
    if _accept(tokens, "!", "not", "NOT"):
        value = _negation(tokens)
        return lambda scope: not value(scope)
    return _comparison(tokens)


def _comparison(tokens: deque[str]) -> Value:
    left = _sum(tokens)
    operator = _accept(tokens, "==", "!=", "<=", ">=", "<", ">")
    if not operator:
        return left
    right = _sum(tokens)
    return lambda scope: _compare(operator, left(scope), right(scope))


def _compare(operator: str, left: Any, right: Any) -> bool:
    if operator in ("==", "!="):
        return (left == right) is (operator == "==")
    try:
        return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[
            operator
        ]
    except TypeError:
        return False  # null, or a string compared with a number


def _sum(tokens: deque[str]) -> Value:
    values = [_operand(tokens)]
    while _accept(tokens, "+"):
        values.append(_operand(tokens))
    if len(values) == 1:
        return values[0]
    return lambda scope: _add([value(scope) for value in values])


def _add(values: list[Any]) -> Any:
    if all(isinstance(value, int | float) for value in values):
        return sum(values)
    return "".join(map(_text, values))


def _operand(tokens: deque[str]) -> Value:
    token = tokens.popleft()
    if token == "(":
        value = _conditional(tokens)
        _expect(tokens, ")")
        return value
    if token[0] in "\"'":
        return _Constant(_literal(token))
    if token[0].isdigit():
        return _Constant(_number(token))
    if token in ("true", "false", "null"):
        return _Constant(json.loads(token))
    if _accept(tokens, "("):
        return _call(token, _arguments(tokens))
    for prefix in _USER_PREFIXES:
        if token.startswith(prefix):
            name = token.removeprefix(prefix)
            if not name.isidentifier():
                break
            return lambda scope: scope.profile.get(name)
    raise ExpressionError(f"not understood: {token}")


def _number(token: str) -> int | float:
    if len(token) > _LONGEST_NUMBER:
        raise ExpressionError(f"number too long: {token[:_LONGEST_NUMBER]}…")
    return float(token) if "." in token else int(token)


def _literal(token: str) -> str:
    if token[0] == "'":
        return token[1:-1]
    try:
        return json.loads(token)
    except ValueError:
        raise ExpressionError(f"not understood: {token}") from None


@dataclass(frozen=True)
class _Constant:
    value: Any

    def __call__(self, _: Scope) -> Any:
        return self.value


def _arguments(tokens: deque[str]) -> list[Value]:
    found: list[Value] = []
    while not _accept(tokens, ")"):
        if found:
            _expect(tokens, ",")
        found.append(_conditional(tokens))
    return found


def _call(name: str, arguments: list[Value]) -> Value:
    minimum, maximum, function = _FUNCTIONS.get(name, (0, 0, None))
    if function is None:
        raise ExpressionError(f"{name} is not a function that the sandbox supports")
    if not minimum <= len(arguments) <= maximum:
        raise ExpressionError(f"{name} requires {minimum} to {maximum} arguments")
    fixed = [argument.value for argument in arguments if isinstance(argument, _Constant)]
    if len(fixed) == len(arguments):  # evaluated once: a rule can name hundreds of groups
        return lambda scope: function(scope, *fixed)
    return lambda scope: function(scope, *(argument(scope) for argument in arguments))


def _accept(tokens: deque[str], *wanted: str) -> str:
    return tokens.popleft() if tokens and tokens[0] in wanted else ""


def _expect(tokens: deque[str], wanted: str) -> None:
    if tokens.popleft() != wanted:
        raise ExpressionError(f"{wanted} is missing")


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _group_name_test(test: Callable[[str, str], bool]) -> Callable[..., bool]:
    return lambda scope, wanted: any(test(n, _text(wanted)) for n in scope.groups.values())


def _string_function(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda _, *values: function(*map(_text, values))


_MAX_ARGUMENTS = 1000
_FUNCTIONS: dict[str, tuple[int, int, Callable[..., Any]]] = {
    "isMemberOfGroup": (1, 1, lambda scope, ident: ident in scope.groups),
    "isMemberOfAnyGroup": (1, _MAX_ARGUMENTS, lambda scope, *ids: not scope.groups.keys()
                           .isdisjoint(ids)),
    "isMemberOfGroupName": (1, 1, _group_name_test(str.__eq__)),
    "isMemberOfGroupNameStartsWith": (1, 1, _group_name_test(str.startswith)),
    "isMemberOfGroupNameContains": (1, 1, _group_name_test(str.__contains__)),
    "String.stringContains": (2, 2, _string_function(str.__contains__)),
    "String.startsWith": (2, 2, _string_function(str.startswith)),
    "String.toLowerCase": (1, 1, _string_function(str.lower)),
    "String.toUpperCase": (1, 1, _string_function(str.upper)),
    "toLowerCase": (1, 1, _string_function(str.lower)),
    "toUpperCase": (1, 1, _string_function(str.upper)),
    "String.len": (1, 1, _string_function(len)),
    "String.removeSpaces": (1, 1, _string_function(lambda text: text.replace(" ", ""))),
    "String.append": (2, 2, _string_function(str.__add__)),
    "String.join": (2, _MAX_ARGUMENTS, _string_function(lambda separator, *texts: separator
                                                        .join(texts))),
    "String.replace": (3, 3, _string_function(str.replace)),
    "String.substringBefore": (2, 2, _string_function(lambda text, end: text.partition(end)[0]
                                               if end else text)),
    "String.substringAfter": (2, 2, _string_function(lambda text, start: text.partition(start)[2]
                                              if start else text)),
}  # fmt: skip
"""Minimum and maximum number of arguments, and the function of scope and argument values."""
