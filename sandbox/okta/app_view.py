"""Renders an app as Okta's API shows it.

The shape follows recordings of a real org. Of `settings.signOn` a catalog app has the override keys
only (docs/research/okta-api.md#sign-on-settings-of-a-catalog-app). Okta does not publish which
`features` this app shows once provisioning is enabled; these four are assumed.
"""

from typing import Any

from ..settings import Settings
from .app_body import OVERRIDES
from .model import App

ORG_ID = "00osbx00000000000001"
ENROLLMENT_POLICY = "rstsbxenrollment00001"
_FEATURES = {
    "PUSH_NEW_USERS": ("create", "lifecycleCreate"),
    "PUSH_PROFILE_UPDATES": ("update", "profile"),
    "PUSH_USER_DEACTIVATION": ("update", "lifecycleDeactivate"),
}


def app_view(app: App, base: str, settings: Settings) -> dict[str, Any]:
    body = app.body
    return {
        "id": app.id,
        "orn": f"orn:okta:idp:{ORG_ID}:apps:{body['name']}:{app.id}",
        "name": body["name"],
        "label": body["label"],
        "status": app.status,
        "created": app.created,
        "lastUpdated": app.updated,
        "features": _features(app, settings["app_features"]),
        "universalLogout": None,
        "signOnMode": body["signOnMode"],
        "accessibility": {
            "selfService": False, "errorRedirectUrl": None, "loginRedirectUrl": None,
            **body["accessibility"],
        },
        "visibility": {
            "autoLaunch": False, "autoSubmitToolbar": False, **body["visibility"],
            "hide": {"iOS": False, "web": False, **body["visibility"]["hide"]},
            "appLinks": {f"{body['name']}_link": True},
        },
        "credentials": {
            "userNameTemplate": body["credentials"]["userNameTemplate"],
            "signing": {"kid": body["kid"]},
        },
        "settings": _settings(body["settings"]),
        "_links": _links(app, base),
    }  # fmt: skip


def _features(app: App, shown: str) -> list[str]:
    if app.connection != "ENABLED":
        return []
    enabled = [name for name, path in _FEATURES.items() if app.is_enabled(*path)]
    if shown == "fewer":
        return enabled
    return ["GROUP_PUSH", *enabled, *(["IMPORT_NEW_USERS"] if shown == "more" else [])]


def _settings(settings: dict[str, Any]) -> dict[str, Any]:
    sign = settings["signOn"]
    network = {"connection": "DISABLED"}
    return {
        "app": settings.get("app", {}),
        "notifications": {"vpn": {"network": network, "message": None, "helpUrl": None}},
        "manualProvisioning": False,
        "implicitAssignment": bool(settings.get("implicitAssignment")),
        "notes": {"admin": None, "enduser": None, **settings["notes"]},
        "signOn": {
            **sign,
            **{key: sign.get(key) or None for key in OVERRIDES},
            "honorForceAuthn": bool(sign.get("honorForceAuthn")),
        },
    }


def _links(app: App, base: str) -> dict[str, Any]:
    name, root = app.body["name"], f"{base}/api/v1/apps/{app.id}"
    other = "deactivate" if app.status == "ACTIVE" else "activate"
    home = f"{base}/home/{name}/{app.id}/1"
    return {
        "help": {"href": f"{base}/app/{name}/{app.id}/setup/help", "type": "text/html"},
        "metadata": {"href": root + "/sso/saml/metadata", "type": "application/xml"},
        "uploadLogo": {"href": root + "/logo", "hints": {"allow": ["POST"]}},
        "appLinks": [{"name": f"{name}_link", "type": "text/html", "href": home}],
        "profileEnrollment": {"href": f"{base}/api/v1/policies/{ENROLLMENT_POLICY}"},
        "policies": {"href": root + "/policies", "hints": {"allow": ["PUT"]}},
        "groups": {"href": root + "/groups"},
        "users": {"href": root + "/users"},
        "logo": [{"name": "medium", "href": base + "/logo.png", "type": "image/png"}],
        "accessPolicy": {"href": f"{base}/api/v1/policies/{app.policy}"},
        other: {"href": f"{root}/lifecycle/{other}"},
    }
