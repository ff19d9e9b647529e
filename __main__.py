"""One Okta org federated with one IAM Identity Center instance: settings, federation, outputs."""

from typing import Any

import pulumi

from components import IdentityCenterFederation, Wait
from okta_idc.clients.scim import ScimProbe
from okta_idc.settings import ROOT, Settings, SettingsError

try:
    settings = Settings.load(pulumi.Config().require_object(ROOT))
except SettingsError as error:
    raise pulumi.RunError(str(error)) from None

provisioning = settings.provisioning
arguments: Any = {
    **settings.arguments(),
    "wait": Wait.chosen(provisioning.wait, 60 * provisioning.wait_minutes),
    "probe": ScimProbe(settings.scim.probe_at) if settings.scim.probe else None,
    "arrival": Wait(60 * provisioning.arrival_minutes),
}
federation = IdentityCenterFederation("identity-center", arguments)

for name, value in federation.outputs.items():
    pulumi.export(name, value)
