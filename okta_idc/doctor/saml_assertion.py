"""Reads a SAML assertion that a person saved, and compares it with the preview.

No API returns an assertion (docs/research/okta-api.md#preview-of-an-assertion), so this is how what
Okta really sends can be verified, and the only sign of the setting Maximum App Session Lifetime
(docs/research/identity-center.md#session-duration).
"""

import base64
import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from okta_idc.doctor.saml_preview import Preview

_SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
MAX_LENGTH = 1_000_000
"""Longest text of a file, in characters. AWS accepts 50,000."""


@dataclass(frozen=True)
class Attribute:
    """An attribute of the assertion."""

    name: str
    name_format: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Assertion:
    """What an assertion says. `session` is the time from the sign-in to `SessionNotOnOrAfter`; None
    if Okta does not send the attribute."""

    name_id: str
    attributes: tuple[Attribute, ...]
    session: timedelta | None


def read_assertion(text: str) -> Assertion:
    """The assertion in an XML document or in the form parameter `SAMLResponse` (base64). Raises
    ValueError, with a sentence that says what the text is not."""
    if len(text) > MAX_LENGTH:
        raise ValueError(f"is longer than {MAX_LENGTH:,} characters.")
    root = _parse(_decoded(text.strip()))
    if root.find(f".//{_SAML}EncryptedAssertion") is not None:
        raise ValueError("has an encrypted assertion, which AWS does not accept either.")
    found = [root] if root.tag == f"{_SAML}Assertion" else root.findall(f".//{_SAML}Assertion")
    if len(found) != 1:
        raise ValueError(f"has {len(found)} SAML assertions instead of one.")
    name_id = found[0].findtext(f"{_SAML}Subject/{_SAML}NameID") or ""
    return Assertion(name_id.strip(), tuple(_attributes(found[0])), _session(found[0]))


def differences(assertion: Assertion, expected: Preview) -> list[str]:
    """Where the assertion differs from the preview. A part that the preview cannot evaluate is not
    compared, and no attribute equals one without a value."""
    found: list[str] = []
    if isinstance(expected.name_id, str) and expected.name_id != assertion.name_id:
        found.append(f"NameID: is '{assertion.name_id}' instead of '{expected.name_id}'.")
    sent = {each.name: each for each in assertion.attributes}
    for each in expected.sent:
        actual = sent.pop(each.name, None)
        values = actual.values if actual else ()
        if isinstance(each.value, str) and (values or ("",)) != (each.value,):
            shown = ", ".join(values) or "not sent"
            found.append(f"{each.name}: is '{shown}' instead of '{each.value}'.")
        if actual and actual.name_format != each.name_format:
            was = f"'{actual.name_format}' instead of '{each.name_format}'"
            found.append(f"{each.name}: has the name format {was}.")
    return found + [f"{name}: is sent, but is no attribute statement." for name in sent]


def _decoded(text: str) -> str:
    if not text.startswith("<"):
        body = unquote(text.removeprefix("SAMLResponse=").partition("&")[0])
        with contextlib.suppress(ValueError):
            text = base64.b64decode("".join(body.split()), validate=True).decode()
    if not text.startswith("<"):
        raise ValueError("is neither XML nor a SAMLResponse in base64.")
    return text


def _parse(text: str) -> ET.Element:
    if re.search(r"<!(?:DOCTYPE|ENTITY)", text):
        raise ValueError("has a document type declaration, which SAML does not allow.")
    try:
        return ET.fromstring(text)  # noqa: S314 — without declarations, no entity can expand
    except ET.ParseError:
        raise ValueError("is not an XML document.") from None


def _attributes(assertion: ET.Element) -> Iterator[Attribute]:
    for each in assertion.findall(f"{_SAML}AttributeStatement/{_SAML}Attribute"):
        values = (value.text or "" for value in each.findall(f"{_SAML}AttributeValue"))
        yield Attribute(
            each.get("Name", ""), each.get("NameFormat", ""), tuple(map(str.strip, values))
        )


def _session(assertion: ET.Element) -> timedelta | None:
    statement = assertion.find(f"{_SAML}AuthnStatement")
    ends = None if statement is None else statement.get("SessionNotOnOrAfter")
    if statement is None or ends is None:
        return None
    try:
        return datetime.fromisoformat(ends) - datetime.fromisoformat(
            statement.get("AuthnInstant", "")
        )
    except (ValueError, TypeError):
        raise ValueError("has a sign-in or session time that is not a date.") from None
