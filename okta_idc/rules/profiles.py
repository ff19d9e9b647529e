"""3xx, user profiles: the attributes that Okta sends through SCIM for one user.

A profile maps Okta's attribute names (`firstName`, `title`, …) to values of any type; `userName` is
the app username. For comparisons between users, see `uniqueness`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from okta_idc.rules.characters import FORBIDDEN, forbidden, named_characters, outside, quoted
from okta_idc.rules.profile_mappings import UNSUPPORTED, roles, unsupported
from okta_idc.rules.registry import Finding, Severity, Violation, user_rule
from okta_idc.rules.user_names import (
    ADDR_SPEC,
    USER_NAME_MAX,
    user_name_address,
    user_name_space,
)

Profile = Mapping[str, object]

REQUIRED = {
    "firstName": "First name",
    "lastName": "Last name",
    "userName": "Username",
    "displayName": "Display name",
}
"""Required attributes with their names on AWS's page (docs/research/aws-setup-page.md)."""

ADDRESS = ("streetAddress", "city", "state", "zipCode", "countryCode")

SENT = (
    *REQUIRED, "middleName", "honorificPrefix", "honorificSuffix", "nickName", "profileUrl",
    "title", "userType", "preferredLanguage", "locale", "timezone", "email", "primaryPhone",
    *ADDRESS, "employeeNumber", "costCenter", "organization", "division", "department", "manager",
)  # fmt: skip
"""The attributes that AWS's SCIM user supports, by their names in Okta."""

_NO_URL = tuple(attribute for attribute in SENT if attribute != "profileUrl")
_ONE_VALUE = ("email", "primaryPhone", *ADDRESS)
_EMPTY = tuple(a for a in SENT if a not in REQUIRED and a != "manager")
_NAME_MAX = 1024
_IN_OKTA = "in the user's Okta profile (Directory → People)"


def _blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def sent_texts(profile: Profile, attributes: tuple[str, ...] = SENT) -> Iterator[tuple[str, str]]:
    """The attributes that are texts, with their values."""
    for attribute in attributes:
        value = profile.get(attribute)
        if isinstance(value, str):
            yield attribute, value


@user_rule(
    "OIC-301",
    "A user lacks a first name, last name, username or display name",
    source="docs/research/aws-setup-page.md#troubleshooting",
    remedy=f"Set the attribute {_IN_OKTA}.",
    good=dict.fromkeys(REQUIRED, "Ada"),
    bad={"firstName": "Ada", "lastName": "Byron", "userName": "a@example.com", "displayName": ""},
)
def required_names(profile: Profile) -> Iterator[Violation]:
    """Subject: one app user's profile."""
    for attribute, label in REQUIRED.items():
        if _blank(profile.get(attribute)):
            yield attribute, None, f"{label} is empty."


@user_rule(
    "OIC-303",
    "A synchronized attribute other than profileUrl contains one of <>;:%",
    source="AWS's page (docs/research/aws-setup-page.md#troubleshooting) and Okta's article on the "
    "app forbid them; the Identity Store API allows them",
    remedy=f"Remove the character {_IN_OKTA}, or the attribute from the profile mapping.",
    good={"title": "Head of Research", "profileUrl": "https://example.com/ada"},
    bad={"title": "VP <Sales>"},
)
def forbidden_characters(profile: Profile) -> Iterator[Violation]:
    """Subject: one app user's profile. profileUrl is exempt, since every URL contains a colon."""
    for attribute, value in sent_texts(profile, _NO_URL):
        if wrong := forbidden(value):
            yield attribute, value, f"contains {quoted(wrong)}."


@user_rule(
    "OIC-304",
    "An address is incomplete",
    source="docs/research/aws-setup-page.md#troubleshooting",
    remedy="Set all five parts of the address in the user's Okta profile, or none.",
    good={"city": "Berlin", "title": "Clerk"} | dict.fromkeys(ADDRESS, "x"),
    bad={"streetAddress": "1 Main St", "city": "Springfield"},
)
def complete_address(profile: Profile) -> Iterator[Violation]:
    """Subject: one app user's profile."""
    missing = [part for part in ADDRESS if _blank(profile.get(part))]
    if missing and any(profile.get(part) not in (None, "") for part in ADDRESS):
        yield "address", None, f"has no {', '.join(missing)}."


@user_rule(
    "OIC-305",
    "A synchronized attribute contains control or zero-width characters",
    source="AWS Identity Store API: letters, marks, symbols, numbers, punctuation, tabs, line "
    "ends and three kinds of space; AWS rejects other characters with a generic 400",
    remedy=f"Retype the value {_IN_OKTA}; it was probably pasted.",
    good={"title": "Engineer"},
    bad={"title": "Engi\u200bneer"},
)
def hidden_characters(profile: Profile) -> Iterator[Violation]:
    """Subject: one app user's profile. The message names the characters, which are invisible."""
    for attribute, value in sent_texts(profile):
        if hidden := outside(value):
            yield attribute, value, f"contains {named_characters(hidden)}."


@user_rule(
    "OIC-307",
    "An attribute is an empty string instead of null",
    source="AWS SCIM API and Okta's article on the app: null is allowed, an empty string is not. "
    "In Okta, an attribute that was never set is null, and a cleared one is an empty string",
    remedy="Set the attribute to null by API or import, or map it with an expression, for "
    'example user.title == "" ? null : user.title.',
    good={"title": None},
    bad={"title": ""},
)
def no_empty_text(profile: Profile) -> Iterator[Violation]:
    """Subject: one app user's profile. OIC-301 covers the names, OIC-304 an incomplete address,
    OIC-310 the manager."""
    empty = [attribute for attribute in _EMPTY if profile.get(attribute) == ""]
    if not empty:
        return
    half_an_address = any(profile.get(part) not in (None, "") for part in ADDRESS)
    for attribute in empty:
        if not (half_an_address and attribute in ADDRESS):
            yield attribute, "", "is an empty string."


