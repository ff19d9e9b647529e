"""The manual provisioning steps in the Okta Admin Console, with links to the app's own pages.

Names of fields and buttons follow step 2 of AWS's setup page. The steps name the secret that holds
the token and never contain the token.
"""

from collections.abc import Sequence

from okta_idc.clients.admin_console import INTEGRATION, app_page

CHECK_BOXES = {
    "PUSH_NEW_USERS": "Create Users",
    "PUSH_PROFILE_UPDATES": "Update User Attributes",
    "PUSH_USER_DEACTIVATION": "Deactivate Users",
}
"""The check box under To App that turns on each feature. GROUP_PUSH has none."""


def provisioning_steps(
    org_url: str, app_id: str, endpoint: str, secret: str, features: Sequence[str]
) -> str:
    """Steps that turn provisioning on: the API integration, then the features under To App."""
    boxes = ", ".join(box for feature, box in CHECK_BOXES.items() if feature in features)
    return "\n".join(
        (
            "Turn provisioning on in the Okta Admin Console:",
            f"  1. Open {app_page(org_url, app_id, INTEGRATION)}",
            "     (the app → Provisioning → Integration) and choose Configure API Integration.",
            "  2. Select Enable API integration.",
            f"  3. Base URL: {endpoint}",
            "     without a trailing slash.",
            f"  4. API Token: the value of `token` in the secret {secret} (AWS Secrets Manager →",
            "     Retrieve secret value).",
            "  5. Choose Test API Credentials, then Save.",
            f"  6. Open {app_page(org_url, app_id, 'user-management/create-n-update')}",
            f"     (Settings → To App), choose Edit, and select Enable for {boxes}.",
            "     Leave Sync Password off: AWS does not accept passwords. Choose Save.",
        )
    )
