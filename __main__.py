"""One Okta org federated with one IAM Identity Center instance: settings, federation, outputs."""

import os
from pathlib import Path

import pulumi

from components import (
    IdentityCenterFederation,
    exit_when_stopped,
    federation_args_from,
    reject_ambient_credentials,
)
from okta_idc.settings import ROOT, SettingsError, load_settings

exit_when_stopped()
reject_ambient_credentials(os.environ)
try:
    settings = load_settings(pulumi.Config().require_object(ROOT))
except SettingsError as error:
    raise pulumi.RunError(str(error)) from None

federation = IdentityCenterFederation("identity-center", federation_args_from(settings))

for name, value in federation.outputs().items():
    pulumi.export(name, value)
pulumi.export("readme", Path("Pulumi.README.md").read_text(encoding="utf-8"))
