"""The parser of expressions. The package's docstring has the grammar."""

from dataclasses import dataclass

from okta_idc.okta_expression.functions import STRING_FUNCTIONS, suggestion
from okta_idc.okta_expression.objects import (
    EXPRESSION_OBJECTS,
    PROFILES,
    attributes_in,
    object_fault,
)
from okta_idc.okta_expression.tokens import (
    CONSTANTS,
    END,
    WORD_OPERATORS,
    Token,
    fault_in,
    tokens_of,
)

_LEVELS = (
    {"or": "OR", "||": "OR"},
    {"and": "AND", "&&": "AND"},
    {o: o for o in ("==", "!=", "<", ">", "<=", ">=", *WORD_OPERATORS)},
    {"+": "+", "-": "-"},
)
_OPERATOR_NAMES = frozenset({"and", "or", "not", *WORD_OPERATORS})
_MAX_TOKENS, _MAX_DEPTH = 300, 50  # keep the parser and the evaluator within Python's stack


@dataclass(frozen=True, slots=True)
class Literal:
    """A text without its quotes, a number, true, false or null."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Reference:
    """An attribute of a profile: `user` is the Okta user's, `appuser` the app user's. What
    `references` returns can have a function such as `getManagerUser(…)`: another Okta user's."""

    profile: str
    attribute: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function of `String`."""

    function: str
    arguments: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """`operator` is one of OR AND == != < > <= >= + - ! ?: or a word such as matches, with one or
    two operands."""

    operator: str
    operands: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Conditional:
    """test ? then : otherwise."""

    test: "Expression"
    then: "Expression"
    otherwise: "Expression"


@dataclass(frozen=True, slots=True)
class Opaque:
    """What Okta documents and this package does not evaluate: a function that is not one of
    `String`, or an attribute of something else than the user."""

    name: str
    """Without arguments: `isMemberOfGroup`, `user.getInternalProperty`, `org.name`."""
    arguments: tuple["Expression", ...] = ()


Expression = Literal | Reference | Call | Operation | Conditional | Opaque


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Outside the supported grammar. `reason` is a clause that can follow "value: "."""

    reason: str


@dataclass(frozen=True, slots=True)
class Invalid:
    """Certainly a mistake. `reason` is a clause that can follow "value: "."""

    reason: str


def parse(text: str) -> Expression | Unsupported | Invalid:
    """Parse any text as an expression that can be evaluated here."""
    return _parse_text(text, evaluable=True)


def parse_tree(text: str) -> Expression | Unsupported | Invalid:
    """Parse any text as an expression; the result can have `Opaque` parts."""
    return _parse_text(text, evaluable=False)


def _parse_text(text: str, *, evaluable: bool) -> Expression | Unsupported | Invalid:
    tokens = tokens_of(text)
    fault = fault_in(text, tokens) or object_fault(tokens, EXPRESSION_OBJECTS)
    return Invalid(fault) if fault else parse_tokens(tokens, evaluable=evaluable)


def parse_tokens(
    tokens: list[Token], *, evaluable: bool = True
) -> Expression | Unsupported | Invalid:
    """Parse tokens that have no fault. `evaluable`: Unsupported, if a part cannot be evaluated."""
    if len(tokens) > _MAX_TOKENS:
        return Unsupported("is too long to be evaluated here.")
    parser = _Parser(tokens)
    try:
        found = parser.parse()
    except _UnsupportedError as error:
        return Unsupported(str(error))
    except _InvalidError as error:
        return Invalid(str(error))
    return Unsupported(parser.unevaluable) if evaluable and parser.unevaluable else found


def references(text: str) -> tuple[Reference, ...]:
    """The profile attributes that an expression refers to, each once, even if it is Unsupported."""
    return references_in(tokens_of(text))


def references_in(tokens: list[Token]) -> tuple[Reference, ...]:
    """The profile attributes that the tokens refer to, each once."""
    found = attributes_in(tokens)
    return tuple(Reference(*each) for each in dict.fromkeys(found))


