"""1xx, the SCIM endpoint, the ACS URL and the issuer URL."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from okta_idc.rules.partitions import DOMAIN, PARTITIONS, REGION, REGIONS, partition_of
from okta_idc.rules.registry import (
    EnforcementPoint,
    Related,
    Severity,
    Violation,
    core_rule,
    policy_rule,
    rule,
)
from okta_idc.rules.suggestions import did_you_mean

_HOST = rf"(?P<region>{REGION})"
SCIM_ENDPOINT = re.compile(
    rf"https://scim\.{_HOST}\.(?P<domain>{DOMAIN})/(?P<tenant>[A-Za-z0-9-]{{20,64}})/scim/v2"
)
"""Okta's Base URL, in any partition. The tenant is not a UUID: its first block is longer."""

_SIGN_IN = rf"https://{_HOST}\.(?:sso\.)?signin(?:-fips)?\.(?P<domain>{DOMAIN})/platform/saml"
ACS_URL = re.compile(rf"{_SIGN_IN}/acs/[A-Za-z0-9_-]+")
ISSUER_URL = re.compile(rf"{_SIGN_IN}/(?P<store>d-[0-9a-z]{{10,}})")
_MANAGE = "IAM Identity Center → Settings → Identity source → Manage authentication"
_AWS_DOMAINS = frozenset(
    domain for each in PARTITIONS.values() for domain in (*each.api_domains, each.sign_in_domain)
) | {"amazonaws.", "awsapps.com", "app.aws"}

# Examples
_ENDPOINT = "https://scim.us-east-2.amazonaws.com/11111111111-2222-3333-4444-555555555555/scim/v2"
_ACS = "https://us-east-1.sso.signin.aws/platform/saml/acs/0123456789-abcd"
_ISSUER = "https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067642ac7"


def default_issuer_url(region: str, identity_store_id: str) -> str:
    """The issuer URL of an instance (docs/research/identity-center.md#saml). In an unknown Region
    it has the form of the partition `aws`, and OIC-132 reports the Region."""
    partition = partition_of(region) or PARTITIONS["aws"]
    domain = partition.sign_in_domain
    return f"https://{region}.signin.{domain}/platform/saml/{identity_store_id}"


def _shown(endpoint: str) -> str | None:
    """The endpoint, if it is a URL: another value may be a token in the wrong field."""
    return endpoint if re.fullmatch(r"https?://[^@?#\s]*", endpoint) else None


def normalize_endpoint(endpoint: str) -> str:
    """The endpoint without surrounding spaces and the trailing slash of the AWS console."""
    return endpoint.strip().rstrip("/")


