"""What may be given to Okta as an address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.rules import endpoints

TENANT = "11111111111-2222-3333-4444-555555555555"


@pytest.mark.parametrize(
    "endpoint",
    [
        f"https://scim.us-east-2.amazonaws.com/{TENANT}/scim/v2",
        f"https://scim.us-gov-west-1.amazonaws.com/{TENANT}/scim/v2",
        f"https://scim.cn-north-1.amazonaws.com.cn/{TENANT}/scim/v2",
        f"https://scim.eu-central-1.api.aws/{TENANT}/scim/v2",
    ],
)
def test_every_partition_is_accepted(endpoint: str) -> None:
    assert endpoints.scim_endpoint(endpoint) == []


@pytest.mark.parametrize(
    "endpoint",
    [
        f"http://scim.us-east-2.amazonaws.com/{TENANT}/scim/v2",
        f"https://scim.us-east-2.amazonaws.com.evil.example/{TENANT}/scim/v2",
        f"https://scim.us-east-2.amazonaws.com/{TENANT}/scim/v2/Users",
        f"https://scim.us-east-2.amazonaws.com/{TENANT}/scim/v2\n",
        "",
    ],
)
def test_anything_else_is_refused(endpoint: str) -> None:
    assert endpoints.scim_endpoint(endpoint)


@given(st.text())
def test_normalising_leaves_no_slash_and_is_stable(text: str) -> None:
    once = endpoints.normalise_endpoint(text)
    assert not once.endswith("/")
    assert endpoints.normalise_endpoint(once.strip()) == once.strip().rstrip("/")


def test_the_consoles_endpoint_is_accepted_once_normalised() -> None:
    shown = f"https://scim.us-east-2.amazonaws.com/{TENANT}/scim/v2/"
    assert "slash" in endpoints.scim_endpoint(shown)[0].problem
    assert endpoints.scim_endpoint(endpoints.normalise_endpoint(shown)) == []


@pytest.mark.parametrize(
    "host",
    ["us-east-1.sso.signin.aws", "us-east-1.signin.aws", "us-east-1.signin.aws.amazon.com"],
)
def test_all_three_forms_of_the_acs_url_are_accepted(host: str) -> None:
    assert endpoints.acs_url(f"https://{host}/platform/saml/acs/0a-b") == []


def test_acs_and_issuer_url_swapped_are_both_refused() -> None:
    acs = "https://us-east-1.sso.signin.aws/platform/saml/acs/0a-b"
    issuer = "https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067642ac7"
    assert endpoints.acs_url(issuer)
    assert endpoints.issuer_url(acs)
