"""The Okta Admin Console: its address, and links to its pages.

The address follows from the org's own one, which a client may not know: it can use a custom domain.
Okta's public metadata names it (docs/research/okta-api.md#org-metadata).
"""

import re
from urllib.parse import urlsplit

import httpx

from okta_idc.clients.json_path import get_text
from okta_idc.clients.okta import Okta, OktaError

METADATA = "/.well-known/okta-organization"
_CATALOG_APP = "amazon_aws_sso"
INTEGRATION = "user-management/api-credentials"
"""The tab Provisioning → Integration, with Test API Credentials."""
_ORG = re.compile(r"https://([a-z0-9-]+?)(?:-admin)?((?:\.[a-z0-9-]+)+)", re.IGNORECASE)
_LOCAL = re.compile(r"http://(127\.0\.0\.1|localhost)(:\d+)?")


async def admin_console(okta: Okta) -> str:
    """URL of the org's Admin Console, without a path. Raises OktaError if Okta does not name it."""
    organization = get_text(await okta.get(METADATA), "_links", "organization", "href")
    if url := console_of_org(organization):
        return url
    raise OktaError(f"GET {METADATA}: the response does not name the org's address.")


async def public_admin_console(url: str) -> str:
    """The same for any URL of the org, without credentials. Raises OktaError."""
    parts = urlsplit(url)
    async with Okta(f"{parts.scheme}://{parts.netloc}", httpx.Auth()) as okta:
        return await admin_console(okta)


def console_of_org(organization: str) -> str:
    """URL of the Admin Console for the org's own address, in any of Okta's domains: the first label
    with `-admin`. A sandbox has one address for both. Empty if the text is not such an address."""
    address = organization.rstrip("/")
    if _LOCAL.fullmatch(address):
        return address
    match = _ORG.fullmatch(address)
    return f"https://{match[1]}-admin{match[2]}" if match else ""


def app_page(console: str, app_id: str, tab: str = "") -> str:
    """URL of the app's page; `console` is the Admin Console's URL."""
    page = f"{console}/admin/app/{_CATALOG_APP}/instance/{app_id}/"
    return f"{page}#tab-{tab}" if tab else page
