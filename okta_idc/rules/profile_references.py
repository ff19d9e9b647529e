"""4xx, the attributes of Okta users that expressions refer to.

An expression fills an attribute statement or a mapped attribute, makes usernames, or is the
condition of a group rule.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from okta_idc.okta_expression import (
    INTERNAL_PROPERTIES,
    OKTA_ATTRIBUTES,
    UsernameFormat,
    parse_username_format,
    references,
)
from okta_idc.rules.registry import EnforcementPoint, Violation, rule
from okta_idc.rules.suggestions import closest


@dataclass(frozen=True, slots=True)
class ExpressionAndSchema:
    """An expression or a username format, and the names of all attributes in the org's user
    profiles."""

    value: str
    profile_attributes: frozenset[str]
    username_format: bool = False


def attributes_in(value: str, *, username_format: bool = False) -> frozenset[str]:
    """The attributes of Okta users that an expression or a username format refers to."""
    if not username_format:
        return frozenset(each.attribute for each in references(value) if each.profile != "appuser")
    found = parse_username_format(value)
    return found.attributes if isinstance(found, UsernameFormat) else frozenset()


def custom_attributes_in(value: str, *, username_format: bool = False) -> frozenset[str]:
    """The attributes that not every org has."""
    return attributes_in(value, username_format=username_format) - OKTA_ATTRIBUTES


@rule(
    "OIC-414",
    "An expression refers to a profile attribute that does not exist",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.DOCTOR),
    source="docs/research/okta-api.md#user-profile; docs/research/okta-api.md#expressions",
    remedy="Use the variable name that Okta shows (Directory → Profile Editor).",
    good=ExpressionAndSchema("user.badge", frozenset({"badge"})),
    bad=ExpressionAndSchema("user.departement", frozenset({"badge"})),
)
def known_reference(subject: ExpressionAndSchema) -> Iterator[Violation]:
    """Subject: one expression, and the attributes of all user types of the org."""
    known = subject.profile_attributes | OKTA_ATTRIBUTES
    used = custom_attributes_in(subject.value, username_format=subject.username_format)
    template = subject.username_format and "user." not in subject.value
    prefix = "source" if template else "user"
    other = {each.attribute: each.profile for each in references(subject.value)}
    for name in sorted(used - known):
        owner = other.get(name, prefix)
        problem = f"refers to {owner}.{name}, which no profile has.{_hint(name, owner, known)}"
        yield "", subject.value, problem


def _hint(name: str, prefix: str, known: frozenset[str]) -> str:
    if name in INTERNAL_PROPERTIES and prefix == "user":
        return f' Did you mean user.getInternalProperty("{name}")?'
    close = closest(name[:100], sorted(known))
    return f" Did you mean {prefix}.{close}?" if close else ""
