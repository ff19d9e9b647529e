"""Evaluates an expression for one user: a text, or Unknown where Okta's result is not certain.

What Okta documents is certain (docs/research/okta-api.md#expressions). Not documented are, for
example, a text function on an attribute that is not set and a separator that does not occur.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from okta_idc.okta_expression.parser import (
    Call,
    Conditional,
    Expression,
    Invalid,
    Literal,
    Operation,
    Reference,
    Unsupported,
)

Profile = Mapping[str, object]
_MAX_LENGTH = 5_000  # in characters; nested functions could multiply a text without end


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
    elif numbers:
        return _arithmetic(operator, cast(list[int], values))
    kinds = " and ".join("null" if v is None else type(v).__name__ for v in values)
    return Unknown(f"{operator} on {kinds} is not documented.")


def _arithmetic(operator: str, values: list[int]) -> _Value:
    left, right = values[0], values[-1]
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right if len(values) == 2 else -left
        case "<":
            return left < right
        case ">":
            return left > right
        case "<=":
            return left <= right
        case ">=":
            return left >= right
        case _:
            return Unknown(f"{operator} on numbers is not documented.")


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
        case "append":
            return first + rest[0]
        case "join":
            return first.join(rest)
        case "len":
            return len(first.encode("utf-16-le", "surrogatepass")) // 2  # as Java counts
        case "removeSpaces":
            return first.replace(" ", "")
        case "replace":
            if not rest[0]:
                return Unknown(f"{name} of an empty text is not documented.")
            return first.replace(rest[0], rest[1])
        case "startsWith":
            return first.startswith(rest[0])
        case "stringContains":
            return rest[0] in first
        case "toLowerCase":
            return first.lower()
        case "toUpperCase":
            return first.upper()
        case "stringSwitch":
            return _switch(first, rest)
        case "replaceFirst":
            plain = all(c.isalnum() or c in " @_-" for c in rest[0] + rest[1])
            if not plain or not rest[0]:
                return Unknown(f"{name} with a pattern is not evaluated here.")
            return first.replace(rest[0], rest[1], 1)
        case _:  # substringBefore, substringAfter
            before, found, after = first.partition(rest[0]) if rest[0] else (first, "", "")
            if not found:
                return Unknown(f"{name} where {rest[0]!r} does not occur is not documented.")
            return before if function == "substringBefore" else after


def _switch(text: str, rest: list[str]) -> _Value:
    """The value of the first key that occurs in the text."""
    otherwise, pairs = rest[0], rest[1:]
    if len(pairs) % 2:
        return Unknown("String.stringSwitch has a key without a value.")
    found = (value for key, value in zip(pairs[::2], pairs[1::2], strict=True) if key in text)
    return next(found, otherwise)


def _substring(values: list[_Value]) -> _Value:
    text, start, end = values
    if isinstance(text, str) and isinstance(start, int) and isinstance(end, int):
        if 0 <= start <= end <= len(text) and all(ord(c) <= 0xFFFF for c in text):
            return text[start:end]
        return Unknown("String.substring beyond the end of the text is not documented.")
    return Unknown("String.substring of a value that is not set or not a text.")
