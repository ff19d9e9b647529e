"""The objects that an expression refers to, and references that are certainly mistakes.

Okta's rules: docs/research/okta-api.md#expressions. Any other name can be that of an app, such as
`active_directory.managerUpn`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from okta_idc.okta_expression.okta_profile import INTERNAL_PROPERTIES, OKTA_ATTRIBUTES
from okta_idc.okta_expression.similar import LONGEST, closest
from okta_idc.okta_expression.tokens import END, WORDS, Token

PROFILES = {"user": "user", "appuser": "appuser", "appUser": "appuser"}
"""The objects whose attributes are profile attributes, and their names in a `Reference`."""

OTHER_USERS = frozenset({"getAssistantUser", "getLinkedObject", "getManagerUser"})
"""Functions that return another Okta user."""

EXPRESSION_OBJECTS = frozenset({*PROFILES, "app", "org", "session"})
CUSTOM_FORMAT_OBJECTS = EXPRESSION_OBJECTS | {"source"}
TEMPLATE_OBJECTS = frozenset({"app", "org", "session", "source"})

_PROFILES_ELSEWHERE = ("user", "appuser", "source", "target", "idpuser")
LIKENESS = 0.8
"""Least similarity of a suggested name."""


@dataclass(frozen=True, slots=True)
class Name:
    """Names joined by periods, such as `user.login`. `before` and `after` are the tokens around
    it; `index` is that of the token after it."""

    path: tuple[str, ...]
    before: Token
    after: Token
    index: int

    def __str__(self) -> str:
        return ".".join(self.path)

    @property
    def is_call(self) -> bool:
        """Whether the name is that of a function that is called."""
        return self.after.text == "("


def names_in(tokens: list[Token]) -> Iterator[Name]:
    """All names in the tokens, in order. A name after a function's result starts with an empty
    part: `("", "login")` in `getManagerUser("x").login`."""
    index = 0
    while index < len(tokens):
        start, path = index, list[str]()
        if tokens[index].text == "." and index and tokens[index - 1].text == ")":
            path.append("")
        elif tokens[index].kind == "name":
            path.append(tokens[index].text)
            index += 1
        else:
            index += 1
            continue
        while [each.kind for each in tokens[index : index + 2]] == ["operator", "name"] and (
            tokens[index].text == "."
        ):
            path.append(tokens[index + 1].text)
            index += 2
        if path == [""]:
            index += 1
            continue
        if len(path) == 1 and path[0].casefold() in WORDS:
            continue
        after = tokens[index] if index < len(tokens) else END
        yield Name(tuple(path), tokens[start - 1] if start else END, after, index)


def attributes_in(tokens: list[Token]) -> Iterator[tuple[str, str]]:
    """The profile attributes in the tokens: `user`, `appuser` or the function that returns the
    user, and the attribute."""
    returned = dict(_callees(tokens))
    for name in names_in(tokens):
        match name.path:
            case ("", attribute) if not name.is_call:
                function = returned.get(name.index - 3, "")
                if function.rpartition(".")[2] in OTHER_USERS:
                    yield f"{function}(…)", attribute
            case (root, attribute, *rest) if root in PROFILES and name.before.text != ".":
                if bool(rest) == name.is_call:  # user.login, user.login.toUpperCase()
                    yield PROFILES[root], attribute
            case _:
                pass


def _callees(tokens: list[Token]) -> Iterator[tuple[int, str]]:
    """The index of each closing parenthesis of a call, and the function."""
    called = {name.index: str(name) for name in names_in(tokens) if name.is_call}
    opened: list[str] = []
    for index, token in enumerate(tokens):
        if token.kind == "operator" and token.text == "(":
            opened.append(called.get(index, ""))
        elif token.kind == "operator" and token.text == ")" and opened:
            yield index, opened.pop()


def object_fault(tokens: list[Token], objects: frozenset[str], profile: str = "user") -> str:
    """A certain mistake in a reference, as a clause that can follow "value: "; an empty text if
    there is none. `objects` are known; `profile` is the one with the attributes of the Okta user.
    """
    found = (_fault(name, tokens, objects, profile) for name in names_in(tokens))
    return next(filter(None, found), "")


def _fault(name: Name, tokens: list[Token], objects: frozenset[str], profile: str) -> str:
    root, *rest = name.path
    if rest and rest[-1] == "getInternalProperty" and name.is_call:
        argument = tokens[name.index + 1] if name.index + 1 < len(tokens) else END
        if fault := _internal_property(argument):
            return fault
    indexed = name.after.text == "[" and not rest
    if not root or name.before.text == "." or not (rest or indexed):
        return ""
    known = _intended(root, objects, profile)
    if known is None:
        return ""
    if indexed:
        key = tokens[name.index + 1] if name.index + 1 < len(tokens) else END
        attribute = key.text.strip("\"'") if key.kind in ("string", "name") else ""
        example = f" Did you mean {known}.{attribute}?" if attribute.isidentifier() else ""
        return f"has {root}[…]; Okta documents {known}.ATTRIBUTE.{example}"
    if known != root:
        return f"refers to {name}, but Okta has no object {root} here.{_hint(known, rest)}"
    if root in ("user", "source") and len(rest) > 1 and not name.is_call:
        parts = rest[1:] if rest[0] == "profile" else rest[:1]
        part = f"{root}.{rest[0]}"
        return f"refers to {name}, but {part} has no attributes.{_hint(root, parts)}"
    return ""


def _intended(root: str, objects: frozenset[str], profile: str) -> str | None:
    """The object to which a name probably refers; None if it can be an app's."""
    if root in objects:
        return root
    folded = root[:LONGEST].casefold()
    close = get_close_matches(folded, _PROFILES_ELSEWHERE, n=1, cutoff=0.85)
    same = [each for each in sorted(objects) if each.casefold() in (folded, *close)]
    return profile if "idpuser" in close or (close and not same) else next(reversed(same), None)


def _hint(known: str, path: list[str]) -> str:
    attribute = path[0]
    if known in ("user", "source") and attribute not in OKTA_ATTRIBUTES and len(path) == 1:
        attribute = closest(attribute[:LONGEST], sorted(OKTA_ATTRIBUTES), LIKENESS) or attribute
    return f" Did you mean {'.'.join((known, attribute, *path[1:]))}?"


def _internal_property(argument: Token) -> str:
    name = argument.text[1:-1]
    if argument.kind != "string" or name in INTERNAL_PROPERTIES:
        return ""
    close = closest(name[:LONGEST], sorted(INTERNAL_PROPERTIES), LIKENESS)
    hint = f"Did you mean {close}?" if close else f"Okta has {', '.join(INTERNAL_PROPERTIES)}."
    return f'reads the internal property "{name[:20]}", which does not exist. {hint}'
