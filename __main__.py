"""One Okta org federated with one IAM Identity Center instance: settings, federation, outputs."""

import pulumi

from components import IdentityCenterFederation, Wait
from okta_idc.settings import ROOT, Settings, SettingsError

try:
    settings = Settings.load(pulumi.Config().require_object(ROOT))
except SettingsError as error:
    raise pulumi.RunError(str(error)) from None

federation = IdentityCenterFederation(
    "identity-center",
    {
        "label": settings.app.label,
        "acs_url": settings.app.acs_url,
        "issuer_url": settings.app.issuer_url,
        "user_name_template": settings.app.user_name_template,
        "attributes": [{"key": a.key, "value": a.value} for a in settings.attributes],
        "secret": settings.scim.secret,
        "mode": settings.provisioning.mode,
        "gate": settings.provisioning.gate,
        "wait": Wait.chosen(settings.provisioning.wait, 60 * settings.provisioning.wait_minutes),
        "create_users": settings.provisioning.create_users,
        "update_users": settings.provisioning.update_users,
        "deactivate_users": settings.provisioning.deactivate_users,
        "assign": settings.assign,
        "push": settings.push,
    },
)

for name, value in federation.outputs.items():
    pulumi.export(name, value)
