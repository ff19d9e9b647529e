"""Links to pages of the Okta Admin Console."""

import re
from urllib.parse import urlsplit

_CATALOG_APP = "amazon_aws_sso"
INTEGRATION = "user-management/api-credentials"
"""The tab Provisioning → Integration, with Test API Credentials."""


def app_page(org_url: str, app_id: str, tab: str = "") -> str:
    """URL of the app's page in the Admin Console; `org_url` is any URL of the org."""
    parts = urlsplit(org_url)
    host = re.sub(
        r"^([^.]+)\.(okta|oktapreview|okta-emea|okta-gov)\.com$", r"\1-admin.\2.com", parts.netloc
    )
    page = f"{parts.scheme}://{host}/admin/app/{_CATALOG_APP}/instance/{app_id}/"
    return f"{page}#tab-{tab}" if tab else page
