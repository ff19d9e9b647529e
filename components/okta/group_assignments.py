"""Group assignments: the Okta groups whose users are provisioned in IAM Identity Center.

Manages one assignment per group and leaves unmanaged assignments alone. PushGroups pushes groups;
Okta does not support one group in both roles (OIC-201).
"""

from collections.abc import Mapping
from typing import NotRequired, TypedDict

import pulumi
import pulumi_okta as okta
from pulumi import Input, Output, ResourceOptions

from okta_idc.rules import stack_file

from .._args import check_args, check_distinct
from .._errors import ValidationError, raise_findings
from .._options import child_of, options
from .._outputs import output_dict
from .._renames import Renames
from .._stack_traces import shorten_stack_traces
from .._state import GROUP_ASSIGNMENT, read_state


class AssignedGroup(TypedDict):
    """One group to assign."""

    name: str
    """Name of the group in this program; the resource is named after it."""
    group_id: Input[str]
    """ID of the group in Okta, `00g…`."""
    priority: NotRequired[int | None]
    """Priority of the assignment, 1 is the highest. Set it on all groups or on none."""
    import_id: NotRequired[str | None]
    """Imports and protects an existing assignment: `APP_ID/GROUP_ID`."""


class GroupAssignmentsArgs(TypedDict):
    app_id: Input[str]
    """ID of the app in Okta."""
    groups: list[AssignedGroup]
    """Groups to assign."""
    protect: NotRequired[bool]
    """Protects the assignments from deletion. Default: true."""


class GroupAssignments(pulumi.ComponentResource):
    """One assignment per group. Raises ValidationError if only some groups have a priority."""

    group_ids: Output[dict[str, str]]
    """Okta group IDs by name, once assigned."""

    @shorten_stack_traces
    def __init__(
        self, name: str, args: GroupAssignmentsArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("okta-identity-center:index:GroupAssignments", name, {}, opts)
        check_args(GroupAssignmentsArgs, args)
        check_distinct("groups", args["groups"], "group_id")
        check_priorities("groups", {g["name"]: g.get("priority") for g in args["groups"]})
        child, protect = child_of(self, opts), args.get("protect", True)
        names = {group["name"]: f"{name}-{group['name']}" for group in args["groups"]}
        renames = Renames(read_state(self), GROUP_ASSIGNMENT, f"{name}-", names.values())
        self.assignments = {
            group["name"]: okta.app.GroupAssignment(
                (full := names[group["name"]]),
                app_id=args["app_id"],
                group_id=group["group_id"],
                priority=group.get("priority"),
                opts=options(
                    renames.options(child, full, groupId=group["group_id"]),
                    group.get("import_id"),
                    protect,
                ),
            )
            for group in args["groups"]
        }
        self.group_ids = output_dict({key: a.group_id for key, a in self.assignments.items()})
        self.register_outputs({"group_ids": self.group_ids})


def check_priorities(path: str, priorities: Mapping[str, int | None]) -> None:
    """Raise ValidationError if only some groups have a priority, or one is below 1. The provider
    cannot send 0, and Okta sets the priority of groups without one: mixing them causes a perpetual
    diff. `path`: the argument with the groups."""
    raise_findings(stack_file.priority_for_all(priorities), path)
    zero = [name for name, priority in priorities.items() if priority is not None and priority < 1]
    if zero:
        raise ValidationError.at(path, f"a priority below 1: {', '.join(zero)}. Count from 1.")
