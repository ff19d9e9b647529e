"""3xx, usernames, and the app's username format."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from okta_idc.okta_expression import OKTA_ATTRIBUTES, Invalid, parse_username_format, username_of
from okta_idc.rules.characters import (
    forbidden,
    named_characters,
    outside,
    quoted,
    white_space,
)
from okta_idc.rules.registry import (
    EnforcementPoint,
    Related,
    Severity,
    Violation,
    component_rule,
    rule,
    user_rule,
)

ADDR_SPEC = re.compile(r"[^@\s]+@[^@\s]+")
"""An approximation of an RFC 2822 addr-spec."""

_ADDRESSES = frozenset({"email", "login", "secondEmail"})


@user_rule(
    "OIC-314",
    "A username contains white space",
    source="AWS SCIM API (CreateUser) and Identity Store API: letters, marks, symbols, numbers "
    "and punctuation. PutUser's page allows spaces, but only for existing users",
    remedy="Change the username, or the app's username format (`app.username_format`).",
    good={"userName": "ada.byron@example.com"},
    bad={"userName": "ada byron"},
)
def user_name_space(profile: Mapping[str, object]) -> Iterator[Violation]:
    """Subject: one app user's profile. OIC-305 covers other white space."""
    value = profile.get("userName")
    if isinstance(value, str) and value.strip() and (found := white_space(value)):
        yield "userName", value, f"contains {named_characters(found)}."


@user_rule(
    "OIC-315",
    "A username is not an email address",
    severity=Severity.ADVISORY,
    source="AWS User Guide, external identity providers: NameID is an email address (RFC 2822), "
    "and equals the SCIM username. SCIM accepts any name, so the user appears in AWS; whether "
    "they can sign in is not documented",
    remedy="Set `app.username_format` to ${source.login} or ${source.email}.",
    good={"userName": "ada@example.com"},
    bad={"userName": "ada"},
)
def user_name_address(profile: Mapping[str, object]) -> Iterator[Violation]:
    """Subject: one app user's profile."""
    value = profile.get("userName")
    if isinstance(value, str) and value.strip() and not ADDR_SPEC.fullmatch(value):
        yield "userName", value, "is not an email address."


USER_NAME_MAX = 128


@component_rule(
    "OIC-329",
    "A declared username contains what AWS rejects",
    source="AWS SCIM API (CreateUser) and Identity Store API: at most 128 letters, marks, symbols, "
    "numbers and punctuation; AWS's page forbids <>;:% "
    "(docs/research/aws-setup-page.md#troubleshooting)",
    remedy="Correct the username, or remove it: the app's username format applies then.",
    good="ada@example.com",
    bad="ada byron@example.com",
)
def declared_user_name(name: str) -> Iterator[Violation]:
    """Subject: the username of one user in `assignments.users`."""
    if found := white_space(name) | outside(name):
        yield "", name, f"contains {named_characters(found)}."
    if found := forbidden(name):
        yield "", name, f"contains {quoted(found)}."
    if len(name) > USER_NAME_MAX:
        yield "", name, f"has {len(name)} characters; AWS accepts {USER_NAME_MAX}."


@rule(
    "OIC-320",
    "The app's username format is not valid",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="Okta API, userNameTemplate: its value becomes NameID and SCIM userName. Without an "
    "attribute, all users get the same name, and AWS accepts only the first user (409)",
    remedy="Use ${source.login}, ${source.email} or ${fn:toLowerCase(source.email)}.",
    good="${source.login}",
    bad="aws-user",
)
def user_name_template(template: str) -> Iterator[Violation]:
    """Subject: `app.username_format` (`userNameTemplate` in Okta)."""
    found = parse_username_format(template)
    if isinstance(found, Invalid):
        yield "", template, found.reason


@rule(
    "OIC-321",
    "The app's username format uses an attribute that is not unique",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY),
    source="docs/research/aws-setup-page.md#troubleshooting",
    remedy="Use ${source.login}, or make sure that the values are unique: `okta-idc doctor` "
    "checks them (OIC-302).",
    good="${source.login}",
    bad="${source.email}",
)
def user_name_unique(template: str) -> Iterator[Violation]:
    """Subject: `app.username_format`. A custom attribute may be unique, so it has no finding."""
    used = _attributes_of(template)
    if used and used <= OKTA_ATTRIBUTES - {"login"}:
        yield "", template, f"uses {', '.join(sorted(used))}, which several users may share."


@rule(
    "OIC-325",
    "The app's username format does not produce email addresses",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY),
    source="AWS User Guide, external identity providers: NameID is an email address (RFC 2822), "
    "and equals the SCIM username. Advisory, as OIC-315",
    remedy="Use ${source.login}, ${source.email} or ${fn:toLowerCase(source.email)}.",
    good="${source.login}",
    bad="${source.employeeNumber}",
)
def user_name_is_address(template: str) -> Iterator[Violation]:
    """Subject: `app.username_format`. Assumes that custom attributes hold email addresses."""
    used = _attributes_of(template)
    name = username_of(template, {a: _sample(a) for a in used})
    if isinstance(name, str) and "@" not in name:
        yield "", template, f"produces usernames such as {name!r}, which is not an email address."


def _attributes_of(template: str) -> frozenset[str]:
    found = parse_username_format(template)
    return frozenset() if isinstance(found, Invalid) else found.attributes


def _sample(attribute: str) -> str:
    plain = attribute in OKTA_ATTRIBUTES - _ADDRESSES
    return attribute if plain else f"{attribute}@example.com"


@dataclass(frozen=True, slots=True)
class Renaming:
    """The username format in Okta, the declared one, and the one in `rename_users_from`."""

    old: str
    new: str
    confirmed: str | None = None


@rule(
    "OIC-326",
    "The username format changes without confirmation",
    enforced_by=(EnforcementPoint.COMPONENT,),
    source="Okta API, userNameTemplate: its value becomes NameID and SCIM userName, so another "
    "format renames all users in IAM Identity Center",
    remedy="To rename all users, set `app.rename_users_from` to the current format; otherwise, "
    "restore that format.",
    good=Renaming("${source.login}", "${source.email}", confirmed="${source.login}"),
    bad=Renaming("${source.login}", "${source.email}"),
)
def renaming_is_confirmed(change: Renaming) -> Iterator[Violation]:
    """Subject: the change. The confirmation names the current format, so it allows no later
    change."""
    if change.old != change.new and change.old != change.confirmed:
        problem = "renames all users; Okta has a different format."
        yield "", change.new, problem, Related("", change.old)
