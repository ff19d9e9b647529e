"""3xx, the app's profile mapping: which attributes are sent, and what fills them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from okta_idc.okta_expression import Invalid, parse
from okta_idc.rules.registry import EnforcementPoint, Severity, Violation, doctor_rule, rule

UNSUPPORTED = ("password", "ims", "photos", "x509Certificates", "entitlements", "groups")
"""What AWS's SCIM endpoint does not take of a user."""

_NAMES = ("firstName", "lastName", "displayName")


@rule(
    "OIC-311",
    "Roles are set, which AWS ignores",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="AWS's page (docs/research/aws-setup-page.md#considerations): no roles. Against it, "
    "AWS's SCIM API takes one role by now, and refuses more",
    remedy="leave roles out of the mapping; use groups, or an attribute for access control.",
    good={"title": "Engineer"},
    bad={"roles": ["admin"]},
)
def roles(profile: Mapping[str, object]) -> Iterator[Violation]:
    """Subject: one app user's profile, or a profile mapping's targets."""
    if profile.get("roles"):
        yield "roles", None, "is set."


@rule(
    "OIC-312",
    "An attribute is synchronized that AWS's SCIM does not support",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="AWS SCIM API: password, ims, photos, x509Certificates, entitlements, and groups of a "
    "user, are not supported (docs/research/scim.md#attributes)",
    remedy="take the attribute out of the app's profile mapping (Provisioning → To App).",
    good={"title": "Engineer"},
    bad={"entitlements": ["billing"]},
)
def unsupported(profile: Mapping[str, object]) -> Iterator[Violation]:
    """Subject: one app user's profile, or a profile mapping's targets. Never shows the value: one
    of the attributes is a password."""
    for attribute in UNSUPPORTED:
        if profile.get(attribute):
            yield attribute, None, "is not supported."


@dataclass(frozen=True, slots=True)
class Mapped:
    """How one attribute of the app is filled. `push` False: when the user is created only."""

    expression: str | None
    push: bool


ProfileMapping = Mapping[str, Mapped]
"""The app's attributes by name, and what fills each."""


@doctor_rule(
    "OIC-322",
    "The profile mapping does not fill first, last and display name",
    severity=Severity.ADVISORY,
    source="AWS's page (docs/research/aws-setup-page.md#provisioning-features): a mapping fills "
    "AWS's attributes. Okta does not require a display name, AWS does: the most common failure "
    "(docs/research/okta-api.md#user-profile). Advisory: OIC-301 counts the people whom it hits",
    remedy="map displayName (Provisioning → To App → Attribute Mappings), for example to "
    'user.displayName != null ? user.displayName : user.firstName + " " + user.lastName.',
    good={name: Mapped(f"user.{name}", push=True) for name in _NAMES},
    bad={
        "firstName": Mapped("user.firstName", push=True),
        "lastName": Mapped("user.lastName", push=True),
        "displayName": Mapped(None, push=True),
    },
)
def names_are_mapped(mapping: ProfileMapping) -> Iterator[Violation]:
    """Subject: the whole mapping from Okta to the app, as the API shows it."""
    for name in _NAMES:
        mapped = mapping.get(name)
        if mapped is None or not (mapped.expression or "").strip():
            yield name, None, "is not mapped."


@rule(
    "OIC-323",
    "A mapped attribute is not sent on updates",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="AWS's page (docs/research/aws-setup-page.md#provisioning-features): changes are sent. "
    "Without push_status the provider sends DONT_PUSH "
    "(docs/research/okta-provider.md#profile-mappings)",
    remedy="set push_status to PUSH.",
    good={"displayName": Mapped("user.displayName", push=True)},
    bad={"displayName": Mapped("user.displayName", push=False)},
)
def mapping_is_pushed(mapping: ProfileMapping) -> Iterator[Violation]:
    """Subject: the mapping, or the part of it that is declared."""
    for name, mapped in mapping.items():
        if mapped.expression and not mapped.push:
            yield name, mapped.expression, "is sent when the user is created only."


@rule(
    "OIC-324",
    "A profile mapping is not an Okta expression",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY),
    source="Okta, expression language: user.ATTRIBUTE is the person's, a constant is sent as it "
    "stands, with or without quotes (docs/research/okta-api.md#expressions)",
    remedy="write user.department for an attribute of the profile, or a condition such as "
    'user.displayName != null ? user.displayName : user.firstName + " " + user.lastName.',
    good={"title": Mapped("user.title", push=True)},
    bad={"title": Mapped("title", push=True)},
)
def expression_is_one(mapping: ProfileMapping) -> Iterator[Violation]:
    """Subject: the mapping, or the part of it that is declared. Silent on what is outside the
    subset that is read here: Okta judges that when it is saved."""
    for name, mapped in mapping.items():
        found = parse(mapped.expression or "")
        if isinstance(found, Invalid):
            yield name, mapped.expression, found.reason
