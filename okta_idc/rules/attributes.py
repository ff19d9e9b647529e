"""4xx, attributes for access control that the SAML assertion carries as session tags.

The settings declare attributes, which Okta stores as statements (`attribute_statements`). For the
attributes that IAM Identity Center adds, see `instance_attributes`.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from okta_idc.okta_expression import (
    Call,
    Conditional,
    Expression,
    Invalid,
    Literal,
    Operation,
    Unsupported,
    parse,
    parse_tree,
    references,
)
from okta_idc.okta_expression.functions import STRING_FUNCTIONS
from okta_idc.rules.characters import quoted, unassigned
from okta_idc.rules.profiles import SENT
from okta_idc.rules.registry import (
    EnforcementPoint,
    Related,
    Severity,
    Violation,
    core_rule,
    repeated,
    rule,
    user_rule,
)
from okta_idc.rules.suggestions import closest

NAME_PREFIX = "https://aws.amazon.com/SAML/Attributes/AccessControl:"
"""The attribute name before the key (docs/research/aws-setup-page.md#step-4)."""

URI_NAME_FORMAT = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
"""The name format URI Reference (docs/research/aws-setup-page.md#step-4)."""

_MARKS = "_.:/=+-@"
_TAG_LENGTH = 256
_PLAIN = re.compile(r"[\w.:/=+@ -]+")


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute for access control: the session tag's key, and the expression for its value."""

    key: str
    value: str


def tag_characters(text: str) -> bool:
    """Whether AWS accepts all characters in a session tag: letters, digits, spaces, _.:/=+-@."""
    if _PLAIN.fullmatch(text):  # \w: letters, numbers, and _
        return True
    new = unassigned(text)  # not judged
    return all(unicodedata.category(c)[0] in "LZN" or c in _MARKS or c in new for c in text)


def is_plain_tag(value: str) -> bool:
    """Whether no rule can have a finding on a session tag's value: a fast check, since most values
    are plain. False if in doubt."""
    return len(value) <= _TAG_LENGTH and _PLAIN.fullmatch(value) is not None


@core_rule(
    "OIC-401",
    "An attribute key is empty, too long or contains characters that AWS does not allow",
    source="AWS API, AccessControlAttribute: Key has 1–128 letters, separators, numbers or "
    "_.:/=+-@; IAM reserves keys that start with aws:",
    remedy="Use a key such as Department or CostCenter; the attribute name is derived from it.",
    good=Attribute("CostCenter", "user.costCenter"),
    bad=Attribute("Cost&Center", "user.costCenter"),
)
def attribute_key(attribute: Attribute) -> Iterator[Violation]:
    """Subject: one attribute."""
    key = attribute.key
    if key.startswith(NAME_PREFIX):
        yield "key", key, "is the full attribute name; use the part after AccessControl:."
    elif not 1 <= len(key) <= 128:
        yield "key", key, f"has {len(key)} characters."
    elif not tag_characters(key):
        wrong = quoted(c for c in key if not tag_characters(c))
        yield "key", key, f"contains {wrong}, which AWS does not allow in a key."
    elif key.lower().startswith("aws:"):
        yield "key", key, "starts with aws:, which is reserved."


@core_rule(
    "OIC-402",
    "Attribute keys differ only in case",
    source="AWS STS, session tags: keys are not case-sensitive; an assertion must not repeat an "
    "attribute",
    remedy="Keep one attribute per key.",
    good=(Attribute("Department", "user.department"), Attribute("Title", "user.title")),
    bad=(Attribute("Department", "user.department"), Attribute("department", "user.division")),
)
def unique_keys(attributes: tuple[Attribute, ...]) -> Iterator[Violation]:
    """Subject: all attributes."""
    for index, first in repeated(attribute.key.casefold() for attribute in attributes):
        other = Related(f"[{first}]", attributes[first].key)
        yield f"[{index}]", attributes[index].key, "is also the key of another attribute.", other


@core_rule(
    "OIC-403",
    "An attribute value is not an Okta expression",
    source="docs/research/aws-setup-page.md#step-4; docs/research/okta-api.md#expressions",
    remedy='Use user.department for a profile attribute, or "blue" with the quotation marks for '
    "fixed text.",
    good=Attribute("Department", "user.department"),
    bad=Attribute("Department", "department"),
)
def attribute_value(attribute: Attribute) -> Iterator[Violation]:
    """Subject: one attribute. OIC-415 covers expressions that this kit does not support."""
    found = parse(attribute.value)
    if isinstance(found, Invalid):
        yield "value", attribute.value, found.reason


@core_rule(
    "OIC-404",
    "More than 50 attributes are sent",
    source="AWS: at most 50 attributes for access control in one assertion",
    remedy="Remove attributes that no policy uses.",
    good=(Attribute("Department", "user.department"),),
    bad=tuple(Attribute(f"Key{n}", "user.title") for n in range(51)),
)
def attribute_count(attributes: tuple[Attribute, ...]) -> Iterator[Violation]:
    """Subject: all attributes."""
    if len(attributes) > 50:
        yield "", None, f"sends {len(attributes):,} attributes; AWS accepts 50."


@user_rule(
    "OIC-405",
    "A session tag's value is too long or contains characters that AWS does not allow",
    severity=Severity.ADVISORY,
    source="AWS STS, session tags: a value has 0–256 letters, separators, numbers or _.:/=+-@; no "
    "comma, semicolon, parenthesis, ampersand or apostrophe",
    remedy="Change the value in the user's Okta profile, or the expression: String.replace "
    "replaces a character, and String.substring shortens a value.",
    good={"Department": "Research"},
    bad={"Department": "R&D"},
)
def session_tags(tags: Mapping[str, str]) -> Iterator[Violation]:
    """Subject: one user's session tags by key."""
    for key, value in tags.items():
        if len(value) > _TAG_LENGTH:
            yield key, value, f"has {len(value)} characters; AWS accepts 256, and sign-in fails."
        elif not tag_characters(value):
            wrong = quoted(c for c in value if not tag_characters(c))
            yield key, value, f"contains {wrong}, which AWS does not allow in session tags."


@user_rule(
    "OIC-413",
    "A user has no value for an attribute",
    severity=Severity.ADVISORY,
    source="docs/research/identity-center.md#session-tags",
    remedy="Set the attribute in the user's Okta profile, or add a default to the expression, for "
    'example user.department ?: "none".',
    good={"Department": "Research"},
    bad={"Department": ""},
)
def no_empty_tag(tags: Mapping[str, str]) -> Iterator[Violation]:
    """Subject: one user's session tags by key."""
    for key, value in tags.items():
        if not value:
            yield key, None, "is empty."


@rule(
    "OIC-415",
    "An attribute value cannot be evaluated before users sign in",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="docs/research/okta-api.md#preview-of-an-assertion",
    remedy="Check the value in Okta with Preview SAML (Sign On → Edit), or use only user "
    "attributes, fixed texts, operators, and the functions "
    f"{', '.join(f'String.{name}' for name in STRING_FUNCTIONS)}.",
    good=Attribute("Department", "String.toUpperCase(user.department)"),
    bad=Attribute("Department", "String.trim(user.department)"),
)
def evaluable(attribute: Attribute) -> Iterator[Violation]:
    """Subject: one attribute."""
    found = parse(attribute.value)
    if isinstance(found, Unsupported):
        yield "value", attribute.value, found.reason


@core_rule(
    "OIC-417",
    "Fixed text in an attribute value is not allowed in a session tag",
    source="AWS STS, session tags: a value has 0–256 letters, separators, numbers or _.:/=+-@; no "
    "comma, semicolon, parenthesis, ampersand or apostrophe; "
    "docs/research/identity-center.md#session-tags",
    remedy="Change the text; AWS accepts at most 256 letters, digits, spaces, and _.:/=+-@.",
    good=Attribute("Department", 'user.department == "R&D" ? "RnD" : user.department'),
    bad=Attribute("Department", '"R&D"'),
)
def literal_is_allowed(attribute: Attribute) -> Iterator[Violation]:
    """Subject: one attribute. Judges the text that can become a part of the value, and not a text
    that is compared or that a function searches or replaces."""
    found = parse_tree(attribute.value)
    if isinstance(found, Invalid | Unsupported):
        return
    for text in dict.fromkeys(_sent_literals(found)):
        if not tag_characters(text):
            wrong = quoted(c for c in text if not tag_characters(c))
            yield "value", text, f"contains {wrong}, which AWS does not allow in session tags."
    if (length := _literal_length(found)) > _TAG_LENGTH:
        yield "value", attribute.value, f"has fixed text of {length} characters; AWS accepts 256."


def _sent_literals(expression: Expression) -> Iterator[str]:
    match expression:
        case Literal(str(text)):
            yield text
        case Conditional(_, then, otherwise):
            yield from _sent_literals(then)
            yield from _sent_literals(otherwise)
        case Operation("+" | "?:", operands):
            for each in operands:
                yield from _sent_literals(each)
        case Call(function, arguments):
            for each in _sent_arguments(function, arguments):
                yield from _sent_literals(each)
        case _:
            pass


def _sent_arguments(function: str, arguments: tuple[Expression, ...]) -> tuple[Expression, ...]:
    """The arguments whose text is a part of the result, unchanged except for its case."""
    match function:
        case "append" | "toLowerCase" | "toUpperCase":
            return arguments
        case "join":
            return arguments[len(arguments) == 2 :]  # one text has no separator
        case "replace":
            return arguments[2:]
        case "stringSwitch":
            return arguments[1::2]
        case _:
            return ()


def _literal_length(expression: Expression) -> int:
    """The most characters of fixed text that one user's value can have."""
    match expression:
        case Literal(str(text)):
            return len(text)
        case Conditional(_, then, otherwise):
            return max(_literal_length(then), _literal_length(otherwise))
        case Operation("?:", operands):
            return max(map(_literal_length, operands))
        case Operation("+", operands) | Call("append", operands):
            return sum(map(_literal_length, operands))
        case Call("join", (separator, *texts)):
            between = _literal_length(separator) * (len(texts) - 1)
            return between + sum(map(_literal_length, texts))
        case Call("stringSwitch" | "toLowerCase" | "toUpperCase" as function, arguments):
            sent = _sent_arguments(function, arguments)
            return max(map(_literal_length, sent), default=0)
        case _:
            return 0


@core_rule(
    "OIC-418",
    "An attribute value is empty for every user",
    source="docs/research/identity-center.md#session-tags",
    remedy="Use a user attribute such as user.department, or remove the attribute.",
    good=Attribute("Department", "user.department"),
    bad=Attribute("Department", '""'),
)
def value_is_not_empty(attribute: Attribute) -> Iterator[Violation]:
    """Subject: one attribute."""
    if parse_tree(attribute.value) in (Literal(""), Literal(None)):
        yield "value", attribute.value, "is an empty text or null."


@core_rule(
    "OIC-419",
    "An attribute value probably misspells an attribute of the app",
    severity=Severity.ADVISORY,
    source="docs/research/scim.md#attributes; an administrator can add attributes of other names",
    remedy="Use the variable name that Okta shows (Directory → Profile Editor → the app).",
    good=Attribute("Title", "appuser.title"),
    bad=Attribute("Title", "appuser.titel"),
)
def app_attribute(attribute: Attribute) -> Iterator[Violation]:
    """Subject: one attribute. Names that resemble no attribute of the app have no finding."""
    for each in references(attribute.value):
        if each.profile != "appuser" or each.attribute in SENT:
            continue
        if name := closest(each.attribute, SENT, likeness=0.8):
            hint = f"Did you mean appuser.{name}?"
            problem = f"refers to appuser.{each.attribute}, which the app lacks by default. {hint}"
            yield "value", attribute.value, problem
