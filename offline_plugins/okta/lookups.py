"""The plugin's lookups (data sources), with the arguments that they support."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from offline_plugins.okta import app_lookups, group_lookups, provisioning_lookups, user_lookups
from offline_plugins.okta.api import Okta
from offline_plugins.okta.resource import unsupported_inputs
from offline_plugins.okta.terraform_sdkv2 import bridge_errors
from offline_plugins.provider import Failure, Properties


@dataclass(frozen=True)
class OktaLookUp:
    """A lookup. Any argument that is not in `args` is rejected by name."""

    token: str
    read: Callable[[Okta, Properties], Properties | list[Failure]]
    args: frozenset[str]

    def failures(self, args: Properties) -> list[Failure]:
        return unsupported_inputs(self.token, self.args, args)

    def invoke(self, okta: Okta, args: Properties) -> Properties | list[Failure]:
        with bridge_errors("invoking", self.token):
            return self.read(okta, args)


_READS: dict[str, tuple[Callable[[Okta, Properties], Properties | list[Failure]], str]] = {
    "okta:app/getConnection:getConnection": (provisioning_lookups.get_connection, "id"),
    "okta:app/getFeatures:getFeatures": (provisioning_lookups.get_features, "appId name"),
    "okta:app/getMetadataSaml:getMetadataSaml": (app_lookups.get_metadata_saml, "appId keyId"),
    "okta:app/getSaml:getSaml": (
        app_lookups.get_saml, "activeOnly id label labelPrefix skipGroups skipUsers"
    ),
    "okta:group/getGroup:getGroup": (group_lookups.get_group, "id includeUsers name type"),
    "okta:index/getAppGroupAssignments:getAppGroupAssignments": (
        app_lookups.get_app_group_assignments, "id"
    ),
    "okta:index/getApps:getApps": (app_lookups.get_apps, "label labelPrefix q"),
    "okta:index/getGroups:getGroups": (group_lookups.get_groups, "q search type"),
    "okta:index/getPushGroup:getPushGroup": (
        provisioning_lookups.get_push_group, "appId id sourceGroupId"
    ),
    "okta:index/getPushGroups:getPushGroups": (provisioning_lookups.get_push_groups, "appId"),
    "okta:user/getUserProfileMappingSource:getUserProfileMappingSource": (
        user_lookups.get_profile_mapping_source, ""
    ),
    "okta:user/getUsers:getUsers": (user_lookups.get_users, "searches"),
}  # fmt: skip
"""The functions, with the names of the supported arguments, by token."""
LOOK_UPS = {
    token: OktaLookUp(token, read, frozenset(args.split()))
    for token, (read, args) in _READS.items()
}
