"""1xx, the addresses: SCIM endpoint, ACS URL, issuer URL."""

import re
from collections.abc import Iterator

from okta_idc.rules.registry import Draft, rule

SCIM_ENDPOINT = re.compile(
    r"https://scim\.(?P<region>[a-z]{2}(-[a-z]+)+-\d)\.(amazonaws\.com(\.cn)?|api\.aws)"
    r"/(?P<tenant>[A-Za-z0-9-]{20,64})/scim/v2"
)
"""The Base URL as Okta wants it. The tenant is no RFC 4122 UUID: its first block is longer."""

_REGION = r"[a-z]{2}(-[a-z]+)+-\d"
_ACS_URL = re.compile(
    rf"https://{_REGION}\.(sso\.signin\.aws|signin\.aws|signin\.aws\.amazon\.com|signin\.amazonaws\.cn)"
    r"/platform/saml/acs/[A-Za-z0-9_-]+"
)
_ISSUER_URL = re.compile(
    rf"https://{_REGION}\.signin\.(aws\.amazon\.com|aws|amazonaws\.cn)"
    r"/platform/saml/d-[0-9a-z]{10,}"
)


def normalise_endpoint(endpoint: str) -> str:
    """The endpoint without surrounding blanks and without the slash the AWS console shows."""
    return endpoint.strip().rstrip("/")


@rule(
    "OIC-101",
    "The Base URL in Okta is the SCIM endpoint without a trailing slash",
    source="AWS page, Troubleshooting: «Base URL: Does not match required pattern … likely "
    "contains a trailing forward slash»",
    remedy="copy the SCIM endpoint from IAM Identity Center → Settings → Automatic provisioning, "
    "without the slash at its end: https://scim.REGION.amazonaws.com/TENANT/scim/v2.",
    good="https://scim.us-east-2.amazonaws.com/11111111111-2222-3333-4444-555555555555/scim/v2",
    bad="https://scim.us-east-2.amazonaws.com/11111111111-2222-3333-4444-555555555555/scim/v2/",
)
def scim_endpoint(endpoint: str) -> Iterator[Draft]:
    """Subject: the Base URL as it is given to Okta."""
    if SCIM_ENDPOINT.fullmatch(endpoint):
        return
    slash = SCIM_ENDPOINT.fullmatch(endpoint.rstrip("/"))
    problem = "ends with a slash." if slash else "is not a SCIM endpoint of IAM Identity Center."
    yield "", endpoint, problem


@rule(
    "OIC-110",
    "The ACS URL is the one IAM Identity Center shows for the external identity provider",
    source="AWS User Guide, external identity providers: https://REGION.sso.signin.aws/platform/saml/"
    "acs/ID, and two older forms that stay valid",
    remedy="copy «IAM Identity Center Assertion Consumer Service (ACS) URL» from IAM Identity "
    "Center → Settings → Identity source → Manage authentication.",
    good="https://us-east-1.sso.signin.aws/platform/saml/acs/0123456789-abcd",
    bad="https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067642ac7",
)
def acs_url(url: str) -> Iterator[Draft]:
    """Subject: the ACS URL. Three forms are in use, by the age of the instance."""
    if not _ACS_URL.fullmatch(url):
        yield "", url, "is not an ACS URL of IAM Identity Center."


@rule(
    "OIC-111",
    "The issuer URL is the one IAM Identity Center shows",
    source="AWS console: https://REGION.signin.aws.amazon.com/platform/saml/d-…",
    remedy="copy «IAM Identity Center issuer URL» from IAM Identity Center → Settings → Identity "
    "source → Manage authentication; it ends with the identity store id (d-…).",
    good="https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067642ac7",
    bad="https://us-east-1.sso.signin.aws/platform/saml/acs/0123456789-abcd",
)
def issuer_url(url: str) -> Iterator[Draft]:
    """Subject: the issuer URL (entity id)."""
    if not _ISSUER_URL.fullmatch(url):
        yield "", url, "is not an issuer URL of IAM Identity Center."
