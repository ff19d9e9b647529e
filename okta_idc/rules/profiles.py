"""3xx, user profiles: what Okta may send through SCIM, judged on an app user's profile.

A profile is a mapping of Okta's attribute names (`firstName`, `title`, …) to values. Values of
any type are tolerated: Okta's profiles hold nulls, numbers and lists.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping

from okta_idc.rules.registry import Draft, Finding, rule

Profile = Mapping[str, object]

_REQUIRED = {
    "firstName": "First name",
    "lastName": "Last name",
    "userName": "Username",
    "displayName": "Display name",
}
_FORBIDDEN = "<>;:%"
_COLON_IS_NATURAL = frozenset({"profileUrl", "locale", "timezone", "photoUrl"})
_ADDRESS = ("streetAddress", "city", "state", "zipCode", "countryCode")


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


@rule(
    "OIC-301",
    "Every user has a first name, last name, username and display name",
    source="AWS page, Troubleshooting: «Every user must have a First name, Last name, Username, "
    "and Display name value specified … that user will not be provisioned»",
    remedy="fill the attribute in the person's Okta profile (Directory → People).",
    good={
        "firstName": "Ada",
        "lastName": "Byron",
        "userName": "a@example.com",
        "displayName": "Ada B",
    },
    bad={"firstName": "Ada", "lastName": "Byron", "userName": "a@example.com", "displayName": ""},
)
def required_names(profile: Profile) -> Iterator[Draft]:
    """Subject: one app user's profile; `userName` is the app user name."""
    for attribute, label in _REQUIRED.items():
        if not _text(profile.get(attribute)).strip():
            yield attribute, None, f"{label} is empty."


@rule(
    "OIC-302",
    "Usernames are unique",
    source="AWS page, Troubleshooting: «Usernames should be mapped to attributes that are unique "
    "within your directory»; AWS compares them without case",
    remedy="give one of them another value, or map the username to an attribute that is unique "
    "(federation.app.user_name_template).",
    good=("a@example.com", "b@example.com"),
    bad=("a@example.com", "A@example.com"),
)
def unique_user_names(user_names: tuple[str, ...]) -> Iterator[Draft]:
    """Subject: the app user names of everybody who is assigned."""
    holders: dict[str, list[int]] = defaultdict(list)
    for index, name in enumerate(user_names):
        holders[name.casefold()].append(index)
    for indexes in holders.values():
        for index in indexes[1:]:
            yield f"[{index}]", user_names[index], f"is the username of {len(indexes)} people."


@rule(
    "OIC-303",
    "Synchronised attributes hold none of <>;:%",
    source="AWS page, Troubleshooting: «The following special characters must not be used in "
    "attributes that are synchronized with SCIM: <>;:%». The patterns of AWS's SCIM API allow some "
    "of them, so attributes where a colon is natural (profileUrl, locale, timezone) are left out",
    remedy="remove the character from the person's Okta profile, or from the mapping.",
    good={"title": "Head of Research"},
    bad={"title": "VP <Sales>"},
)
def forbidden_characters(profile: Profile) -> Iterator[Draft]:
    """Subject: one app user's profile."""
    for attribute, value in profile.items():
        if attribute in _COLON_IS_NATURAL or not isinstance(value, str):
            continue
        wrong = sorted({c for c in value if c in _FORBIDDEN})
        if wrong:
            yield attribute, value, f"holds {' '.join(wrong)}."


@rule(
    "OIC-304",
    "An address is complete or absent",
    source="AWS page, Troubleshooting: «If you update a user's address you must have "
    "streetAddress, city, state, zipCode and the countryCode value specified»",
    remedy="fill all five parts of the address in the person's Okta profile, or none.",
    good={"city": "Berlin", "title": "Clerk"} | dict.fromkeys(_ADDRESS, "x"),
    bad={"streetAddress": "1 Main St", "city": "Springfield"},
)
def complete_address(profile: Profile) -> Iterator[Draft]:
    """Subject: one app user's profile."""
    missing = [part for part in _ADDRESS if not _text(profile.get(part)).strip()]
    if 0 < len(missing) < len(_ADDRESS):
        yield "address", None, f"lacks {', '.join(missing)}."


@rule(
    "OIC-305",
    "Synchronised attributes hold no control or zero-width characters",
    source="AWS SCIM API, CreateUser: names are letters, marks, symbols, numbers, punctuation; "
    "other characters break the single user with a generic 400",
    remedy="type the value anew in the person's Okta profile; it was probably pasted.",
    good={"title": "Engineer"},
    bad={"title": "Engi\u200bneer"},
)
def hidden_characters(profile: Profile) -> Iterator[Draft]:
    """Subject: one app user's profile. Names the characters, since nobody can see them."""
    for attribute, value in profile.items():
        if not isinstance(value, str):
            continue
        hidden = {c for c in value if unicodedata.category(c) in ("Cc", "Cf") and c not in "\t\n\r"}
        if hidden:
            names = ", ".join(
                f"U+{ord(c):04X} {unicodedata.name(c, 'CONTROL')}" for c in sorted(hidden)
            )
            yield attribute, value, f"holds {names}."


PER_PROFILE = (required_names, forbidden_characters, complete_address, hidden_characters)
"""The rules that judge one profile by itself."""


def judge(profile: Profile) -> list[Finding]:
    """Everything that the rules on a single profile find."""
    return [finding for rule in PER_PROFILE for finding in rule(profile)]
