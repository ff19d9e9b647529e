"""Everything that a federation reads before it declares a resource.

A misspelled group, a missing user or the wrong instance fails here, before anything changes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import pulumi_aws as aws
from pulumi import InvokeOutputOptions, Output, Resource

from okta_idc.rules import endpoints, stack_file
from okta_idc.rules import groups as rules
from okta_idc.rules.stack_file import entries
from okta_idc.settings import Settings
from okta_idc.settings.models import GroupSource

from .._errors import ValidationError, caught, raise_caught, raise_findings
from .._lookup_errors import readable
from .._state import Names, read_state
from ..okta.groups import OktaGroup, find_groups, recorded_groups
from ..okta.user_assignments import OktaUser, find_users
from .expressions import check_attributes
from .partitions import check_arns, warn_of_unknown_region, warn_of_unknown_regions


@dataclass(frozen=True)
class Lookups:
    """What exists in Okta and AWS."""

    instance_arn: str
    """ARN of the IAM Identity Center instance."""
    identity_store_id: str
    """ID of the instance's Identity Store, `d-…`."""
    region: str
    """Region of the instance."""
    issuer_url: str
    """Its issuer URL: the declared one, by default derived from Region and Identity Store."""
    groups: Mapping[str, OktaGroup]
    """The declared groups that exist in Okta, by name or ID as declared."""
    users: Mapping[str, OktaUser]
    """The individually assigned users, by login in lower case or ID."""


def look_up(parent: Resource, settings: Settings, names: Names) -> Output[Lookups]:
    """Reads the instance, groups, users and user attributes that the settings name. Fails once for
    all that do not exist, and for one group in both roles (OIC-201). `names`: of the federation's
    resources."""
    users = find_users(
        settings.assignments.users,
        settings.app.username_format,
        InvokeOutputOptions(parent=parent),
    )
    attributes = check_attributes(parent, settings)
    groups = _groups_by_path(settings)

    def check(read: Sequence[Any]) -> Lookups:
        found, users, attributes = read
        raise_caught(found, users, attributes)
        _check_distinct(settings, found.groups, users)
        return replace(found, users=users)

    found = _read(parent, settings, names, groups)
    return Output.all(found, users, attributes).apply(check)


def look_up_groups(
    parent: Resource, settings: Settings, names: Names, groups: Mapping[str, GroupSource]
) -> Output[Lookups]:
    """Reads the instance, and these groups by path, which is all that a part of a fleet needs.
    Fails once for all that do not exist."""

    def check(found: Lookups | ValidationError) -> Lookups:
        raise_caught(found)
        return cast(Lookups, found)

    return _read(parent, settings, names, groups).apply(check)


def _read(
    parent: Resource, settings: Settings, names: Names, groups: Mapping[str, GroupSource]
) -> Output[Lookups | ValidationError]:
    warn_of_unknown_regions(parent, settings)
    opts = InvokeOutputOptions(parent=parent)
    instances = readable(aws.ssoadmin.get_instances_output(opts=opts))
    recorded = read_state(parent).apply(
        lambda state: recorded_groups(state, names.assignments, names.pushes)
    )

    @caught
    def collect(found: aws.ssoadmin.GetInstancesResult, groups: Any) -> Lookups:
        instance = caught(_instance)(found, settings.instance_arn)
        raise_caught(groups, instance)
        arn, store = cast(tuple[str, str], instance)
        check_arns(settings, arn)
        warn_of_unknown_region(parent, found.region)
        issuer_url = endpoints.default_issuer_url(found.region, store)
        return Lookups(arn, store, found.region, issuer_url, groups, {})

    read = Output.all(instances, find_groups(groups, opts, recorded))
    return read.apply(lambda both: collect(*both))


def _instance(found: aws.ssoadmin.GetInstancesResult, declared: str | None) -> tuple[str, str]:
    """ARN and Identity Store ID of the declared instance, or of the only one."""
    stores = dict(zip(found.arns, found.identity_store_ids, strict=True))
    arn = declared or (found.arns[0] if len(stores) == 1 else "")
    if arn in stores:
        return arn, stores[arn]
    if not stores:
        message = (
            f"Region {found.region} has no IAM Identity Center instance. Set aws:region to its "
            "primary Region, and use credentials of the account that owns it."
        )
        raise ValidationError.at("", message)
    problem = f"{declared!r} is not an instance" if declared else "is missing: AWS lists several"
    listed = "\n".join(f"  {arn} (identity store {store})" for arn, store in stores.items())
    message = f"{problem} in Region {found.region}. Use one of:\n{listed}"
    raise ValidationError.at("instance_arn", message)


def check_same_instance(issuer_url: str | None, endpoint: str, lookups: Lookups) -> Lookups:
    """Returns `lookups` with the declared issuer URL, if any; raises ValidationError if users are
    provisioned in one instance and would sign in to another (OIC-107, OIC-113)."""
    region = endpoints.EndpointInRegion(endpoint, lookups.region)
    raise_findings(endpoints.endpoint_region(region), "scim_token.secret")
    if issuer_url is None:
        return lookups
    issuer = endpoints.IssuerOfStore(issuer_url, lookups.identity_store_id)
    raise_findings(endpoints.issuer_of_store(issuer), "app.issuer_url")
    return replace(lookups, issuer_url=issuer_url)


def _groups_by_path(settings: Settings) -> dict[str, GroupSource]:
    assigned, pushed = settings.assignments.groups, settings.push_groups
    return {
        **{f"assignments.groups[{i}]": group for i, group in enumerate(assigned)},
        **{f"push_groups[{i}]": group for i, group in enumerate(pushed)},
    }


def _check_distinct(
    settings: Settings, found: Mapping[str, OktaGroup], users: Mapping[str, OktaUser]
) -> None:
    """OIC-201, OIC-204 and OIC-712 by ID: a group or user may be declared by name and by ID."""

    def ids(groups: list[GroupSource]) -> tuple[str, ...]:
        return tuple(found[group.key].id if group.key in found else group.key for group in groups)

    roles = rules.GroupRoles(ids([*settings.assignments.groups]), ids([*settings.push_groups]))
    same_users = entries(
        "assignments.users",
        tuple(user.key for user in settings.assignments.users),
        tuple(users[user.key].id for user in settings.assignments.users),
    )
    raise_findings(
        [
            *rules.one_role_per_group(roles),
            *rules.listed_once(roles),
            *stack_file.no_repetition(same_users),
        ]
    )
