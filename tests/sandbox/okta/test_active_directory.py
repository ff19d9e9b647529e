"""Groups imported from Active Directory: their shape, what changes them, assignment and push."""

from dataclasses import replace

import pytest

from sandbox.org_file import Group, Org
from tests.sandbox.okta.org import Okta, run
from tests.sandbox.okta.org import org as okta_org
from tests.sandbox.okta.provisioning.harness import Harness, harness, org, person

FINANCE = Group("Finance", "", ("user0@example.com",), "corp.example.com")
SALES = Group("Sales", "All of sales", (), "corp.example.com")
OTHER = Group("Finance", "", (), "emea.example.com")


def with_groups(initial: Org, *groups: Group) -> Org:
    return replace(initial, groups=(*initial.groups, *groups))


def test_an_imported_group_has_the_type_source_and_profile_of_its_directory() -> None:
    async def check(okta: Okta) -> None:
        found = await okta.ok("GET", '/api/v1/groups?search=type eq "APP_GROUP"')
        finance, sales, other = found
        assert finance["objectClass"] == ["okta:windows_security_principal"]
        assert finance["source"] == sales["source"] != other["source"]
        profile = finance["profile"]
        assert profile["windowsDomainQualifiedName"] == "CORP\\Finance"
        assert profile["dn"] == "CN=Finance,OU=Groups,DC=corp,DC=example,DC=com"
        assert profile["samAccountName"] == profile["name"] == "Finance"
        assert profile["objectSid"].startswith("S-1-5-21-")
        assert profile["objectSid"] != other["profile"]["objectSid"]
        assert sales["profile"]["description"] == "All of sales"
        query = f'search=source.id eq "{other["source"]["id"]}"'
        assert [g["id"] for g in await okta.ok("GET", f"/api/v1/groups?{query}")] == [other["id"]]
        [okta_group] = await okta.ok("GET", '/api/v1/groups?filter=type eq "OKTA_GROUP"')
        assert okta_group["profile"]["name"] == "Finance"
        assert "source" not in okta_group
        members = await okta.ok("GET", f"/api/v1/groups/{finance['id']}/users")
        assert [user["profile"]["login"] for user in members] == ["user0@example.com"]

    run(check, with_groups(okta_org(1, {"Finance": ()}), FINANCE, SALES, OTHER))


def test_the_api_changes_neither_profile_nor_members_of_an_imported_group() -> None:
    async def check(okta: Okta) -> None:
        [group] = await okta.ok("GET", '/api/v1/groups?search=type eq "APP_GROUP"')
        [user] = await okta.ok("GET", "/api/v1/users")
        path = f"/api/v1/groups/{group['id']}"
        for method, at, body in (
            ("PUT", path, {"profile": {"name": "Other"}}),
            ("PUT", f"{path}/users/{user['id']}", None),
            ("DELETE", f"{path}/users/{user['id']}", None),
        ):
            answer = await okta.call(method, at, body)
            assert (answer.status, answer.body["errorCode"]) == (400, "E0000001")
        assert (await okta.ok("GET", path))["profile"]["name"] == "Finance"

    run(check, with_groups(okta_org(1), FINANCE))


ADA = Group("Finance", "", ("ada@example.com",), "corp.example.com")


async def imported(sandbox: Harness) -> str:
    found = await sandbox.call("GET", '/api/v1/groups?search=type eq "APP_GROUP"')
    return next(g["id"] for g in found if g["profile"]["name"] == "Finance")


@pytest.mark.anyio
async def test_an_imported_group_is_assigned_and_pushed_to_a_copy_of_the_app() -> None:
    initial = with_groups(org(person("ada"), staff="ada"), ADA)
    async with harness(initial) as sandbox:
        group = await imported(sandbox)
        await sandbox.call("PUT", f"/api/v1/apps/{sandbox.app}/groups/{group}", {})
        await sandbox.settle()
        assert sandbox.aws_user("ada")
        body = {"sourceGroupId": group, "targetGroupName": "Finance"}
        mapping = await sandbox.call("POST", sandbox.mappings, body)
        await sandbox.settle()
        assert sandbox.groups() == {"Finance": {"ada"}}
        target = await sandbox.call("GET", f"/api/v1/groups/{mapping['targetGroupId']}")
        source = await sandbox.call("GET", f"/api/v1/groups/{group}")
        assert target["type"] == source["type"] == "APP_GROUP"
        assert target["profile"]["name"] == source["profile"]["name"]
        assert target["source"]["id"] == sandbox.app != source["source"]["id"]
        error = await sandbox.call(
            "POST", sandbox.mappings, {**body, "sourceGroupId": target["id"]}, 400
        )
        assert "cannot be pushed" in error["errorCauses"][0]["errorSummary"]


@pytest.mark.anyio
async def test_with_push_app_groups_refuse_an_imported_group_cannot_be_pushed() -> None:
    initial = with_groups(org(person("ada"), staff="ada"), ADA)
    async with harness(initial, push_app_groups="refuse") as sandbox:
        body = {"sourceGroupId": await imported(sandbox), "targetGroupName": "Finance"}
        error = await sandbox.call("POST", sandbox.mappings, body, 400)
        assert "cannot be pushed" in error["errorCauses"][0]["errorSummary"]
        await sandbox.push("staff")
