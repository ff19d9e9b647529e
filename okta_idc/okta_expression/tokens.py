"""The tokens of Okta's expressions, and the faults that are visible without parsing.

Okta sends a bare word as text (docs/research/okta-api.md#expressions).
"""

import re
import unicodedata
from dataclasses import dataclass

from okta_idc.okta_expression.okta_profile import OKTA_ATTRIBUTES

CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
WORD_OPERATORS = frozenset({"matches", "eq", "ne", "lt", "gt", "le", "ge", "instanceof"})
WORDS = frozenset({*CONSTANTS, *WORD_OPERATORS, "and", "or", "not"})
"""Words that are no names, in lower case."""
_CLOSING = {"(": ")", "{": "}", "[": "]"}
_FOREIGN = frozenset("$;=\\`~&|")
"""Characters that are no operator of Okta's, if they are outside of a text."""


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is string, unclosed (a quotation mark without a closing one, and all text after it),
    number, name, operator, wrapper (`${`), other or end."""

    kind: str
    text: str
    written: str = ""
    """What the text says, if `text` is its other name."""


END = Token("end", "")
# The quantifiers are possessive and an unclosed text ends the tokens, so no character is read more
# than twice.
PATTERN = re.compile(
    r"""(?P<space>\s++)
    | (?P<string>"(?:[^"]++|"")*+"|'(?:[^']++|'')*+')
    | (?P<unclosed>["'].*+)
    | (?P<number>\d++(?:\.\d++)?+)
    | (?P<name>[^\W\d]\w*+)
    | (?P<operator>==|!=|<=|>=|&&|\|\||\?:|[-+!?:.,()<>])
    | (?P<wrapper>[$\#]\{)
    | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


def tokens_of(text: str) -> list[Token]:
    """All tokens of the text, without white space; a character that starts no token is `other`."""
    found = (Token(match.lastgroup or "", match[0]) for match in PATTERN.finditer(text))
    return [token for token in found if token.kind != "space"]


def fault_in(text: str, tokens: list[Token], profile: str = "user") -> str:
    """A certain mistake, as a clause that can follow "value: "; an empty text if there is none.

    `profile` is the name of the Okta user's profile in the text.
    """
    if not tokens:
        return "is empty."
    if any(token.kind == "wrapper" for token in tokens):
        inner = text.strip()[2:].removesuffix("}").strip()
        return f"is wrapped in {text.strip()[:2]}…}}; Okta expects the expression itself: {inner}."
    if tokens[-1].kind == "unclosed":
        return "has a quotation mark without a closing one."
    others = (token.text for token in tokens if token.kind == "other")
    if mark := next((c for c in others if "QUOTATION MARK" in unicodedata.name(c, "")), ""):
        return f"has the typographic quotation mark {mark}; use a straight one."
    return (
        _brackets(text, tokens)
        or _literal_words(tokens, profile)
        or _foreign_characters(tokens)
    )  # fmt: skip


def _brackets(text: str, tokens: list[Token]) -> str:
    """A bracket without its counterpart, braces around everything, or a comma that separates no
    arguments."""
    waiting: list[str] = []
    last = len(tokens) - 1
    for index, token in enumerate(tokens):
        bracket = token.text
        if token.kind == "string":
            continue
        if bracket in _CLOSING:
            waiting.append(bracket)
        elif bracket in (")", "}", "]"):
            opened = waiting.pop() if waiting else ""
            if _CLOSING.get(opened) != bracket:
                return _unbalanced(opened or bracket)
            if not waiting and index == last and tokens[0].text == "{":
                inner = text.strip()[1:-1].strip()
                return f"is in braces; Okta expects the expression itself: {inner}."
        elif bracket == "," and not waiting:
            return 'has a comma outside of a function. To join values, write user.x + "," + user.y.'
    return _unbalanced(waiting[-1]) if waiting else ""


def _unbalanced(bracket: str) -> str:
    if bracket in "()":
        return "has a parenthesis without its counterpart."
    return f'has a "{bracket}" without its counterpart.'


def _foreign_characters(tokens: list[Token]) -> str:
    for token, after in zip(tokens, [*tokens[1:], END], strict=True):
        if token.kind != "other" or token.text not in _FOREIGN:
            continue
        match token.text:
            case "$" if after.text == "[":
                continue  # the last element of a list that matches a condition
            case "=":
                return 'has a single "="; to compare, write "==".'
            case "&" | "|":
                return f'has a single "{token.text}"; write "{token.text * 2}".'
            case _:
                return f'has a "{token.text}" outside quotation marks.'
    return ""


def _literal_words(tokens: list[Token], profile: str) -> str:
    if any(token.text in ("[", "#", "@") for token in tokens):
        return ""  # a projection or an index contains bare words
    around = zip([END, *tokens], tokens, [*tokens[1:], END], strict=False)
    words = [
        token.text
        for before, token, after in around
        if token.kind == "name"
        and before.text != "."
        and after.text not in (".", "(")
        and token.text.casefold() not in WORDS
    ]
    if not words:
        return ""
    hint = f" Did you mean {profile}.{words[0]}?" if words[0] in OKTA_ATTRIBUTES else ""
    listed = ", ".join(dict.fromkeys(words))
    named = "" if len(tokens) == 1 else f"contains {listed}, which "
    return f"{named}is literal text, not an attribute.{hint}"
