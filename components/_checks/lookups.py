"""Everything that a federation reads before it declares a resource.

A misspelled group, a missing user or a second instance fails here, before anything changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi_aws as aws
from pulumi import InvokeOutputOptions, Output, Resource

from okta_idc.rules import endpoints
from okta_idc.rules import groups as rules
from okta_idc.settings import Settings
from okta_idc.settings.models import GroupSource

from .._errors import ValidationError, raise_findings
from .._lookup_errors import readable
from .._state import Names, read_state
from ..okta.groups import OktaGroup, find_groups, recorded_groups
from ..okta.user_assignments import OktaUser, find_users


@dataclass(frozen=True)
class Lookups:
    """What exists in Okta and AWS."""

    instance_arn: str
    """ARN of the Identity Center instance."""
    identity_store_id: str
    """ID of the instance's Identity Store, `d-…`."""
    region: str
    """Region of the instance."""
    groups: Mapping[str, OktaGroup]
    """The declared groups that exist in Okta, by name or ID as declared."""
    users: Mapping[str, OktaUser]
    """The individually assigned users, by login in lower case or ID."""


def look_up(parent: Resource, settings: Settings, names: Names) -> Output[Lookups]:
    """Reads the instance, groups and users that the settings declare; fails for one that does not
    exist, and for one group in both roles (OIC-201). `names`: of the federation's resources."""
    opts = InvokeOutputOptions(parent=parent)
    instances = readable(aws.ssoadmin.get_instances_output(opts=opts))
    recorded = read_state(parent).apply(
        lambda state: recorded_groups(state, names.assignments, names.pushes)
    )
    groups = find_groups(_groups_by_path(settings), opts, recorded)
    users = find_users(settings.assignments.users, settings.app.username_format, opts)

    def collect(
        found: aws.ssoadmin.GetInstancesResult, groups: dict[str, OktaGroup], users: Any
    ) -> Lookups:
        _check_distinct_roles(settings, groups)
        if len(found.arns) != 1:
            message = (
                f"{len(found.arns)} IAM Identity Center instances are visible in Region "
                f"{found.region}. Set aws:region to the primary Region of the instance, and use "
                "credentials of the account that owns it."
            )
            raise ValidationError.at("", message)
        return Lookups(found.arns[0], found.identity_store_ids[0], found.region, groups, users)

    return Output.all(instances, groups, users).apply(lambda read: collect(*read))


def check_same_instance(issuer_url: str, endpoint: str, lookups: Lookups) -> Lookups:
    """Returns `lookups`; raises ValidationError if users are provisioned in one instance and would
    sign in to another (OIC-107, OIC-113)."""
    region = endpoints.EndpointInRegion(endpoint, lookups.region)
    raise_findings(endpoints.endpoint_region(region), "scim_token.secret")
    issuer = endpoints.IssuerOfStore(issuer_url, lookups.identity_store_id)
    raise_findings(endpoints.issuer_of_store(issuer), "app.issuer_url")
    return lookups


def _groups_by_path(settings: Settings) -> dict[str, GroupSource]:
    assigned, pushed = settings.assignments.groups, settings.push_groups
    return {
        **{f"assignments.groups[{i}]": group for i, group in enumerate(assigned)},
        **{f"push_groups[{i}]": group for i, group in enumerate(pushed)},
    }


def _check_distinct_roles(settings: Settings, found: Mapping[str, OktaGroup]) -> None:
    """OIC-201 by ID: a group may be declared by name in one role and by ID in the other."""

    def ids(groups: list[GroupSource]) -> tuple[str, ...]:
        return tuple(found[group.key].id if group.key in found else group.key for group in groups)

    roles = rules.GroupRoles(ids([*settings.assignments.groups]), ids([*settings.push_groups]))
    raise_findings(rules.one_role_per_group(roles))
