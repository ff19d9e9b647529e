"""Whether people and groups have arrived in IAM Identity Center: asked of AWS, not of Okta.

Owns nothing. Looks through the providers only: lists of the Identity Store, of which one call tells
of a hundred, and once the members of the assignment groups and of what is pushed anew. The app's
own list of people is not asked: the provider reads it fifty at a time, and those calls are scarce
(docs/research/okta-api.md#rate-limits).
"""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws
from pulumi import InvokeOptions, InvokeOutputOptions, Output, Resource

from .._errors import ValidationError
from .._lookup_errors import invoke, readable
from .._polling import WaitPolicy

if TYPE_CHECKING:
    from .push_groups import PushGroupsArgs

Json = dict[str, Any]
SETTLE_SECONDS = 20.0


class Arrival:
    """The looks of one PushGroups."""

    def __init__(self, parent: Resource, args: "PushGroupsArgs") -> None:
        self._parent = parent
        self._store, self._assigned = args["identity_store_id"], args.get("assigned", {})
        self._wait = args.get("wait", WaitPolicy.none())
        self._settle = args.get("settle_seconds", SETTLE_SECONDS)

    def groups(self) -> Output[dict[str, str]]:
        """Ids by name of the groups that stand in AWS."""
        opts = InvokeOutputOptions(parent=self._parent)
        found = readable(
            aws.identitystore.get_groups_output(identity_store_id=self._store, opts=opts)
        )
        return found.apply(lambda answer: {g.display_name: g.group_id for g in answer.groups})

    async def of_people(
        self,
        targets: dict[str, str],
        sources: Mapping[str, str],
        pushed: Sequence[str],
        people: Mapping[str, str],
    ) -> dict[str, str]:
        """`targets`, once the people have arrived who can be members of what is pushed anew."""
        new = [called for called, source in sources.items() if source not in pushed]
        if not new or not self._wait.seconds or pulumi.runtime.is_dry_run():
            return targets
        assigned = set(people.values())
        for group in self._assigned.values():
            assigned |= await self._members_in_okta(group.id)

        async def not_arrived() -> set[str]:
            return assigned - await self._people()

        missing = await self._until_settled(not_arrived, "waiting for people to arrive in AWS")
        if missing:
            pulumi.log.warn(
                f"{len(missing)} of {len(assigned)} assigned people are not in IAM Identity "
                f"Center; they will be missing in {', '.join(new)} too. `okta-idc status` says "
                "why.",
                self._parent,
            )
        return targets

    async def of_groups(
        self, names: Mapping[str, str], sources: Mapping[str, str], pushed: Sequence[str]
    ) -> dict[str, str]:
        """Ids in AWS by what the groups are called, once they stand there; and those that are
        pushed anew, with their members. Raises ValidationError for one that never arrives."""
        found: dict[str, str] = {}

        async def still_missing() -> str:
            store = {"identityStoreId": self._store}
            read = await self._invoke("aws:identitystore/getGroups", store)
            groups: list[Json] = read.get("groups") or []
            ids: dict[str, str] = {group["displayName"]: group["groupId"] for group in groups}
            found.update({called: ids[name] for called, name in names.items() if name in ids})
            return ", ".join(name for name in names.values() if name not in ids)

        wait = WaitPolicy.none() if pulumi.runtime.is_dry_run() else self._wait
        missing = await wait.until_empty(still_missing, "waiting for groups to arrive in AWS")
        if missing and wait.seconds:
            raise ValidationError(
                f"push: {missing} did not arrive in IAM Identity Center within "
                f"{wait.seconds:.0f} s. Fix: `okta-idc status` shows the state of each mapping and "
                "Okta's reason; then run `pulumi up` again."
            )
        if wait.seconds:
            new = {c: sources[c] for c in found if sources[c] not in pushed}
            await self._with_members({c: (found[c], source) for c, source in new.items()})
        return found

    async def _with_members(self, groups: Mapping[str, tuple[str, str]]) -> None:
        """Waits until each has as many members as Okta says, of those people who are in AWS.
        `groups`: its id in AWS and in Okta by what a group is called."""
        if not groups:
            return
        people = await self._people()
        wanted = {c: len(await self._members_in_okta(s) & people) for c, (_, s) in groups.items()}
        there = dict.fromkeys(groups, 0)

        async def too_few() -> set[str]:
            short = [called for called in groups if there[called] < wanted[called]]
            for called in short:
                there[called] = await self._members_in_aws(groups[called][0])
            return {f"{c} ({there[c]} of {wanted[c]})" for c in short if there[c] < wanted[c]}

        left = await self._until_settled(too_few, "waiting for members to arrive in AWS")
        if left:
            pulumi.log.warn(
                f"Pushed, with fewer members in IAM Identity Center than in Okta: "
                f"{', '.join(sorted(left))}. Fix: in Okta open the app → Push Groups → the group → "
                "Push now (up to 100 members); whoever arrived after the push was left out of it.",
                self._parent,
            )

    async def _until_settled(self, look: Callable[[], Awaitable[set[str]]], title: str) -> set[str]:
        """Whatever is missing at the end: nothing, or no change for `settle_seconds`."""
        missing: set[str] | None = None
        since = time.monotonic()

        async def still() -> str:
            nonlocal missing, since
            left = await look()
            if left != missing:
                missing, since = left, time.monotonic()
            settled = time.monotonic() - since > self._settle
            return "" if not left or settled else f"{len(left)} missing"

        await self._wait.until_empty(still, title)
        return missing or set()

    async def _members_in_okta(self, group: Any) -> set[str]:
        read = await self._invoke("okta:group/getGroup", {"id": group, "includeUsers": True})
        return set(read.get("users") or [])

    async def _members_in_aws(self, group: str) -> int:
        asked = {"identityStoreId": self._store, "groupId": group}
        read = await self._invoke("aws:identitystore/getGroupMemberships", asked)
        return len(read.get("groupMemberships") or [])

    async def _people(self) -> set[str]:
        """Okta's ids of everybody who stands in AWS: their external ids."""
        read = await self._invoke("aws:identitystore/getUsers", {"identityStoreId": self._store})
        users: list[Json] = read.get("users") or []
        found: set[str] = set()
        for user in users:
            external: list[Json] = user.get("externalIds") or []
            found |= {one["id"] for one in external}
        return found

    async def _invoke(self, function: str, args: dict[str, Any]) -> Json:
        name = function.rsplit("/", 1)[-1]
        opts = InvokeOptions(parent=self._parent)
        return await invoke(f"{function}:{name}", args, opts)
