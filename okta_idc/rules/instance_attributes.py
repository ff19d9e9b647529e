"""4xx, attributes for access control that the instance adds, and the feature's status."""

from collections.abc import Iterator
from dataclasses import dataclass

from okta_idc.rules.attributes import tag_characters
from okta_idc.rules.registry import (
    EnforcementPoint,
    Related,
    Severity,
    Violation,
    core_rule,
    doctor_rule,
    rule,
)

_ADDRESS = ("streetAddress", "locality", "region", "postalCode", "country", "formatted")
_WORK = (
    "employeeNumber", "costCenter", "organization", "division", "department", "manager.value",
)  # fmt: skip
SOURCES = frozenset(
    f"${{path:{path}}}"
    for path in (
        "userName", "name.familyName", "name.givenName", "displayName", "nickName", "userType",
        "title", "locale", "timezone", "emails[primary eq true].value",
        'phoneNumbers[type eq "work"].value',
        *(f'addresses[type eq "work"].{part}' for part in _ADDRESS),
        *(f"enterprise.{part}" for part in _WORK),
    )
)  # fmt: skip
"""The sources with an external IdP (docs/research/identity-center.md#instance-attributes)."""


@dataclass(frozen=True, slots=True)
class InstanceAttribute:
    """An attribute of the instance: the session tag's key, and its source in the identity store."""

    key: str
    source: str


@dataclass(frozen=True, slots=True)
class KeySources:
    """Keys of session tags by source."""

    saml: tuple[str, ...]
    instance: tuple[str, ...]


@core_rule(
    "OIC-409",
    "An attribute key comes from both Okta and the Identity Store",
    source="docs/research/identity-center.md#attributes-for-access-control",
    remedy="Remove the key from `attribute_statements` or from `access_control_attributes`.",
    good=KeySources(saml=("Department",), instance=("UserName",)),
    bad=KeySources(saml=("Department",), instance=("department",)),
)
def one_source_per_key(feeds: KeySources) -> Iterator[Violation]:
    """Subject: the keys of both sources."""
    mapped = {key.casefold(): key for key in feeds.instance}
    for index, key in enumerate(feeds.saml):
        if other := mapped.get(key.casefold()):
            yield f"saml[{index}]", key, "is also mapped in the instance.", Related("", other)


@dataclass(frozen=True, slots=True)
class AccessControlStatus:
    """Keys that are sent, and the feature's status: ENABLED, CREATION_IN_PROGRESS, CREATION_FAILED,
    or empty if it is off."""

    keys: tuple[str, ...]
    status: str


@doctor_rule(
    "OIC-410",
    "Attributes for access control are sent, but not enabled in AWS",
    source="docs/research/aws-setup-page.md#step-4",
    remedy="Enable them: IAM Identity Center → Settings → Attributes for access control. If "
    "permission sets are in use, this requires iam:UpdateAssumeRolePolicy.",
    good=AccessControlStatus(("Department",), "ENABLED"),
    bad=AccessControlStatus(("Department",), ""),
)
def access_control_enabled(switch: AccessControlStatus) -> Iterator[Violation]:
    """Subject: the keys that are sent, and the feature's status."""
    if switch.keys and switch.status != "ENABLED":
        yield "status", switch.status or "off", "is not ENABLED."


@dataclass(frozen=True, slots=True)
class AccessControlDeclared:
    """Keys that the app sends, and whether the same configuration enables attributes for access
    control."""

    keys: tuple[str, ...]
    enabled: bool


@rule(
    "OIC-430",
    "Attribute statements are declared without attributes for access control",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY),
    source="docs/research/aws-setup-page.md#step-4",
    remedy="Add `access_control_attributes: {}`, unless the feature is enabled outside this stack: "
    "IAM Identity Center → Settings → Attributes for access control. `okta-idc doctor` checks it "
    "(OIC-410).",
    good=AccessControlDeclared(("Department",), enabled=True),
    bad=AccessControlDeclared(("Department",), enabled=False),
)
def access_control_declared(declared: AccessControlDeclared) -> Iterator[Violation]:
    """Subject: the declared configuration. Advisory, because another stack may own the feature."""
    if declared.keys and not declared.enabled:
        keys = ", ".join(declared.keys)
        yield "", keys, "is sent, and AWS ignores it unless attributes for access control are on."


@core_rule(
    "OIC-411",
    "An attribute of the instance has a key or source that AWS does not accept",
    source="docs/research/identity-center.md#instance-attributes",
    remedy="Use a key of 1 to 128 letters, digits, spaces and _.:/=+-@ that does not start with "
    "aws:, and one of AWS's sources, for example ${path:enterprise.department}; send other "
    "attributes by SAML.",
    good=InstanceAttribute("Department", "${path:enterprise.department}"),
    bad=InstanceAttribute("Department", "${path:department}"),
)
def instance_source(attribute: InstanceAttribute) -> Iterator[Violation]:
    """Subject: one attribute of the instance."""
    key = attribute.key
    if not 1 <= len(key) <= 128 or not tag_characters(key) or key.lower().startswith("aws:"):
        yield "key", key, "is not a valid key."
    if attribute.source not in SOURCES:
        yield "source", attribute.source, "is not a source in the identity store."