@user_rule(
    "OIC-308",
    "A synchronized attribute is not a string",
    source="SCIM core schema (RFC 7643 §4.1) and AWS Identity Store API: these attributes are "
    "strings; AWS responds with 400 to a number or a list",
    remedy="Change the attribute's type in Okta (Directory → Profile Editor), or map it with an "
    'expression that returns a string, for example user.employeeNumber + "".',
    good={"employeeNumber": "4711"},
    bad={"employeeNumber": 4711},
)
def only_texts(profile: Profile) -> Iterator[Violation]:
    """Subject: one app user's profile. OIC-309 covers lists in its attributes."""
    for attribute in SENT:
        kind = _kind(profile.get(attribute))
        if kind and not (kind == "a list" and attribute in _ONE_VALUE):
            yield attribute, None, f"is {kind}, not a string."


def _kind(value: object) -> str:
    """The type of a value; empty for a string and for null."""
    if value is None or isinstance(value, str):
        return ""
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    return "a list" if isinstance(value, list) else "an object"


@user_rule(
    "OIC-309",
    "Email, phone number or address has several values",
    source="AWS SCIM API: at most one of emails, addresses and phoneNumbers; AWS responds with "
    "400 to more, and only CloudTrail records the reason",
    remedy="Map an attribute that has one value.",
    good={"email": "ada@example.com"},
    bad={"email": ["ada@example.com", "ada@example.org"]},
)
def one_value(profile: Profile) -> Iterator[Violation]:
    """Subject: one app user's profile."""
    for attribute in _ONE_VALUE:
        value = profile.get(attribute)
        if isinstance(value, list):
            yield attribute, None, "is a list; AWS accepts one value."


@user_rule(
    "OIC-310",
    "The manager is empty",
    source="docs/research/scim.md#attributes",
    remedy="Set the manager in the user's Okta profile, or set it to null.",
    good={"manager": None},
    bad={"manager": ""},
)
def manager(profile: Profile) -> Iterator[Violation]:
    """Subject: one app user's profile."""
    value = profile.get("manager")
    if value is not None and _blank(value):
        yield "manager", str(value), "is empty."


@user_rule(
    "OIC-313",
    "A username is longer than 128 characters, or an attribute longer than 1,024",
    source="AWS Identity Store API: UserName 1–128, other texts 1–1,024 characters",
    remedy=f"Shorten the value {_IN_OKTA}.",
    good={"userName": "a@example.com"},
    bad={"userName": "a" * 129},
)
def lengths(profile: Profile) -> Iterator[Violation]:
    """Subject: one app user's profile. Counts code points."""
    for attribute, value in sent_texts(profile):
        most = USER_NAME_MAX if attribute == "userName" else _NAME_MAX
        if len(value) > most:
            yield attribute, value, f"has {len(value)} characters; AWS accepts {most}."


PER_PROFILE = (
    required_names, forbidden_characters, complete_address, hidden_characters, no_empty_text,
    only_texts, one_value, manager, roles, unsupported, lengths, user_name_space, user_name_address,
)  # fmt: skip
"""The rules whose subject is one profile."""


def judge(profile: Profile) -> list[Finding]:
    """The findings of all rules on one profile."""
    if is_clean(profile):
        return []
    return [finding for rule in PER_PROFILE for finding in rule(profile)]


def is_clean(profile: Profile) -> bool:
    """Whether no rule can have a finding: a fast check, since most profiles are clean. False if in
    doubt; a test compares it with the rules."""
    values: list[Any] = list(map(profile.get, _NO_URL))
    texts = [value for value in values if value is not None]
    try:
        joined = "".join(texts)
    except TypeError:
        return False  # a value that is not a string
    return (
        None not in values[_NAMES]
        and values[_PARTS].count(None) in (0, len(ADDRESS))
        and len(joined) <= _NAME_MAX
        and joined.isprintable()
        and min(texts) >= "!"  # none is empty or starts with a space
        and len(values[_USER_NAME]) <= USER_NAME_MAX
        and ADDR_SPEC.fullmatch(values[_USER_NAME]) is not None
        and not any(map(joined.__contains__, FORBIDDEN))
        and profile.get("profileUrl") is None
        and not any(map(profile.__contains__, _UNUSUAL))
    )


_UNUSUAL = ("roles", *UNSUPPORTED)
_NAMES = slice(0, len(REQUIRED))
_PARTS = slice(_NO_URL.index(ADDRESS[0]), _NO_URL.index(ADDRESS[-1]) + 1)
_USER_NAME = _NO_URL.index("userName")


@user_rule(
    "OIC-330",
    "A user in AWS has no email address",
    severity=Severity.ADVISORY,
    source="docs/research/aws-setup-page.md#considerations",
    remedy="Give the user an email address in Okta, and map it to `email` (`profile_mappings`). "
    "Applications that identify users by their email address reject users without one.",
    good="ada@example.com",
    bad="",
)
def email_present(email: str) -> Iterator[Violation]:
    """Subject: the primary email address in AWS of a user whom SCIM created; empty for none. If
    Okta sends one, OIC-650 to OIC-657 report that AWS lacks it."""
    if not email.strip():
        yield "email", None, "is missing in AWS, and Okta sends none."
