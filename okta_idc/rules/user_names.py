"""3xx, user names: the app's username format, and what it makes of one person."""

import re
from collections.abc import Iterator, Mapping

from okta_idc.rules.okta_profile import OKTA_ATTRIBUTES
from okta_idc.rules.registry import Asker, Draft, Severity, rule
from okta_idc.rules.text import named_characters, white_space

ADDR_SPEC = re.compile(r"[^@\s]+@[^@\s]+")
"""An email address, as far as a rule can judge it (RFC 2822 addr-spec is wider and stranger)."""

_REFERENCE = re.compile(r"\b(?:source|user)\.(\w+)")


@rule(
    "OIC-314",
    "A username holds no white space",
    askers=(Asker.DOCTOR,),
    source="AWS SCIM API, CreateUser and Identity Store API: a user name is letters, marks, "
    "symbols, numbers and punctuation. PutUser's page allows blanks, but nobody gets there who was "
    "not created",
    remedy="change the username, or the app's username format (federation.app.user_name_template).",
    good={"userName": "ada.byron@example.com"},
    bad={"userName": "ada byron"},
)
def user_name_space(profile: Mapping[str, object]) -> Iterator[Draft]:
    """Subject: one app user's profile. Other white space than AWS's own is OIC-305's."""
    value = profile.get("userName")
    if isinstance(value, str) and value.strip() and (found := white_space(value)):
        yield "userName", value, f"holds {named_characters(found)}."


@rule(
    "OIC-315",
    "A username is an email address",
    severity=Severity.ADVISORY,
    askers=(Asker.DOCTOR,),
    source="AWS User Guide, external identity providers: NameID has the format emailAddress, an "
    "RFC 2822 address, and equals the SCIM user name. SCIM itself takes any name, so such a user "
    "appears in AWS, and whether sign-in takes the name is not documented",
    remedy="choose ${source.login} or ${source.email} as the app's username format "
    "(federation.app.user_name_template).",
    good={"userName": "ada@example.com"},
    bad={"userName": "ada"},
)
def user_name_address(profile: Mapping[str, object]) -> Iterator[Draft]:
    """Subject: one app user's profile."""
    value = profile.get("userName")
    if isinstance(value, str) and value.strip() and not ADDR_SPEC.fullmatch(value):
        yield "userName", value, "is not an email address."


@rule(
    "OIC-320",
    "The app's username format names an attribute of the person",
    askers=(Asker.COMPONENT, Asker.POLICY, Asker.DOCTOR),
    source="Okta API, userNameTemplate: its value becomes NameID and SCIM userName; without a "
    "reference everybody gets the same name, and AWS takes the first of them (409)",
    remedy="use ${source.login}, ${source.email} or ${fn:toLowerCase(source.email)}.",
    good="${source.login}",
    bad="aws-user",
)
def user_name_template(template: str) -> Iterator[Draft]:
    """Subject: `app.user_name_template`, Okta's userNameTemplate."""
    if not re.search(r"\b\w+\.\w", re.sub(r"'[^']*'|\"[^\"]*\"", "", template)):
        yield "", template, "names no attribute."


@rule(
    "OIC-321",
    "The app's username format uses an attribute that is unique",
    severity=Severity.ADVISORY,
    askers=(Asker.POLICY,),
    source="AWS page, Troubleshooting: «Usernames should be mapped to attributes that are unique "
    "within your directory in Okta». Of Okta's own attributes only login is",
    remedy="use ${source.login}, or make sure that nobody shares the value (OIC-302 looks).",
    good="${source.login}",
    bad="${source.email}",
)
def user_name_unique(template: str) -> Iterator[Draft]:
    """Subject: `app.user_name_template`. An attribute of the org's own may be unique: silent."""
    used = set(_REFERENCE.findall(template))
    if used and used <= OKTA_ATTRIBUTES - {"login"}:
        yield "", template, f"is made from {', '.join(sorted(used))}, which two people may share."