class _UnsupportedError(Exception):
    pass


class _InvalidError(Exception):
    pass


class _Parser:
    """Recursive descent; `_joined` handles one level of precedence. `unevaluable` is the first
    reason why the expression cannot be evaluated, or empty."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.position = self.depth = 0
        self.unevaluable = ""

    def parse(self) -> Expression:
        found = self._expression()
        if self._next is not END:
            raise self._unexpected("an operator")
        return found

    @property
    def _next(self) -> Token:
        return self.tokens[self.position] if self.position < len(self.tokens) else END

    def _unexpected(self, missing: str) -> Exception:
        """The error for the next token, before which something is missing. It is certain only if
        the token has no other meaning in Okta's language."""
        token = self._next
        if token is END:
            return _InvalidError(f"ends too early: {missing} is missing.")
        text = (token.written or token.text)[:20]
        shown = text if token.kind == "string" else f'"{text}"'
        if token.kind == "other" or token.text in (".", "?"):
            return _UnsupportedError(f"cannot be parsed from {shown} on.")
        return _InvalidError(f"lacks {missing} before {shown}.")

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
            raise self._unexpected(f'an operator or "{text}"')

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
            if operator in WORD_OPERATORS:
                self._mark_unevaluable(operator)
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
        if token.kind == "string":
            self.position += 1
            quote = token.text[0]
            return Literal(token.text[1:-1].replace(quote * 2, quote))
        if token.kind == "number" and len(token.text) < 16:
            self.position += 1
            return Literal(float(token.text) if "." in token.text else int(token.text))
        if token.kind == "number":
            raise _UnsupportedError(f"cannot be parsed at {token.text[:20]!r}.")
        if token.kind == "name" and token.text.casefold() not in _OPERATOR_NAMES:
            self.position += 1
            return self._name(token.text)
        raise self._unexpected("a value")

    def _name(self, name: str) -> Expression:
        if name.casefold() in CONSTANTS:
            return Literal(CONSTANTS[name.casefold()])
        path, arguments, calls = [name], list[Expression](), 0
        while True:
            if self._next.text == "(":
                calls += 1
                function = ".".join(path)
                arguments += self._arguments()
                self._check_function(function, len(arguments))
            if not self._take("."):
                break
            if self._next.kind != "name":
                raise self._unexpected("a name")
            path.append(self._next.text)
            self.position += 1
        match path:
            case ["String", function] if calls == 1 and function in STRING_FUNCTIONS:
                return Call(function, tuple(arguments))
            case [profile, attribute] if calls == 0 and profile in PROFILES:
                return Reference(PROFILES[profile], attribute)
            case _:
                whole = ".".join(path)
                self._mark_unevaluable(f"{whole}(…)" if calls else whole)
                return Opaque(whole, tuple(arguments))

    def _mark_unevaluable(self, what: str) -> None:
        self.unevaluable = self.unevaluable or f"{what} cannot be evaluated here."

    def _arguments(self) -> list[Expression]:
        self._expect("(")
        arguments: list[Expression] = []
        if not self._take(")"):
            arguments.append(self._expression())
            while self._take(","):
                arguments.append(self._expression())
            self._expect(")")
        return arguments

    def _check_function(self, function: str, arguments: int) -> None:
        if close := suggestion(function):
            raise _InvalidError(
                f"calls {function}, which is no function of Okta. Did you mean {close}?"
            )
        owner, _, name = function.rpartition(".")
        if owner == "String" and name not in STRING_FUNCTIONS:
            what = f"{function} is not a supported function."
            self.unevaluable = self.unevaluable or what
        elif owner == "String":
            fewest, most = STRING_FUNCTIONS[name]
            if not fewest <= arguments <= most:
                raise _InvalidError(
                    f"calls {function} with {_count(arguments, 'argument')}; it has "
                    f"{fewest if fewest == most else f'at least {fewest}'}."
                )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
