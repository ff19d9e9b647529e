"""A push group without members: known to be empty, or its members may be hidden."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

from okta_idc.clients.okta import Okta
from okta_idc.inventory.model import Inventory, Membership, OktaGroups, Part, Source
from okta_idc.inventory.okta_groups import read_groups, read_push_members
from okta_idc.inventory.progress import ProgressListener
from okta_idc.inventory.unavailable import Unavailable, known


class Org:
    """Responds with two push groups, of which Okta counts these members, and lists none."""

    def __init__(self, counts: dict[str, int | None]) -> None:
        self.counts = counts

    async def every(self, path: str, **query: Any) -> list[dict[str, Any]]:
        if path.endswith("/mappings"):
            return [{"sourceGroupId": ident} for ident in self.counts]
        shown = query.get("expand") == "stats"
        return [
            {"id": ident, "type": "OKTA_GROUP", "profile": {"name": ident},
             **({"_embedded": {"stats": {"usersCount": number}}} if shown else {})}
            for ident, number in self.counts.items()
        ]  # fmt: skip

    async def pages(self, _path: str, **_query: Any) -> AsyncIterator[list[dict[str, Any]]]:
        yield []


def members(**counts: int | None) -> Membership:
    found, okta = Inventory(Source("us-east-1")), cast(Okta, Org(counts))

    async def read() -> None:
        await read_groups(okta, "/api/v1/apps/0oa1", found, Part.PUSH_MAPPINGS | Part.GROUP_NAMES)
        assert isinstance(known(found.groups), OktaGroups)
        await read_push_members(okta, found, ProgressListener())

    asyncio.run(read())
    return found.members


def test_a_group_that_okta_counts_as_empty_is_empty() -> None:
    assert members(a=0, b=0).by_group == {"a": frozenset(), "b": frozenset()}


def test_a_group_with_hidden_members_or_no_count_is_unknown() -> None:
    listed = members(a=0, b=3, c=None).by_group
    assert listed["a"] == frozenset()
    for ident in "bc":
        assert isinstance(why := listed[ident], Unavailable)
        assert "2 push groups (b, c)" in why.text
