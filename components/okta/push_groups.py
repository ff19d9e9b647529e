"""Push groups: the Okta groups whose name and members appear in IAM Identity Center.

Owns one push mapping per group. Never deletes the group on the AWS side, unless it was retired in
an earlier run: account assignments hang on its id, and a group made anew has another one. (The
provider deletes by what its state says, so that retiring takes two runs.) For the same reason a
mapping's target is chosen once, when the mapping is made, and never changed afterwards. Does not
assign anybody to the app (that is GroupAssignments, and Okta does not support one group in both
roles: OIC-201).

Before a group is pushed for the first time, it waits until the assigned people stand in AWS: who
arrives later is left out of the group (docs/research/group-push.md#order-of-changes). After it,
until the group stands there with its members. A run that pushes nothing new waits for nothing, and
asks no more than a list of each side.

A mapping that is there already (`import_id`) is left to itself: watched by the same lists, never
changed, never deleted. The provider cannot take it over without pushing the whole group anew: what
it imports has no delete flag, which it mends by setting the mapping ACTIVE
(docs/research/okta-provider.md#imported-push-groups, docs/decisions/0008).
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_okta as okta
from pulumi import Input, InvokeOutputOptions, Output, Resource, ResourceOptions

from .. import _options
from .._errors import ValidationError
from .._lookup_errors import readable
from .._polling import WaitPolicy
from ._propagation import Arrival
from .groups import Group, names_filters, output_dict


class PushGroupsArgs(TypedDict):
    """Inputs of PushGroups."""

    app_id: Input[str]
    """From the ProvisioningGate, so that nothing is pushed while provisioning is off."""
    identity_store_id: Input[str]
    """The Identity Store behind the app, d-…"""
    groups: Mapping[str, Group]
    """The groups by what they are called."""
    after: Sequence[Resource]
    """The assignments: members who are not provisioned yet are lost in a push."""
    assigned: NotRequired[Mapping[str, Group]]
    """The assignment groups, whose people are waited for."""
    people: NotRequired[Output[dict[str, str]]]
    """Ids of the people who are assigned one by one; waited for too."""
    protect: NotRequired[bool]
    """Default: false. True: a mapping cannot be removed without lifting the protection."""
    wait: NotRequired[WaitPolicy]
    """How long people and groups may take to arrive in AWS. Default: not at all."""
    settle_seconds: NotRequired[float]
    """When nobody more has arrived for so long, whoever is missing was refused. Default: 20."""


class PushMappingStatus(TypedDict):
    """A mapping as Okta lists it; `source` is the pushed group's id."""

    source: str
    status: str


def listed(answer: okta.GetPushGroupsResult) -> list[PushMappingStatus]:
    return [{"source": m.source_group_id, "status": m.status} for m in answer.mappings or []]


