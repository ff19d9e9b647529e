"""A saved SAML assertion is read, and compared with the preview."""

import base64
from datetime import timedelta
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.doctor.saml_assertion import (
    MAX_LENGTH,
    Assertion,
    Attribute,
    differences,
    read_assertion,
)
from okta_idc.doctor.saml_preview import preview
from okta_idc.okta_expression import Unknown
from okta_idc.rules.attribute_statements import statement
from okta_idc.rules.attributes import NAME_PREFIX, URI_NAME_FORMAT
from okta_idc.rules.attributes import Attribute as Declared

SIGNED_IN = "2026-11-29T08:00:00.000Z"
NAMESPACE = "urn:oasis:names:tc:SAML:2.0:assertion"
STATEMENTS = tuple(
    statement(Declared(key, f"user.{value}"))
    for key, value in (("Department", "department"), ("CostCenter", "costCenter"))
)
PREVIEW = preview(STATEMENTS, {"department": "R 1", "costCenter": ""}, None, "ada@example.com")
DEPARTMENT = Attribute(NAME_PREFIX + "Department", URI_NAME_FORMAT, ("R 1",))
SOUND = Assertion("ada@example.com", (DEPARTMENT,), timedelta(hours=8))


def xml(
    *attributes: Attribute, name_id: str = "ada@example.com", ends: str = "", response: bool = True
) -> str:
    limit = f" SessionNotOnOrAfter={quoteattr(ends)}" if ends else ""
    sent = "".join(
        f"<a:Attribute Name={quoteattr(each.name)} NameFormat={quoteattr(each.name_format)}>"
        + "".join(f"<a:AttributeValue>{escape(v)}</a:AttributeValue>" for v in each.values)
        + "</a:Attribute>"
        for each in attributes
    )
    assertion = (
        f'<a:Assertion xmlns:a="{NAMESPACE}"><a:Subject><a:NameID>{escape(name_id)}</a:NameID>'
        f'</a:Subject><a:AuthnStatement AuthnInstant="{SIGNED_IN}"{limit}/>'
        f"<a:AttributeStatement>{sent}</a:AttributeStatement></a:Assertion>"
    )
    return f"<Response>{assertion}</Response>" if response else assertion


def encoded(document: str) -> str:
    return base64.b64encode(document.encode()).decode()


def test_the_session_is_the_time_from_the_sign_in_to_its_limit() -> None:
    assert read_assertion(xml(DEPARTMENT, ends="2026-11-29T16:00:00.000Z")) == SOUND
    assert read_assertion(xml(DEPARTMENT)).session is None


@pytest.mark.parametrize("response", [True, False])
def test_xml_and_the_form_parameter_of_a_sign_in_are_read(response: bool) -> None:
    document = xml(DEPARTMENT, ends="2026-11-29T16:00:00Z", response=response)
    for text in (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{document}\n',
        encoded(document),
        f"SAMLResponse={quote(encoded(document))}&RelayState=x",
    ):
        assert read_assertion(text.replace('encoding="UTF-8"', "")) == SOUND
    assert read_assertion(f'<?xml version="1.0" encoding="UTF-8"?>\n{document}') == SOUND


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is neither XML nor a SAMLResponse in base64."),
        ("secret-text", "is neither XML nor a SAMLResponse in base64."),
        (base64.b64encode(b"\xff\xfe").decode(), "is neither XML nor a SAMLResponse in base64."),
        ("<secret", "is not an XML document."),
        ("<Response/>", "has 0 SAML assertions instead of one."),
        (f"<R>{xml()}{xml()}</R>", "has 2 SAML assertions instead of one."),
        (f'<R xmlns:a="{NAMESPACE}"><a:EncryptedAssertion/></R>',
         "has an encrypted assertion, which AWS does not accept either."),
        ('<!DOCTYPE x [<!ENTITY a "secret">]><x>&a;</x>',
         "has a document type declaration, which SAML does not allow."),
        (xml(ends="secret"), "has a sign-in or session time that is not a date."),
        (xml(ends="2026-11-29T16:00:00"), "has a sign-in or session time that is not a date."),
        ("x" * (MAX_LENGTH + 1), "is longer than 1,000,000 characters."),
    ],
)  # fmt: skip
def test_a_text_that_is_no_assertion_is_described_but_not_quoted(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=r"^(is|has) ") as raised:
        read_assertion(text)
    assert str(raised.value) == message


def test_an_assertion_as_previewed_has_no_differences() -> None:
    assert differences(SOUND, PREVIEW) == []
    cost_center = Attribute(NAME_PREFIX + "CostCenter", URI_NAME_FORMAT, ("",))
    assert differences(Assertion(SOUND.name_id, (DEPARTMENT, cost_center), None), PREVIEW) == []


@pytest.mark.parametrize(
    ("assertion", "difference"),
    [
        (Assertion("ada", (DEPARTMENT,), None), "NameID: is 'ada' instead of 'ada@example.com'."),
        (Assertion(SOUND.name_id, (), None), f"{DEPARTMENT.name}: is 'not sent' instead of 'R 1'."),
        (Assertion(SOUND.name_id, (Attribute(DEPARTMENT.name, URI_NAME_FORMAT, ("R", "1")),), None),
         f"{DEPARTMENT.name}: is 'R, 1' instead of 'R 1'."),
        (Assertion(SOUND.name_id, (Attribute(DEPARTMENT.name, "basic", ("R 1",)),), None),
         f"{DEPARTMENT.name}: has the name format 'basic' instead of '{URI_NAME_FORMAT}'."),
        (Assertion(SOUND.name_id, (DEPARTMENT, Attribute("Team", "", ("x",))), None),
         "Team: is sent, but is no attribute statement."),
    ],
)  # fmt: skip
def test_each_difference_is_named(assertion: Assertion, difference: str) -> None:
    assert differences(assertion, PREVIEW) == [difference]


def test_a_part_that_cannot_be_evaluated_is_not_compared() -> None:
    unknown = preview(STATEMENTS, None, None, Unknown("has no value."))
    assert differences(SOUND, unknown) == []


TEXT = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"])).map(str.strip)


@given(TEXT, st.lists(st.tuples(TEXT, TEXT, st.lists(TEXT)).map(lambda a: (*a[:2], tuple(a[2])))))
def test_every_assertion_is_read_as_it_was_written(
    name_id: str, sent: list[tuple[str, str, tuple[str, ...]]]
) -> None:
    attributes = tuple(Attribute(*each) for each in sent)
    read = read_assertion(encoded(xml(*attributes, name_id=name_id)))
    assert read == Assertion(name_id, attributes, None)


@given(st.one_of(st.text(), st.text().map("<".__add__), st.binary().map(base64.b64encode).map(
    bytes.decode), st.text().map(lambda text: xml(ends="x").replace("ada", text))))  # fmt: skip
def test_any_text_is_an_assertion_or_described_in_our_words(text: str) -> None:
    try:
        assert isinstance(read_assertion(text), Assertion)
    except ValueError as error:
        assert str(error).startswith(("is ", "has "))  # noqa: PT017 — not every text raises
