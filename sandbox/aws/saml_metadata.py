"""Reads an identity provider's SAML metadata.

AWS requires an entity ID, a sign-in URL and a signing certificate, and accepts at most 75,000
characters (docs/research/identity-center.md#saml).
"""

import base64
import binascii
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

MAX_SIZE = 75_000
_SPACES = {
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}


class MetadataError(ValueError):
    """The metadata is invalid; the message says why."""


@dataclass(frozen=True)
class Provider:
    """An external identity provider."""

    entity_id: str
    sign_in_url: str
    certificates: tuple[datetime, ...]
    """Expiry of each signing certificate."""


def read(data: bytes) -> Provider:
    """Read the provider from metadata, or raise MetadataError."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise MetadataError("The file is not UTF-8 text.") from None
    if len(text) > MAX_SIZE:
        raise MetadataError(f"The file has more than {MAX_SIZE} characters.")
    if "<!" in text.replace("<!--", ""):  # rejects entity expansion attacks
        raise MetadataError("The file has a document type declaration, which is not allowed.")
    try:
        root = ET.fromstring(text)  # noqa: S314 — without a document type, see above
    except ET.ParseError:
        raise MetadataError("The file is not XML.") from None
    idp = root.find("md:IDPSSODescriptor", _SPACES)
    if root.tag != f"{{{_SPACES['md']}}}EntityDescriptor" or idp is None:
        raise MetadataError("The file describes no identity provider (EntityDescriptor, "
                            "IDPSSODescriptor).")  # fmt: skip
    entity = root.get("entityID") or ""
    service = idp.find("md:SingleSignOnService", _SPACES)
    sign_in_url = "" if service is None else service.get("Location") or ""
    if not entity or not sign_in_url:
        raise MetadataError("The file has no entityID or no SingleSignOnService.")
    path = "md:KeyDescriptor/ds:KeyInfo/ds:X509Data/ds:X509Certificate"
    expiries = tuple(_expiry(found.text or "") for found in idp.findall(path, _SPACES))
    if not expiries:
        raise MetadataError("The file has no certificate (X509Certificate).")
    return Provider(entity, sign_in_url, expiries)


def _expiry(text: str) -> datetime:
    try:
        der = base64.b64decode("".join(text.split()), validate=True)
        return x509.load_der_x509_certificate(der).not_valid_after_utc
    except (binascii.Error, ValueError):
        raise MetadataError("The file has an invalid certificate.") from None