@rule(
    "OIC-101",
    "The Base URL in Okta is not a valid SCIM endpoint",
    enforced_by=(EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="docs/research/aws-setup-page.md#troubleshooting",
    remedy="In IAM Identity Center → Settings → Automatic provisioning, copy the SCIM endpoint, "
    "and remove the trailing slash: https://scim.REGION.amazonaws.com/TENANT/scim/v2, with the "
    "domain of the Region's partition.",
    good=_ENDPOINT,
    bad=f"{_ENDPOINT}/",
)
def scim_endpoint(endpoint: str) -> Iterator[Violation]:
    """Subject: the Base URL configured in Okta."""
    if endpoint.endswith("/") and not endpoint_fault(endpoint.rstrip("/")):
        yield "", _shown(endpoint), "ends with a slash."
    elif fault := endpoint_fault(endpoint):
        yield "", _shown(endpoint), fault


def endpoint_fault(endpoint: str) -> str:
    """What is wrong with an endpoint, "" if nothing is. In a Region that the kit knows, the domain
    is one of its partition; in an unknown Region, no domain is known to be wrong."""
    match = SCIM_ENDPOINT.fullmatch(endpoint)
    if match is None:
        return "is not a SCIM endpoint of IAM Identity Center."
    partition = partition_of(match["region"])
    if partition is None or match["domain"] in partition.api_domains:
        return ""
    return f"is not in a domain of the partition {partition.id}: {_either(partition.api_domains)}."


def is_of_aws(url: str) -> bool:
    """Whether the host of a Base URL is in one of AWS's domains, the access portal's included."""
    _, scheme, rest = url.casefold().partition("//")
    host = (rest if scheme else url.casefold()).partition("/")[0]
    return any(domain in host for domain in _AWS_DOMAINS)


def _either(names: Sequence[str]) -> str:
    """`a or b`."""
    return " or ".join(names)


@core_rule(
    "OIC-133",
    "The SCIM endpoint is in an unknown Region",
    severity=Severity.ADVISORY,
    source="docs/research/aws-partitions.md#scim-endpoints",
    remedy="Compare the endpoint with IAM Identity Center → Settings → Automatic provisioning. The "
    "token is not tested, so that it is not sent to a host that may not be AWS's.",
    good=_ENDPOINT,
    bad="https://scim.xx-north-1.amazonaws.xx/11111111111-2222-3333-4444-555555555555/scim/v2",
)
def endpoint_known(endpoint: str) -> Iterator[Violation]:
    """Subject: an endpoint, whose form OIC-101 or OIC-102 checks."""
    match = SCIM_ENDPOINT.fullmatch(normalize_endpoint(endpoint))
    if match and partition_of(match["region"]) is None:
        yield "", endpoint, _in_unknown(match["region"])


def _in_unknown(region: str) -> str:
    hint = did_you_mean(region, REGIONS)
    return f"is in the Region {region}, which this kit does not know.{hint}"


@dataclass(frozen=True, slots=True)
class EndpointInRegion:
    """A SCIM endpoint, and the instance's primary Region."""

    endpoint: str
    primary_region: str


@rule(
    "OIC-107",
    "The SCIM endpoint is not in the primary Region of IAM Identity Center",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.DOCTOR),
    source="docs/research/identity-center.md#regions",
    remedy="Use the SCIM endpoint of the instance in this Region, or set `aws:region` to the "
    "instance's primary Region.",
    good=EndpointInRegion(_ENDPOINT, "us-east-2"),
    bad=EndpointInRegion(_ENDPOINT, "eu-central-1"),
)
def endpoint_region(subject: EndpointInRegion) -> Iterator[Violation]:
    """Subject: the endpoint, whose form OIC-101 checks, and the primary Region."""
    match = SCIM_ENDPOINT.fullmatch(normalize_endpoint(subject.endpoint))
    if match and match["region"] != subject.primary_region:
        region = match["region"]
        yield "endpoint", region, f"is not the instance's primary Region {subject.primary_region}."


@dataclass(frozen=True, slots=True)
class BothEndpoints:
    """The Base URL in Okta, and the endpoint in the secret."""

    in_okta: str
    in_secret: str


@rule(
    "OIC-108",
    "Okta's Base URL is not the endpoint that the token belongs to",
    enforced_by=(EnforcementPoint.DOCTOR,),
    source="docs/research/scim.md#access-tokens",
    remedy="Store the endpoint and the token from the same Inbound automatic provisioning dialog "
    "in the secret and run `pulumi up`; in console mode, enter both in Okta.",
    good=BothEndpoints(_ENDPOINT, f"{_ENDPOINT}/"),
    bad=BothEndpoints(_ENDPOINT, _ENDPOINT.replace("11111111111", "99999999999")),
)
def endpoint_of_token(subject: BothEndpoints) -> Iterator[Violation]:
    """Subject: both endpoints; a trailing slash does not matter."""
    okta, secret = (normalize_endpoint(e) for e in (subject.in_okta, subject.in_secret))
    if okta != secret:
        other = Related("", _shown(secret))
        yield "in_okta", _shown(okta), "is not the endpoint in the secret.", other


