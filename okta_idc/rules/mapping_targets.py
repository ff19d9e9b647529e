"""3xx, the attributes of the app that a profile mapping fills."""

from collections.abc import Iterator

from okta_idc.rules.profile_mappings import Mapped, ProfileMapping
from okta_idc.rules.profiles import SENT
from okta_idc.rules.registry import EnforcementPoint, Violation, rule

_OTHER_NAMES = {
    "active": "",
    "addresses": "streetAddress",
    "emails": "email",
    "externalId": "",
    "familyName": "lastName",
    "formatted": "displayName",
    "givenName": "firstName",
    "mail": "email",
    "name": "displayName",
    "phoneNumber": "primaryPhone",
    "phoneNumbers": "primaryPhone",
    "postalCode": "zipCode",
    "region": "state",
    "country": "countryCode",
    "locality": "city",
    "surname": "lastName",
}
"""Names that AWS and SCIM use, and the app's name; empty if no mapping fills the attribute."""
_BY_LOWER_CASE = {name.lower(): name for name in SENT}


@rule(
    "OIC-327",
    "A profile mapping fills an attribute that the app does not have",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY),
    source="docs/research/scim.md#attributes; names in the app's profile are Okta's, and "
    "case-sensitive",
    remedy="Use the variable name that Okta shows (Directory → Profile Editor → the app).",
    good={"displayName": Mapped("user.displayName", push=True)},
    bad={"displayname": Mapped("user.displayName", push=True)},
)
def target_exists(mapping: ProfileMapping) -> Iterator[Violation]:
    """Subject: the mapping's declared part. Only names that the app certainly lacks have a finding:
    an administrator can add attributes."""
    for name in mapping:
        own = _BY_LOWER_CASE.get(name.lower())
        if own == "userName":
            yield name, None, "is not filled by a mapping, but by `app.username_format`."
        elif own and own != name:
            yield name, None, f"is not an attribute of the app. Did you mean {own}?"
        elif name in _OTHER_NAMES:
            other = _OTHER_NAMES[name]
            hint = f"Did you mean {other}?" if other else "Okta sets it itself."
            yield name, None, f"is not an attribute of the app. {hint}"
