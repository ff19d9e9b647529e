"""Okta's expressions in attribute statements: the part of them that can be worked out here.

`parse` tells three kinds apart: an expression of the subset, one Outside it (Okta may understand
it, we do not: what it gives is unknown), and a Wrong one, which Okta would take for a plain text or
not at all. `evaluate` is in `evaluation`. See docs/research/okta-api.md#expressions.

    expression = test ? expression : expression | expression ?: expression
               | operands joined by OR, AND, == != < > <= >=, + -, each with ! or - before it
    operand    = "text" | 'text' | number | true | false | null | ( expression )
               | user.ATTRIBUTE | appuser.ATTRIBUTE | String.FUNCTION(expression, …)
"""

from dataclasses import dataclass
from difflib import get_close_matches

from okta_idc.okta_expression.tokens import CONSTANTS, END, Token, mistake, tokens_of

STRING_FUNCTIONS: dict[str, tuple[int, int]] = {
    "append": (2, 2), "join": (2, 99), "len": (1, 1), "removeSpaces": (1, 1), "replace": (3, 3),
    "replaceFirst": (3, 3), "startsWith": (2, 2), "stringContains": (2, 2),
    "stringSwitch": (2, 99), "substring": (3, 3), "substringAfter": (2, 2),
    "substringBefore": (2, 2), "toLowerCase": (1, 1), "toUpperCase": (1, 1),
}  # fmt: skip
"""The functions of `String` with the fewest and most arguments they take."""

_PROFILES = {"user": "user", "appuser": "appuser", "appUser": "appuser"}
_LEVELS = (
    {"or": "OR", "||": "OR"},
    {"and": "AND", "&&": "AND"},
    {o: o for o in ("==", "!=", "<", ">", "<=", ">=")},
    {"+": "+", "-": "-"},
)
_MOST_TOKENS, _DEEPEST = 300, 50  # neither reading nor working out may exhaust Python's stack


@dataclass(frozen=True, slots=True)
class Literal:
    """A text without its quotes, a number, true, false or null."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Reference:
    """An attribute of the Okta user's profile, or of the app user's: `profile` says which."""

    profile: str
    attribute: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function of `String`."""

    function: str
    arguments: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """`operator` is one of OR AND == != < > <= >= + - ! ?: with one or two operands."""

    operator: str
    operands: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Conditional:
    """test ? then : otherwise."""

    test: "Expression"
    then: "Expression"
    otherwise: "Expression"


Expression = Literal | Reference | Call | Operation | Conditional


@dataclass(frozen=True, slots=True)
class Outside:
    """Not in the subset. `reason` is a clause that can follow "value: "."""

    reason: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """Surely not what was meant. `reason` is a clause that can follow "value: "."""

    reason: str


def parse(text: str) -> Expression | Outside | Wrong:
    """Read the value of an attribute statement, whatever it holds."""
    tokens = tokens_of(text)
    if reason := mistake(text, tokens):
        return Wrong(reason)
    if len(tokens) > _MOST_TOKENS:
        return Outside("is too long to be worked out here.")
    try:
        return _Parser(tokens).whole()
    except _OutsideError as error:
        return Outside(str(error))


def references(text: str) -> tuple[Reference, ...]:
    """The profile attributes that a value names, also one outside the subset; each once."""
    tokens = [*tokens_of(text), END, END, END]
    found = [
        Reference(_PROFILES[first.text], name.text)
        for before, first, dot, name, after in zip(
            [END, *tokens], tokens, tokens[1:], tokens[2:], tokens[3:], strict=False
        )
        if first.text in _PROFILES
        and before.text != "."
        and dot.text == "."
        and name.kind == "name"
        and after.text != "("
    ]
    return tuple(dict.fromkeys(found))


class _OutsideError(Exception):
    pass


class _Parser:
    """Recursive descent, one level of precedence a call of `_joined`."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.place = self.depth = 0

    def whole(self) -> Expression:
        found = self._expression()
        if self._next is not END:
            raise _OutsideError(f"cannot be read from {self._next.text[:20]!r} on.")
        return found

    @property
    def _next(self) -> Token:
        return self.tokens[self.place] if self.place < len(self.tokens) else END

    def _take(self, *texts: str) -> str:
        """The next token's text if it is one of these, in small letters; else an empty text."""
        token = self._next
        text = token.text.casefold()
        if token.kind in ("operator", "name") and text in texts:
            self.place += 1
            return text
        return ""

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise _OutsideError(f"cannot be read: {text!r} is missing.")

    def _expression(self) -> Expression:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _OutsideError("is nested too deep to be worked out here.")
        found = self._joined(0)
        if self._take("?"):
            then = self._expression()
            self._expect(":")
            found = Conditional(found, then, self._expression())
        elif self._take("?:"):
            found = Operation("?:", (found, self._expression()))
        self.depth -= 1
        return found

    def _joined(self, level: int) -> Expression:
        if level == len(_LEVELS):
            return self._operand()
        found = self._joined(level + 1)
        while operator := self._take(*_LEVELS[level]):
            found = Operation(_LEVELS[level][operator], (found, self._joined(level + 1)))
        return found

    def _operand(self) -> Expression:
        signs: list[str] = []
        while sign := self._take("!", "not", "-"):
            signs.append("-" if sign == "-" else "!")
        found = self._bare_operand()
        for sign in reversed(signs[:_DEEPEST]):
            found = Operation(sign, (found,))
        if len(signs) > _DEEPEST:
            raise _OutsideError("is nested too deep to be worked out here.")
        return found

    def _bare_operand(self) -> Expression:
        token = self._next
        if self._take("("):
            found = self._expression()
            self._expect(")")
            return found
        self.place += 1
        if token.kind == "string":
            quote = token.text[0]
            return Literal(token.text[1:-1].replace(quote * 2, quote))
        if token.kind == "number" and len(token.text) < 16:
            return Literal(float(token.text) if "." in token.text else int(token.text))
        if token.kind == "name":
            return self._name(token.text)
        where = f"cannot be read at {token.text[:20]!r}." if token.text else "is cut off."
        raise _OutsideError(where)

    def _name(self, name: str) -> Expression:
        if name.casefold() in CONSTANTS:
            return Literal(CONSTANTS[name.casefold()])
        if not self._take("."):
            raise _OutsideError(f"{name}(…) cannot be worked out here.")
        part = self._next
        self.place += 1
        called = self._next.text == "("
        if part.kind == "name" and name == "String" and called:
            return self._call(part.text)
        if part.kind == "name" and name in _PROFILES and not called and self._next.text != ".":
            return Reference(_PROFILES[name], part.text)
        raise _OutsideError(f"{name}.{part.text} cannot be worked out here.")

    def _call(self, function: str) -> Expression:
        if function not in STRING_FUNCTIONS:
            close = get_close_matches(function, STRING_FUNCTIONS, n=1)
            hint = f" Did you mean String.{close[0]}?" if close else ""
            raise _OutsideError(f"String.{function} is not a function known here.{hint}")
        self._expect("(")
        arguments: list[Expression] = []
        if not self._take(")"):
            arguments.append(self._expression())
            while self._take(","):
                arguments.append(self._expression())
            self._expect(")")
        fewest, most = STRING_FUNCTIONS[function]
        if not fewest <= len(arguments) <= most:
            raise _OutsideError(f"String.{function} does not take {len(arguments)} arguments.")
        return Call(function, tuple(arguments))
