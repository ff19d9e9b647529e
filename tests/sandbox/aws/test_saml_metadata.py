"""Uploaded SAML metadata is read, or refused with a reason."""

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.aws.saml_metadata import MAX_SIZE, MetadataError, read
from sandbox.okta.certificate import idp_metadata

GOOD = idp_metadata("http://127.0.0.1:1", "amazon_aws_sso", "0oa1").encode()


def test_oktas_metadata_is_valid() -> None:
    found = read(GOOD)
    assert found.entity_id == "http://www.okta.com/exk1"
    assert found.sign_in_url == "http://127.0.0.1:1/app/amazon_aws_sso/exk1/sso/saml"
    assert found.certificates == (datetime(2036, 1, 1, tzinfo=UTC),)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not XML"),
        (b"\xff\xfe<", "not UTF-8"),
        (b"<a/>", "describes no identity provider"),
        (GOOD.replace(b"IDPSSO", b"SPSSO"), "describes no identity provider"),
        (GOOD.replace(b"entityID", b"entityid"), "has no entityID"),
        (GOOD.replace(b"SingleSignOn", b"SingleSignOff"), "has no entityID or no SingleSignOn"),
        (GOOD.replace(b"KeyDescriptor", b"Key"), "no certificate"),
        (GOOD.replace(b"<ds:X509Certificate>M", b"<ds:X509Certificate>!"), "invalid certificate"),
        (
            GOOD.replace(b"<ds:X509Certificate>M", b"<ds:X509Certificate>AAAAM"),
            "invalid certificate",
        ),
        (GOOD + b" " * MAX_SIZE, "more than 75000 characters"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]>' + GOOD.split(b"?>", 1)[1], "document type"),
        (b"<!<!----DOCTYPE a>" + GOOD.split(b"?>", 1)[1], "document type"),
    ],
)
def test_invalid_metadata_is_refused_with_a_reason(data: bytes, why: str) -> None:
    with pytest.raises(MetadataError, match=why):
        read(data)


@given(
    st.one_of(
        st.binary(),
        st.tuples(st.integers(0, len(GOOD)), st.integers(0, 40), st.binary(max_size=20)).map(
            lambda cut: GOOD[: cut[0]] + cut[2] + GOOD[cut[0] + cut[1] :]
        ),
    )
)
def test_any_upload_is_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(MetadataError):
        found = read(data)
        assert found.entity_id
        assert found.certificates
