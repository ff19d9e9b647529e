"""Assignment groups: the Okta groups whose people are provisioned into IAM Identity Center.

Owns one assignment per group, and no others: groups that somebody assigned by hand stay. Does not
push anything (that is PushGroups, and Okta does not support one group in both roles: OIC-201).
"""

from collections.abc import Mapping
from typing import TypedDict

import pulumi
import pulumi_okta as okta
from pulumi import Input, Output, ResourceOptions


class AssignmentGroupsArgs(TypedDict):
    """Inputs of AssignmentGroups."""

    app_id: Input[str]
    """From the Gate, so that nobody is assigned while provisioning is off."""
    groups: Mapping[str, Input[str]]
    """Group ids by name."""


class AssignmentGroups(pulumi.ComponentResource):
    """One assignment for each group."""

    groups: Output[dict[str, str]]
    """Group ids by name, once assigned."""

    def __init__(
        self, name: str, args: AssignmentGroupsArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("okta-identity-center:index:AssignmentGroups", name, {}, opts)
        self.assignments = {
            group: okta.app.GroupAssignment(
                f"{name}-{group}",
                app_id=args["app_id"],
                group_id=group_id,
                opts=ResourceOptions(parent=self),
            )
            for group, group_id in args["groups"].items()
        }
        self.groups = Output.all(**{g: a.group_id for g, a in self.assignments.items()})
        self.register_outputs({"groups": self.groups})
