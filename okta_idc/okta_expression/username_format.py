"""Okta's application username format: a template such as `${source.login}`, or an expression."""

import re
from dataclasses import dataclass
from itertools import pairwise

from okta_idc.okta_expression.evaluator import Profile, Unknown, evaluate
from okta_idc.okta_expression.objects import (
    CUSTOM_FORMAT_OBJECTS,
    TEMPLATE_OBJECTS,
    object_fault,
)
from okta_idc.okta_expression.parser import (
    Call,
    Expression,
    Invalid,
    Literal,
    Reference,
    Unsupported,
    parse_tokens,
    references_in,
)
from okta_idc.okta_expression.tokens import Token, fault_in, tokens_of

PATTERN = re.compile(r"""((?:[^"'{}]++|"[^"]*+"|'[^']*+')*+)\}""")
_FUNCTIONS = ("substringAfter", "substringBefore", "toLowerCase", "toUpperCase")
_FUNCTION_CLASSES = ("String", "Arrays", "Convert", "Iso3166Convert", "Time")
_NO_ATTRIBUTE = Invalid("refers to no user attribute, so all users get the same name.")


@dataclass(frozen=True, slots=True)
class UsernameFormat:
    """`parts`: literal texts and expressions, in order. `attributes`: attributes of the Okta
    profile that the format refers to, including those in Unsupported parts."""

    parts: tuple[str | Expression | Unsupported, ...]
    attributes: frozenset[str]


def username_of(text: str, profile: Profile) -> str | Unknown:
    """The app username of the user with this Okta profile by the username format `text`."""
    username_format = parse_username_format(text)
    if isinstance(username_format, Invalid):
        return Unknown(username_format.reason)
    name = ""
    for part in username_format.parts:
        value = part if isinstance(part, str) else evaluate(part, profile)
        if isinstance(value, Unknown):
            return value
        if not value:
            return Unknown("an attribute is empty, and Okta does not document the username then.")
        name += value
    return name


def parse_username_format(text: str) -> UsernameFormat | Invalid:
    """Parse any text as a username format."""
    return _parse_template(text) if "${" in text else _parse_custom(text)


def _parse_custom(text: str) -> UsernameFormat | Invalid:
    tokens = tokens_of(text)
    if tokens and tokens[0].text == "{":
        return Invalid('has a "{" without the "$" before it.')
    if any(token.text == "@" for token in tokens):
        return Invalid('has an "@" outside quotation marks.')
    if tokens and not _refers_to_attribute(tokens):
        return _NO_ATTRIBUTE
    if fault := fault_in(text, tokens) or object_fault(tokens, CUSTOM_FORMAT_OBJECTS):
        return Invalid(fault)
    expression = _to_expression_tokens(tokens)
    found = parse_tokens(expression)
    return found if isinstance(found, Invalid) else _username_format([found], expression)


def _parse_template(text: str) -> UsernameFormat | Invalid:
    parts: list[str | Expression | Unsupported] = []
    all_tokens: list[Token] = []
    position = 0
    while (start := text.find("${", position)) >= 0:
        if not (body := PATTERN.match(text, start + 2)):
            return Invalid('has a "${" without its "}".')
        if start > position:
            parts.append(text[position:start])
        tokens = tokens_of(body[1])
        if any(t.text == "String" and after.text == "." for t, after in pairwise(tokens)):
            return Invalid('has String. inside "${…}"; Okta documents source and fn.')
        expression = _to_expression_tokens(tokens)
        fault = fault_in(body[1], expression, profile="source")
        if fault := fault or object_fault(tokens, TEMPLATE_OBJECTS, profile="source"):
            return Invalid(fault)
        if isinstance(value := _parse_value(expression), Invalid):
            return value
        parts.append(value)
        all_tokens += expression
        position = body.end()
    if position < len(text):
        parts.append(text[position:])
    literal = "".join(part for part in parts if isinstance(part, str))
    if any(character.isspace() for character in literal):
        return Invalid('has white space outside "${…}", which AWS does not allow in a username.')
    if "{" in literal or "}" in literal:
        return Invalid('has a brace outside "${…}".')
    return _username_format(parts, all_tokens)


def _username_format(
    parts: list[str | Expression | Unsupported], tokens: list[Token]
) -> UsernameFormat | Invalid:
    if not _refers_to_attribute(tokens):
        return _NO_ATTRIBUTE
    attributes = (each.attribute for each in references_in(tokens) if each.profile != "appuser")
    return UsernameFormat(tuple(parts), frozenset(attributes))


def _refers_to_attribute(tokens: list[Token]) -> bool:
    return any(
        dot.text == "." and before.text not in _FUNCTION_CLASSES for before, dot in pairwise(tokens)
    )


def _to_expression_tokens(tokens: list[Token]) -> list[Token]:
    """A template's `source.X` is an expression's `user.X`, its `fn:X(…)` is `String.X(…)`."""
    expression = list(tokens)
    for index, (token, after) in enumerate(pairwise(tokens)):
        if (token.text, after.text) == ("source", "."):
            expression[index] = Token("name", "user", "source")
        elif (token.text, after.text) == ("fn", ":"):
            expression[index : index + 2] = [
                Token("name", "String", "fn"),
                Token("operator", ".", ":"),
            ]
    return expression


def _parse_value(expression: list[Token]) -> Expression | Unsupported | Invalid:
    value = parse_tokens(expression)
    if isinstance(value, Invalid):
        # A template's name of the functions.
        return Invalid(value.reason.replace("String.", "fn:"))
    documented = isinstance(value, Reference | Call) and _is_documented(value)
    if documented or isinstance(value, Unsupported):
        return value
    return Unsupported('has more inside "${…}" than can be evaluated here.')


def _is_documented(value: Expression) -> bool:
    match value:
        case Call(function, arguments):
            return function in _FUNCTIONS and all(map(_is_documented, arguments))
        case Literal(constant):
            return isinstance(constant, str)
        case _:
            return isinstance(value, Reference)
