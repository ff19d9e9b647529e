"""Push groups: the Okta groups whose name and members appear in IAM Identity Center.

Owns one push mapping per group. Never deletes the group on the AWS side: account assignments hang
on its id, and a group made anew has another one. For the same reason a mapping's target is chosen
once, when the mapping is made, and never changed afterwards. Does not assign anybody to the app
(that is AssignmentGroups, and Okta does not support one group in both roles: OIC-201).

A group of that name may already stand in IAM Identity Center, left by an earlier push or made by
hand. Okta cannot link it by name, so it is linked by the id under which Okta knows it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

import pulumi
import pulumi_aws as aws
import pulumi_okta as okta
from pulumi import Input, InvokeOutputOptions, Output, Resource, ResourceOptions

from components.groups import names_filter
from components.refusal import Refused


class PushGroupsArgs(TypedDict):
    """Inputs of PushGroups."""

    app_id: Input[str]
    """From the Gate, so that nothing is pushed while provisioning is off."""
    identity_store_id: Input[str]
    """The Identity Store behind the app, d-…"""
    groups: Mapping[str, Input[str]]
    """Ids of Okta groups by name."""
    after: Sequence[Resource]
    """The assignments: members who are not provisioned yet are lost in a push."""


class PushGroups(pulumi.ComponentResource):
    """One push mapping for each group."""

    mappings: Output[dict[str, str]]
    """Ids of the push mappings by group name."""

    def __init__(
        self, name: str, args: PushGroupsArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("okta-identity-center:index:PushGroups", name, {}, opts)
        targets = self._targets(args)
        self.pushes = {
            group: okta.PushGroup(
                f"{name}-{group}",
                app_id=args["app_id"],
                source_group_id=group_id,
                target_group_id=targets.apply(lambda t, g=group: t.get(g)),
                target_group_name=targets.apply(lambda t, g=group: None if g in t else g),
                delete_target_group_on_destroy=False,
                opts=ResourceOptions(
                    parent=self,
                    depends_on=list(args["after"]),
                    ignore_changes=["targetGroupId", "targetGroupName"],
                ),
            )
            for group, group_id in args["groups"].items()
        }
        self.mappings = Output.all(**{g: push.id for g, push in self.pushes.items()})
        self.register_outputs({"mappings": self.mappings})

    def _targets(self, args: PushGroupsArgs) -> Output[dict[str, str]]:
        """The app group to link, for each group that already stands in AWS without a mapping."""
        in_aws = aws.identitystore.get_groups_output(
            identity_store_id=args["identity_store_id"], opts=InvokeOutputOptions(parent=self)
        )

        def ask_okta(answer: aws.identitystore.GetGroupsResult) -> Output[dict[str, str]]:
            names = {group.display_name for group in answer.groups}
            standing = [name for name in args["groups"] if name in names]
            if not standing:
                return Output.from_input({})
            asking = InvokeOutputOptions(parent=self, depends_on=list(args["after"]))
            pushed = okta.get_push_groups_output(app_id=args["app_id"], opts=asking).apply(
                lambda answer: [mapping.source_group_id for mapping in answer.mappings or []]
            )
            search = f'type eq "APP_GROUP" and ({names_filter(standing)})'
            known = okta.get_groups_output(search=search, opts=asking).apply(
                lambda answer: [(group.name, group.source, group.id) for group in answer.groups]
            )
            sources = Output.all(**{name: args["groups"][name] for name in standing})
            return Output.all(args["app_id"], sources, pushed, known).apply(_links)

        return in_aws.apply(ask_okta)


def _links(read: Sequence[Any]) -> dict[str, str]:
    app_id, sources, pushed, known = read
    links: dict[str, str] = {}
    for name, source_id in sources.items():
        if source_id in pushed:
            continue  # its target was chosen when the mapping was made
        ids = [i for n, source, i in known if n == name and source in ("", None, app_id)]
        if len(ids) == 1:
            links[name] = ids[0]
        else:
            _cannot_link(name)
    return links


def _cannot_link(name: str) -> None:
    message = (
        f"push group {name!r}: a group of this name already stands in IAM Identity Center, left "
        "by an earlier push or made by hand, and Okta does not know it yet. Fix: in Okta open the "
        "app → Push Groups → Refresh App Groups, then run `pulumi up` again; it will be linked, "
        "with its account assignments untouched."
    )
    if pulumi.runtime.is_dry_run():
        pulumi.log.warn(message)
        return
    raise Refused(message)