@core_rule(
    "OIC-110",
    "The ACS URL does not belong to IAM Identity Center",
    source="docs/research/aws-partitions.md#saml-addresses",
    remedy=f"Copy the IAM Identity Center Assertion Consumer Service (ACS) URL from {_MANAGE}.",
    good=_ACS,
    bad=_ISSUER,
)
def acs_url(url: str) -> Iterator[Violation]:
    """Subject: the ACS URL, in any partition."""
    if not ACS_URL.fullmatch(url):
        yield "", url, "is not an ACS URL of IAM Identity Center."


@core_rule(
    "OIC-111",
    "The issuer URL does not belong to IAM Identity Center",
    source="docs/research/aws-partitions.md#saml-addresses",
    remedy=f"Copy the IAM Identity Center issuer URL from {_MANAGE}; it ends with the identity "
    "store ID, d-….",
    good=_ISSUER,
    bad=_ACS,
)
def issuer_url(url: str) -> Iterator[Violation]:
    """Subject: the issuer URL, which is the SAML entity ID."""
    if not ISSUER_URL.fullmatch(url):
        yield "", url, "is not an issuer URL of IAM Identity Center."


ADDRESSES = ("acsURL", "entityID")
"""Settings of the catalog app (docs/research/okta-api.md#sign-on-settings-of-a-catalog-app)."""


@policy_rule(
    "OIC-641",
    "The catalog app's settings do not have the names that Okta uses",
    source="docs/research/okta-api.md#sign-on-settings-of-a-catalog-app",
    remedy="Name the ACS URL acsURL and the issuer URL entityID, with this capitalization.",
    good=ADDRESSES,
    bad=("acsUrl", "entityID"),
)
def setting_names(names: tuple[str, ...]) -> Iterator[Violation]:
    """Subject: names of the settings. If the settings have both addresses, other names have no
    finding, because Okta may add settings to the app."""
    missing = [each for each in ADDRESSES if each not in names]
    for name in names if missing else ():
        if name not in ADDRESSES:
            close = [each for each in missing if each.casefold() == name.casefold()]
            hint = f" Did you mean {close[0]}?" if close else ""
            yield name, None, f"is not a setting of the app.{hint}"


@policy_rule(
    "OIC-642",
    "The catalog app is declared without the ACS URL or the issuer URL",
    severity=Severity.ADVISORY,
    source="docs/research/okta-api.md#addresses-of-the-app",
    remedy=f"Set acsURL and entityID in `app_settings_json`; {_MANAGE} shows both.",
    good=ADDRESSES,
    bad=("entityID",),
)
def has_addresses(names: tuple[str, ...]) -> Iterator[Violation]:
    """Subject: names of the settings, if OIC-641 has no finding. Advisory, because AWS shows its
    addresses only after the app exists."""
    for name in ADDRESSES if not setting_names(names) else ():
        if name not in names:
            yield name, None, "is missing; no user can sign in without it."


NAME_ID_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"


@policy_rule(
    "OIC-643",
    "The app's NameID format is not emailAddress",
    source="docs/research/identity-center.md#saml",
    remedy=f"Set `subject_name_id_format` to {NAME_ID_FORMAT}.",
    good=NAME_ID_FORMAT,
    bad="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
)
def name_id_format(name_format: str) -> Iterator[Violation]:
    """Subject: the NameID format of a custom app; the catalog app's is fixed."""
    if name_format != NAME_ID_FORMAT:
        yield "", name_format, "is a format that AWS rejects."


@dataclass(frozen=True, slots=True)
class SamlAddresses:
    """The app's settings `acsURL` and `entityID`."""

    acs_url: str
    issuer_url: str


