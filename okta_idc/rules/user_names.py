"""3xx, user names: the app's username format, and what it makes of one person."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from okta_idc.okta_expression import (
    OKTA_ATTRIBUTES,
    Invalid,
    parse_username_format,
    username_of,
)
from okta_idc.rules.characters import named_characters, white_space
from okta_idc.rules.registry import EnforcementPoint, Related, Severity, Violation, rule, user_rule

ADDR_SPEC = re.compile(r"[^@\s]+@[^@\s]+")
"""An email address, as far as a rule can judge it (RFC 2822 addr-spec is wider and stranger)."""

_ADDRESSES = frozenset({"email", "login", "secondEmail"})


@user_rule(
    "OIC-314",
    "A username contains white space",
    source="AWS SCIM API, CreateUser and Identity Store API: a user name is letters, marks, "
    "symbols, numbers and punctuation. PutUser's page allows blanks, but nobody gets there who was "
    "not created",
    remedy="change the username, or the app's username format (federation.app.user_name_template).",
    good={"userName": "ada.byron@example.com"},
    bad={"userName": "ada byron"},
)
def user_name_space(profile: Mapping[str, object]) -> Iterator[Violation]:
    """Subject: one app user's profile. Other white space than AWS's own is OIC-305's."""
    value = profile.get("userName")
    if isinstance(value, str) and value.strip() and (found := white_space(value)):
        yield "userName", value, f"holds {named_characters(found)}."


@user_rule(
    "OIC-315",
    "A username is not an email address",
    severity=Severity.ADVISORY,
    source="AWS User Guide, external identity providers: NameID has the format emailAddress, an "
    "RFC 2822 address, and equals the SCIM user name. SCIM itself takes any name, so such a user "
    "appears in AWS, and whether sign-in takes the name is not documented",
    remedy="choose ${source.login} or ${source.email} as the app's username format "
    "(federation.app.user_name_template).",
    good={"userName": "ada@example.com"},
    bad={"userName": "ada"},
)
def user_name_address(profile: Mapping[str, object]) -> Iterator[Violation]:
    """Subject: one app user's profile."""
    value = profile.get("userName")
    if isinstance(value, str) and value.strip() and not ADDR_SPEC.fullmatch(value):
        yield "userName", value, "is not an email address."


@rule(
    "OIC-320",
    "The app's username format contains no user attribute",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="Okta API, userNameTemplate: its value becomes NameID and SCIM userName; without a "
    "reference everybody gets the same name, and AWS takes the first of them (409)",
    remedy="use ${source.login}, ${source.email} or ${fn:toLowerCase(source.email)}.",
    good="${source.login}",
    bad="aws-user",
)
def user_name_template(template: str) -> Iterator[Violation]:
    """Subject: `app.user_name_template`, Okta's userNameTemplate."""
    found = parse_username_format(template)
    if isinstance(found, Invalid):
        yield "", template, found.reason


@rule(
    "OIC-321",
    "The app's username format uses an attribute that is not unique",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY),
    source="AWS's page (docs/research/aws-setup-page.md#troubleshooting): user names are unique. "
    "Of Okta's own attributes only login is",
    remedy="use ${source.login}, or make sure that nobody shares the value (`okta-idc doctor`, "
    "OIC-302, looks).",
    good="${source.login}",
    bad="${source.email}",
)
def user_name_unique(template: str) -> Iterator[Violation]:
    """Subject: `app.user_name_template`. An attribute of the org's own may be unique: silent."""
    used = _attributes_of(template)
    if used and used <= OKTA_ATTRIBUTES - {"login"}:
        yield "", template, f"is made from {', '.join(sorted(used))}, which two people may share."


@rule(
    "OIC-325",
    "The app's username format does not produce email addresses",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY),
    source="AWS User Guide, external identity providers: NameID has the format emailAddress, an "
    "RFC 2822 address, and equals the SCIM user name. Advisory as OIC-315: SCIM takes any name",
    remedy="use ${source.login}, ${source.email} or ${fn:toLowerCase(source.email)}.",
    good="${source.login}",
    bad="${source.employeeNumber}",
)
def user_name_is_address(template: str) -> Iterator[Violation]:
    """Subject: `app.user_name_template`. Assumes that the org's own attributes hold addresses."""
    used = _attributes_of(template)
    name = username_of(template, {a: _sample(a) for a in used})
    if isinstance(name, str) and "@" not in name:
        yield "", template, f"gives usernames such as {name!r}, which is not an email address."


def _attributes_of(template: str) -> frozenset[str]:
    found = parse_username_format(template)
    return frozenset() if isinstance(found, Invalid) else found.attributes


def _sample(attribute: str) -> str:
    plain = attribute in OKTA_ATTRIBUTES - _ADDRESSES
    return attribute if plain else f"{attribute}@example.com"


@dataclass(frozen=True, slots=True)
class Renaming:
    """The username format as it is, as it is to be, and the one that may be left (None: none)."""

    old: str
    new: str
    may_leave: str | None = None


@rule(
    "OIC-326",
    "The username format changes without confirmation",
    enforced_by=(EnforcementPoint.COMPONENT,),
    source="Okta API, userNameTemplate: its value becomes NameID and SCIM userName, so a new "
    "format renames everybody in IAM Identity Center",
    remedy="if everybody is meant to be renamed, write the old format as `app.rename_users_from` "
    "in the settings; else put it back.",
    good=Renaming("${source.login}", "${source.email}", may_leave="${source.login}"),
    bad=Renaming("${source.login}", "${source.email}"),
)
def renaming_is_meant(change: Renaming) -> Iterator[Violation]:
    """Subject: the change. The word names the old format, so that it allows this change and no
    later one."""
    if change.old != change.new and change.old != change.may_leave:
        yield ("", change.new, "renames every user: Okta has another.", Related("", change.old))
