"""One Okta org federated with one IAM Identity Center instance: settings, federation, outputs.

The same program is in each stack of a fleet (docs/guide/large.md).
"""

import os
from pathlib import Path

import pulumi

from components import (
    IdentityCenterFederation,
    exit_when_stopped,
    federation_args_from,
    reject_ambient_credentials,
)
from components.fleet_part import FederationPart
from okta_idc.fleet.stack_files import (
    PART,
    StackFileError,
    load_part,
    settings_of_part,
    stack_folder,
)
from okta_idc.settings import ROOT, SettingsError, federation_in, load_settings, read_value

exit_when_stopped()
reject_ambient_credentials(os.environ)
config, project = pulumi.Config(), pulumi.get_project()
federation: IdentityCenterFederation | FederationPart
try:
    if (given := config.get_object(PART)) is not None:
        part = load_part(given, project)
        settings = settings_of_part(stack_folder(Path.cwd(), os.environ), project, part)
        federation = FederationPart("identity-center", settings, part)
    else:
        settings = load_settings(federation_in(read_value(config.require(ROOT)), Path.cwd()))
        federation = IdentityCenterFederation("identity-center", federation_args_from(settings))
except (SettingsError, StackFileError) as error:
    raise pulumi.RunError(str(error)) from None

for name, value in federation.outputs().items():
    pulumi.export(name, value)
if isinstance(federation, IdentityCenterFederation):
    pulumi.export("readme", Path("Pulumi.README.md").read_text(encoding="utf-8"))
