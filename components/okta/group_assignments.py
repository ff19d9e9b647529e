"""Assignment groups: the Okta groups whose people are provisioned into IAM Identity Center.

Owns one assignment per group, and no others: groups that somebody assigned by hand stay. Does not
push anything (that is PushGroups, and Okta does not support one group in both roles: OIC-201).
"""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi
import pulumi_okta as okta
from pulumi import Input, Output, Resource, ResourceOptions

from .. import _options
from .._errors import ValidationError
from .groups import Group, output_dict


class GroupAssignmentsArgs(TypedDict):
    """Inputs of GroupAssignments."""

    app_id: Input[str]
    """From the ProvisioningGate, so that nobody is assigned while provisioning is off."""
    groups: Mapping[str, Group]
    """The groups by what they are called."""
    after: NotRequired[Sequence[Resource]]
    """What must be in place before anybody is provisioned."""
    protect: NotRequired[bool]
    """Default: false. True: an assignment cannot be removed without lifting the protection."""


class GroupAssignments(pulumi.ComponentResource):
    """One assignment per group. Raises ValidationError if only some groups have a priority."""

    groups: Output[dict[str, str]]
    """Group ids by name, once assigned."""

    def __init__(
        self, name: str, args: GroupAssignmentsArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("okta-identity-center:index:GroupAssignments", name, {}, opts)
        _all_or_none(args["groups"])
        self.assignments = {
            called: okta.app.GroupAssignment(
                f"{name}-{called}",
                app_id=args["app_id"],
                group_id=group.id,
                priority=group.asked.get("priority"),
                opts=_options.options(
                    ResourceOptions(
                        parent=self,
                        depends_on=[*args.get("after", []), *group.rules],
                    ),
                    group.asked.get("import_id"),
                    args.get("protect", False),
                ),
            )
            for called, group in args["groups"].items()
        }
        self.groups = output_dict({g: a.group_id for g, a in self.assignments.items()})
        self.register_outputs({"groups": self.groups})


def _all_or_none(groups: Mapping[str, Group]) -> None:
    """The plugin cannot send 0, and Okta numbers what has none: mixed, they change for ever."""
    without = [called for called, group in groups.items() if "priority" not in group.asked]
    if without and len(without) < len(groups):
        raise ValidationError(
            f"assign: {', '.join(without)} has no priority, and others have one. Fix: give all a "
            "priority, or none; the first is 1."
        )
    zero = [called for called, g in groups.items() if g.asked.get("priority", 1) < 1]
    if zero:
        raise ValidationError(
            f"assign: the priority of {', '.join(zero)} is below 1. Fix: count from 1."
        )
