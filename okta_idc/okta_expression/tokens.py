"""The words of Okta's expressions, and the mistakes that show without reading further.

A bare word is sent as text (docs/research/okta-api.md#expressions).
"""

import re
from dataclasses import dataclass

from okta_idc.okta_expression.okta_profile import OKTA_ATTRIBUTES

CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_WORDS = frozenset({
    *CONSTANTS, "and", "or", "not", "matches", "eq", "ne", "lt", "gt", "le", "ge", "instanceof",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is string, number, name, operator, wrapper (`${`), other or end."""

    kind: str
    text: str


END = Token("end", "")
_TOKEN = re.compile(
    r"""(?P<space>\s+)
    | (?P<string>"(?:[^"]|"")*"|'(?:[^']|'')*')
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<name>[^\W\d]\w*)
    | (?P<operator>==|!=|<=|>=|&&|\|\||\?:|[-+!?:.,()<>])
    | (?P<wrapper>[$\#]\{)
    | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


def tokens_of(text: str) -> list[Token]:
    """Everything in the text but white space; what no token begins with is `other`."""
    found = (Token(match.lastgroup or "", match[0]) for match in _TOKEN.finditer(text))
    return [token for token in found if token.kind != "space"]


def mistake(text: str, tokens: list[Token]) -> str:
    """What is surely wrong, as a clause that can follow "value: "; an empty text for nothing."""
    if not tokens:
        return "is empty."
    if any(token.kind == "wrapper" for token in tokens):
        inner = re.sub(r"[$#]\{\s*([^}]*?)\s*\}", r"\1", text)
        return f"is wrapped; Okta expects the expression itself: {inner}."
    if any(token.text in ("'", '"') for token in tokens):
        return "has an opening quote without a closing one."
    depth = lowest = 0
    for token in tokens:
        depth += (token.text == "(") - (token.text == ")")
        lowest = min(lowest, depth)
    if depth or lowest:
        return "has a bracket without its other half."
    return _bare_words(tokens)


def _bare_words(tokens: list[Token]) -> str:
    if any(token.text in ("[", "#", "@") for token in tokens):
        return ""  # in a projection or an index a word may stand bare
    around = zip([END, *tokens], tokens, [*tokens[1:], END], strict=False)
    bare = [
        token.text
        for before, token, after in around
        if token.kind == "name"
        and before.text != "."
        and after.text not in (".", "(")
        and token.text.casefold() not in _WORDS
    ]
    if not bare:
        return ""
    words = ", ".join(dict.fromkeys(bare))
    hint = f" Did you mean user.{bare[0]}?" if bare[0] in OKTA_ATTRIBUTES else ""
    verb = "stands bare, so Okta sends it" if words == bare[0] else "stand bare, so Okta sends them"
    return f"{words} {verb} as text.{hint}"
