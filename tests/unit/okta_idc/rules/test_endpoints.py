"""SCIM endpoints, ACS URLs and issuer URLs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.rules import endpoints
from okta_idc.rules.endpoints import (
    BothEndpoints,
    EndpointInRegion,
    IssuerOfStore,
    SamlAddresses,
)

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
def test_endpoints_of_every_aws_partition_are_accepted(endpoint: str) -> None:
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
def test_invalid_endpoints_are_rejected(endpoint: str) -> None:
    assert endpoints.scim_endpoint(endpoint)


@given(st.text())
def test_normalizing_removes_trailing_slashes_and_is_idempotent(text: str) -> None:
    once = endpoints.normalize_endpoint(text)
    assert not once.endswith("/")
    assert endpoints.normalize_endpoint(once.strip()) == once.strip().rstrip("/")


def test_the_endpoint_shown_in_the_console_is_valid_once_normalized() -> None:
    endpoint = f"https://scim.us-east-2.amazonaws.com/{TENANT}/scim/v2/"
    assert "slash" in endpoints.scim_endpoint(endpoint)[0].problem
    assert endpoints.scim_endpoint(endpoints.normalize_endpoint(endpoint)) == []


@pytest.mark.parametrize(
    "host",
    ["us-east-1.sso.signin.aws", "us-east-1.signin.aws", "us-east-1.signin.aws.amazon.com"],
)
def test_all_three_forms_of_the_acs_url_are_accepted(host: str) -> None:
    assert endpoints.acs_url(f"https://{host}/platform/saml/acs/0a-b") == []


def test_swapped_acs_and_issuer_urls_are_both_rejected() -> None:
    acs = "https://us-east-1.sso.signin.aws/platform/saml/acs/0a-b"
    issuer = "https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067642ac7"
    assert endpoints.acs_url(issuer)
    assert endpoints.issuer_url(acs)


@pytest.mark.parametrize("partition", ["amazonaws.com", "api.aws"])
def test_an_endpoint_in_another_region_than_the_instance_is_found(partition: str) -> None:
    endpoint = f"https://scim.us-gov-west-1.{partition}/{TENANT}/scim/v2/"
    assert endpoints.endpoint_region(EndpointInRegion(endpoint, "us-gov-west-1")) == []
    [finding] = endpoints.endpoint_region(EndpointInRegion(endpoint, "us-east-1"))
    assert finding.value == "us-gov-west-1"


def test_the_region_rule_ignores_malformed_endpoints() -> None:
    assert endpoints.endpoint_region(EndpointInRegion("https://example.com", "us-east-1")) == []


def test_an_endpoint_of_another_tenant_is_found() -> None:
    one = f"https://scim.us-east-1.amazonaws.com/{TENANT}/scim/v2"
    assert endpoints.endpoint_of_token(BothEndpoints(one, one + "/")) == []
    assert endpoints.endpoint_of_token(BothEndpoints(one, one.replace("555", "666")))


def test_an_issuer_of_another_identity_store_is_found() -> None:
    issuer = "https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067642ac7"
    assert endpoints.issuer_of_store(IssuerOfStore(issuer, "d-9067642ac7")) == []
    assert endpoints.issuer_of_store(IssuerOfStore(issuer, "d-9067642ac"))


@given(st.text(), st.text())
def test_no_text_crashes_a_rule(one: str, other: str) -> None:
    endpoints.scim_endpoint(one)
    endpoints.acs_url(one)
    endpoints.issuer_url(one)
    endpoints.endpoint_region(EndpointInRegion(one, other))
    endpoints.endpoint_of_token(BothEndpoints(one, other))
    endpoints.one_region(SamlAddresses(one, other))
    endpoints.issuer_of_store(IssuerOfStore(one, other))
