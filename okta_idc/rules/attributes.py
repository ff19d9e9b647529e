"""4xx, attributes for access control: what the SAML assertion carries as session tags."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from okta_idc.rules.registry import Asker, Draft, Severity, rule

NAME_PREFIX = "https://aws.amazon.com/SAML/Attributes/AccessControl:"
"""What AWS wants before the key in the attribute's name (AWS page, step 4)."""

URI_NAME_FORMAT = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
"""«URI reference» in Okta's console (AWS page, step 4). The provider's default is another."""

_MARKS = "_.:/=+-@"
_OKTA_NAME_MAX, _OKTA_VALUE_MAX = 512, 1024


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute statement: the session tag's key and Okta's expression for its value."""

    key: str
    value: str


def _tag_characters(text: str) -> bool:
    return all(unicodedata.category(c)[0] in "LZN" or c in _MARKS for c in text)


@rule(
    "OIC-401",
    "An attribute key is 1–128 letters, digits, blanks or _.:/=+-@",
    askers=(Asker.COMPONENT, Asker.POLICY, Asker.DOCTOR),
    source="AWS API, AccessControlAttribute: Key is 1–128 of letters, separators, numbers and "
    "_.:/=+-@; IAM reserves keys that begin with aws:",
    remedy="name the key like Department or CostCenter; the full attribute name is made from it.",
    good=Attribute("CostCenter", "user.costCenter"),
    bad=Attribute("Cost&Center", "user.costCenter"),
)
def attribute_key(attribute: Attribute) -> Iterator[Draft]:
    """Subject: one attribute."""
    key = attribute.key
    if key.startswith(NAME_PREFIX):
        yield (
            "key",
            key,
            "is the full attribute name; give what follows AccessControl:.",
        )
    elif not 1 <= len(key) <= 128:
        yield "key", key[:140], f"has {len(key)} characters."
    elif not _tag_characters(key):
        wrong = sorted({c for c in key if not _tag_characters(c)})
        yield "key", key, f"holds {' '.join(wrong)}, which AWS does not take in a key."
    elif key.lower().startswith("aws:"):
        yield "key", key, "begins with aws:, which is reserved."


@rule(
    "OIC-402",
    "Attribute keys are unique, whatever their case",
    askers=(Asker.COMPONENT, Asker.POLICY, Asker.DOCTOR),
    source="AWS STS, session tags: keys differ by more than case; an assertion must not name an "
    "attribute twice",
    remedy="keep one statement for each key.",
    good=(Attribute("Department", "user.department"), Attribute("Title", "user.title")),
    bad=(Attribute("Department", "user.department"), Attribute("department", "user.division")),
)
def unique_keys(attributes: tuple[Attribute, ...]) -> Iterator[Draft]:
    """Subject: all attributes."""
    seen: dict[str, int] = {}
    for index, attribute in enumerate(attributes):
        first = seen.setdefault(attribute.key.casefold(), index)
        if first != index:
            same = attributes[first].key
            yield f"[{index}].key", attribute.key, f"is the same key as [{first}].key ({same!r})."


@rule(
    "OIC-403",
    "An attribute value is an Okta expression: user.ATTRIBUTE or a quoted literal",
    askers=(Asker.COMPONENT, Asker.POLICY, Asker.DOCTOR),
    source="AWS page, step 4: «In the Value field, enter user.AttributeName»; Okta: a constant is "
    "sent as it stands, with or without quotes",
    remedy='write user.department for an attribute of the profile, or "blue" (with the quotes) for '
    "a fixed text.",
    good=Attribute("Department", "user.department"),
    bad=Attribute("Department", "department"),
)
def attribute_value(attribute: Attribute) -> Iterator[Draft]:
    """Subject: one attribute. Judges bare words and wrappers; it is no full parser."""
    value = attribute.value
    if not value.strip():
        yield "value", value, "is empty."
    elif len(value) > _OKTA_VALUE_MAX:
        yield "value", value[:40] + "…", f"has {len(value)} characters; Okta takes 1024."
    elif "${" in value or "#{" in value:
        inner = re.sub(r"[$#]\{\s*([^}]*?)\s*\}", r"\1", value)
        yield "value", value, f"is wrapped; Okta expects the expression itself: {inner}."
    elif value.count('"') % 2 or value.count("'") % 2:
        yield "value", value, "has an opening quote without a closing one."
    else:
        for word in _bare_words(value):
            yield "value", value, f"{word} stands bare, so Okta sends the text {word!r}."


_QUOTED = re.compile(r'"[^"]*"|\'[^\']*\'')
_WORD = re.compile(r"(?<![\w.])[^\W\d]\w*(?!\w)(?!\s*[.(])")
_KEYWORDS = frozenset({"and", "or", "true", "false", "null", "matches", "not"})


def _bare_words(expression: str) -> list[str]:
    words = _WORD.findall(_QUOTED.sub('""', expression))
    return [word for word in words if word.casefold() not in _KEYWORDS]


@rule(
    "OIC-404",
    "At most 50 attributes",
    askers=(Asker.COMPONENT, Asker.POLICY, Asker.DOCTOR),
    source="AWS: at most 50 attributes for access control in one assertion",
    remedy="remove attributes that no policy asks for.",
    good=(Attribute("Department", "user.department"),),
    bad=tuple(Attribute(f"Key{n}", "user.title") for n in range(51)),
)
def attribute_count(attributes: tuple[Attribute, ...]) -> Iterator[Draft]:
    """Subject: all attributes."""
    if len(attributes) > 50:
        yield "", str(len(attributes)), "attributes are more than AWS takes (50)."


@rule(
    "OIC-405",
    "A session tag's value is at most 256 letters, digits, blanks or _.:/=+-@",
    severity=Severity.ADVISORY,
    askers=(Asker.COMPONENT, Asker.POLICY, Asker.DOCTOR),
    source="AWS STS, session tags: a value is 0–256 letters, separators, numbers and _.:/=+-@; no "
    "comma, semicolon, parenthesis, ampersand or apostrophe",
    remedy="change the value in the profile, or replace the character in the attribute's "
    'expression: String.replace(user.department, "&", "and").',
    good={"Department": "Research"},
    bad={"Department": "R&D"},
)
def session_tags(tags: Mapping[str, str]) -> Iterator[Draft]:
    """Subject: one person's tags, key → value."""
    for key, value in tags.items():
        if len(value) > 256:
            yield key, value[:40] + "…", f"has {len(value)} characters; sign-in fails with it."
        elif not _tag_characters(value):
            wrong = sorted({c for c in value if not _tag_characters(c)})
            yield key, value, f"holds {' '.join(wrong)}: STS does not take it as a session tag."
