"""3xx, the app's profile mapping: the attributes that are sent, and their expressions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from okta_idc.okta_expression import Invalid, parse_tree, references
from okta_idc.rules.registry import (
    EnforcementPoint,
    Severity,
    Violation,
    core_rule,
    doctor_rule,
    rule,
)

UNSUPPORTED = ("password", "ims", "photos", "x509Certificates", "entitlements", "groups")
"""User attributes that AWS's SCIM endpoint does not support."""

_NAMES = ("firstName", "lastName", "displayName")


@rule(
    "OIC-311",
    "Roles are set, but AWS ignores them",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="docs/research/aws-setup-page.md#considerations",
    remedy="Remove roles from the profile mapping; use groups or an attribute for access control.",
    good={"title": "Engineer"},
    bad={"roles": ["admin"]},
)
def roles(profile: Mapping[str, object]) -> Iterator[Violation]:
    """Subject: one app user's profile, or a profile mapping's targets."""
    if profile.get("roles"):
        yield "roles", None, "is set."


@rule(
    "OIC-312",
    "A synchronized attribute is not supported by AWS",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="docs/research/scim.md#attributes",
    remedy="Remove the attribute from `profile_mappings`, or in Okta from the app's profile "
    "mapping (Provisioning → To App).",
    good={"title": "Engineer"},
    bad={"entitlements": ["billing"]},
)
def unsupported(profile: Mapping[str, object]) -> Iterator[Violation]:
    """Subject: one app user's profile, or a profile mapping's targets. Never shows a value: one of
    the attributes is a password."""
    for attribute in UNSUPPORTED:
        if profile.get(attribute):
            yield attribute, None, "is not supported by AWS."


@dataclass(frozen=True, slots=True)
class Mapped:
    """The expression for an attribute of the app. `push` False: sent only on creation."""

    expression: str | None
    push: bool


ProfileMapping = Mapping[str, Mapped]
"""`Mapped` by attribute of the app."""


@doctor_rule(
    "OIC-322",
    "The profile mapping lacks the first, last or display name",
    severity=Severity.ADVISORY,
    source="docs/research/aws-setup-page.md#provisioning-features; "
    "docs/research/okta-api.md#user-profile",
    remedy="Map the attribute (Provisioning → To App → Attribute Mappings); displayName, for "
    "example, to "
    'user.displayName != null ? user.displayName : user.firstName + " " + user.lastName.',
    good={name: Mapped(f"user.{name}", push=True) for name in _NAMES},
    bad={"firstName": Mapped(None, push=True)},
)
def names_are_mapped(mapping: ProfileMapping) -> Iterator[Violation]:
    """Subject: the complete mapping from Okta to the app."""
    for name in _NAMES:
        mapped = mapping.get(name)
        if mapped is None or not (mapped.expression or "").strip():
            yield name, None, "is not mapped."


@rule(
    "OIC-323",
    "A mapped attribute is not sent on updates",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="docs/research/aws-setup-page.md#provisioning-features; "
    "docs/research/okta-provider.md#profile-mappings",
    remedy="Set `push_status` to PUSH.",
    good={"displayName": Mapped("user.displayName", push=True)},
    bad={"displayName": Mapped("user.displayName", push=False)},
)
def mapping_is_pushed(mapping: ProfileMapping) -> Iterator[Violation]:
    """Subject: the mapping, or its declared part."""
    for name, mapped in mapping.items():
        if mapped.expression and not mapped.push:
            yield name, mapped.expression, "is sent only when the user is created."


@core_rule(
    "OIC-324",
    "A profile mapping is not an Okta expression",
    source="docs/research/okta-api.md#expressions",
    remedy="Use user.department for a profile attribute, or a condition such as "
    'user.displayName != null ? user.displayName : user.firstName + " " + user.lastName.',
    good={"title": Mapped("user.title", push=True)},
    bad={"title": Mapped("title", push=True)},
)
def expression_is_one(mapping: ProfileMapping) -> Iterator[Violation]:
    """Subject: the mapping, or its declared part. Unsupported expressions have no finding."""
    for name, mapped in mapping.items():
        found = parse_tree(mapped.expression or "")
        if isinstance(found, Invalid):
            yield name, mapped.expression, found.reason


@core_rule(
    "OIC-328",
    "A profile mapping to the app refers to the app's own profile",
    source="docs/research/okta-api.md#expressions",
    remedy="Refer to the Okta user: user.title.",
    good={"title": Mapped("user.title", push=True)},
    bad={"title": Mapped("appuser.title", push=True)},
)
def maps_the_okta_user(mapping: ProfileMapping) -> Iterator[Violation]:
    """Subject: the mapping, or its declared part."""
    for name, mapped in mapping.items():
        used = (each for each in references(mapped.expression or "") if each.profile == "appuser")
        for each in used:
            problem = f"refers to appuser.{each.attribute}, but the mapping fills this profile."
            yield name, mapped.expression, problem
