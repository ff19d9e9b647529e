"""1xx, what Okta gives to AWS for sign-in: the signing certificate and the metadata."""

from collections.abc import Iterator
from datetime import UTC, datetime

from okta_idc.rules.registry import Severity, Violation, doctor_rule

_CERTIFICATE_MAX, _METADATA_MAX = 2_500, 75_000
_SOON_DAYS = 90


@doctor_rule(
    "OIC-114",
    "The signing certificate is longer than 2,500 characters",
    source="AWS quotas: an uploaded IdP certificate has at most 2,500 characters "
    "(docs/research/identity-center.md#quotas)",
    remedy="in Okta open the app → Sign On → SAML Signing Certificates and generate a certificate "
    "with a 2048-bit key.",
    good="-----BEGIN CERTIFICATE-----\nMIID…\n-----END CERTIFICATE-----\n",
    bad="A" * 2_501,
)
def certificate_length(pem: str) -> Iterator[Violation]:
    """Subject: the certificate as PEM text."""
    if len(pem) > _CERTIFICATE_MAX:
        yield "certificate", None, f"has {len(pem)} characters; AWS takes {_CERTIFICATE_MAX:,}."


@doctor_rule(
    "OIC-115",
    "The metadata file is longer than 75,000 characters",
    source="AWS quotas: an IdP metadata file has at most 75,000 characters "
    "(docs/research/identity-center.md#quotas)",
    remedy="remove inactive signing certificates from the app in Okta, and fetch the metadata "
    "anew.",
    good="<md:EntityDescriptor/>",
    bad="<" * 75_001,
)
def metadata_length(metadata: str) -> Iterator[Violation]:
    """Subject: the identity provider's metadata, XML text."""
    if len(metadata) > _METADATA_MAX:
        yield "metadata", None, f"has {len(metadata)} characters; AWS takes {_METADATA_MAX:,}."


@doctor_rule(
    "OIC-116",
    "The signing certificate expires within 90 days",
    severity=Severity.ADVISORY,
    source="AWS console: warns of an IdP certificate 90 days before its end "
    "(docs/research/identity-center.md#certificates)",
    remedy="make a new certificate in Okta and leave it inactive, import it in IAM Identity "
    "Center, activate it in Okta, then delete the old one: nobody is locked out in this order.",
    good=(datetime(2036, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)),
    bad=(datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)),
)
def certificate_not_ending(subject: tuple[datetime, datetime]) -> Iterator[Violation]:
    """Subject: the certificate's last moment, and now (both aware)."""
    ends, now = subject
    days = (ends - now).days
    if days < 0:
        yield "certificate", None, f"expired on {ends.date()}."
    elif days <= _SOON_DAYS:
        yield "certificate", None, f"expires in {days} days, on {ends.date()}."
