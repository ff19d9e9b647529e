"""Okta's expression language, as far as group rules and attribute mappings need it.

`parse` gives a function of a `Scope`: one person's attributes and groups. A person's attribute
that is not there is null; names the language does not know are refused when the expression is
saved, as are its functions that are not in `_FUNCTIONS` (docs/research/okta-api.md#expressions).
"""

import functools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(
    r"""\s*(\d+(?:\.\d+)?|"(?:[^"\\]|\\.)*"|'[^'\\]*'|\?:|[=!<>]=|&&|\|\||[A-Za-z_][\w.]*|[-!<>+?:(),])"""
)
_MOST = 4000  # tokens; and what is nested deeper than Python likes is refused as well
_PERSON = ("user.", "source.", "appuser.")


class ExpressionError(ValueError):
    """The text is no expression of the subset."""


@dataclass(frozen=True)
class Scope:
    """Whose expression it is."""

    profile: dict[str, Any]
    groups: dict[str, str] = field(default_factory=dict)
    """Names of the groups somebody is in, by id."""


Value = Callable[[Scope], Any]


@functools.lru_cache(10_000)
def parse(text: str) -> Value:
    """ExpressionError for what is not understood; a parsed expression never fails later."""
    tokens: list[str] = []
    place = 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if not match or len(tokens) > _MOST:
            raise ExpressionError(f"not understood: {text[place : place + 40]}")
        tokens.append(match[1])
        place = match.end()
    try:
        value = _choice(tokens)
    except (IndexError, RecursionError):
        raise ExpressionError("it ends too early, or is nested too deep") from None
    if tokens:
        raise ExpressionError(f"not understood: {tokens[0]}")
    return value


def _choice(tokens: list[str]) -> Value:
    """`a ? b : c` and `a ?: b`."""
    test = _either(tokens)
    if _take(tokens, "?:"):
        other = _choice(tokens)
        return lambda scope: test(scope) or other(scope)
    if not _take(tokens, "?"):
        return test
    yes = _choice(tokens)
    _need(tokens, ":")
    no = _choice(tokens)
    return lambda scope: yes(scope) if test(scope) else no(scope)


def _either(tokens: list[str]) -> Value:
    values = [_both(tokens)]
    while _take(tokens, "||", "or", "OR"):
        values.append(_both(tokens))
    if len(values) == 1:
        return values[0]
    return lambda scope: any(value(scope) for value in values)


def _both(tokens: list[str]) -> Value:
    values = [_not(tokens)]
    while _take(tokens, "&&", "and", "AND"):
        values.append(_not(tokens))
    if len(values) == 1:
        return values[0]
    return lambda scope: all(value(scope) for value in values)


def _not(tokens: list[str]) -> Value:
    if _take(tokens, "!", "not", "NOT"):
        value = _not(tokens)
        return lambda scope: not value(scope)
    return _comparison(tokens)


def _comparison(tokens: list[str]) -> Value:
    left = _sum(tokens)
    operator = _take(tokens, "==", "!=", "<=", ">=", "<", ">")
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
        return False  # null, or a text beside a number


def _sum(tokens: list[str]) -> Value:
    values = [_atom(tokens)]
    while _take(tokens, "+"):
        values.append(_atom(tokens))
    if len(values) == 1:
        return values[0]
    return lambda scope: _added([value(scope) for value in values])


def _added(values: list[Any]) -> Any:
    if all(isinstance(value, int | float) for value in values):
        return sum(values)
    return "".join(map(_text, values))


def _atom(tokens: list[str]) -> Value:
    token = tokens.pop(0)
    if token == "(":
        value = _choice(tokens)
        _need(tokens, ")")
        return value
    if token[0] in "\"'":
        return _Constant(_literal(token))
    if token[0].isdigit():
        return _Constant(json.loads(token) if token.isascii() else None)
    if token in ("true", "false", "null"):
        return _Constant(json.loads(token))
    if _take(tokens, "("):
        return _call(token, _arguments(tokens))
    for prefix in _PERSON:
        if token.startswith(prefix):
            name = token.removeprefix(prefix)
            if not name.isidentifier():
                break
            return lambda scope: scope.profile.get(name)
    raise ExpressionError(f"not understood: {token}")


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


def _arguments(tokens: list[str]) -> list[Value]:
    found: list[Value] = []
    while not _take(tokens, ")"):
        if found:
            _need(tokens, ",")
        found.append(_choice(tokens))
    return found


def _call(name: str, arguments: list[Value]) -> Value:
    least, most, function = _FUNCTIONS.get(name, (0, 0, None))
    if function is None:
        raise ExpressionError(f"{name} is not a function that the sandbox knows")
    if not least <= len(arguments) <= most:
        raise ExpressionError(f"{name} takes {least} to {most} arguments")
    fixed = [argument.value for argument in arguments if isinstance(argument, _Constant)]
    if len(fixed) == len(arguments):  # a rule may name hundreds of groups
        return lambda scope: function(scope, *fixed)
    return lambda scope: function(scope, *(argument(scope) for argument in arguments))


def _take(tokens: list[str], *wanted: str) -> str:
    return tokens.pop(0) if tokens and tokens[0] in wanted else ""


def _need(tokens: list[str], wanted: str) -> None:
    if tokens.pop(0) != wanted:
        raise ExpressionError(f"{wanted} is missing")


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _named(test: Callable[[str, str], bool]) -> Callable[..., bool]:
    return lambda scope, wanted: any(test(n, _text(wanted)) for n in scope.groups.values())


def _on_texts(work: Callable[..., Any]) -> Callable[..., Any]:
    return lambda _, *values: work(*map(_text, values))


_MANY = 1000
_FUNCTIONS: dict[str, tuple[int, int, Callable[..., Any]]] = {
    "isMemberOfGroup": (1, 1, lambda scope, ident: ident in scope.groups),
    "isMemberOfAnyGroup": (1, _MANY, lambda scope, *ids: any(i in scope.groups for i in ids)),
    "isMemberOfGroupName": (1, 1, _named(str.__eq__)),
    "isMemberOfGroupNameStartsWith": (1, 1, _named(str.startswith)),
    "isMemberOfGroupNameContains": (1, 1, _named(str.__contains__)),
    "String.stringContains": (2, 2, _on_texts(str.__contains__)),
    "String.startsWith": (2, 2, _on_texts(str.startswith)),
    "String.toLowerCase": (1, 1, _on_texts(str.lower)),
    "String.toUpperCase": (1, 1, _on_texts(str.upper)),
    "toLowerCase": (1, 1, _on_texts(str.lower)),
    "toUpperCase": (1, 1, _on_texts(str.upper)),
    "String.len": (1, 1, _on_texts(len)),
    "String.removeSpaces": (1, 1, _on_texts(lambda text: text.replace(" ", ""))),
    "String.append": (2, 2, _on_texts(str.__add__)),
    "String.join": (2, _MANY, _on_texts(lambda separator, *texts: separator.join(texts))),
    "String.replace": (3, 3, _on_texts(str.replace)),
    "String.substringBefore": (2, 2, _on_texts(lambda text, end: text.partition(end)[0]
                                               if end else text)),
    "String.substringAfter": (2, 2, _on_texts(lambda text, start: text.partition(start)[2]
                                              if start else text)),
}  # fmt: skip
"""Least and most arguments, and what it does with the scope and their values."""
