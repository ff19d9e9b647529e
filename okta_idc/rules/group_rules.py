"""2xx and 6xx, group rules in Okta: their conditions, their names, and their status."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from okta_idc.okta_expression import (
    INTERNAL_PROPERTIES,
    MEMBERSHIP,
    OKTA_ATTRIBUTES,
    Call,
    Expression,
    Invalid,
    Literal,
    Operation,
    Reference,
    Unsupported,
    parse_tree,
)
from okta_idc.okta_expression.objects import names_in
from okta_idc.okta_expression.tokens import END, WORD_OPERATORS, Token, tokens_of
from okta_idc.rules.registry import (
    EnforcementPoint,
    Related,
    Severity,
    Violation,
    component_rule,
    repeated,
    rule,
)

NAME_LENGTH = 50
"""Longest name of a group rule (docs/research/okta-api.md#group-rules)."""

GROUPS_PER_RULE = 50
"""Push groups that one rule names; our choice, since Okta publishes no limit for a condition."""

_SOURCE = "docs/research/okta-api.md#group-rules"
_declared_rule = partial(rule, enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY))
_FUNCTIONS = frozenset({
    *MEMBERSHIP, "hasDirectoryUser", "hasWorkdayUser", "user.getInternalProperty",
    "user.getLinkedObject",
})  # fmt: skip
_CLASSES = ("Arrays", "String")
_EXAMPLE = 'user.department == "Engineering" AND user.userType != "Contractor"'


@_declared_rule(
    "OIC-231",
    "A group rule's condition is not an Okta expression",
    source=f"{_SOURCE}; docs/research/okta-api.md#expressions",
    remedy=f"Write a condition such as {_EXAMPLE}.",
    good='user.department == "Engineering"',
    bad='user.department == "Engineering" AND',
)
def condition_is_expression(condition: str) -> Iterator[Violation]:
    """Subject: one rule's condition. Syntax that this kit does not know has no finding."""
    found = parse_tree(condition)
    if isinstance(found, Invalid):
        yield "", condition, found.reason


@_declared_rule(
    "OIC-232",
    "A group rule's condition is neither true nor false",
    source=_SOURCE,
    remedy='Compare each attribute with a value: user.city == "Berlin" OR user.city == "Paris".',
    good='user.city == "Berlin" OR isMemberOfGroupName("sales")',
    bad='user.city == "Berlin" OR "Paris"',
)
def condition_is_boolean(condition: str) -> Iterator[Violation]:
    """Subject: one rule's condition. A custom attribute can be true or false."""
    found = parse_tree(condition)
    if not isinstance(found, Invalid | Unsupported) and (fault := _not_boolean(found)):
        yield "", condition, fault


def _not_boolean(expression: Expression) -> str:
    """Why the expression is not a condition; empty if it is one, or may be one."""
    match expression:
        case Operation("AND" | "OR" | "!", operands):
            return next((fault for part in operands if (fault := _not_boolean(part))), "")
        case Operation("+" | "-" as operator, _):
            return f"uses the result of {operator} where Okta expects true or false."
        case Literal(value) if value is None or not isinstance(value, bool):
            shown = "null" if value is None else repr(value)
            return f"has {shown} where Okta expects true or false."
        case Reference("user", attribute) if attribute in OKTA_ATTRIBUTES:
            return f"has user.{attribute}, a text, where Okta expects true or false."
        case Call(function, _) if function not in ("startsWith", "stringContains"):
            return f"uses the result of String.{function} where Okta expects true or false."
        case _:
            return ""


@_declared_rule(
    "OIC-233",
    "A group rule's condition uses something that Okta does not allow in group rules",
    source=_SOURCE,
    remedy="Use the user's profile attributes, the user's groups, and the functions of String and "
    "Arrays.",
    good='user.getInternalProperty("status") != "SUSPENDED"',
    bad='user.status == "ACTIVE"',
)
def condition_is_allowed(condition: str) -> Iterator[Violation]:
    """Subject: one rule's condition. OIC-231 covers a condition that is not an expression."""
    if isinstance(parse_tree(condition), Invalid):
        return
    tokens = tokens_of(condition)
    for problem in dict.fromkeys(_other_names(tokens)):
        yield "", condition, problem


@_declared_rule(
    "OIC-236",
    "A group rule's condition uses an operator that Okta does not list for group rules",
    severity=Severity.ADVISORY,
    source=f"{_SOURCE}. Advisory: the list is all the evidence, and no page of Okta says that it "
    "rejects the operators that its expression language has elsewhere",
    remedy="Use AND, OR, !, ==, !=, <, >, <=, and >=, or test the rule in Okta with a preview.",
    good='user.department == "Engineering"',
    bad='user.department == "Engineering" ? true : false',
)
def condition_operators(condition: str) -> Iterator[Violation]:
    """Subject: one rule's condition. OIC-231 covers a condition that is not an expression."""
    if isinstance(parse_tree(condition), Invalid):
        return
    for problem in dict.fromkeys(_other_operators(tokens_of(condition))):
        yield "", condition, problem


