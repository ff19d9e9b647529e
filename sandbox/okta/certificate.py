"""The self-signed signing certificate of the org, and the SAML metadata that contains it."""

import base64
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

_signing_key: dict[str, Any] = {}


def signing_key() -> dict[str, Any]:
    """The public key as Okta shows it. The sandbox signs nothing and drops the private key."""
    if not _signing_key:
        _signing_key.update(_generate_key())
    return dict(_signing_key)


def restore_signing_key(key: dict[str, Any]) -> None:
    """Use the key of a snapshot."""
    _signing_key.clear()
    _signing_key.update(key)


def _generate_key() -> dict[str, Any]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sandbox")])
    cert = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key()).serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC)).sign(key, hashes.SHA256())
    )  # fmt: skip
    der = cert.public_bytes(serialization.Encoding.DER)
    number = key.public_key().public_numbers().n.to_bytes(256, "big")

    def url(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).decode().rstrip("=")

    return {"kty": "RSA", "use": "sig", "e": "AQAB", "n": url(number),
            "x5c": [base64.b64encode(der).decode()],
            "x5t#S256": url(cert.fingerprint(hashes.SHA256())),
            "expiresAt": "2036-01-01T00:00:00.000Z"}  # fmt: skip


def idp_metadata(base: str, name: str, app_id: str) -> str:
    """The identity provider metadata of an app."""
    key = "exk" + app_id[3:]
    sign_in_url = escape(f"{base}/app/{name}/{key}/sso/saml", {'"': "&quot;"})
    saml = "urn:oasis:names:tc:SAML:2.0"
    services = "".join(
        f'<md:SingleSignOnService Binding="{saml}:bindings:HTTP-{kind}" Location="{sign_in_url}"/>'
        for kind in ("POST", "Redirect")
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<md:EntityDescriptor entityID="http://www.okta.com/{key}" xmlns:md="{saml}:metadata">'
        '<md:IDPSSODescriptor WantAuthnRequestsSigned="false" '
        f'protocolSupportEnumeration="{saml}:protocol">'
        '<md:KeyDescriptor use="signing">'
        '<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>'
        f"<ds:X509Certificate>{signing_key()['x5c'][0]}</ds:X509Certificate>"
        "</ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        "<md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</md:NameIDFormat>"
        f"{services}</md:IDPSSODescriptor></md:EntityDescriptor>"
    )
