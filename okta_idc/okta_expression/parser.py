"""The parser of expressions. The package's docstring has the grammar."""

from dataclasses import dataclass
from difflib import get_close_matches

from okta_idc.okta_expression.tokens import CONSTANTS, END, Token, fault_in, tokens_of

STRING_FUNCTIONS: dict[str, tuple[int, int]] = {
    "append": (2, 2), "join": (2, 99), "len": (1, 1), "removeSpaces": (1, 1), "replace": (3, 3),
    "replaceFirst": (3, 3), "startsWith": (2, 2), "stringContains": (2, 2),
    "stringSwitch": (2, 99), "substring": (3, 3), "substringAfter": (2, 2),
    "substringBefore": (2, 2), "toLowerCase": (1, 1), "toUpperCase": (1, 1),
}  # fmt: skip
"""The functions of `String` with their minimum and maximum number of arguments."""

_PROFILES = {"user": "user", "appuser": "appuser", "appUser": "appuser"}
_LEVELS = (
    {"or": "OR", "||": "OR"},
    {"and": "AND", "&&": "AND"},
    {o: o for o in ("==", "!=", "<", ">", "<=", ">=")},
    {"+": "+", "-": "-"},
)
_MAX_TOKENS, _MAX_DEPTH = 300, 50  # keep the parser and the evaluator within Python's stack


@dataclass(frozen=True, slots=True)
class Literal:
    """A text without its quotes, a number, true, false or null."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Reference:
    """An attribute of the Okta user's profile, or of the app user's: `user` or `appuser`."""

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
class Unsupported:
    """Outside the supported grammar. `reason` is a clause that can follow "value: "."""

    reason: str


@dataclass(frozen=True, slots=True)
class Invalid:
    """Certainly a mistake. `reason` is a clause that can follow "value: "."""

    reason: str


def parse(text: str) -> Expression | Unsupported | Invalid:
    """Parse any text as an expression."""
    tokens = tokens_of(text)
    fault = fault_in(text, tokens)
    return Invalid(fault) if fault else parse_tokens(tokens)


def parse_tokens(tokens: list[Token]) -> Expression | Unsupported:
    """Parse tokens that have no fault."""
    if len(tokens) > _MAX_TOKENS:
        return Unsupported("is too long to be evaluated here.")
    try:
        return _Parser(tokens).parse()
    except _UnsupportedError as error:
        return Unsupported(str(error))


def references(text: str) -> tuple[Reference, ...]:
    """The profile attributes that an expression refers to, each once, even if it is Unsupported."""
    return references_in(tokens_of(text))


def references_in(tokens: list[Token]) -> tuple[Reference, ...]:
    """The profile attributes that the tokens refer to, each once."""
    padded = [*tokens, END, END, END]
    found = [
        Reference(_PROFILES[first.text], name.text)
        for before, first, dot, name, after in zip(
            [END, *padded], padded, padded[1:], padded[2:], padded[3:], strict=False
        )
        if first.text in _PROFILES
        and before.text != "."
        and dot.text == "."
        and name.kind == "name"
        and after.text != "("
    ]
    return tuple(dict.fromkeys(found))


class _UnsupportedError(Exception):
    pass


class _Parser:
    """Recursive descent; `_joined` handles one level of precedence."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.position = self.depth = 0

    def parse(self) -> Expression:
        found = self._expression()
        if self._next is not END:
            raise _UnsupportedError(f"cannot be parsed from {self._next.text[:20]!r} on.")
        return found

    @property
    def _next(self) -> Token:
        return self.tokens[self.position] if self.position < len(self.tokens) else END

    def _take(self, *texts: str) -> str:
        """Consume the next token if it is one of `texts`. Returns its text in lower case, or ""."""
        token = self._next
        text = token.text.casefold()
        if token.kind in ("operator", "name") and text in texts:
            self.position += 1
            return text
        return ""

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise _UnsupportedError(f"cannot be parsed: {text!r} is missing.")

    def _expression(self) -> Expression:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise _UnsupportedError("is nested too deeply to be evaluated here.")
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
        for sign in reversed(signs[:_MAX_DEPTH]):
            found = Operation(sign, (found,))
        if len(signs) > _MAX_DEPTH:
            raise _UnsupportedError("is nested too deeply to be evaluated here.")
        return found

    def _bare_operand(self) -> Expression:
        token = self._next
        if self._take("("):
            found = self._expression()
            self._expect(")")
            return found
        self.position += 1
        if token.kind == "string":
            quote = token.text[0]
            return Literal(token.text[1:-1].replace(quote * 2, quote))
        if token.kind == "number" and len(token.text) < 16:
            return Literal(float(token.text) if "." in token.text else int(token.text))
        if token.kind == "name":
            return self._name(token.text)
        where = f"cannot be parsed at {token.text[:20]!r}." if token.text else "ends too early."
        raise _UnsupportedError(where)

    def _name(self, name: str) -> Expression:
        if name.casefold() in CONSTANTS:
            return Literal(CONSTANTS[name.casefold()])
        if not self._take("."):
            raise _UnsupportedError(f"{name}(…) cannot be evaluated here.")
        part = self._next
        self.position += 1
        is_call = self._next.text == "("
        if part.kind == "name" and name == "String" and is_call:
            return self._call(part.text)
        if part.kind == "name" and name in _PROFILES and not is_call and self._next.text != ".":
            return Reference(_PROFILES[name], part.text)
        raise _UnsupportedError(f"{name}.{part.text} cannot be evaluated here.")

    def _call(self, function: str) -> Expression:
        if function not in STRING_FUNCTIONS:
            close = get_close_matches(function, STRING_FUNCTIONS, n=1)
            hint = f" Did you mean String.{close[0]}?" if close else ""
            raise _UnsupportedError(f"String.{function} is not a supported function.{hint}")
        self._expect("(")
        arguments: list[Expression] = []
        if not self._take(")"):
            arguments.append(self._expression())
            while self._take(","):
                arguments.append(self._expression())
            self._expect(")")
        fewest, most = STRING_FUNCTIONS[function]
        if not fewest <= len(arguments) <= most:
            raise _UnsupportedError(f"String.{function} cannot have {len(arguments)} arguments.")
        return Call(function, tuple(arguments))
