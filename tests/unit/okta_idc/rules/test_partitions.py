"""AWS's partitions: Regions, addresses and ARNs of each."""

import pytest
from botocore.loaders import create_loader
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.rules import endpoints, partitions
from okta_idc.rules.endpoints import EndpointInRegion, IssuerOfStore, SamlAddresses
from okta_idc.rules.partitions import PARTITIONS, ArnInPartition, Partition, partition_of

TENANT = "11111111111-2222-3333-4444-555555555555"
STORE = "d-9067642ac7"
EVERY = [(each, region) for each in PARTITIONS.values() for region in each.regions]
everywhere = pytest.mark.parametrize(("partition", "region"), EVERY, ids=[r for _, r in EVERY])


def test_every_partition_and_region_of_botocore_is_known() -> None:
    known = create_loader().load_data("partitions")
    assert {each["id"] for each in known["partitions"]} == set(PARTITIONS)
    listed = {r for each in known["partitions"] for r in each["regions"] if "global" not in r}
    assert listed == {region for _, region in EVERY}


@everywhere
def test_a_region_has_its_partition(partition: Partition, region: str) -> None:
    assert partition_of(region) == partition
    assert partitions.region_known(region) == []


@everywhere
def test_a_scim_endpoint_is_accepted_in_the_domains_of_its_partition_only(
    partition: Partition, region: str
) -> None:
    for other in PARTITIONS.values():
        for domain in other.api_domains:
            endpoint = f"https://scim.{region}.{domain}/{TENANT}/scim/v2"
            found = endpoints.scim_endpoint(endpoint)
            assert bool(found) == (domain not in partition.api_domains)
            assert endpoints.endpoint_known(endpoint) == []
            subject = EndpointInRegion(endpoint, region)
            assert endpoints.endpoint_region(subject) == []


@everywhere
def test_saml_addresses_of_a_partition_are_accepted_without_a_warning(
    partition: Partition, region: str
) -> None:
    for domain in partition.sign_in_domains:
        for host in ("sso.signin", "signin", "signin-fips", "sso.signin-fips"):
            acs = f"https://{region}.{host}.{domain}/platform/saml/acs/0123456789-abcd"
            issuer = f"https://{region}.{host}.{domain}/platform/saml/{STORE}"
            both = SamlAddresses(acs, issuer)
            assert endpoints.acs_url(acs) == []
            assert endpoints.issuer_url(issuer) == []
            assert endpoints.one_region(both) == []
            assert endpoints.saml_domains_known(both) == []
            assert endpoints.issuer_of_store(IssuerOfStore(issuer, STORE)) == []


@everywhere
def test_the_default_issuer_url_is_valid_and_known(partition: Partition, region: str) -> None:
    issuer = endpoints.default_issuer_url(region, STORE)
    assert endpoints.issuer_url(issuer) == []
    assert endpoints.saml_domains_known(SamlAddresses("", issuer)) == []


@pytest.mark.parametrize(
    ("region", "issuer"),
    [
        ("us-east-1", "https://us-east-1.signin.aws.amazon.com/platform/saml/"),
        ("us-gov-west-1", "https://us-gov-west-1.signin.amazonaws-us-gov.com/platform/saml/"),
        ("cn-north-1", "https://cn-north-1.signin.amazonaws.cn/platform/saml/"),
        ("eusc-de-east-1", "https://eusc-de-east-1.signin.amazonaws-eusc.eu/platform/saml/"),
        ("xx-north-1", "https://xx-north-1.signin.aws.amazon.com/platform/saml/"),
    ],
)
def test_issuer_urls_are_exact(region: str, issuer: str) -> None:
    assert endpoints.default_issuer_url(region, STORE) == issuer + STORE


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("us-gov-north-1", "aws-us-gov"), ("eusc-de-west-7", "aws-eusc"), ("eu-south-9", "aws"),
        ("us-isob-south-1", "aws-iso-b"),
    ],
)  # fmt: skip
def test_a_later_region_has_the_partition_of_its_pattern_and_a_warning(
    region: str, partition: str
) -> None:
    assert partition_of(region) == PARTITIONS[partition]
    [finding] = partitions.region_known(region)
    assert finding.value == region


def test_a_misspelled_region_gets_a_suggestion() -> None:
    [finding] = partitions.region_known("us-gov-wset-1")
    assert finding.message.endswith("Did you mean 'us-gov-west-1'?")


def test_an_unknown_partition_is_a_warning_and_no_refusal() -> None:
    endpoint = f"https://scim.xx-north-1.aws.example/{TENANT}/scim/v2"
    assert endpoints.scim_endpoint(endpoint) == []
    [finding] = endpoints.endpoint_known(endpoint + "/")
    assert "xx-north-1" in finding.message
    both = SamlAddresses(
        "https://xx-north-1.sso.signin.aws.example/platform/saml/acs/0a-b",
        f"https://xx-north-1.signin.aws.example/platform/saml/{STORE}",
    )
    assert endpoints.acs_url(both.acs_url) == endpoints.issuer_url(both.issuer_url) == []
    assert [f.path for f in endpoints.saml_domains_known(both)] == ["acs_url", "issuer_url"]


def test_another_sign_in_domain_of_a_known_partition_is_a_warning_with_the_known_ones() -> None:
    acs = "https://us-gov-west-1.signin.aws.amazon.com/platform/saml/acs/0a-b"
    [finding] = endpoints.saml_domains_known(SamlAddresses(acs, ""))
    assert finding.path == "acs_url"
    assert finding.message.endswith("aws-us-gov: amazonaws-us-gov.com.")


@pytest.mark.parametrize("partition", PARTITIONS)
def test_an_arn_is_accepted_in_its_own_partition_only(partition: str) -> None:
    instance = f"arn:{partition}:sso:::instance/ssoins-1234567890abcdef"
    for other in PARTITIONS:
        subject = ArnInPartition(f"arn:{other}:iam::aws:policy/job-function/X", instance)
        assert bool(partitions.arn_in_partition(subject)) == (other != partition)


@given(st.text())
def test_names_and_paths_of_policies_have_no_partition(text: str) -> None:
    instance = "arn:aws-eusc:sso:::instance/ssoins-1234567890abcdef"
    assert partitions.arn_in_partition(ArnInPartition(f"path/{text}", instance)) == []


@given(st.text(), st.from_regex(partitions.REGION, fullmatch=True))
def test_no_text_crashes_a_rule(text: str, region: str) -> None:
    for each in (text, region):
        partition_of(each)
        partitions.region_known(each)
        endpoints.endpoint_known(each)
        endpoints.saml_domains_known(SamlAddresses(each, each))
    endpoint = f"https://scim.{region}.amazonaws.com/{TENANT}/scim/v2"
    assert endpoints.SCIM_ENDPOINT.fullmatch(endpoint)
