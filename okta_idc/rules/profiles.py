"""3xx, user profiles: what Okta may send through SCIM, judged on one app user's profile.

A profile is a mapping of Okta's attribute names (`firstName`, `title`, …) to values; `userName` is
the app user name. Values of any type are tolerated: Okta's profiles hold nulls, numbers and lists.
Judged are the attributes that the app sends (SENT); which the catalog app really sends in a given
org is written in its profile mapping. What takes all people to see is in `people`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from okta_idc.rules.characters import FORBIDDEN, forbidden, named_characters, outside
from okta_idc.rules.profile_mappings import UNSUPPORTED, roles, unsupported
from okta_idc.rules.registry import Finding, Violation, user_rule
from okta_idc.rules.user_names import ADDR_SPEC, user_name_address, user_name_space

Profile = Mapping[str, object]

REQUIRED = {
    "firstName": "First name",
    "lastName": "Last name",
    "userName": "Username",
    "displayName": "Display name",
}
"""What every user must have, with the names of AWS's page
(docs/research/aws-setup-page.md#troubleshooting)."""

ADDRESS = ("streetAddress", "city", "state", "zipCode", "countryCode")

SENT = (
    *REQUIRED, "middleName", "honorificPrefix", "honorificSuffix", "nickName", "profileUrl",
    "title", "userType", "preferredLanguage", "locale", "timezone", "email", "primaryPhone",
    *ADDRESS, "employeeNumber", "costCenter", "organization", "division", "department", "manager",
)  # fmt: skip
"""The attributes judged here, in Okta's names: every one that AWS's SCIM user has a place for."""

_NO_URL = tuple(attribute for attribute in SENT if attribute != "profileUrl")
_ONE_VALUE = ("email", "primaryPhone", *ADDRESS)
_EMPTY = tuple(a for a in SENT if a not in REQUIRED and a != "manager")
_NAME_MAX, _USER_NAME_MAX = 1024, 128
_IN_OKTA = "in the person's Okta profile (Directory → People)"


def _blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _texts(profile: Profile, attributes: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for attribute in attributes:
        value = profile.get(attribute)
        if isinstance(value, str):
            yield attribute, value


@user_rule(
    "OIC-301",
    "A user lacks a first name, last name, username or display name",
    source="AWS's page (docs/research/aws-setup-page.md#troubleshooting): a user without one of "
    "them is not provisioned",
    remedy=f"fill the attribute {_IN_OKTA}.",
    good={
        "firstName": "Ada",
        "lastName": "Byron",
        "userName": "a@example.com",
        "displayName": "Ada B",
    },
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
    "app forbid them in synchronized attributes; the Identity Store API allows all five. The rule "
    "follows the page, except for profileUrl: every URL has a colon. Judged: " + ", ".join(_NO_URL),
    remedy=f"remove the character {_IN_OKTA}, or from the mapping.",
    good={"title": "Head of Research", "profileUrl": "https://example.com/ada"},
    bad={"title": "VP <Sales>"},
)
def forbidden_characters(profile: Profile) -> Iterator[Violation]:
    """Subject: one app user's profile."""
    for attribute, value in _texts(profile, _NO_URL):
        if wrong := forbidden(value):
            yield attribute, value, f"holds {' '.join(wrong)}."


@user_rule(
    "OIC-304",
    "An address is incomplete",
    source="AWS's page (docs/research/aws-setup-page.md#troubleshooting): an incomplete address is "
    "refused",
    remedy="fill all five parts of the address in the person's Okta profile, or none.",
    good={"city": "Berlin", "title": "Clerk"} | dict.fromkeys(ADDRESS, "x"),
    bad={"streetAddress": "1 Main St", "city": "Springfield"},
)
def complete_address(profile: Profile) -> Iterator[Violation]:
    """Subject: one app user's profile."""
    missing = [part for part in ADDRESS if _blank(profile.get(part))]
    if missing and any(profile.get(part) not in (None, "") for part in ADDRESS):
        yield "address", None, f"lacks {', '.join(missing)}."


@user_rule(
    "OIC-305",
    "A synchronized attribute contains control or zero-width characters",
    source="AWS Identity Store API: texts are letters, marks, symbols, numbers, punctuation, tab, "
    "line ends and three blanks; another character breaks the one user with a generic 400",
    remedy=f"type the value anew {_IN_OKTA}; it was probably pasted.",
    good={"title": "Engineer"},
    bad={"title": "Engi\u200bneer"},
)
def hidden_characters(profile: Profile) -> Iterator[Violation]:
    """Subject: one app user's profile. Names the characters, since nobody can see them."""
    for attribute, value in _texts(profile, SENT):
        if hidden := outside(value):
            yield attribute, value, f"holds {named_characters(hidden)}."


@user_rule(
    "OIC-307",
    "An attribute is an empty string instead of null",
    source="AWS SCIM API and Okta's article on the app: an empty text is not allowed, null is. In "
    "Okta a value that was never set is null, and a cleared one is an empty text",
    remedy="set the attribute to null: clear it by API or import, or map it by an expression that "
    'gives null: user.title == "" ? null : user.title.',
    good={"title": None},
    bad={"title": ""},
)
def no_empty_text(profile: Profile) -> Iterator[Violation]:
    """Subject: one app user's profile. Leaves the names to OIC-301, half an address to OIC-304
    and the manager to OIC-310."""
    empty = [attribute for attribute in _EMPTY if profile.get(attribute) == ""]
    if not empty:
        return
    half_an_address = any(profile.get(part) not in (None, "") for part in ADDRESS)
    for attribute in empty:
        if not (half_an_address and attribute in ADDRESS):
            yield attribute, "", "is an empty text."


@user_rule(
    "OIC-308",
    "A synchronized attribute is not a string",
    source="SCIM core schema (RFC 7643 §4.1) and AWS Identity Store API: these attributes are "
    "strings; AWS answers 400 to a number or a list",
    remedy="change the type of the attribute in Okta (Profile Editor), or map it by an expression "
    'that gives a text: user.employeeNumber + "".',
    good={"employeeNumber": "4711"},
    bad={"employeeNumber": 4711},
)
def only_texts(profile: Profile) -> Iterator[Violation]:
    """Subject: one app user's profile. Lists in the attributes of OIC-309 are left to it."""
    for attribute in SENT:
        kind = _kind(profile.get(attribute))
        if kind and not (kind == "a list" and attribute in _ONE_VALUE):
            yield attribute, None, f"is {kind}, not a text."


def _kind(value: object) -> str:
    """What a value is that is no text; empty for a text and for null."""
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
    source="AWS SCIM API: at most one of emails, addresses and phoneNumbers; more than one is "
    "answered with 400, and only CloudTrail says «exceeds allowed limit of 1»",
    remedy="map an attribute that holds one value.",
    good={"email": "ada@example.com"},
    bad={"email": ["ada@example.com", "ada@example.org"]},
)
def one_value(profile: Profile) -> Iterator[Violation]:
    """Subject: one app user's profile."""
    for attribute in _ONE_VALUE:
        value = profile.get(attribute)
        if isinstance(value, list):
            yield attribute, None, "is a list; AWS takes one value."


@user_rule(
    "OIC-310",
    "The manager is empty",
    source="AWS SCIM API, common errors: an empty enterprise manager.value is refused "
    "(docs/research/scim.md#attributes)",
    remedy="fill the manager in the person's Okta profile, or set it to null.",
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
    remedy=f"shorten the value {_IN_OKTA}.",
    good={"userName": "a@example.com"},
    bad={"userName": "a" * 129},
)
def lengths(profile: Profile) -> Iterator[Violation]:
    """Subject: one app user's profile. Counts code points."""
    for attribute, value in _texts(profile, SENT):
        most = _USER_NAME_MAX if attribute == "userName" else _NAME_MAX
        if len(value) > most:
            yield attribute, value, f"has {len(value)} characters; AWS takes {most}."


PER_PROFILE = (
    required_names, forbidden_characters, complete_address, hidden_characters, no_empty_text,
    only_texts, one_value, manager, roles, unsupported, lengths, user_name_space, user_name_address,
)  # fmt: skip
"""The rules that judge one profile by itself."""


def judge(profile: Profile) -> list[Finding]:
    """Everything that the rules on a single profile find."""
    if _is_clean(profile):
        return []
    return [finding for ask in PER_PROFILE for finding in ask(profile)]


def _is_clean(profile: Profile) -> bool:
    """Whether surely no rule finds anything: one look at all texts together instead of thirteen.

    It decides the many; a profile that it does not vouch for is judged rule by rule. A test holds
    it to the rules.
    """
    values: list[Any] = list(map(profile.get, _NO_URL))
    texts = [value for value in values if value is not None]
    try:
        joined = "".join(texts)
    except TypeError:
        return False  # something that is no text
    return (
        None not in values[_NAMES]
        and values[_PARTS].count(None) in (0, len(ADDRESS))
        and len(joined) <= _NAME_MAX
        and joined.isprintable()
        and min(texts) >= "!"  # none is empty or begins with a blank: no printable sorts before it
        and len(values[_USER_NAME]) <= _USER_NAME_MAX
        and ADDR_SPEC.fullmatch(values[_USER_NAME]) is not None
        and not any(map(joined.__contains__, FORBIDDEN))
        and profile.get("profileUrl") is None
        and not any(map(profile.__contains__, _UNUSUAL))
    )


_UNUSUAL = ("roles", *UNSUPPORTED)
_NAMES = slice(0, len(REQUIRED))
_PARTS = slice(_NO_URL.index(ADDRESS[0]), _NO_URL.index(ADDRESS[-1]) + 1)
_USER_NAME = _NO_URL.index("userName")
