"""Groups that Okta imported from a directory or another app, found by name."""

import asyncio
from typing import Any, cast

import pytest

from okta_idc.clients.okta import Okta
from okta_idc.inventory.model import Inventory, Part, Source
from okta_idc.inventory.okta_groups import read_groups
from okta_idc.inventory.unavailable import known


class Org:
    """Pushes and lists these groups, all with the name `aws-admins`: type by ID."""

    def __init__(self, **types: str) -> None:
        self.types = types

    async def every(self, path: str, **_query: Any) -> list[dict[str, Any]]:
        if path.endswith("/mappings"):
            return [{"sourceGroupId": ident} for ident in self.types]
        return [
            {"id": ident, "type": kind, "profile": {"name": "aws-admins"}}
            for ident, kind in self.types.items()
        ]


@pytest.mark.parametrize(
    ("types", "ids"),
    [
        ({"a": "APP_GROUP"}, ["a"]),
        ({"a": "APP_GROUP", "b": "OKTA_GROUP"}, ["b"]),
        ({"a": "OKTA_GROUP", "b": "OKTA_GROUP"}, ["a", "b"]),
    ],
)
def test_an_imported_group_has_its_name_if_no_own_group_has_it(
    types: dict[str, str], ids: list[str]
) -> None:
    found, okta = Inventory(Source("us-east-1")), cast(Okta, Org(**types))
    parts = Part.PUSH_MAPPINGS | Part.GROUP_NAMES
    asyncio.run(read_groups(okta, "/api/v1/apps/0oa1", found, parts))
    assert known(found.groups).by_name == {"aws-admins": ids}
