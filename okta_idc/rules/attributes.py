"""4xx, attributes for access control: what the SAML assertion carries as session tags.

An attribute is what a user of the kit declares, a statement what Okta makes of it. What Identity
Center adds by itself is in `instance_attributes`.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from okta_idc.okta_expression import Invalid, Unsupported, parse, references
from okta_idc.rules.registry import (
    EnforcementPoint,
    Related,
    Severity,
    Violation,
    doctor_rule,
    repeated,
    rule,
    user_rule,
)

NAME_PREFIX = "https://aws.amazon.com/SAML/Attributes/AccessControl:"
"""What precedes the key in the attribute's name (docs/research/aws-setup-page.md#step-4)."""

URI_NAME_FORMAT = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
"""The format "URI Reference" (docs/research/aws-setup-page.md#step-4), not the default."""

_EVERYBODY = (EnforcementPoint.COMPONENT, EnforcementPoint.POLICY, EnforcementPoint.DOCTOR)
_MARKS = "_.:/=+-@"
_PLAIN = re.compile(r"[\w.:/=+@ -]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute for access control: the session tag's key and Okta's expression for its
    value."""

    key: str
    value: str


def tag_characters(text: str) -> bool:
    """Whether AWS takes all characters in a session tag: letters, digits, blanks, _.:/=+-@."""
    if _PLAIN.fullmatch(text):
        return True
    return all(unicodedata.category(c)[0] in "LZN" or c in _MARKS for c in text)


@rule(
    "OIC-401",
    "An attribute key is empty, too long or contains characters that AWS does not allow",
    enforced_by=_EVERYBODY,
    source="AWS API, AccessControlAttribute: Key is 1–128 of letters, separators, numbers and "
    "_.:/=+-@; IAM reserves keys that begin with aws:",
    remedy="name the key like Department or CostCenter; the full attribute name is made from it.",
    good=Attribute("CostCenter", "user.costCenter"),
    bad=Attribute("Cost&Center", "user.costCenter"),
)
def attribute_key(attribute: Attribute) -> Iterator[Violation]:
    """Subject: one attribute."""
    key = attribute.key
    if key.startswith(NAME_PREFIX):
        yield "key", key, "is the full attribute name; give what follows AccessControl:."
    elif not 1 <= len(key) <= 128:
        yield "key", key, f"has {len(key)} characters."
    elif not tag_characters(key):
        wrong = sorted({c for c in key if not tag_characters(c)})
        yield "key", key, f"holds {' '.join(wrong)}, which AWS does not take in a key."
    elif key.lower().startswith("aws:"):
        yield "key", key, "begins with aws:, which is reserved."


@rule(
    "OIC-402",
    "Attribute keys differ only in case",
    enforced_by=_EVERYBODY,
    source="AWS STS, session tags: keys differ by more than case; an assertion must not name an "
    "attribute twice",
    remedy="keep one statement for each key.",
    good=(Attribute("Department", "user.department"), Attribute("Title", "user.title")),
    bad=(Attribute("Department", "user.department"), Attribute("department", "user.division")),
)
def unique_keys(attributes: tuple[Attribute, ...]) -> Iterator[Violation]:
    """Subject: all attributes."""
    for index, first in repeated(attribute.key.casefold() for attribute in attributes):
        other = Related(f"[{first}]", attributes[first].key)
        yield f"[{index}]", attributes[index].key, "is the same key as another one.", other


@rule(
    "OIC-403",
    "An attribute value is not an Okta expression",
    enforced_by=_EVERYBODY,
    source="AWS's page (docs/research/aws-setup-page.md#step-4): the value is user.ATTRIBUTE; "
    "Okta: a constant is sent with or without quotes (docs/research/okta-api.md#expressions)",
    remedy='write user.department for an attribute of the profile, or "blue" (with the quotes) for '
    "a fixed text.",
    good=Attribute("Department", "user.department"),
    bad=Attribute("Department", "department"),
)
def attribute_value(attribute: Attribute) -> Iterator[Violation]:
    """Subject: one attribute. Silent on what is outside the subset that is read here (OIC-415)."""
    found = parse(attribute.value)
    if isinstance(found, Invalid):
        yield "value", attribute.value, found.reason


@rule(
    "OIC-404",
    "More than 50 attributes are sent",
    enforced_by=_EVERYBODY,
    source="AWS: at most 50 attributes for access control in one assertion",
    remedy="remove attributes that no policy asks for.",
    good=(Attribute("Department", "user.department"),),
    bad=tuple(Attribute(f"Key{n}", "user.title") for n in range(51)),
)
def attribute_count(attributes: tuple[Attribute, ...]) -> Iterator[Violation]:
    """Subject: all attributes."""
    if len(attributes) > 50:
        yield "", str(len(attributes)), "attributes are more than AWS takes (50)."


@user_rule(
    "OIC-405",
    "A session tag's value is too long or contains characters that AWS does not allow",
    severity=Severity.ADVISORY,
    source="AWS STS, session tags: a value is 0–256 letters, separators, numbers and _.:/=+-@; no "
    "comma, semicolon, parenthesis, ampersand or apostrophe",
    remedy="change the value in the profile, or replace the character in the attribute's "
    'expression: String.replace(user.department, "&", "and").',
    good={"Department": "Research"},
    bad={"Department": "R&D"},
)
def session_tags(tags: Mapping[str, str]) -> Iterator[Violation]:
    """Subject: one person's tags, key → value."""
    for key, value in tags.items():
        if len(value) > 256:
            yield key, value, f"has {len(value)} characters; sign-in fails with it."
        elif not tag_characters(value):
            wrong = sorted({c for c in value if not tag_characters(c)})
            yield key, value, f"holds {' '.join(wrong)}: STS does not take it as a session tag."


@user_rule(
    "OIC-413",
    "A user has no value for an attribute",
    severity=Severity.ADVISORY,
    source="IAM: a condition on a tag that is not there is false, so an Allow does not allow and a "
    "Deny does not deny. What AWS makes of an attribute sent empty is not documented "
    "(docs/research/identity-center.md#session-tags)",
    remedy="fill the attribute in the person's Okta profile, or give the expression a default: "
    'user.department ?: "none".',
    good={"Department": "Research"},
    bad={"Department": ""},
)
def no_empty_tag(tags: Mapping[str, str]) -> Iterator[Violation]:
    """Subject: one person's tags, key → value."""
    for key, value in tags.items():
        if not value:
            yield key, None, "is empty."


@dataclass(frozen=True, slots=True)
class Referring:
    """An attribute's value, and the names of all attributes in the org's user profiles."""

    value: str
    profile_attributes: frozenset[str]


@doctor_rule(
    "OIC-414",
    "An attribute value refers to an attribute that no profile has",
    source="Okta: attribute names are case-sensitive, and what no profile has is null; there is no "
    "user.userName, user.name, user.country or user.phone (docs/research/okta-api.md#user-profile)",
    remedy="write the variable name that Directory → Profile Editor shows.",
    good=Referring("user.costCenter", frozenset({"costCenter", "department"})),
    bad=Referring("user.costcenter", frozenset({"costCenter", "department"})),
)
def known_reference(subject: Referring) -> Iterator[Violation]:
    """Subject: one value with the user schema's names, base and custom, of all user types."""
    for reference in references(subject.value):
        name = reference.attribute
        if reference.profile == "user" and name not in subject.profile_attributes:
            close = get_close_matches(name, subject.profile_attributes, n=1)
            hint = f" Did you mean user.{close[0]}?" if close else ""
            yield "value", subject.value, f"names user.{name}, which no profile has.{hint}"


@rule(
    "OIC-415",
    "An attribute value cannot be evaluated before users sign in",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="no API previews an assertion (docs/research/okta-api.md#preview-of-an-assertion); this "
    "kit works out user.X, appuser.X, literals, String functions, operators and ? :",
    remedy="write the value with those, or look at Preview SAML in Okta (Sign On → Edit).",
    good=Attribute("Department", "String.toUpperCase(user.department)"),
    bad=Attribute("Department", "String.toUppercase(user.department)"),
)
def worked_out(attribute: Attribute) -> Iterator[Violation]:
    """Subject: one attribute."""
    found = parse(attribute.value)
    if isinstance(found, Unsupported):
        yield "value", attribute.value, found.reason
