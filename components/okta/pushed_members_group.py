"""One assignment group that holds the members of all push groups.

Manages one Okta group and the group rules that fill it (docs/research/okta-api.md#group-rules).
Assigned to the app, it is the separate group that AWS's setup page requires, so no user can be
pushed without being assigned. A user who joins a push group and is new to AWS may be missing from
the AWS group until the next push; the doctor finds them with OIC-202.
"""

from typing import TypedDict

import pulumi
import pulumi_okta as okta
from pulumi import ErrorHook, ErrorHookArgs, Input, Output, ResourceHookBinding, ResourceOptions

from okta_idc.rules.group_rules import GROUPS_PER_RULE, members_rule_names

from .._args import check_args
from .._options import child_of
from .._recovery_hint import hint
from .groups import RULE_OPTIONS


class PushedMembersGroupArgs(TypedDict):
    name: Input[str]
    """Name of the group to create."""
    source_group_ids: list[Input[str]]
    """IDs of the push groups in Okta."""


class PushedMembersGroup(pulumi.ComponentResource):
    """A group that group rules fill with the members of other groups."""

    group_id: Output[str]
    """ID of the group in Okta."""

    def __init__(
        self, name: str, args: PushedMembersGroupArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("okta-identity-center:index:PushedMembersGroup", name, {}, opts)
        check_args(PushedMembersGroupArgs, args)
        group_name = Output.from_input(args["name"])
        self.group = okta.group.Group(
            f"{name}-group",
            name=group_name,
            description="Members of the groups pushed to IAM Identity Center (by group rule)",
            opts=child_of(self, opts),
        )
        hook = ErrorHook(f"{name}-rules", self._on_error)
        hinted = ResourceOptions.merge(
            RULE_OPTIONS, ResourceOptions(hooks=ResourceHookBinding(on_error=[hook]))
        )
        sources = args["source_group_ids"]
        chunks = [sources[i : i + GROUPS_PER_RULE] for i in range(0, len(sources), GROUPS_PER_RULE)]
        self.rules = [
            okta.group.Rule(
                f"{name}-rule-{number}",
                name=group_name.apply(
                    lambda each, n=number: members_rule_names(each, len(sources))[n - 1]
                ),
                group_assignments=[self.group.id],
                expression_value=Output.all(*chunk).apply(_member_of_any),
                status="ACTIVE",
                opts=child_of(self, opts, hinted),
            )
            for number, chunk in enumerate(chunks, 1)
        ]
        self.group_id = self.group.id
        self.register_outputs({"group_id": self.group_id})

    def _on_error(self, failed: ErrorHookArgs) -> bool:
        """Logs the alternatives after Okta's error, unless an interrupted run explains it. Never
        retries."""
        explained = hint(failed.name, failed.failed_operation, failed.errors)
        if failed.failed_operation == "create" and not explained:
            pulumi.log.error(
                "assignments.pushed_members_group requires group rules, and Okta refused to create "
                "one: the org's license may not include them, or the credentials are not those of "
                "a super or org administrator. Change these, or list groups under "
                "assignments.groups that contain every pushed user.",
                self,
            )
        return False


def _member_of_any(ids: list[str]) -> str:
    quoted = ",".join(f'"{ident}"' for ident in ids)
    return f"isMemberOfAnyGroup({quoted})"
