"""The tokens of Okta's expressions, and the faults that are visible without parsing.

Okta sends a bare word as text (docs/research/okta-api.md#expressions).
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
    """All tokens of the text, without white space; a character that starts no token is `other`."""
    found = (Token(match.lastgroup or "", match[0]) for match in _TOKEN.finditer(text))
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
    if any(token.text in ("'", '"') for token in tokens):
        return "has a quotation mark without a closing one."
    depth = lowest = 0
    for token in tokens:
        depth += (token.text == "(") - (token.text == ")")
        lowest = min(lowest, depth)
    if depth or lowest:
        return "has a parenthesis without its counterpart."
    return _literal_words(tokens, profile)


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
        and token.text.casefold() not in _WORDS
    ]
    if not words:
        return ""
    hint = f" Did you mean {profile}.{words[0]}?" if words[0] in OKTA_ATTRIBUTES else ""
    listed = ", ".join(dict.fromkeys(words))
    named = "" if len(tokens) == 1 else f"contains {listed}, which "
    return f"{named}is literal text, not an attribute.{hint}"
