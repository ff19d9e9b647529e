"""Blocks runs that would deprovision more users than the declared limit.

Owns one value in the stack's state: who was assigned at the last deployment. The engine calls a
hook before it changes that value, in previews too, and the assignments depend on it. A user counts
if they are assigned through a group, or individually, that is no longer declared, and through none
that stays. Costs two calls per removed group, and none if nothing is removed.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NotRequired, TypedDict, cast

import pulumi
from pulumi import InvokeOptions, Output, ResourceHook, ResourceHookArgs, ResourceOptions, Stash

from okta_idc.rules import assignments as rules

from .._errors import ValidationError, raise_findings
from .._lookup_errors import invoke
from .._options import child_of
from ..okta.groups import Group

_KINDS = ("groups", "users")
Ids = Mapping[str, str]
"""Okta IDs by name."""
DeclaredIds = Mapping[str, object]
"""The same; an ID that a preview does not know yet is not a string."""


class DeprovisioningGuardArgs(TypedDict):
    groups: Mapping[str, Group[Any]]
    """Assignment groups by name."""
    user_ids: NotRequired[Output[dict[str, str]]]
    """IDs of the individually assigned users by login."""
    max_deprovisioned_users: int
    """Users that a run may deprovision."""
    confirm_deprovisioning: Sequence[str]
    """Groups and users that may be unassigned regardless of how many users that deprovisions."""


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
        was = cast(dict[str, Ids], (change.old_inputs or {})["input"])
        given: Any = (change.new_inputs or {})["input"]
        now = _declared(was, given)
        if not isinstance(given, Mapping) or any(now[kind] is not given[kind] for kind in was):
            pulumi.log.warn(
                "assignments: this preview cannot tell (unknown) whether users are deprovisioned; "
                "the update checks before it changes anything.",
                self,
            )
        for kind in _KINDS:
            self._reject_renaming(was[kind], now[kind])
        groups, users = (_removed(was[kind], now[kind]) for kind in _KINDS)
        if not groups and not users:
            return
        losing: dict[str, set[str]] = {key: {ident} for key, ident in users.items()}
        for key, ident in groups.items():
            losing[key] = await self._members_of_removed(key, ident)
        stay = set(_known(now["users"].values())) | await self._still_assigned(now["groups"])
        self._check({key: members - stay for key, members in losing.items()})

    def _reject_renaming(self, was: Ids, now: DeclaredIds) -> None:
        """An assignment's resource is named after its group. Under a new name the engine would
        create it first, which Okta takes for the existing one, and then delete it."""
        names = {ident: key for key, ident in now.items() if isinstance(ident, str)}
        for key, ident in was.items():
            if key in now or ident not in names or self._is_confirmed(key):
                continue
            raise ValidationError(
                f"assignments: {key!r} is now declared as {names[ident]!r}, which is the same in "
                "Okta: its assignment would be created again and then deleted, and its users "
                "deprovisioned. Declare it as before; or rename the assignment in the state first "
                f"(`pulumi state rename`) and list {key!r} under "
                "assignments.confirm_deprovisioning for that run."
            )

    def _is_confirmed(self, key: str) -> bool:
        return key.casefold() in self._confirmed

    def _check(self, losing: Mapping[str, set[str]]) -> None:
        for key, users in losing.items():
            if users:
                pulumi.log.warn(
                    f"assignments: removing {key} deprovisions {len(users)} users, who are "
                    "assigned in no other way.",
                    self,
                )
        unconfirmed = {k: users for k, users in losing.items() if not self._is_confirmed(k)}
        lost = set[str]().union(*unconfirmed.values())
        raise_findings(
            rules.deprovisioning_within_limit(rules.Deprovisioning(len(lost), self._limit)),
            ", ".join(unconfirmed),
        )

    async def _still_assigned(self, groups: DeclaredIds) -> set[str]:
        """Members of the groups that stay. A group created in this run has no known members, unless
        group rules fill it from others."""
        stay: set[str] = set()
        for key, ident in groups.items():
            sources = await self._sources[key].future() or [ident]
            for source in _known(sources):
                stay |= await self._members(source)
        return stay

    async def _members_of_removed(self, key: str, ident: str) -> set[str]:
        try:
            return await self._members(ident)
        except Exception as error:  # whatever the reason, the number is unknown
            if self._is_confirmed(key):
                return set()
            raise ValidationError(
                f"assignments: {key!r} is removed, and the number of users that this deprovisions "
                f"is unknown: {str(error).strip()}. To remove it anyway, list it under "
                "assignments.confirm_deprovisioning."
            ) from None

    async def _members(self, ident: str) -> set[str]:
        found: Any = await invoke(
            "okta:group/getGroup:getGroup",
            {"id": ident, "includeUsers": True},
            InvokeOptions(parent=self),
        )
        return set(found.get("users") or [])


def _declared(was: Mapping[str, Ids], now: Any) -> dict[str, DeclaredIds]:
    """In a preview a whole list may depend on something created in this run: then nothing is known
    to be removed, and the update checks."""
    listed = cast(Mapping[str, Any], now if isinstance(now, Mapping) else {})
    return {
        kind: listed[kind] if isinstance(listed.get(kind), Mapping) else ids
        for kind, ids in was.items()
    }


def _removed(was: Ids, now: DeclaredIds) -> Ids:
    """What is no longer assigned. In a preview, a group created under the same name may be the same
    group."""
    kept = set(_known(now.values()))
    return {
        key: ident
        for key, ident in was.items()
        if ident not in kept and isinstance(now.get(key, ""), str)
    }


def _known(values: Iterable[object]) -> list[str]:
    """The IDs that are known: in a preview, those of new resources are not."""
    return [value for value in values if isinstance(value, str)]
