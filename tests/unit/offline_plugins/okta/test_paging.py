"""The replacement plugin against the sandbox, with lists longer than a page."""

import asyncio

from offline_plugins.okta.api import Clock, Okta
from offline_plugins.okta.app_lookups import get_app_group_assignments
from offline_plugins.okta.group_lookups import get_groups
from offline_plugins.okta.provisioning_lookups import get_push_groups
from tests.sandbox.okta import org

COUNT = 230
NAMES = {f"g{n:03}": () for n in range(COUNT)}


def test_all_pages_of_a_list_are_read_once() -> None:
    async def check(sandbox: org.Okta) -> None:
        plugin = Okta(sandbox.base, f"SSWS {org.TOKEN}", Clock())
        app = (await sandbox.new_app())["id"]
        await sandbox.connect(app)
        at, groups = f"/api/v1/apps/{app}", await sandbox.ok("GET", "/api/v1/groups")
        for group in groups:
            await sandbox.ok("PUT", f"{at}/groups/{group['id']}", {})
            mapping = {"sourceGroupId": group["id"], "targetGroupName": group["id"]}
            await sandbox.ok("POST", at + "/group-push/mappings", mapping | {"status": "INACTIVE"})
        sources = [group["id"] for group in groups]
        pushed = await asyncio.to_thread(get_push_groups, plugin, {"appId": app})
        assert [mapping["sourceGroupId"] for mapping in pushed["mappings"]] == sources
        assigned = await asyncio.to_thread(get_app_group_assignments, plugin, {"id": app})
        assert sorted(assigned["groups"]) == sorted(sources)
        found = await asyncio.to_thread(get_groups, plugin, {"type": "OKTA_GROUP"})
        assert [group["id"] for group in found["groups"]] == sources

    org.run(check, org.org(1, NAMES))
