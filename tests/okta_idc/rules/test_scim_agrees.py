"""The rules on a profile and the SCIM endpoint of the sandbox agree, though neither knows the
other: the rules are ours, the endpoint is built after AWS's patterns."""

import re
from typing import Any

from hypothesis import given, settings

from okta_idc.rules import Severity
from okta_idc.rules.profiles import ADDRESS, judge
from sandbox.aws.scim_rules import InvalidError, user_record
from sandbox.provisioning.document import scim_user
from tests.okta_idc.rules import a_profile

_OKTA = {
    "name.givenName": {"firstName"},
    "name.familyName": {"lastName"},
    "name.middleName": {"middleName"},
    "name.honorificPrefix": {"honorificPrefix"},
    "name.honorificSuffix": {"honorificSuffix"},
    "emails.value": {"email"},
    "phoneNumbers.value": {"primaryPhone"},
    "manager.value": {"manager"},
    **{
        f"addresses.{part}": {"address", *ADDRESS}
        for part in ("streetAddress", "locality", "region", "postalCode", "country")
    },
}
"""Okta's attributes behind those that SCIM names otherwise."""


def refusal(profile: dict[str, Any]) -> str | None:
    """Why the endpoint refuses the user that Okta makes of the profile."""
    document = scim_user("00u1", profile.get("userName"), profile, True)  # type: ignore[arg-type]
    try:
        user_record(document, "https://scim.aws.com/x")
    except InvalidError as error:
        return str(error)
    return None


def behind(reason: str) -> set[str]:
    """The Okta attributes that a reason of the endpoint is about."""
    [path] = re.findall(r"^(?:Value at ')?([\w.]+)", reason)
    return _OKTA.get(path, {path.removeprefix("enterprise.")})


@settings(max_examples=3_000)
@given(a_profile())
def test_a_profile_is_refused_exactly_when_a_finding_says_why(profile: dict[str, Any]) -> None:
    blocking = [f for f in judge(profile) if f.rule.severity is Severity.BLOCKING]
    reason = refusal(profile)
    if not blocking:
        assert reason is None
    if reason is not None:
        assert behind(reason) & {finding.place for finding in blocking}