@rule(
    "OIC-112",
    "The ACS URL and the issuer URL name different Regions",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="AWS User Guide, multi-Region: SAML is configured in the primary Region; an additional "
    "Region has its own ACS URL, which Okta stores next to the primary one",
    remedy=f"Copy both URLs from {_MANAGE} in the primary Region.",
    good=SamlAddresses(_ACS, _ISSUER),
    bad=SamlAddresses(_ACS.replace("us-east-1", "eu-west-1"), _ISSUER),
)
def one_region(addresses: SamlAddresses) -> Iterator[Violation]:
    """Subject: both URLs, whose form OIC-110 and OIC-111 check."""
    acs, issuer = ACS_URL.fullmatch(addresses.acs_url), ISSUER_URL.fullmatch(addresses.issuer_url)
    if acs and issuer and acs["region"] != issuer["region"]:
        yield "acs_url", acs["region"], f"is not the issuer URL's Region {issuer['region']}."


@core_rule(
    "OIC-134",
    "The ACS URL or the issuer URL has an unknown Region or domain",
    severity=Severity.ADVISORY,
    source="docs/research/aws-partitions.md#saml-addresses",
    remedy=f"Compare the URL with {_MANAGE}. If AWS shows it, no change is needed.",
    good=SamlAddresses(
        "https://us-gov-west-1.sso.signin.amazonaws-us-gov.com/platform/saml/acs/0123456789-abcd",
        "https://us-gov-west-1.signin.amazonaws-us-gov.com/platform/saml/d-9067642ac7",
    ),
    bad=SamlAddresses(_ACS.replace("sso.signin.aws", "signin.example.com"), _ISSUER),
)
def saml_domains_known(addresses: SamlAddresses) -> Iterator[Violation]:
    """Subject: both URLs, whose form OIC-110 and OIC-111 check; empty if there is none."""
    for path, url in (("acs_url", addresses.acs_url), ("issuer_url", addresses.issuer_url)):
        match = (ACS_URL if path == "acs_url" else ISSUER_URL).fullmatch(url)
        if match is None:
            continue
        partition = partition_of(match["region"])
        if partition is None or match["region"] not in REGIONS:
            yield path, url, _in_unknown(match["region"])
        elif match["domain"] not in partition.sign_in_domains:
            known = _either(partition.sign_in_domains)
            yield path, url, f"is not in a known sign-in domain of {partition.id}: {known}."


@dataclass(frozen=True, slots=True)
class IssuerOfStore:
    """The app's issuer URL, and the ID of the instance's identity store (d-…)."""

    issuer_url: str
    identity_store_id: str


@rule(
    "OIC-113",
    "The issuer URL does not name the instance's identity store",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.DOCTOR),
    source="docs/research/identity-center.md#saml",
    remedy=f"Copy the issuer URL from {_MANAGE} of the right instance, or correct `aws:region` "
    "and the AWS credentials.",
    good=IssuerOfStore(_ISSUER, "d-9067642ac7"),
    bad=IssuerOfStore(_ISSUER, "d-1111111111"),
)
def issuer_of_store(subject: IssuerOfStore) -> Iterator[Violation]:
    """Subject: the issuer URL, whose form OIC-111 checks, and the identity store ID."""
    match = ISSUER_URL.fullmatch(subject.issuer_url)
    if match and match["store"] != subject.identity_store_id:
        store = subject.identity_store_id
        yield "issuer_url", match["store"], f"is not the instance's identity store {store}."


@dataclass(frozen=True, slots=True)
class AcsUrlChange:
    """The app's ACS URL in the last run and in this run; empty if it has none."""

    old: str
    new: str


@rule(
    "OIC-120",
    "The ACS URL would be removed from the app",
    enforced_by=(EnforcementPoint.COMPONENT,),
    source="docs/research/identity-center.md#saml",
    remedy=f"Set `app.acs_url`; {_MANAGE} shows it.",
    good=AcsUrlChange("", _ACS),
    bad=AcsUrlChange(_ACS, ""),
)
def acs_url_is_kept(change: AcsUrlChange) -> Iterator[Violation]:
    """Subject: the change. Only the first run creates an app without an ACS URL."""
    if change.old and not change.new:
        yield "", change.old, "is in the app, and no user can sign in without it."
