"""Look-ups (data sources): the calls and results of the real plugin, swallowed errors included."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from offline_plugins.okta import invokes_apps, invokes_groups, invokes_people, invokes_provisioning
from offline_plugins.okta.api import Okta
from offline_plugins.okta.resource import Properties
from offline_plugins.provider_server import Failure


@dataclass(frozen=True)
class LookUp:
    answer: Callable[[Okta, Properties], Properties | list[Failure]]
    args: frozenset[str]
    """The arguments that are supported; any other is refused by name."""


INVOKES: dict[str, LookUp] = {
    "okta:app/getConnection:getConnection": LookUp(
        invokes_provisioning.get_connection, frozenset({"id"})
    ),
    "okta:app/getFeatures:getFeatures": LookUp(
        invokes_provisioning.get_features, frozenset({"appId", "name"})
    ),
    "okta:app/getMetadataSaml:getMetadataSaml": LookUp(
        invokes_apps.get_metadata_saml, frozenset({"appId", "keyId"})
    ),
    "okta:app/getSaml:getSaml": LookUp(
        invokes_apps.get_saml,
        frozenset({"activeOnly", "id", "label", "labelPrefix", "skipGroups", "skipUsers"}),
    ),
    "okta:group/getGroup:getGroup": LookUp(
        invokes_groups.get_group, frozenset({"id", "includeUsers", "name", "type"})
    ),
    "okta:index/getAppGroupAssignments:getAppGroupAssignments": LookUp(
        invokes_apps.get_app_group_assignments, frozenset({"id"})
    ),
    "okta:index/getApps:getApps": LookUp(
        invokes_apps.get_apps, frozenset({"label", "labelPrefix", "q"})
    ),
    "okta:index/getGroups:getGroups": LookUp(
        invokes_groups.get_groups, frozenset({"q", "search", "type"})
    ),
    "okta:index/getPushGroup:getPushGroup": LookUp(
        invokes_provisioning.get_push_group, frozenset({"appId", "id", "sourceGroupId"})
    ),
    "okta:index/getPushGroups:getPushGroups": LookUp(
        invokes_provisioning.get_push_groups, frozenset({"appId"})
    ),
    "okta:user/getUserProfileMappingSource:getUserProfileMappingSource": LookUp(
        invokes_people.get_profile_mapping_source, frozenset()
    ),
    "okta:user/getUsers:getUsers": LookUp(invokes_people.get_users, frozenset({"searches"})),
}
