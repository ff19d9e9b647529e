"""Evaluates an expression for one user: a text, or Unknown if Okta does not document the result.

Okta documents neither a text function on an attribute that is not set nor a separator that does not
occur, for example (docs/research/okta-api.md#expressions).
"""

import operator as operators
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from okta_idc.okta_expression.parser import (
    Call,
    Conditional,
    Expression,
    Invalid,
    Literal,
    Opaque,
    Operation,
    Reference,
    Unsupported,
)

Profile = Mapping[str, object]
_MAX_LENGTH = 5_000  # in characters; nested functions could multiply a text without limit


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not certain without Okta. `reason` is a clause that can follow "value: "."""

    reason: str


_Value = str | int | float | bool | None | Unknown


def evaluate(
    expression: Expression | Unsupported | Invalid,
    user: Profile | None,
    appuser: Profile | None = None,
) -> str | Unknown:
    """The text that Okta sends; null is an empty text.

    `user` is the profile of the Okta user, `appuser` that of the app user; None if it is unknown.
    """
    if isinstance(expression, Unsupported | Invalid):
        return Unknown(expression.reason)
    if user is None:
        return Unknown("the profile of the Okta user is not known.")
    value = _value(expression, user, appuser)
    return value if isinstance(value, str | Unknown) else _text(value)


def _text(value: int | float | bool | None) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _value(expression: Expression, user: Profile, appuser: Profile | None) -> _Value:
    match expression:
        case Literal(value):
            return value
        case Reference(profile, attribute):
            return _attribute(profile, attribute, user if profile == "user" else appuser)
        case Conditional(test, then, otherwise):
            decision = _value(test, user, appuser)
            if not isinstance(decision, bool):
                return _unknown(decision, "? : on a value that is neither true nor false.")
            return _value(then if decision else otherwise, user, appuser)
        case Opaque(name):
            return Unknown(f"{name} cannot be evaluated here.")
        case Operation("AND" | "OR" | "?:" as operator, (left, right)):
            first = _value(left, user, appuser)
            if isinstance(first, Unknown) or _decides(operator, first):
                return first
            second = _value(right, user, appuser)
            if operator != "?:" and not (isinstance(first, bool) and isinstance(second, bool)):
                return _unknown(second, f"{operator} on a value that is neither true nor false.")
            return second
        case Operation(operator, operands):
            return _operation(operator, [_value(each, user, appuser) for each in operands])
        case Call(function, arguments):
            return _call(function, [_value(each, user, appuser) for each in arguments])


def _attribute(profile: str, attribute: str, values: Profile | None) -> _Value:
    if values is None:
        return Unknown(f"{profile}.{attribute}: the app user's profile is not known.")
    value = values.get(attribute)
    if value is None or isinstance(value, str | int | float):
        return value
    kind = "a list" if isinstance(value, list) else "an object"
    return Unknown(f"{profile}.{attribute} is {kind}.")


def _decides(operator: str, first: _Value) -> bool:
    if operator == "?:":
        return first not in (None, "")
    return first is (operator == "OR")


def _unknown(value: _Value, reason: str) -> Unknown:
    return value if isinstance(value, Unknown) else Unknown(reason)


def _is_number(value: _Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _operation(operator: str, values: list[_Value]) -> _Value:
    for value in values:
        if isinstance(value, Unknown):
            return value
    numbers = all(map(_is_number, values))
    if operator == "!" and isinstance(values[0], bool):
        return not values[0]
    if operator in ("==", "!="):
        left, right = values
        if None in values or type(left) is type(right) or numbers:
            return (left == right) is (operator == "==")
    elif operator == "+" and not numbers:
        if None not in values and any(isinstance(value, str) for value in values):
            return "".join(v if isinstance(v, str) else _text(cast(int, v)) for v in values)
    elif operator == "-" and numbers and len(values) == 1:
        return -cast(int, values[0])
    elif numbers and operator in _ARITHMETIC:
        return _ARITHMETIC[operator](*values)
    kinds = " and ".join("null" if v is None else type(v).__name__ for v in values)
    return Unknown(f"{operator} on {kinds} is not documented.")


def _call(function: str, values: list[_Value]) -> _Value:
    for value in values:
        if isinstance(value, Unknown):
            return value
    name = f"String.{function}"
    if function == "substring":
        return _substring(values)
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) != len(values):
        return Unknown(f"{name} of a value that is not set or not a text.")
    if sum(map(len, texts)) > _MAX_LENGTH:
        return Unknown(f"{name} of a text this long is not evaluated here.")
    first, rest = texts[0], texts[1:]
    match function:
        case "replace" if not rest[0]:
            return Unknown(f"{name} of an empty text is not documented.")
        case "replaceFirst":
            plain = all(c.isalnum() or c in " @_-" for c in rest[0] + rest[1])
            if not plain or not rest[0]:
                return Unknown(f"{name} with a pattern is not evaluated here.")
        case "substringBefore" | "substringAfter" if not rest[0] or rest[0] not in first:
            return Unknown(f"{name} where {rest[0]!r} does not occur is not documented.")
        case "stringSwitch" if len(rest) % 2 == 0:
            return Unknown(f"{name} has a key without a value.")
        case _:
            pass
    return _TEXT_FUNCTIONS[function](texts)


def _switch(texts: list[str]) -> str:
    """The value of the first key that occurs in the text."""
    text, otherwise, *pairs = texts
    found = (value for key, value in zip(pairs[::2], pairs[1::2], strict=True) if key in text)
    return next(found, otherwise)


_ARITHMETIC: dict[str, Callable[[Any, Any], int | float | bool]] = {
    "+": operators.add, "-": operators.sub,
    "<": operators.lt, ">": operators.gt, "<=": operators.le, ">=": operators.ge,
}  # fmt: skip
_TEXT_FUNCTIONS: dict[str, Callable[[list[str]], str | int | bool]] = {
    "append": "".join,
    "join": lambda t: t[0].join(t[1:]),
    "len": lambda t: len(t[0].encode("utf-16-le", "surrogatepass")) // 2,  # as Java counts
    "removeSpaces": lambda t: t[0].replace(" ", ""),
    "replace": lambda t: t[0].replace(t[1], t[2]),
    "replaceFirst": lambda t: t[0].replace(t[1], t[2], 1),
    "startsWith": lambda t: t[0].startswith(t[1]),
    "stringContains": lambda t: t[1] in t[0],
    "stringSwitch": _switch,
    "substringAfter": lambda t: t[0].partition(t[1])[2],
    "substringBefore": lambda t: t[0].partition(t[1])[0],
    "toLowerCase": lambda t: t[0].lower(),
    "toUpperCase": lambda t: t[0].upper(),
}


def _substring(values: list[_Value]) -> _Value:
    text, start, end = values
    if not isinstance(text, str) or type(start) is not int or type(end) is not int:
        return Unknown("String.substring of a value that is not set or not a text.")
    if 0 <= start <= end <= len(text) and all(ord(c) <= 0xFFFF for c in text):
        return text[start:end]
    return Unknown("String.substring beyond the end of the text is not documented.")
