"""Waits until AWS shows provisioned users and pushed groups.

Reads lists of the Identity Store, and the members of the assignment groups and of newly pushed
groups once. Does not read the app's own list of users, which costs a call per 50 under
the app's scarce rate limit (docs/research/okta-api.md#rate-limits).
"""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi import Input, InvokeOutputOptions, Output, Resource

from .._errors import ValidationError
from .._lookup_errors import invoke, readable
from .._polling import NO_WAIT, WaitPolicy
from .groups import member_ids

Json = dict[str, Any]


@dataclass(frozen=True)
class Propagation:
    """The reads and waits of one PushGroups component."""

    parent: Resource
    identity_store_id: Input[str]
    assigned_group_ids: Sequence[Input[str]]
    wait: WaitPolicy
    settle_seconds: float

    def groups(self) -> Output[dict[str, str]]:
        """Identity Store group IDs by name."""
        opts = InvokeOutputOptions(parent=self.parent)
        found = readable(
            aws.identitystore.get_groups_output(identity_store_id=self.identity_store_id, opts=opts)
        )
        return found.apply(lambda answer: {g.display_name: g.group_id for g in answer.groups})

    async def wait_for_users(
        self,
        targets: dict[str, str],
        sources: Mapping[str, str],
        pushed: Sequence[str],
        user_ids: Sequence[str],
    ) -> dict[str, str]:
        """Returns `targets` once AWS has the users who can be members of newly pushed groups.

        `sources`: Okta group IDs by name; `pushed`: IDs of the groups that have a push mapping.
        """
        new = [name for name, source in sources.items() if source not in pushed]
        if not new or not self.wait.seconds or pulumi.runtime.is_dry_run():
            return targets
        assigned = set(user_ids)
        for group in self.assigned_group_ids:
            assigned |= await member_ids(group, self.parent)

        async def missing_users() -> set[str]:
            return assigned - await self._users_in_aws()

        missing = await self._until_settled(missing_users, "waiting for users in AWS")
        if missing:
            pulumi.log.warn(
                f"{len(missing)} of {len(assigned)} assigned users are not in IAM Identity Center "
                f"and will be missing from {', '.join(new)}. `okta-idc status` shows why.",
                self.parent,
            )
        return targets

    async def wait_for_groups(
        self, names: Mapping[str, str], sources: Mapping[str, str], pushed: Sequence[str]
    ) -> dict[str, str]:
        """Identity Store group IDs by name, once AWS has the groups, and the newly pushed ones with
        their members. Raises ValidationError for a group that AWS never shows."""
        found: dict[str, str] = {}

        async def still_missing() -> str:
            store = {"identityStoreId": self.identity_store_id}
            read = await invoke("aws:identitystore/getGroups", store, self.parent)
            groups: list[Json] = read.get("groups") or []
            ids: dict[str, str] = {group["displayName"]: group["groupId"] for group in groups}
            found.update({key: ids[name] for key, name in names.items() if name in ids})
            return ", ".join(name for name in names.values() if name not in ids)

        wait = NO_WAIT if pulumi.runtime.is_dry_run() else self.wait
        missing = await wait.until_empty(still_missing, "waiting for groups in AWS")
        if missing and wait.seconds:
            message = (
                f"{missing} did not appear in IAM Identity Center within {wait.seconds:.0f} s. "
                "`okta-idc status` shows the state of each push mapping and Okta's reason. Then "
                "run `pulumi up` again."
            )
            raise ValidationError.at("push_groups", message)
        if wait.seconds:
            new = {key: sources[key] for key in found if sources[key] not in pushed}
            await self._wait_for_members({k: (found[k], source) for k, source in new.items()})
        return found

    async def _wait_for_members(self, groups: Mapping[str, tuple[str, str]]) -> None:
        """Waits until each group has as many members as in Okta, counting users that AWS has.
        `groups`: Identity Store ID and Okta ID by name."""
        if not groups:
            return
        users = await self._users_in_aws()
        wanted = {
            key: len(await member_ids(source, self.parent) & users)
            for key, (_, source) in groups.items()
        }
        present = dict.fromkeys(groups, 0)

        async def too_few() -> set[str]:
            short = [key for key in groups if present[key] < wanted[key]]
            for key in short:
                present[key] = await self._members_in_aws(groups[key][0])
            return {f"{k} ({present[k]} of {wanted[k]})" for k in short if present[k] < wanted[k]}

        left = await self._until_settled(too_few, "waiting for group members in AWS")
        if left:
            pulumi.log.warn(
                f"Pushed with fewer members in IAM Identity Center than in Okta: "
                f"{', '.join(sorted(left))}. Users who were provisioned after the push are "
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
            left = await poll()
            if left != missing:
                missing, since = left, time.monotonic()
            settled = time.monotonic() - since > self.settle_seconds
            return "" if not left or settled else f"{len(left)} missing"

        await self.wait.until_empty(unsettled, title)
        return missing or set()

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