def _other_names(tokens: list[Token]) -> Iterator[str]:
    for name in names_in(tokens):
        root, *rest = name.path
        if not root or name.before.text == "." or not (rest or name.is_call):
            continue
        if name.is_call:
            if str(name) not in _FUNCTIONS and (root not in _CLASSES or len(rest) != 1):
                yield f"uses {name}."
        elif root in ("appuser", "appUser"):
            yield f"refers to {name}, an attribute of an app."
        elif root != "user":
            kind = ", an attribute of the org" if root == "org" else ""
            yield f"refers to {name}{kind or ', which is no attribute of the user'}."
        elif rest[0] in INTERNAL_PROPERTIES:
            hint = f'Did you mean user.getInternalProperty("{rest[0]}")?'
            yield f"refers to {name}, which is not a profile attribute. {hint}"


def _other_operators(tokens: list[Token]) -> Iterator[str]:
    for before, token in pairwise([END, *tokens]):
        if token.kind == "operator" and token.text in ("?", "?:"):
            yield f'uses the operator "{token.text}".'
        elif token.kind == "name" and before.text != "." and token.text in WORD_OPERATORS:
            yield f"uses the operator {token.text}."


def rule_name(group: str) -> str:
    """Name of the rule that fills a group which the stack creates."""
    return group[:NAME_LENGTH]


def members_rule_names(group: str, pushed: int) -> list[str]:
    """Names of the rules that fill the group of all members of `pushed` push groups."""
    numbers = range(1, -(-pushed // GROUPS_PER_RULE) + 1)
    return [f"{group[: NAME_LENGTH - 4]} {number}" for number in numbers]


@_declared_rule(
    "OIC-234",
    "Several group rules have the same name",
    source=_SOURCE,
    remedy="Give each rule another name. A rule that fills a group of the federation has the first "
    f"{NAME_LENGTH} characters of the group's name.",
    good=("aws-engineering", "aws-finance"),
    bad=("aws-engineering", "aws-engineering"),
)
def rule_names_differ(names: tuple[str, ...]) -> Iterator[Violation]:
    """Subject: the names of all group rules that are declared."""
    for index, first in repeated(names):
        problem = "is also the name of another group rule."
        yield f"[{index}]", names[index], problem, Related(f"[{first}]")


@dataclass(frozen=True, slots=True)
class RuleNames:
    """The names of group rules to create, and of the rules in Okta."""

    created: tuple[str, ...]
    existing: frozenset[str]


@component_rule(
    "OIC-235",
    "A group rule of this name exists in Okta",
    source=f"{_SOURCE}: Okta rejects a second rule of the same name",
    remedy="If an interrupted run of this stack created it, run `okta-idc recover`. Otherwise, "
    "rename or delete it in Okta (Directory → Groups → Rules), or choose another group name.",
    good=RuleNames(("aws-finance",), frozenset({"aws-engineering"})),
    bad=RuleNames(("aws-finance",), frozenset({"aws-finance"})),
)
def rule_name_is_free(subject: RuleNames) -> Iterator[Violation]:
    """Subject: names of rules that a run creates, and all names in the org."""
    for index, name in enumerate(subject.created):
        if name in subject.existing:
            yield f"[{index}]", name, "is the name of a rule that this stack does not manage."


@dataclass(frozen=True, slots=True)
class FoundRule:
    """A declared group rule as Okta shows it; `status` is empty if Okta has no such rule."""

    name: str
    status: str


_drift_rule = partial(
    rule, enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.DOCTOR), source=_SOURCE
)


@_drift_rule(
    "OIC-607",
    "A declared group rule is not active",
    remedy="Run `pulumi up --refresh`, which activates it.",
    good=FoundRule("aws-engineering", "ACTIVE"),
    bad=FoundRule("aws-engineering", "INACTIVE"),
)
def rule_active(found: FoundRule) -> Iterator[Violation]:
    """Subject: one declared rule."""
    if found.status == "INACTIVE":
        yield found.name, found.status, "adds nobody to its group and removes nobody from it."


@_drift_rule(
    "OIC-608",
    "A declared group rule is invalid",
    remedy="Remove what was deleted from its condition, and replace the rule: Okta cannot activate "
    "it again. `pulumi stack --show-urns` lists its URN for `pulumi up --refresh --replace URN`.",
    good=FoundRule("aws-engineering", "ACTIVE"),
    bad=FoundRule("aws-engineering", "INVALID"),
)
def rule_valid(found: FoundRule) -> Iterator[Violation]:
    """Subject: one declared rule."""
    if found.status == "INVALID":
        problem = "adds nobody to its group: a group or an attribute that it uses was deleted."
        yield found.name, found.status, problem


@_drift_rule(
    "OIC-609",
    "A declared group rule is missing in Okta",
    remedy="Run `pulumi up --refresh`, which creates it again.",
    good=FoundRule("aws-engineering", "ACTIVE"),
    bad=FoundRule("aws-engineering", ""),
)
def rule_exists(found: FoundRule) -> Iterator[Violation]:
    """Subject: one declared rule."""
    if not found.status:
        yield found.name, None, "does not exist, so nobody is added to its group."
