"""1xx, the signing certificate and the metadata of the identity provider."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from okta_idc.rules.registry import Severity, Violation, doctor_rule, expiry

_CERTIFICATE_MAX, _METADATA_MAX = 2_500, 75_000
_SOON = timedelta(days=90)


@doctor_rule(
    "OIC-114",
    "The signing certificate is longer than 2,500 characters",
    source="docs/research/identity-center.md#quotas",
    remedy="In Okta, open the app → Sign On → SAML Signing Certificates, and generate a "
    "certificate with a 2048-bit key.",
    good="-----BEGIN CERTIFICATE-----\nMIID…\n-----END CERTIFICATE-----\n",
    bad="A" * 2_501,
)
def certificate_length(pem: str) -> Iterator[Violation]:
    """Subject: the certificate in PEM format."""
    if len(pem) > _CERTIFICATE_MAX:
        yield "certificate", None, f"has {len(pem):,} characters; AWS accepts {_CERTIFICATE_MAX:,}."


@doctor_rule(
    "OIC-115",
    "The metadata file is longer than 75,000 characters",
    source="docs/research/identity-center.md#quotas",
    remedy="In Okta, remove inactive signing certificates from the app, and download the metadata "
    "again.",
    good="<md:EntityDescriptor/>",
    bad="<" * 75_001,
)
def metadata_length(metadata: str) -> Iterator[Violation]:
    """Subject: the identity provider's metadata in XML."""
    if len(metadata) > _METADATA_MAX:
        yield "metadata", None, f"has {len(metadata):,} characters; AWS accepts {_METADATA_MAX:,}."


@doctor_rule(
    "OIC-116",
    "The signing certificate expires within 90 days",
    severity=Severity.ADVISORY,
    source="docs/research/identity-center.md#certificates",
    remedy="Generate a certificate in Okta and leave it inactive, import it in IAM Identity "
    "Center, activate it in Okta, then delete the old one. In this order, sign-in keeps working.",
    good=(datetime(2036, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)),
    bad=(datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)),
)
def certificate_not_expiring_soon(subject: tuple[datetime, datetime]) -> Iterator[Violation]:
    """Subject: the expiry time and the current time."""
    ends, now = subject
    if ends - now <= _SOON:
        yield "certificate", None, f"{expiry(ends, now)}."
