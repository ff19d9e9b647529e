"""Waits until AWS shows provisioned users and pushed groups.

A wait ends as soon as its end is known: AWS shows everything, Okta reports an error, or nothing has
changed for a while. Only what this run provisions or pushes is waited for.
"""

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi import Input, InvokeOutputOptions, Output, Resource

from okta_idc.rules import push_drift
from okta_idc.rules.registry import count, shortened

from .._errors import ValidationError, raise_found
from .._lookup_errors import invoke, readable
from .._outputs import as_one
from .._polling import WaitPolicy
from ._app_lists import AppLists
from .groups import member_ids

Json = dict[str, Any]


@dataclass(frozen=True)
class Pending:
    """A push group that AWS does not show yet, or that this run pushes first."""

    name: str
    source_id: str
    """ID of the group in Okta."""
    new: bool
    """Whether this run pushes it first."""


@dataclass(frozen=True)
class Propagation:
    """The reads and waits of one PushGroups component."""

    parent: Resource
    identity_store_id: Input[str]
    wait: WaitPolicy
    settle_seconds: float

    def groups(self) -> Output[Mapping[str, str]]:
        """Identity Store group IDs by name."""
        opts = InvokeOutputOptions(parent=self.parent)
        found = readable(
            aws.identitystore.get_groups_output(identity_store_id=self.identity_store_id, opts=opts)
        )
        return found.apply(lambda read: as_one({g.display_name: g.group_id for g in read.groups}))

    async def wait_for_users(
        self, lists: AppLists, groups: Iterable[str], users: Iterable[str]
    ) -> None:
        """Waits until AWS has the users who can be members of newly pushed groups.

        `groups`: Okta IDs of the groups that this run assigned; `users`: of the assigned users.
        """
        lists.expire()
        assigned = set(users)
        for group in groups:
            assigned |= await member_ids(group, self.parent)

        async def missing_users() -> set[str]:
            known = await lists.read_users()
            return (assigned | known.expected) - known.excluded - await self._users_in_aws()

        missing = await self._until_settled(missing_users, "waiting for users in AWS")
        refused = lists.users.refused
        if missing or refused:
            names = sorted(lists.users.logins[ident] for ident in refused)
            rejected = f" AWS rejected {shortened(names)}." if names else ""
            pulumi.log.warn(
                "Assigned in Okta, but not in IAM Identity Center, so in no pushed group: "
                f"{count(len(missing | refused), 'user')}.{rejected} `okta-idc status` shows why.",
                self.parent,
            )

    async def wait_for_groups(
        self, lists: AppLists, pending: Mapping[str, Pending]
    ) -> dict[str, str]:
        """Identity Store group IDs by key, once AWS has the groups, and the new ones with members.
        Raises ValidationError for a group that Okta does not push, with Okta's reason (OIC-601,
        OIC-604), and for one that AWS never shows."""
        lists.expire()
        ids: dict[str, str] = {}
        unpushed: set[str] = set()

        async def read() -> None:
            mappings = await lists.mappings()
            listed = {each.name: mappings.get(each.source_id) for each in pending.values()}
            states = [
                push_drift.FoundMapping(name, mapping.status, mapping.error)
                for name, mapping in listed.items()
                if mapping
            ]
            broken = (push_drift.mapping_in_error, push_drift.mapping_inactive)
            raise_found(("push_groups", rule(state)) for rule in broken for state in states)
            in_aws = await self._groups_in_aws()
            ids.update({k: in_aws[each.name] for k, each in pending.items() if each.name in in_aws})
            unpushed.clear()
            for each in pending.values():
                mapping = listed[each.name]
                if each.new and (mapping is None or mapping.unpushed):
                    unpushed.add(each.name)

        async def absent() -> str:
            await read()
            return ", ".join(each.name for key, each in pending.items() if key not in ids)

        async def not_pushed() -> set[str]:
            await read()
            return unpushed

        missing = await self.wait.until_empty(absent, "waiting for groups in AWS")
        if missing and self.wait.seconds:
            message = (
                f"{missing} did not appear in IAM Identity Center within {self.wait.seconds:.0f} s "
                "although Okta reports no error. `okta-idc status` shows the state of each push "
                "mapping. Then run `pulumi up` again."
            )
            raise ValidationError.at("push_groups", message)
        new = {key: each for key, each in pending.items() if each.new and key in ids}
        if self.wait.seconds and new:
            if unpushed and (late := await self._until_settled(not_pushed, "waiting for pushes")):
                pulumi.log.warn(
                    f"Okta has not reported whether it pushed {shortened(sorted(late))}. "
                    "`okta-idc status` shows it later.",
                    self.parent,
                )
            await self._wait_for_members(lists, new, ids)
        return ids

    async def _wait_for_members(
        self, lists: AppLists, groups: Mapping[str, Pending], ids: Mapping[str, str]
    ) -> None:
        """Waits until each group has as many members as in Okta. The members of a group that stays
        short are read, and only those that AWS has as users are waited for."""
        counts = await lists.member_counts([each.source_id for each in groups.values()])
        wanted = {key: counts.get(each.source_id) for key, each in groups.items()}
        present: dict[str, int] = {}
        since = {key: time.monotonic() for key in groups}
        users: set[str] = set()

        async def too_few() -> set[str]:
            short: set[str] = set()
            for key, each in groups.items():
                if (limit := wanted[key]) is not None and present.get(key, -1) >= limit:
                    continue
                number = await self._members_in_aws(ids[key])
                if number != present.get(key):
                    present[key], since[key] = number, time.monotonic()
                stalled = time.monotonic() - since[key] > self.settle_seconds / 4
                if limit is None or (number < limit and stalled and key not in exact):
                    users.update(await self._users_in_aws() if not users else ())
                    limit = len(await member_ids(each.source_id, self.parent) & users)
                    wanted[key] = limit
                    exact.add(key)
                if number < limit:
                    short.add(f"{each.name} ({number} of {limit})")
            return short

        exact: set[str] = set()
        if left := await self._until_settled(too_few, "waiting for group members in AWS"):
            pulumi.log.warn(
                f"Pushed with fewer members in IAM Identity Center than in Okta: "
                f"{shortened(sorted(left))}. Users who were provisioned after the push are "
                "missing. In Okta, open the app → Push Groups → the group → Push now (up to 100 "
                "members).",
                self.parent,
            )

    async def _until_settled(self, poll: Callable[[], Awaitable[set[str]]], title: str) -> set[str]:
        """Polls until nothing is missing or nothing has changed for `settle_seconds`."""
        missing: set[str] | None = None
        since = time.monotonic()

        async def unsettled() -> str:
            nonlocal missing, since
            left = set(await poll())
            if left != missing:
                missing, since = left, time.monotonic()
            settled = time.monotonic() - since > self.settle_seconds
            return "" if not left or settled else f"{len(left)} missing"

        await self.wait.until_empty(unsettled, title)
        return missing or set()

    async def _groups_in_aws(self) -> dict[str, str]:
        store = {"identityStoreId": self.identity_store_id}
        read = await invoke("aws:identitystore/getGroups", store, self.parent)
        groups: list[Json] = read.get("groups") or []
        return {group["displayName"]: group["groupId"] for group in groups}

    async def _members_in_aws(self, group: str) -> int:
        args = {"identityStoreId": self.identity_store_id, "groupId": group}
        read = await invoke("aws:identitystore/getGroupMemberships", args, self.parent)
        return len(read.get("groupMemberships") or [])

    async def _users_in_aws(self) -> set[str]:
        """Okta IDs of the Identity Store users: their external IDs."""
        store = {"identityStoreId": self.identity_store_id}
        read = await invoke("aws:identitystore/getUsers", store, self.parent)
        users: list[Json] = read.get("users") or []
        empty: list[Json] = []
        return {external["id"] for user in users for external in user.get("externalIds") or empty}