class PushGroups(pulumi.ComponentResource):
    """One push mapping for each group."""

    mappings: Output[dict[str, str]]
    """Ids of the push mappings by group name, of those too that are left to themselves."""
    pushes: dict[str, okta.PushGroup]
    """The mappings that are declared here, by group name."""
    listed: Output[list[PushMappingStatus]]
    """All mappings of the app before anything was pushed, made by hand or not."""
    group_ids: Output[dict[str, str]]
    """Ids of the groups in IAM Identity Center by group name, once they stand there."""

    def __init__(
        self, name: str, args: PushGroupsArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("okta-identity-center:index:PushGroups", name, {}, opts)
        arrival = Arrival(self, args)
        there = {called: g for called, g in args["groups"].items() if "import_id" in g.asked}
        groups = {called: g for called, g in args["groups"].items() if called not in there}
        in_aws = {c: g.asked["aws_group_id"] for c, g in there.items() if "aws_group_id" in g.asked}
        names = output_dict({called: group.name for called, group in groups.items()})
        sources = output_dict({called: group.id for called, group in groups.items()})
        self.listed = self._listed(args)
        pushed = self.listed.apply(lambda found: [mapping["source"] for mapping in found])
        standing = arrival.groups().apply(lambda found: _check_target_ids(in_aws, found))
        known = Output.all(names, sources, pushed, standing, args["app_id"])
        targets = known.apply(lambda read: self._targets(*read))
        people = args.get("people", {})
        ready = Output.all(targets, sources, pushed, people).apply(lambda a: arrival.of_people(*a))
        self.pushes = {
            called: okta.PushGroup(
                f"{name}-{called}",
                app_id=args["app_id"],
                source_group_id=group.id,
                target_group_id=ready.apply(lambda t, key=called: t.get(key)),
                target_group_name=Output.all(ready, group.name).apply(
                    lambda a, key=called: None if key in a[0] else a[1]
                ),
                delete_target_group_on_destroy=group.asked.get("retire", False),
                opts=_options.options(
                    ResourceOptions(
                        parent=self,
                        depends_on=[*args["after"], *group.rules],
                        ignore_changes=["targetGroupId", "targetGroupName"],
                    ),
                    None,
                    args.get("protect", False),
                    free=group.asked.get("retire", False),
                ),
            )
            for called, group in groups.items()
        }
        retiring = [called for called, group in groups.items() if group.asked.get("retire")]
        if retiring:
            pulumi.log.warn(
                f"Retiring {', '.join(retiring)}: after this run, a run without them in `push` "
                "deletes them in IAM Identity Center for good, with all that hangs on their ids.",
                self,
            )
        left = {
            called: Output.from_input(_mapping_id(group.asked.get("import_id", "")))
            for called, group in there.items()
        }
        self.mappings = output_dict(
            {called: push.id for called, push in self.pushes.items()} | left
        )
        wanted = {c: group for c, group in args["groups"].items() if c not in in_aws}
        made = Output.all(
            output_dict({called: group.name for called, group in wanted.items()}),
            output_dict({called: group.id for called, group in wanted.items()}),
            pushed,
            self.mappings,
        )
        arrived = made.apply(lambda a: arrival.of_groups(*a[:3]))
        self.group_ids = _without_dependencies(
            Output.all(arrived, standing).apply(lambda found: found[0] | in_aws)
        )
        self.register_outputs({"mappings": self.mappings, "group_ids": self.group_ids})

    def _listed(self, args: PushGroupsArgs) -> Output[list[PushMappingStatus]]:
        asking = InvokeOutputOptions(parent=self, depends_on=list(args["after"]))
        return readable(okta.get_push_groups_output(app_id=args["app_id"], opts=asking)).apply(
            listed
        )

    def _targets(
        self,
        names: Mapping[str, str],
        sources: Mapping[str, str],
        pushed: Sequence[str],
        in_aws: Mapping[str, str],
        app_id: str,
    ) -> Output[dict[str, str]]:
        """The app group to link, for each group that already stands in AWS without a mapping.

        Okta cannot link a group by its name, so it is linked by the id under which Okta knows it.
        """
        left = {c: n for c, n in names.items() if n in in_aws and sources[c] not in pushed}
        if not left:
            return Output.from_input({})
        opts = InvokeOutputOptions(parent=self)
        asked = Output.all(
            *(
                readable(
                    okta.get_groups_output(search=f'type eq "APP_GROUP" and ({named})', opts=opts)
                )
                for named in names_filters(left.values())
            )
        )

        def link(answers: Sequence[okta.GetGroupsResult]) -> dict[str, str]:
            known = [group for answer in answers for group in answer.groups]
            links: dict[str, str] = {}
            for called, name in left.items():
                mine = [g for g in known if g.source in ("", None, app_id)]
                ids = [group.id for group in mine if group.name == name]
                if len(ids) == 1:
                    links[called] = ids[0]
                else:
                    _cannot_link(name)
            return links

        return asked.apply(link)


def _mapping_id(import_id: str) -> str:
    return import_id.rpartition("/")[2]


def _check_target_ids(given: Mapping[str, str], found: Mapping[str, str]) -> Mapping[str, str]:
    """Returns `found`; raises ValidationError for a declared id that no group in AWS has."""
    for called, ident in given.items():
        if ident not in found.values():
            raise ValidationError(
                f"push: {called!r} has the aws_group_id {ident!r}, which no group in IAM Identity "
                "Center has. Fix: take the id from there (Groups → the group → General "
                "information), or remove it if the group is gone."
            )
    return found


def _without_dependencies(output: Output[dict[str, str]]) -> Output[dict[str, str]]:
    """The same value at the same time, without the mappings as what it depends on. A mapping that
    is gone in Okta has to be taken out of the state, which the engine refuses for whatever has
    dependents; and taking a mapping away leaves the group, which the assignments hang on."""
    nothing: asyncio.Future[set[Resource]] = asyncio.Future()
    nothing.set_result(set())
    value: Any = asyncio.ensure_future(output.future())
    known, secret = map(asyncio.ensure_future, (output.is_known(), output.is_secret()))
    return Output(nothing, value, known, secret)


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
    raise ValidationError(message)
