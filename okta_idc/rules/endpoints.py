"""1xx, the addresses: SCIM endpoint, ACS URL, issuer URL."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from okta_idc.rules.registry import EnforcementPoint, Related, Severity, Violation, rule

_REGION = r"(?P<region>[a-z]{2}(-[a-z]+)+-\d)"
SCIM_ENDPOINT = re.compile(
    rf"https://scim\.{_REGION}\.(amazonaws\.com(\.cn)?|api\.aws)"
    r"/(?P<tenant>[A-Za-z0-9-]{20,64})/scim/v2"
)
"""The Base URL as Okta wants it. The tenant is no RFC 4122 UUID: its first block is longer."""

ACS_URL = re.compile(
    rf"https://{_REGION}\.(sso\.signin\.aws|signin\.aws|signin\.aws\.amazon\.com|signin\.amazonaws\.cn)"
    r"/platform/saml/acs/[A-Za-z0-9_-]+"
)
ISSUER_URL = re.compile(
    rf"https://{_REGION}\.signin\.(aws\.amazon\.com|aws|amazonaws\.cn)"
    r"/platform/saml/(?P<store>d-[0-9a-z]{10,})"
)
_MANAGE = "IAM Identity Center → Settings → Identity source → Manage authentication"


def normalise_endpoint(endpoint: str) -> str:
    """The endpoint without surrounding blanks and without the slash the AWS console shows."""
    return endpoint.strip().rstrip("/")


@rule(
    "OIC-101",
    "The Base URL in Okta is not a SCIM endpoint without a trailing slash",
    enforced_by=(EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="AWS's page (docs/research/aws-setup-page.md#troubleshooting): the slash is why Okta "
    "refuses the Base URL",
    remedy="copy the SCIM endpoint from IAM Identity Center → Settings → Automatic provisioning, "
    "without the slash at its end: https://scim.REGION.amazonaws.com/TENANT/scim/v2.",
    good="https://scim.us-east-2.amazonaws.com/11111111111-2222-3333-4444-555555555555/scim/v2",
    bad="https://scim.us-east-2.amazonaws.com/11111111111-2222-3333-4444-555555555555/scim/v2/",
)
def scim_endpoint(endpoint: str) -> Iterator[Violation]:
    """Subject: the Base URL as it is given to Okta."""
    if SCIM_ENDPOINT.fullmatch(endpoint):
        return
    slash = SCIM_ENDPOINT.fullmatch(endpoint.rstrip("/"))
    problem = "ends with a slash." if slash else "is not a SCIM endpoint of IAM Identity Center."
    yield "", endpoint, problem


@dataclass(frozen=True, slots=True)
class EndpointInRegion:
    """A SCIM endpoint, and the instance's primary region."""

    endpoint: str
    primary_region: str


@rule(
    "OIC-107",
    "The SCIM endpoint is not in the primary Region of IAM Identity Center",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.DOCTOR),
    source="AWS User Guide, multi-Region: SCIM and SAML are configured in the primary Region only "
    "(docs/research/identity-center.md#regions)",
    remedy="take the SCIM endpoint of the instance whose region is meant, or set aws:region to the "
    "instance's primary region.",
    good=EndpointInRegion(
        "https://scim.us-east-2.amazonaws.com/11111111111-2222-3333-4444-555555555555/scim/v2",
        "us-east-2",
    ),
    bad=EndpointInRegion(
        "https://scim.us-east-2.amazonaws.com/11111111111-2222-3333-4444-555555555555/scim/v2",
        "eu-central-1",
    ),
)
def endpoint_region(subject: EndpointInRegion) -> Iterator[Violation]:
    """Subject: the endpoint (OIC-101 judges its form) and the region."""
    match = SCIM_ENDPOINT.fullmatch(normalise_endpoint(subject.endpoint))
    if match and match["region"] != subject.primary_region:
        region = match["region"]
        yield "endpoint", region, f"is another region than the instance's {subject.primary_region}."


@dataclass(frozen=True, slots=True)
class EndpointTwice:
    """The Base URL that Okta has, and the endpoint that stands beside the token in the secret."""

    in_okta: str
    in_secret: str


