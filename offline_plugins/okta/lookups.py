"""The plugin's lookups (data sources), with the arguments that they support."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from offline_plugins.okta import (
    app_lookups,
    group_lookups,
    provisioning_lookups,
    user_lookups,
)
from offline_plugins.okta.api import Okta
from offline_plugins.okta.resource import Properties, unsupported_inputs
from offline_plugins.provider_server import Failure


@dataclass(frozen=True)
class OktaLookUp:
    """A lookup. Any argument that is not in `args` is rejected by name."""

    token: str
    read: Callable[[Okta, Properties], Properties | list[Failure]]
    args: frozenset[str]

    def failures(self, args: Properties) -> list[Failure]:
        return unsupported_inputs(self.token, self.args, args)

    def invoke(self, okta: Okta, args: Properties) -> Properties | list[Failure]:
        return self.read(okta, args)


LOOK_UPS = {
    lookup.token: lookup
    for lookup in (
        OktaLookUp(
            "okta:app/getConnection:getConnection",
            provisioning_lookups.get_connection,
            frozenset({"id"}),
        ),
        OktaLookUp(
            "okta:app/getFeatures:getFeatures",
            provisioning_lookups.get_features,
            frozenset({"appId", "name"}),
        ),
        OktaLookUp(
            "okta:app/getMetadataSaml:getMetadataSaml",
            app_lookups.get_metadata_saml,
            frozenset({"appId", "keyId"}),
        ),
        OktaLookUp(
            "okta:app/getSaml:getSaml",
            app_lookups.get_saml,
            frozenset({"activeOnly", "id", "label", "labelPrefix", "skipGroups", "skipUsers"}),
        ),
        OktaLookUp(
            "okta:group/getGroup:getGroup",
            group_lookups.get_group,
            frozenset({"id", "includeUsers", "name", "type"}),
        ),
        OktaLookUp(
            "okta:index/getAppGroupAssignments:getAppGroupAssignments",
            app_lookups.get_app_group_assignments,
            frozenset({"id"}),
        ),
        OktaLookUp(
            "okta:index/getApps:getApps",
            app_lookups.get_apps,
            frozenset({"label", "labelPrefix", "q"}),
        ),
        OktaLookUp(
            "okta:index/getGroups:getGroups",
            group_lookups.get_groups,
            frozenset({"q", "search", "type"}),
        ),
        OktaLookUp(
            "okta:index/getPushGroup:getPushGroup",
            provisioning_lookups.get_push_group,
            frozenset({"appId", "id", "sourceGroupId"}),
        ),
        OktaLookUp(
            "okta:index/getPushGroups:getPushGroups",
            provisioning_lookups.get_push_groups,
            frozenset({"appId"}),
        ),
        OktaLookUp(
            "okta:user/getUserProfileMappingSource:getUserProfileMappingSource",
            user_lookups.get_profile_mapping_source,
            frozenset(),
        ),
        OktaLookUp("okta:user/getUsers:getUsers", user_lookups.get_users, frozenset({"searches"})),
    )
}
