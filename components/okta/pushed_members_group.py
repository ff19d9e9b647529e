"""Everyone who is pushed is assigned, by construction (`assign: pushed`).

Owns one Okta group and the group rules that fill it with the members of all push groups. Assigned
to the app, it is the separate group that AWS asks for
(docs/research/aws-setup-page.md#considerations). One assignment serves any number of push groups.

Okta takes 2,000 group rules an org, names of 50 characters, and no administrators' group as a
target; only super and org administrators change rules (docs/research/okta-api.md#group-rules).
How long an expression may be is not published; fifty groups a rule is our choice. Rules about
groups that other rules fill are slow, says Okta. Who is taken out of the group by hand is excepted
from its rules, of which each takes a hundred such exceptions.

Who joins a push group and is new to AWS is assigned after the change of membership was pushed, and
so may be missing in the group until it is pushed again (OIC-202,
docs/research/group-push.md#order-of-changes). A user that AWS already has joins at once.
"""

from collections.abc import Mapping
from typing import TypedDict

import pulumi
import pulumi_okta as okta
from pulumi import ErrorHook, ErrorHookArgs, Output, ResourceHookBinding, ResourceOptions

from .groups import RULE_NAME_LENGTH, Group, GroupArgs

GROUPS_PER_RULE = 50


class PushedMembersGroupArgs(TypedDict):
    """Inputs of PushedMembersGroup."""

    name: str
    """The name of the group, which is made here."""
    push: Mapping[str, Group]
    after: Output[object]
    """Whatever must be known to be right before anything is made."""


class PushedMembersGroup(pulumi.ComponentResource):
    """One group, filled by rules with everybody who is in a push group."""

    group: Group

    def __init__(
        self, name: str, args: PushedMembersGroupArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("okta-identity-center:index:PushedMembersGroup", name, {}, opts)
        child = ResourceOptions(parent=self)
        made = okta.group.Group(
            f"{name}-group",
            name=args["after"].apply(lambda _: args["name"]),
            description="Everybody who is in a group pushed to IAM Identity Center (by rule)",
            opts=child,
        )
        told = ResourceHookBinding(on_error=[ErrorHook(f"{name}-rules", self._told)])
        ids = [group.id for group in args["push"].values()]
        self.rules = [
            okta.group.Rule(
                f"{name}-rule-{number}",
                name=f"{args['name'][: RULE_NAME_LENGTH - 4]} {number}",
                group_assignments=[made.id],
                expression_value=Output.all(*chunk).apply(_members_of_any),
                status="ACTIVE",
                opts=ResourceOptions(parent=self, hooks=told),
            )
            for number, chunk in enumerate(_chunks(ids), 1)
        ]
        asked: GroupArgs = {"create": args["name"]}
        self.group = Group(made.id, made.name, asked, tuple(ids), tuple(self.rules))
        self.register_outputs({"group_id": made.id})

    def _told(self, failed: ErrorHookArgs) -> bool:
        """Okta's own words say which; they do not say what else there is. Never tries again."""
        if failed.failed_operation == "create":
            pulumi.log.error(
                "assign: 'pushed' needs Okta's group rules, and Okta made none. It refuses them "
                "where the org's licence has none, and to all but super and org administrators. "
                "Fix: ask for them; or name groups under `assign` that hold everybody who is "
                "pushed, and fill them yourself.",
                self,
            )
        return False


def _chunks(ids: list[Output[str]]) -> list[list[Output[str]]]:
    return [ids[i : i + GROUPS_PER_RULE] for i in range(0, len(ids), GROUPS_PER_RULE)]


def _members_of_any(ids: list[str]) -> str:
    quoted = ",".join(f'"{ident}"' for ident in ids)
    return f"isMemberOfAnyGroup({quoted})"
