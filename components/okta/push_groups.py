"""Push groups: the Okta groups whose name and members appear in IAM Identity Center.

Manages one push mapping per group, and never changes an adopted one
(docs/decisions/0008-adopt-without-sending-anything.md). Never deletes a group in AWS unless an
earlier run retired it, and never changes a mapping's target: account assignments depend on the
group's ID. Before it pushes a group for the first time, it waits until AWS has the assigned users
(docs/research/group-push.md#order-of-changes); then, until AWS has the group with its members.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_okta as okta
from pulumi import Input, InvokeOutputOptions, Output, ResourceOptions

from okta_idc.clients.json_path import get_text
from okta_idc.settings import Problem
from okta_idc.settings.models import Provisioning
from okta_idc.settings.models import PushGroup as Declared

from .._args import check_args, check_distinct
from .._errors import ValidationError
from .._lookup_errors import readable
from .._options import barrier_of, child_of, options
from .._outputs import PushGroupOutput, as_one, output_dict, unknown, without_dependencies
from .._polling import WaitPolicy
from .._renames import Renames
from .._stack_traces import shorten_stack_traces
from .._state import EMPTY, GROUP_ASSIGNMENT, PUSH_GROUPS, PUSH_MAPPING, State, read_state
from ._app_lists import AppLists, PushMapping
from ._propagation import Pending, Propagation
from .groups import Group, names_filters

_DEFAULTS = Provisioning()
_ByKey = Mapping[str, str]


class PushedGroup(TypedDict):
    """One group to push."""

    name: str
    """Name of the group in this program; the resource is named after it."""
    source_group_id: Input[str]
    """ID of the group in Okta, `00g…`."""
    source_group_name: Input[str]
    """Name of the group in Okta, and of its Identity Store group."""
    retire: NotRequired[bool]
    """Deletes the group in AWS when a later run no longer declares it. Default: false."""
    import_id: NotRequired[str | None]
    """Existing push mapping, checked for drift and never changed: `APP_ID/MAPPING_ID`."""
    aws_group_id: NotRequired[str | None]
    """ID of the Identity Store group of an existing push mapping."""


class PushGroupsArgs(TypedDict):
    app_id: Input[str]
    """ID of the app in Okta."""
    identity_store_id: Input[str]
    """ID of the Identity Store behind the app, `d-…`."""
    groups: list[PushedGroup]
    """Groups to push."""
    assigned_group_ids: NotRequired[Input[list[Input[str]]]]
    """IDs of the assignment groups in Okta; a first push waits for their users."""
    assigned_user_ids: NotRequired[Input[list[str]]]
    """IDs of the individually assigned users in Okta; a first push waits for them."""
    propagation_timeout_minutes: NotRequired[float]
    """Longest wait until AWS shows users and groups, in minutes; 0 does not wait. Default: 10."""
    propagation_settle_seconds: NotRequired[float]
    """Ends the wait when AWS has shown nothing new for this many seconds. Default: 20."""
    protect: NotRequired[bool]
    """Protects the push mappings from deletion. Default: true."""


class PushGroups(pulumi.ComponentResource):
    """One push mapping per group."""

    mapping_ids: Output[dict[str, str]]
    """IDs of the push mappings by name, existing ones included."""
    group_ids: Output[dict[str, str]]
    """Identity Store group IDs by name, once AWS has the groups."""

    @shorten_stack_traces
    def __init__(
        self, name: str, args: PushGroupsArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("okta-identity-center:index:PushGroups", name, {}, opts)
        check_args(PushGroupsArgs, args)
        check_distinct("groups", args["groups"], "source_group_id")
        barrier = barrier_of(f"{name}-after", self, opts)
        minutes = args.get("propagation_timeout_minutes", _DEFAULTS.propagation_timeout_minutes)
        propagation = Propagation(
            self,
            args["identity_store_id"],
            WaitPolicy(60 * minutes),
            args.get("propagation_settle_seconds", _DEFAULTS.propagation_settle_seconds),
        )
        state = read_state(self)
        self._names = frozenset(group["name"] for group in args["groups"])
        adopted = {group["name"]: group for group in args["groups"] if group.get("import_id")}
        owned = {each["name"]: each for each in args["groups"] if each["name"] not in adopted}
        given = {k: ident for k, g in adopted.items() if (ident := g.get("aws_group_id"))}
        lists = Output.from_input(args["app_id"]).apply(lambda ident: AppLists(self, ident))
        # All push mappings of the app before this run pushes, including unmanaged ones.
        self.lists, self.existing_mappings = lists, lists.apply(AppLists.mappings).apply(as_one)
        pushed = self.existing_mappings.apply(lambda found: frozenset(found))
        in_aws = propagation.groups().apply(lambda found: _check_target_ids(given, found))
        self._in_aws = in_aws
        # Known only once these resources exist; `urn` is known in previews.
        after = Output.all(*[each.urn for each in barrier])
        joined = Output.all(
            _dict_of(owned, "source_group_name"), _dict_of(owned, "source_group_id"), pushed
        )
        linked = Output.all(joined, in_aws, args["app_id"]).apply(
            lambda a: self._targets(*a[0], *a[1:])
        )
        ready = without_dependencies(
            Output.all(
                linked, joined, lists, state, Output.from_input(args.get("assigned_group_ids", [])),
                Output.from_input(args.get("assigned_user_ids", [])), after,
            ).apply(lambda a: self._users_ready(propagation, *a[:-1]))
        )  # fmt: skip
        target_kept = ResourceOptions(
            ignore_changes=["targetGroupId", "targetGroupName"], depends_on=barrier
        )
        declared = {key: f"{name}-{key}" for key in owned}
        renames = Renames(state, PUSH_MAPPING, f"{name}-", declared.values())
        self.mappings: dict[str, okta.PushGroup] = {}
        for key, group in owned.items():
            source, source_name = group["source_group_id"], group["source_group_name"]
            # A group that is pushed already keeps its target, whatever else the run does.
            target = Output.all(source, source_name, pushed).apply(
                lambda a, key=key: {"name": a[1]} if a[0] in a[2] else _target(ready, key, a[1])
            )
            self.mappings[key] = okta.PushGroup(
                declared[key],
                app_id=args["app_id"],
                source_group_id=source,
                target_group_id=target.apply(lambda t: t.get("id")),
                target_group_name=target.apply(lambda t: t.get("name")),
                delete_target_group_on_destroy=group.get("retire", False),
                opts=options(
                    renames.options(
                        child_of(self, None, target_kept), declared[key], sourceGroupId=source
                    ),
                    None,
                    args.get("protect", True),
                    unprotected=group.get("retire", False),
                ),
            )
        if retiring := [key for key, group in owned.items() if group.get("retire")]:
            pulumi.log.warn(
                f"Retiring {', '.join(retiring)}: a later run that no longer declares them in "
                "push_groups deletes them in IAM Identity Center, with all their assignments.",
                self,
            )
        self.mapping_ids = output_dict(
            {key: mapping.id for key, mapping in self.mappings.items()}
            | {k: (group.get("import_id") or "").rpartition("/")[2] for k, group in adopted.items()}
        )
        existing = {
            each["name"]: Output.all(
                each["source_group_id"], each["source_group_name"], pushed, in_aws, state
            ).apply(lambda a, key=each["name"]: given.get(key) or _existing_id(name, *a))
            for each in args["groups"]
        }
        arrived = Output.all(
            {
                each["name"]: {
                    "name": each["source_group_name"],
                    "source": each["source_group_id"],
                    "existing": existing[each["name"]],
                }
                for each in args["groups"]
            },
            pushed, lists, self.mapping_ids,
        ).apply(lambda a: self._groups_ready(propagation, *a[:3]))  # fmt: skip
        self._existing, self._arrived = existing, arrived
        self.group_ids = without_dependencies(
            Output.all(existing, arrived).apply(
                lambda found: {k: ident for k, ident in found[0].items() if ident} | found[1]
            )
        )
        self.register_outputs({"mapping_ids": self.mapping_ids, "group_ids": self.group_ids})

    def described(self, groups: Mapping[str, Group[Any]]) -> Output[list[PushGroupOutput]]:
        """The groups as a stack's output. Of groups that other stacks push, what Okta and AWS had
        before this run."""
        listed: Any = [
            {
                "name": group.name,
                "sourceGroupId": group.id,
                "mappingId": self.mapping_ids[key]
                if key in self._names
                else Output.all(self.existing_mappings, group.id).apply(lambda a: _mapping_id(*a)),
                "awsGroupId": self.group_ids.apply(lambda ids, key=key: ids.get(key))
                if key in self._names
                else Output.all(self._in_aws, group.name, group.declared.aws_group_id).apply(
                    lambda a: a[2] or a[0].get(a[1])
                ),
            }
            for key, group in groups.items()
        ]
        return Output.from_input(listed)

    def required_id(self, name: str) -> Output[str]:
        """Identity Store ID of one group. Fails with ValidationError if AWS does not have it."""

        def arrived(ids: _ByKey) -> str:
            if name in ids:
                return ids[name]
            message = f"{name!r} is not in IAM Identity Center yet. Run `pulumi up` again."
            raise ValidationError.at("push_groups", message)

        later = unknown() if pulumi.runtime.is_dry_run() else self._arrived
        found = self._existing[name].apply(lambda ident: ident or later.apply(arrived))
        # Account assignments depend on the group, which outlives its mapping, and not on the
        # mapping: the engine refuses to remove a resource with dependents from the state, which is
        # the remedy for a mapping that was deleted in Okta.
        return without_dependencies(found)

    async def _users_ready(
        self,
        propagation: Propagation,
        linked: _ByKey,
        joined: tuple[_ByKey, _ByKey, Collection[str]],
        lists: AppLists,
        state: State | None,
        assigned_groups: Sequence[str],
        assigned_users: Sequence[str],
    ) -> _ByKey:
        """Returns `linked` once AWS has the users of the groups that this run pushes first."""
        _, sources, pushed = joined
        new = any(source not in pushed for source in sources.values())
        if new and propagation.wait.seconds and not pulumi.runtime.is_dry_run():
            recorded = (state or EMPTY).of_type(GROUP_ASSIGNMENT, "").values()
            earlier = {each.get("groupId") for each in recorded}
            groups = [ident for ident in assigned_groups if ident not in earlier]
            await propagation.wait_for_users(lists, groups, assigned_users)
        return linked

    async def _groups_ready(
        self,
        propagation: Propagation,
        groups: Mapping[str, Mapping[str, Any]],
        pushed: Collection[str],
        lists: AppLists,
    ) -> _ByKey:
        """Identity Store group IDs by key of the groups that AWS did not have before."""
        pending = {
            key: Pending(each["name"], each["source"], each["source"] not in pushed)
            for key, each in groups.items()
            if not each["existing"]
        }
        if not pending or pulumi.runtime.is_dry_run():
            return {}
        return await propagation.wait_for_groups(lists, pending)

    def _targets(
        self, names: _ByKey, sources: _ByKey, pushed: Collection[str], in_aws: _ByKey, app_id: str
    ) -> Output[dict[str, str]]:
        """The app group to link, for each group that AWS has and that has no push mapping.

        Okta cannot link a group by name, only by the ID under which it knows the app's group.
        """
        unlinked = {k: n for k, n in names.items() if n in in_aws and sources[k] not in pushed}
        if not unlinked:
            return Output.from_input({})
        opts = InvokeOutputOptions(parent=self)
        filters = [f'type eq "APP_GROUP" and ({name})' for name in names_filters(unlinked.values())]
        answers = [readable(okta.get_groups_output(search=each, opts=opts)) for each in filters]

        def link(read: Sequence[okta.GetGroupsResult]) -> dict[str, str]:
            known = [group for answer in read for group in answer.groups]
            own = [group for group in known if group.source in ("", None, app_id)]
            links: dict[str, str] = {}
            for key, name in unlinked.items():
                ids = [group.id for group in own if group.name == name]
                if len(ids) == 1:
                    links[key] = ids[0]
                else:
                    _report_unlinkable(name)
            return links

        return Output.all(*answers).apply(link)


def pushed_groups(groups: Mapping[str, Group[Declared]]) -> list[PushedGroup]:
    """The arguments for declared groups."""
    return [
        {
            "name": key,
            "source_group_id": group.id,
            "source_group_name": group.name,
            "retire": group.declared.retire,
            "import_id": group.declared.import_id,
            "aws_group_id": group.declared.aws_group_id,
        }
        for key, group in groups.items()
    ]


def _mapping_id(mappings: Mapping[str, PushMapping], source: str) -> str | None:
    return (get_text(mappings[source].record, "id") or None) if source in mappings else None


def _dict_of(groups: Mapping[str, Any], field: str) -> Output[dict[str, str]]:
    return output_dict({key: group[field] for key, group in groups.items()})


def _target(ready: Output[_ByKey], key: str, name: str) -> Output[dict[str, str]]:
    """The app group to link, or the name of the group to create."""
    return ready.apply(lambda linked: {"id": linked[key]} if key in linked else {"name": name})


def _existing_id(
    component: str,
    source: str,
    name: str,
    pushed: Collection[str],
    in_aws: _ByKey,
    state: State | None,
) -> str | None:
    """The Identity Store ID of a group that is pushed already. The state knows it under the name
    that the group had when it was pushed; AWS may have it under that name or a new one."""
    if source not in pushed:
        return None
    if state is not None:
        recorded: _ByKey = state.one(PUSH_GROUPS, component).get("group_ids") or {}
        for resource in state.names(PUSH_MAPPING, ("sourceGroupId",), (source,)):
            known = recorded.get(resource.removeprefix(f"{component}-"))
            if known in in_aws.values():
                return known
    return in_aws.get(name)


def _check_target_ids(given: _ByKey, found: _ByKey) -> _ByKey:
    """Returns `found`; raises ValidationError for an ID that no Identity Store group has."""
    for key, ident in given.items():
        if ident not in found.values():
            message = (
                f"{key!r} has the aws_group_id {ident!r}, but no group in IAM Identity Center has "
                "this ID. Copy it from Groups → the group → General information, or remove it if "
                "the group no longer exists."
            )
            raise ValidationError.at("push_groups", message)
    return found


def _report_unlinkable(name: str) -> None:
    problem = Problem(
        "push_groups",
        f"IAM Identity Center already has a group {name!r}, from an earlier push or created there, "
        "and Okta does not know it yet. In Okta, open the app → Push Groups → Refresh App Groups, "
        "then run `pulumi up` again: the group is linked and keeps its assignments.",
    )
    if not pulumi.runtime.is_dry_run():
        raise ValidationError(problem)
    pulumi.log.warn(str(problem))
