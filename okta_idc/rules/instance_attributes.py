"""4xx, attributes for access control on the AWS side: the instance's own feed, and the switch."""

from collections.abc import Iterator
from dataclasses import dataclass

from okta_idc.rules.attributes import tag_characters
from okta_idc.rules.registry import EnforcementPoint, Related, Violation, doctor_rule, rule

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
    """One mapping of the instance: the session tag's key, and its source in the identity store."""

    key: str
    source: str


@dataclass(frozen=True, slots=True)
class Feeds:
    """Keys of session tags by where they come from."""

    saml: tuple[str, ...]
    instance: tuple[str, ...]


@rule(
    "OIC-409",
    "An attribute key comes from both Okta and the Identity Store",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="AWS: the instance's mapping overwrites the SAML attribute of the same key ; an older "
    "page says the opposite (docs/research/identity-center.md#attributes-for-access-control). The "
    "rule leaves nothing to either",
    remedy="remove the key from one of the two.",
    good=Feeds(saml=("Department",), instance=("UserName",)),
    bad=Feeds(saml=("Department",), instance=("department",)),
)
def one_feed(feeds: Feeds) -> Iterator[Violation]:
    """Subject: the keys of both feeds."""
    mapped = {key.casefold(): key for key in feeds.instance}
    for index, key in enumerate(feeds.saml):
        if other := mapped.get(key.casefold()):
            yield f"saml[{index}]", key, "is mapped in the instance too.", Related("", other)


@dataclass(frozen=True, slots=True)
class Switch:
    """Keys that are sent, and the state of the instance's feature: ENABLED, CREATION_IN_PROGRESS,
    CREATION_FAILED; an empty text when it is off."""

    keys: tuple[str, ...]
    status: str


@doctor_rule(
    "OIC-410",
    "Attributes for access control are sent, but not enabled in AWS",
    source="AWS's page (docs/research/aws-setup-page.md#step-4): the feature is enabled first; "
    "without it no attribute becomes a session tag, and policies that ask for one deny everybody",
    remedy="enable it: IAM Identity Center → Settings → Attributes for access control (with "
    "permission sets in use, whoever does it needs iam:UpdateAssumeRolePolicy).",
    good=Switch(("Department",), "ENABLED"),
    bad=Switch(("Department",), ""),
)
def switched_on(switch: Switch) -> Iterator[Violation]:
    """Subject: what is sent, and the switch."""
    if switch.keys and switch.status != "ENABLED":
        problem = "is not enabled." if not switch.status else "is not ENABLED."
        yield "attributes for access control", switch.status or None, problem


@rule(
    "OIC-411",
    "An attribute of the instance has a key or source that AWS does not accept",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="AWS API, AccessControlAttribute: Key 1–128 letters, separators, numbers and _.:/=+-@; "
    "the sources of an external IdP (docs/research/identity-center.md#instance-attributes)",
    remedy="choose one of AWS's sources, e.g. ${path:enterprise.department}; anything else goes by "
    "SAML.",
    good=InstanceAttribute("Department", "${path:enterprise.department}"),
    bad=InstanceAttribute("Department", "${path:department}"),
)
def instance_source(attribute: InstanceAttribute) -> Iterator[Violation]:
    """Subject: one mapping of the instance."""
    key = attribute.key
    if not 1 <= len(key) <= 128 or not tag_characters(key) or key.lower().startswith("aws:"):
        yield "key", key, "is not a key that AWS takes."
    if attribute.source not in SOURCES:
        yield "source", attribute.source, "is not a source of the identity store."
