"""One Okta org federated with one IAM Identity Center instance: settings, federation, outputs."""

import os
from pathlib import Path
from typing import Any

import pulumi

from components import IdentityCenterFederation, WaitPolicy
from components._shutdown import exit_when_stopped
from components.environment import reject_ambient_credentials
from components.providers import aws_provider
from okta_idc.clients.scim import ScimProbe
from okta_idc.settings import ROOT, Settings, SettingsError

exit_when_stopped()
reject_ambient_credentials(os.environ)
try:
    settings = Settings.load(pulumi.Config().require_object(ROOT))
except SettingsError as error:
    raise pulumi.RunError(str(error)) from None

provisioning = settings.provisioning
arguments: Any = {
    **settings.arguments(),
    "wait": WaitPolicy.chosen(provisioning.wait, 60 * provisioning.wait_minutes),
    "secret_provider": aws_provider("secret", settings.scim.region, settings.scim.role_arn),
    "probe": ScimProbe(settings.scim.probe_at) if settings.scim.probe else None,
    "arrival": WaitPolicy(60 * provisioning.arrival_minutes),
}
if alarm := settings.alarm:
    arguments["alarm_provider"] = aws_provider("alarm", alarm.region, alarm.role_arn)
federation = IdentityCenterFederation("identity-center", arguments)

for name, value in federation.outputs.items():
    pulumi.export(name, value)
pulumi.export("readme", Path("Pulumi.README.md").read_text(encoding="utf-8"))
