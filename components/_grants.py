"""Declares the account access of one stack: its permission sets, and its assignments."""

from collections.abc import Callable, Sequence

from pulumi import Output, Resource, ResourceOptions

from ._checks.access_drift import Granted
from ._checks.stack_settings import StackSettings
from ._fleet import Stacks
from .aws.account_access import AccountAccess
from .federation_args import access_args


def grant_access(
    parent: Resource,
    name: str,
    resolved: StackSettings,
    instance_arn: Output[str],
    group_id: Callable[[str], Output[str]],
    session_tags: Sequence[str],
    *,
    stacks: Stacks | None = None,
    done: Sequence[Resource] = (),
) -> Granted:
    """The access that this stack has a share of. `name`: of the federation. `group_id` returns the
    Identity Store ID of a push group by its key; only groups with access need one.
    `stacks`: with the permission sets of other stacks; `done`: further resources of the result."""
    settings = resolved.share.settings
    access = settings.account_access
    granted: Granted = {"set_arns": Output.from_input(dict[str, str]()), "done": [*done]}
    if not (access.permission_sets or access.applications):
        return granted
    groups = {group for each in access.permission_sets for group, _ in each.pairs()}
    groups |= {group for each in access.applications for group in each.groups}
    given = {group.key: group.aws_group_id for group in resolved.whole.push_groups}
    elsewhere = {
        each.name: resolved.placement.permission_set(each.name)
        for each in access.permission_sets
        if each.name not in resolved.share.owned_sets
    }
    declared = AccountAccess(
        f"{name}-access",
        {
            "instance_arn": instance_arn,
            "group_ids": {key: group_id(key) for key in groups},
            "existing_group_ids": {key: ident for key, ident in given.items() if ident},
            "existing_permission_sets": {**stacks.permission_set_arns(elsewhere)} if stacks else {},
            "push_groups": [*given],
            **access_args(access),
            "session_tags": [*session_tags],
            "protect": settings.protect,
        },
        ResourceOptions(parent=parent),
    )
    granted["set_arns"] = declared.permission_set_arns
    granted["done"] += declared.resources
    return granted
