"""The manual steps in the consoles of AWS and Okta, with links to the right pages.

Names of fields and buttons follow AWS's setup page. One visit to the AWS console yields everything
that only its console shows: the ACS URL, the SCIM endpoint and the access token. The steps name the
secret that holds the token and never contain the token.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

from okta_idc.clients.admin_console import INTEGRATION, app_page, public_admin_console
from okta_idc.clients.okta import OktaError
from okta_idc.rules.aws_console import aws_settings_page

from .next_steps import RUN

CHECK_BOXES = {
    "PUSH_NEW_USERS": "Create Users",
    "PUSH_PROFILE_UPDATES": "Update User Attributes",
    "PUSH_USER_DEACTIVATION": "Deactivate Users",
}
"""The check box under To App that turns on each feature. GROUP_PUSH has none."""


EMERGENCY_ACCESS = (
    "Make sure that you can sign in to AWS without IAM Identity Center: test an IAM role or user "
    "in the management account. A wrong identity source locks out everyone else."
)


def connect_steps(
    *,
    metadata_url: str,
    issuer_url: str,
    region: str,
    secret: str,
    secret_region: str,
    missing_secret: str,
    missing_acs_url: bool,
) -> list[str]:
    """Steps that connect AWS to Okta. `missing_secret`: why there is no token, "" if there is one.

    If only the ACS URL is missing, AWS was connected before, and shows the URL elsewhere.
    """
    local = urlsplit(metadata_url).scheme == "http"  # the sandbox has a console of its own
    url = "" if local else aws_settings_page(region)
    page = f"\n      {url}" if url else ""
    if not missing_secret:
        return [
            "Set `app.acs_url` to the ACS URL, which the AWS console shows in IAM Identity Center "
            f"→ Settings → Identity source → Actions → Manage authentication.{page}",
            RUN,
        ]
    urls = (
        "   c. Copy the IAM Identity Center Assertion Consumer Service (ACS) URL. If the issuer",
        f"      URL is not {issuer_url}, copy it too.",
    )
    connected = ("   c. If AWS names this app as its identity source already, continue with e.",)
    visit = (
        "Connect AWS to Okta, in one visit to the AWS console:",
        f"   a. Save {metadata_url} as a file.",
        "   b. Open IAM Identity Center → Settings → Identity source → Actions → Change identity",
        f"      source → External identity provider → Next.{page}",
        *(urls if missing_acs_url else connected),
        "   d. Upload the file under IdP SAML metadata → Next. Type ACCEPT, and choose Change",
        "      identity source.",
        "   e. In Settings, next to Automatic provisioning, choose Enable. Leave the dialog open:",
        "      AWS shows the access token only here and only once.",
    )
    store = (
        f"Store the SCIM endpoint and the access token of the dialog, then close it. "
        f"{missing_secret}",
        f"   okta-idc token store {secret} --region {secret_region}",
    )
    settings = (
        ["Set `app.acs_url` to the ACS URL, and `app.issuer_url` if you copied it."]
        if missing_acs_url
        else []
    )
    return [EMERGENCY_ACCESS, "\n".join(visit), "\n".join(store), *settings, RUN]


async def provisioning_steps(
    org_url: str, app_id: str, endpoint: str, secret: str, features: Sequence[str]
) -> str:
    """Steps that turn provisioning on: the API integration, then the features under To App.
    `org_url`: any URL of the org, which is read for the Admin Console's address."""
    console = unknown = ""
    try:
        console = await public_admin_console(org_url)
    except OktaError as error:
        unknown = f" (Its address is unknown: {error})"
    boxes = ", ".join(box for feature, box in CHECK_BOXES.items() if feature in features)
    integration = _page(console, app_id, INTEGRATION, "Provisioning → Integration")
    to_app = _page(console, app_id, "user-management/create-n-update", "Settings → To App")
    return "\n".join(
        (
            f"Turn provisioning on in the Okta Admin Console:{unknown}",
            f"  1. Open {integration} and choose Configure API Integration.",
            "  2. Select Enable API integration.",
            f"  3. Base URL: {endpoint}",
            "     without a trailing slash.",
            f"  4. API Token: the value of `token` in the secret {secret} (AWS Secrets Manager →",
            "     Retrieve secret value).",
            "  5. Choose Test API Credentials, then Save.",
            f"  6. Open {to_app}, choose Edit, and select Enable for {boxes}.",
            "     Leave Sync Password off: AWS does not accept passwords. Choose Save.",
        )
    )


def _page(console: str, app_id: str, tab: str, path: str) -> str:
    """The app's page: its link, if the console's address is known, and the way to it."""
    way = f"the app → {path}"
    return f"{app_page(console, app_id, tab)}\n     ({way})" if console else way
