"""A program of a fleet without providers: components with the types that a fleet divides.

A file `fail-STACK` in the project's folder makes a stack fail until a file `ran-NAME`, whose name
it contains, exists; `slow-STACK` makes it wait until the file is deleted.
"""

import time
from pathlib import Path

import pulumi

from okta_idc.fleet.placement import Placement
from okta_idc.fleet.stack_files import Part, settings_of_part
from okta_idc.settings import ROOT, load_settings

HERE, STACK = Path.cwd(), pulumi.get_stack()
config = pulumi.Config()
given = config.get_object("part")
if given:
    part = Part.model_validate(given)
    settings, name = settings_of_part(HERE, pulumi.get_project(), part), part.name
else:
    settings, name = load_settings(config.require_object(ROOT)), ""
secret = pulumi.Config("okta").require_secret("apiToken")
placement = Placement(settings.fleet, lambda: None)


class Component(pulumi.ComponentResource):
    def __init__(self, kind, title, parent=None, **outputs):
        super().__init__(kind, title, {}, pulumi.ResourceOptions(parent=parent))
        self.register_outputs(outputs)


federation = Component("okta-identity-center:index:IdentityCenterFederation", "identity-center")
groups = [each.key for each in settings.push_groups if placement.group(each.key) == name]
if groups:
    pushed = Component("okta-identity-center:okta:PushGroups", "identity-center", federation)
for group in groups:
    mapping = Component("okta:index/pushGroup:PushGroup", f"identity-center-push-{group}", pushed)
    pulumi.Stash(f"value-{group}", input=secret, opts=pulumi.ResourceOptions(parent=mapping))
access = [
    (each.name, group, account)
    for each in settings.account_access.permission_sets
    for group, account in each.pairs()
    if placement.account(account) == name
]
if access:
    accesses = Component("okta-identity-center:aws:AccountAccess", "identity-center", federation)
for title, group, account in access:
    Component(
        "aws:ssoadmin/accountAssignment:AccountAssignment",
        f"identity-center-access-{title}-{group}-{account}", accesses, targetId=account,
    )  # fmt: skip

if not pulumi.runtime.is_dry_run():
    if (fails := HERE / f"fail-{STACK}").exists() and not (HERE / fails.read_text()).exists():
        raise pulumi.RunError(f"{STACK} needs {fails.read_text()}")
    (HERE / f"ran-{STACK}").touch()
    while (HERE / f"slow-{STACK}").exists():
        time.sleep(0.05)
