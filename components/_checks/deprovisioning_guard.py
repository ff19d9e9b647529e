"""Blocks runs that would deprovision more users than the declared limit.

Stores the assignments of the last deployment in the stack's state. Before the engine changes this
value, in previews too, it calls a hook that counts the users who lose their last assignment. The
assignments depend on the value. Members are looked up only if an assignment is removed.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NotRequired, TypedDict, cast

import pulumi
from pulumi import Output, ResourceHook, ResourceHookArgs, ResourceOptions, Stash

from okta_idc.rules import assignments as rules
from okta_idc.rules.registry import count

from .._errors import ValidationError, raise_findings
from .._lookup_errors import LookupFailedError
from .._options import child_of
from .._state import read_state
from ..okta.groups import Group, member_ids

_KINDS = ("groups", "users")
Ids = Mapping[str, str]
"""Okta IDs by name."""
DeclaredIds = Mapping[str, object]
"""Okta IDs by name; an ID that a preview does not know yet is not a string."""


class DeprovisioningGuardArgs(TypedDict):
    groups: Mapping[str, Group[Any]]
    """Assignment groups by name."""
    user_ids: NotRequired[Output[dict[str, str]]]
    """IDs of the individually assigned users by login."""
    max_deprovisioned_users: int
    """How many users one run may deprovision."""
    confirm_deprovisioning: Sequence[str]
    """Groups and users that may be unassigned regardless of the limit."""


class DeprovisioningGuard(pulumi.ComponentResource):
    """Raises OIC-210 for a run that would deprovision too many users."""

    def __init__(
        self, name: str, args: DeprovisioningGuardArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("okta-identity-center:index:DeprovisioningGuard", name, {}, opts)
        self._limit = args["max_deprovisioned_users"]
        self._confirmed = {each.casefold() for each in args["confirm_deprovisioning"]}
        self._sources = {
            key: Output.all(*group.source_ids) for key, group in args["groups"].items()
        }
        in_previews = pulumi.ResourceHookOptions(on_dry_run=True)
        hook = ResourceHook(name, self.before_update, in_previews)
        hooks = pulumi.ResourceHookBinding(before_update=[hook])
        self.resource = Stash(
            f"{name}-assigned",
            input={
                "groups": {key: group.id for key, group in args["groups"].items()},
                "users": args.get("user_ids", {}),
            },
            opts=child_of(self, opts, ResourceOptions(hooks=hooks)),
        )
        self.register_outputs({})

    async def before_update(self, change: ResourceHookArgs) -> None:
        """Raises ValidationError if more users than allowed would be deprovisioned."""
        old = cast(dict[str, Ids], (change.old_inputs or {})["input"])
        inputs: Any = (change.new_inputs or {})["input"]
        new = _declared(old, inputs)
        if not isinstance(inputs, Mapping) or any(new[kind] is not inputs[kind] for kind in old):
            pulumi.log.warn(
                "assignments: it is unknown in this preview whether users are deprovisioned. The "
                "update checks before it changes anything.",
                self,
            )
        if await read_state(self).future() is None:  # otherwise, an alias carries it over
            for kind in _KINDS:
                self._reject_renaming(old[kind], new[kind])
        groups, users = (_removed(old[kind], new[kind]) for kind in _KINDS)
        if not groups and not users:
            return
        removed: dict[str, set[str]] = {key: {ident} for key, ident in users.items()}
        for key, ident in groups.items():
            removed[key] = await self._members_of_removed(key, ident)
        remaining = set(_known(new["users"].values())) | await self._still_assigned(new["groups"])
        self._check({key: members - remaining for key, members in removed.items()})

    def _reject_renaming(self, old: Ids, new: DeclaredIds) -> None:
        """Rejects a new name for an assigned group or user. The engine would create the assignment
        under the new name, which changes nothing in Okta, and then delete it under the old one."""
        names = {ident: key for key, ident in new.items() if isinstance(ident, str)}
        for key, ident in old.items():
            if key in new or ident not in names or self._is_confirmed(key):
                continue
            message = (
                f"{key!r} is now declared as {names[ident]!r}, but both are the same object in "
                "Okta. The run would create its assignment again and then delete it, which "
                f"deprovisions its users. Declare it as {key!r}; or rename the assignment in the "
                f"state first (`pulumi state rename`) and list {key!r} under "
                "assignments.confirm_deprovisioning for that run."
            )
            raise ValidationError.at("assignments", message)

    def _is_confirmed(self, key: str) -> bool:
        return key.casefold() in self._confirmed

    def _check(self, deprovisioned: Mapping[str, set[str]]) -> None:
        for key, users in deprovisioned.items():
            if users:
                number = count(len(users), "user")
                pulumi.log.warn(
                    f"assignments: removing {key} deprovisions {number} with no other assignment.",
                    self,
                )
        unconfirmed = {k: users for k, users in deprovisioned.items() if not self._is_confirmed(k)}
        counted = set[str]().union(*unconfirmed.values())
        raise_findings(
            rules.deprovisioning_within_limit(rules.Deprovisioning(len(counted), self._limit)),
            ", ".join(unconfirmed),
        )

    async def _still_assigned(self, groups: DeclaredIds) -> set[str]:
        """Members of the remaining groups. Of a group created in this run, only the members that a
        group rule copies from other groups are known."""
        members: set[str] = set()
        for key, ident in groups.items():
            sources = await self._sources[key].future() or [ident]
            for source in _known(sources):
                members |= await member_ids(source, self)
        return members

    async def _members_of_removed(self, key: str, ident: str) -> set[str]:
        try:
            return await member_ids(ident, self)
        except Exception as error:  # for any reason: the number is unknown
            gone = isinstance(error, LookupFailedError) and error.cause == "missing"
            if gone or self._is_confirmed(key):  # a deleted group has deprovisioned its users
                return set()
            message = (
                f"{key!r} is removed, and the number of users that this deprovisions is unknown: "
                f"{str(error).strip()}. To remove it anyway, list it under "
                "assignments.confirm_deprovisioning."
            )
            raise ValidationError.at("assignments", message) from None


def _declared(old: Mapping[str, Ids], new: Any) -> dict[str, DeclaredIds]:
    """The declared IDs. A preview does not know a list that depends on a resource that the run
    creates, and assumes the old list; the update checks."""
    listed = cast(Mapping[str, Any], new if isinstance(new, Mapping) else {})
    return {
        kind: listed[kind] if isinstance(listed.get(kind), Mapping) else ids
        for kind, ids in old.items()
    }


def _removed(old: Ids, new: DeclaredIds) -> Ids:
    """Assignments that are no longer declared. In a preview, a group with an unknown ID may be the
    assigned group of the same name."""
    kept = set(_known(new.values()))
    return {
        key: ident
        for key, ident in old.items()
        if ident not in kept and isinstance(new.get(key, ""), str)
    }


def _known(values: Iterable[object]) -> list[str]:
    """The IDs that are known: in a preview, those of new resources are not."""
    return [value for value in values if isinstance(value, str)]