@rule(
    "OIC-108",
    "Okta sends to another tenant than the one the token belongs to",
    enforced_by=(EnforcementPoint.DOCTOR,),
    source="AWS User Guide: switching automatic provisioning off and on makes a new tenant and "
    "token; AWS answers 401 for another tenant's token (docs/research/scim.md#access-tokens)",
    remedy="put endpoint and token of one «Inbound automatic provisioning» dialog into the secret, "
    "run again, and in console mode paste both into Okta.",
    good=EndpointTwice(
        "https://scim.us-east-2.amazonaws.com/11111111111-2222-3333-4444-555555555555/scim/v2",
        "https://scim.us-east-2.amazonaws.com/11111111111-2222-3333-4444-555555555555/scim/v2/",
    ),
    bad=EndpointTwice(
        "https://scim.us-east-2.amazonaws.com/11111111111-2222-3333-4444-555555555555/scim/v2",
        "https://scim.us-east-2.amazonaws.com/99999999999-2222-3333-4444-555555555555/scim/v2",
    ),
)
def endpoint_of_token(subject: EndpointTwice) -> Iterator[Violation]:
    """Subject: both endpoints; a slash at the end makes no difference."""
    okta, secret = (normalise_endpoint(e) for e in (subject.in_okta, subject.in_secret))
    if okta != secret:
        yield "in_okta", okta, "is not the endpoint beside the token.", Related("", secret)


@rule(
    "OIC-110",
    "The ACS URL is not one of IAM Identity Center",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="AWS User Guide, external identity providers: "
    "https://REGION.sso.signin.aws/platform/saml/acs/ID, and two older forms that stay valid",
    remedy=f"copy «IAM Identity Center Assertion Consumer Service (ACS) URL» from {_MANAGE}.",
    good="https://us-east-1.sso.signin.aws/platform/saml/acs/0123456789-abcd",
    bad="https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067642ac7",
)
def acs_url(url: str) -> Iterator[Violation]:
    """Subject: the ACS URL. Three forms are in use, by the age of the instance."""
    if not ACS_URL.fullmatch(url):
        yield "", url, "is not an ACS URL of IAM Identity Center."


@rule(
    "OIC-111",
    "The issuer URL is not one of IAM Identity Center",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="AWS console: https://REGION.signin.aws.amazon.com/platform/saml/d-…",
    remedy=f"copy «IAM Identity Center issuer URL» from {_MANAGE}; it ends with the identity store "
    "id (d-…).",
    good="https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067642ac7",
    bad="https://us-east-1.sso.signin.aws/platform/saml/acs/0123456789-abcd",
)
def issuer_url(url: str) -> Iterator[Violation]:
    """Subject: the issuer URL (entity id)."""
    if not ISSUER_URL.fullmatch(url):
        yield "", url, "is not an issuer URL of IAM Identity Center."


@dataclass(frozen=True, slots=True)
class SamlAddresses:
    """What the app has in `acsURL` and `entityID`."""

    acs_url: str
    issuer_url: str


@rule(
    "OIC-112",
    "The ACS URL and the issuer URL name different Regions",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="AWS User Guide, multi-Region: SAML configuration lives in the primary region; an "
    "additional region has an ACS URL of its own, which Okta carries beside the primary one",
    remedy=f"copy both URLs from the same page: {_MANAGE}, in the primary region.",
    good=SamlAddresses(
        "https://us-east-1.sso.signin.aws/platform/saml/acs/0123456789-abcd",
        "https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067642ac7",
    ),
    bad=SamlAddresses(
        "https://eu-west-1.sso.signin.aws/platform/saml/acs/0123456789-abcd",
        "https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067642ac7",
    ),
)
def one_region(addresses: SamlAddresses) -> Iterator[Violation]:
    """Subject: both URLs (OIC-110 and OIC-111 judge their form)."""
    acs, issuer = ACS_URL.fullmatch(addresses.acs_url), ISSUER_URL.fullmatch(addresses.issuer_url)
    if acs and issuer and acs["region"] != issuer["region"]:
        yield "acs_url", acs["region"], f"is another region than the issuer's {issuer['region']}."


@dataclass(frozen=True, slots=True)
class IssuerOfStore:
    """The app's issuer URL, and the id of the instance's identity store (d-…)."""

    issuer_url: str
    identity_store_id: str


@rule(
    "OIC-113",
    "The issuer URL names another Identity Store than the one being provisioned",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.DOCTOR),
    source="AWS console: the issuer URL ends with the identity store id "
    "(docs/research/identity-center.md#saml). Users sign in where they are provisioned",
    remedy=f"copy the issuer URL from {_MANAGE} of the instance that aws:region and the "
    "credentials lead to, or correct those.",
    good=IssuerOfStore(
        "https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067642ac7", "d-9067642ac7"
    ),
    bad=IssuerOfStore(
        "https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067642ac7", "d-1111111111"
    ),
)
def issuer_of_store(subject: IssuerOfStore) -> Iterator[Violation]:
    """Subject: the issuer URL (OIC-111 judges its form) and the identity store."""
    match = ISSUER_URL.fullmatch(subject.issuer_url)
    if match and match["store"] != subject.identity_store_id:
        store = subject.identity_store_id
        yield "issuer_url", match["store"], f"is another identity store than {store}."
