"""What only a person can do in Okta's admin console, step by step, with this org's links.

Owns words, no resource. The token is never among them: the steps say which secret holds it. The
fields and buttons are those of AWS's page on Okta (docs/research/aws-setup-page.md#step-2).
"""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from ..okta.saml_app import CATALOG_APP

BOXES = {
    "PUSH_NEW_USERS": "Create Users",
    "PUSH_PROFILE_UPDATES": "Update User Attributes",
    "PUSH_USER_DEACTIVATION": "Deactivate Users",
}
"""The check boxes under To App, by the feature that each turns on. GROUP_PUSH has none."""


def app_page(org: str, app_id: str, tab: str = "") -> str:
    """The app's page in the admin console; `org` is any address of the org."""
    parts = urlsplit(org)
    host = re.sub(
        r"^([^.]+)\.(okta|oktapreview|okta-emea|okta-gov)\.com$", r"\1-admin.\2.com", parts.netloc
    )
    page = f"{parts.scheme}://{host}/admin/app/{CATALOG_APP}/instance/{app_id}/"
    return f"{page}#tab-{tab}" if tab else page


def provisioning_steps(
    org: str, app_id: str, endpoint: str, secret: str, wanted: Sequence[str]
) -> str:
    """How to turn provisioning on: integration first, then the features To App."""
    boxes = ", ".join(box for feature, box in BOXES.items() if feature in wanted)
    return "\n".join(
        (
            "Only a person can turn it on, in Okta's admin console:",
            f"  1. Open {app_page(org, app_id, 'user-management/api-credentials')}",
            "     (the app → Provisioning → Integration) and choose Configure API Integration.",
            "  2. Tick Enable API integration.",
            f"  3. Base URL: {endpoint}",
            "     exactly so, without a slash at its end.",
            f"  4. API Token: the value of `token` in the secret {secret} (AWS Secrets Manager →",
            "     Retrieve secret value).",
            "  5. Choose Test API Credentials, then Save.",
            f"  6. Open {app_page(org, app_id, 'user-management/create-n-update')}",
            f"     (Settings → To App), choose Edit, tick Enable for {boxes}.",
            "     Leave Sync Password off: AWS takes no passwords. Choose Save.",
        )
    )
