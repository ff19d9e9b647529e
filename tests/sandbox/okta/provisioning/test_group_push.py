"""Pushed groups exist in AWS with their valid members, and errors are reported."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.sandbox.okta.provisioning.harness import TOKEN, Harness, harness, org, person

pytestmark = pytest.mark.anyio
PEOPLE = (person("ada"), person("ben"), person("eve"))
# `staff` is only assigned, `admins` is only pushed.
APART = org(*PEOPLE, staff="ada ben", admins="ada ben eve")
LINKED_GROUP_IS_MISSING = (
    "Linked group is missing in AWS IAM Identity Center. "
    "Change the linked group to resume pushing group memberships."
)


@asynccontextmanager
async def pushed() -> AsyncIterator[tuple[Harness, str]]:
    """The sandbox with `staff` assigned and `admins` pushed, and the ID of the push mapping."""
    async with harness(APART) as sandbox:
        await sandbox.assign("staff")
        mapping = await sandbox.push("admins")
        await sandbox.settle()
        yield sandbox, mapping


async def test_a_pushed_group_is_created_with_its_assigned_members() -> None:
    async with pushed() as (sandbox, mapping):
        assert sandbox.groups() == {"admins": {"ada", "ben"}}
        view = await sandbox.mapping(mapping)
        assert view["status"] == "ACTIVE"
        assert "lastPush" in view
        assert "errorSummary" not in view


async def test_a_push_mapping_returns_before_the_group_exists() -> None:
    async with harness(APART, latency=3600) as sandbox:
        mapping = await sandbox.push("admins")
        assert "lastPush" not in await sandbox.mapping(mapping)
        assert sandbox.groups() == {}
        await sandbox.settle()
        assert sandbox.groups() == {"admins": set()}


async def test_changes_are_sent_in_their_order() -> None:
    async with pushed() as (sandbox, _):
        per_person = ["GET /Users", "POST /Users"]
        assert sandbox.requests() == [
            *per_person, *per_person, "POST /Groups", "PATCH /Groups", "PATCH /Groups",
        ]  # fmt: skip


async def test_a_group_pushed_before_its_users_are_assigned_is_empty_until_pushed_again() -> None:
    async with harness(APART) as sandbox:
        mapping = await sandbox.push("admins")
        await sandbox.assign("staff")
        await sandbox.settle()
        assert sandbox.groups() == {"admins": set()}
        await sandbox.push_again(mapping)
        assert sandbox.groups() == {"admins": {"ada", "ben"}}


async def test_membership_changes_are_pushed_one_by_one() -> None:
    async with pushed() as (sandbox, _):
        await sandbox.remove_member("admins", "ben")
        await sandbox.settle()
        assert sandbox.groups() == {"admins": {"ada"}}
        ben = sandbox.aws_user("ben")["UserId"]
        rename, change = sandbox.sent[-1][2]["Operations"]
        assert rename["value"] == {"id": sandbox.aws_group("admins"), "displayName": "admins"}
        assert change == {"op": "remove", "path": f'members[value eq "{ben}"]'}
        await sandbox.add_member("admins", "ben")
        await sandbox.settle()
        assert sandbox.groups() == {"admins": {"ada", "ben"}}
        assert sandbox.sent[-1][2]["Operations"][1]["op"] == "add"


async def test_an_unassigned_member_is_silently_skipped() -> None:
    async with harness(APART) as sandbox:
        await sandbox.push("admins")
        await sandbox.settle()
        await sandbox.add_member("admins", "eve")
        await sandbox.settle()
        assert sandbox.groups() == {"admins": set()}
        assert await sandbox.refusals() == {}


async def test_a_refused_user_is_not_in_the_group() -> None:
    people = org(person("ada"), person("ben", displayName=None), staff="ada ben", admins="ada ben")
    async with harness(people) as sandbox:
        await sandbox.assign("staff")
        await sandbox.push("admins")
        await sandbox.settle()
        assert sandbox.groups() == {"admins": {"ada"}}


async def test_members_are_sent_in_requests_of_at_most_a_hundred() -> None:
    names = [f"p{number}" for number in range(250)]
    members = " ".join(names)
    async with harness(org(*map(person, names), staff=members, big=members)) as sandbox:
        await sandbox.assign("staff")
        mapping = await sandbox.push("big")
        await sandbox.settle()
        assert sandbox.groups() == {"big": set(names)}
        counts = [len(doc["Operations"][1]["value"]) for _, path, doc in sandbox.sent
                  if path.startswith("/Groups/") and len(doc["Operations"]) > 1]  # fmt: skip
        assert counts == [100, 100, 50]
        assert (await sandbox.mapping(mapping))["status"] == "ACTIVE"


class TestOneGroupInBothRoles:
    """Okta does not support a group that is both assigned and pushed; these are the effects."""

    people = org(*PEOPLE, both="ada")

    async def test_new_members_are_missing(self) -> None:
        async with harness(self.people) as sandbox:
            await sandbox.assign("both")
            mapping = await sandbox.push("both")
            await sandbox.settle()
            assert sandbox.groups() == {"both": {"ada"}}
            await sandbox.add_member("both", "ben")
            await sandbox.settle()
            assert sandbox.enabled() == {"ada", "ben"}
            assert sandbox.groups() == {"both": {"ada"}}
            await sandbox.push_again(mapping)
            assert sandbox.groups() == {"both": {"ada", "ben"}}

    async def test_a_removed_user_remains_a_member(self) -> None:
        async with harness(self.people) as sandbox:
            await sandbox.assign("both")
            mapping = await sandbox.push("both")
            await sandbox.settle()
            await sandbox.remove_member("both", "ada")
            await sandbox.settle()
            assert sandbox.aws_user("ada")["UserStatus"] == "DISABLED"
            assert sandbox.groups() == {"both": {"ada"}}
            await sandbox.push_again(mapping)
            assert sandbox.groups() == {"both": set()}


async def test_a_user_removed_from_the_push_group_first_is_removed_completely() -> None:
    async with pushed() as (sandbox, _):
        await sandbox.remove_member("admins", "ada")
        await sandbox.settle()
        await sandbox.remove_member("staff", "ada")
        await sandbox.settle()
        assert sandbox.enabled() == {"ben"}
        assert sandbox.groups() == {"admins": {"ben"}}


async def test_a_user_unassigned_first_remains_a_member_until_the_next_full_push() -> None:
    async with pushed() as (sandbox, mapping):
        await sandbox.remove_member("staff", "ada")
        await sandbox.settle()
        await sandbox.remove_member("admins", "ada")
        await sandbox.settle()
        assert sandbox.enabled() == {"ben"}
        assert sandbox.groups() == {"admins": {"ada", "ben"}}
        await sandbox.push_again(mapping)
        assert sandbox.groups() == {"admins": {"ben"}}


async def test_a_suspended_user_keeps_memberships_and_gets_no_new_ones() -> None:
    people = org(*PEOPLE, staff="ada ben", admins="ada", others="")
    async with harness(people) as sandbox:
        await sandbox.assign("staff")
        mapping = await sandbox.push("admins")
        await sandbox.push("others")
        await sandbox.settle()
        await sandbox.lifecycle("ada", "suspend")
        await sandbox.add_member("others", "ada")
        await sandbox.settle()
        await sandbox.push_again(mapping)
        assert sandbox.groups() == {"admins": {"ada"}, "others": set()}


async def test_a_reactivated_user_returns_to_the_group_with_the_next_full_push() -> None:
    async with pushed() as (sandbox, mapping):
        await sandbox.lifecycle("ada", "deactivate")
        await sandbox.settle()
        assert sandbox.groups() == {"admins": {"ada", "ben"}}
        await sandbox.push_again(mapping)
        assert sandbox.groups() == {"admins": {"ben"}}
        await sandbox.lifecycle("ada", "activate")
        await sandbox.settle()
        assert sandbox.groups() == {"admins": {"ben"}}
        await sandbox.push_again(mapping)
        assert sandbox.groups() == {"admins": {"ada", "ben"}}


async def test_an_inactive_mapping_pauses_and_activation_catches_up() -> None:
    async with pushed() as (sandbox, mapping):
        await sandbox.remove_member("admins", "ben")
        await sandbox.add_member("admins", "ben")
        await sandbox.settle()
        await sandbox.set_mapping(mapping, "INACTIVE")
        await sandbox.remove_member("admins", "ben")
        await sandbox.settle()
        assert sandbox.groups() == {"admins": {"ada", "ben"}}
        await sandbox.set_mapping(mapping, "ACTIVE")
        await sandbox.settle()
        assert sandbox.groups() == {"admins": {"ada"}}


async def test_a_member_added_in_aws_is_not_removed() -> None:
    async with pushed() as (sandbox, mapping):
        by_hand = sandbox.store.put_user({"UserName": "root@example.com", "UserStatus": "ENABLED"})
        sandbox.store.add_member(sandbox.aws_group("admins"), by_hand["UserId"])
        await sandbox.push_again(mapping)
        assert sandbox.groups() == {"admins": {"ada", "ben", "root"}}


async def test_a_member_restored_in_aws_is_not_removed_again() -> None:
    async with pushed() as (sandbox, mapping):
        await sandbox.remove_member("admins", "ben")
        await sandbox.settle()
        sandbox.store.add_member(sandbox.aws_group("admins"), sandbox.aws_user("ben")["UserId"])
        await sandbox.push_again(mapping)
        assert sandbox.groups() == {"admins": {"ada", "ben"}}


async def test_a_renamed_group_is_renamed_in_aws_and_keeps_its_id() -> None:
    async with pushed() as (sandbox, mapping):
        ident, group = sandbox.aws_group("admins"), await sandbox.group("admins")
        await sandbox.call("PUT", f"/api/v1/groups/{group}", {"profile": {"name": "chiefs"}})
        await sandbox.settle()
        assert sandbox.aws_group("chiefs") == ident
        assert sandbox.groups() == {"chiefs": {"ada", "ben"}}
        target = (await sandbox.mapping(mapping))["targetGroupId"]
        assert (await sandbox.call("GET", f"/api/v1/groups/{target}"))["profile"][
            "name"
        ] == "chiefs"


async def test_a_group_renamed_while_inactive_is_renamed_with_the_next_push() -> None:
    async with harness(APART) as sandbox:
        mapping = await sandbox.push("admins")
        await sandbox.settle()
        await sandbox.set_mapping(mapping, "INACTIVE")
        group = await sandbox.group("admins")
        await sandbox.call("PUT", f"/api/v1/groups/{group}", {"profile": {"name": "chiefs"}})
        await sandbox.settle()
        assert set(sandbox.groups()) == {"admins"}
        await sandbox.set_mapping(mapping, "ACTIVE")
        await sandbox.settle()
        assert set(sandbox.groups()) == {"chiefs"}


async def test_with_rename_groups_off_a_renamed_group_keeps_its_name_in_aws() -> None:
    async with harness(APART, rename_groups="off") as sandbox:
        await sandbox.push("admins")
        await sandbox.settle()
        group = await sandbox.group("admins")
        await sandbox.call("PUT", f"/api/v1/groups/{group}", {"profile": {"name": "chiefs"}})
        await sandbox.settle()
        assert set(sandbox.groups()) == {"admins"}


async def test_a_group_name_already_used_in_aws_is_an_error_of_the_mapping() -> None:
    async with harness(APART) as sandbox:
        await sandbox.assign("staff")
        sandbox.store.put_group({"DisplayName": "Admins"})
        mapping = await sandbox.push("admins")
        await sandbox.settle()
        view = await sandbox.mapping(mapping)
        assert view["status"] == "ERROR"
        assert view["errorSummary"] == (
            "Unable to push group admins: Conflict: a group with this name already exists"
        )
        assert (await sandbox.refusals())["admins"] == view["errorSummary"]


async def test_an_existing_aws_group_can_be_linked() -> None:
    async with harness(APART) as sandbox:
        aws_id = sandbox.store.put_group({"DisplayName": "admins"})["GroupId"]
        await sandbox.assign("staff")
        await sandbox.call("POST", "/sandbox/refresh")
        await sandbox.call("POST", "/sandbox/refresh")
        found = await sandbox.call("GET", "/api/v1/groups")
        [target] = [g["id"] for g in found if g["type"] == "APP_GROUP"]
        await sandbox.push("admins", targetGroupId=target)
        await sandbox.settle()
        assert list(sandbox.store.groups) == [aws_id]
        assert sandbox.groups() == {"admins": {"ada", "ben"}}


async def test_a_mapping_in_error_is_not_pushed_until_it_is_set_active_again() -> None:
    async with pushed() as (sandbox, mapping):
        await sandbox.fault(server="scim", path="/Groups/", status=500)
        await sandbox.remove_member("admins", "ben")
        await sandbox.settle()
        assert (await sandbox.mapping(mapping))["status"] == "ERROR"
        sent = len(sandbox.sent)
        await sandbox.add_member("admins", "ben")
        await sandbox.settle()
        assert len(sandbox.sent) == sent
        await sandbox.remove_member("admins", "ben")
        await sandbox.push_again(mapping)
        view = await sandbox.mapping(mapping)
        assert (view["status"], sandbox.groups()) == ("ACTIVE", {"admins": {"ada"}})
        assert "errorSummary" not in view


async def test_retry_repeats_failed_users_and_groups() -> None:
    async with harness(APART) as sandbox:
        await sandbox.fault(server="scim", status=500, times=3)
        await sandbox.assign("staff")
        mapping = await sandbox.push("admins")
        await sandbox.settle()
        assert len(await sandbox.refusals()) == 3
        await sandbox.call("POST", "/sandbox/retry")
        await sandbox.settle()
        assert await sandbox.refusals() == {}
        assert sandbox.groups() == {"admins": {"ada", "ben"}}
        assert (await sandbox.mapping(mapping))["status"] == "ACTIVE"


class TestGroupDeletedInAws:
    """The next push detects the deletion; only a new mapping fixes it."""

    async def test_it_is_unnoticed_until_the_next_push(self) -> None:
        async with pushed() as (sandbox, mapping):
            sandbox.store.delete_group(sandbox.aws_group("admins"))
            await sandbox.call("POST", "/sandbox/refresh")
            assert (await sandbox.mapping(mapping))["status"] == "ACTIVE"
            await sandbox.remove_member("admins", "ben")
            await sandbox.settle()
            view = await sandbox.mapping(mapping)
            assert (view["status"], view["errorSummary"]) == ("ERROR", LINKED_GROUP_IS_MISSING)

    async def test_pushing_again_does_not_recreate_it(self) -> None:
        async with harness(APART) as sandbox:
            mapping = await sandbox.push("admins")
            await sandbox.settle()
            sandbox.store.delete_group(sandbox.aws_group("admins"))
            await sandbox.push_again(mapping)
            view = await sandbox.mapping(mapping)
            assert (view["status"], view["errorSummary"]) == ("ERROR", LINKED_GROUP_IS_MISSING)
            assert sandbox.groups() == {}

    @pytest.mark.parametrize("delete_target", ["true", "false"])
    async def test_unlinking_and_pushing_again_creates_another_group(
        self, delete_target: str
    ) -> None:
        async with pushed() as (sandbox, mapping):
            old = sandbox.aws_group("admins")
            sandbox.store.delete_group(old)
            await sandbox.set_mapping(mapping, "INACTIVE")
            await sandbox.call(
                "DELETE", f"{sandbox.mappings}/{mapping}?deleteTargetGroup={delete_target}"
            )
            if delete_target == "false":  # Okta still knows the app's group until then
                await sandbox.call("POST", "/sandbox/refresh")
            await sandbox.push("admins")
            await sandbox.settle()
            assert sandbox.groups() == {"admins": {"ada", "ben"}}
            assert sandbox.aws_group("admins") != old
            assert await sandbox.refusals() == {}

    async def test_a_member_deleted_in_aws_is_not_mistaken_for_it(self) -> None:
        async with harness(APART) as sandbox:
            await sandbox.assign("staff")
            mapping = await sandbox.push("admins")
            await sandbox.remove_member("admins", "ben")
            await sandbox.settle()
            sandbox.store.delete_user(sandbox.aws_user("ben")["UserId"])
            await sandbox.add_member("admins", "ben")
            await sandbox.settle()
            view = await sandbox.mapping(mapping)
            assert view["status"] == "ERROR"
            assert view["errorSummary"] == (
                "Unable to push group admins: Not Found: Resource not found."
            )


async def test_deleting_a_mapping_keeps_the_group_in_aws_by_default() -> None:
    async with harness(org(*PEOPLE, staff="ada", a="ada", b="ada")) as sandbox:
        await sandbox.assign("staff")
        for name, target in (("a", "false"), ("b", "true")):
            mapping = await sandbox.push(name)
            await sandbox.settle()
            await sandbox.set_mapping(mapping, "INACTIVE")
            await sandbox.call("DELETE", f"{sandbox.mappings}/{mapping}?deleteTargetGroup={target}")
        await sandbox.settle()
        assert sandbox.groups() == {"a": {"ada"}}


class TestFullPushAsReplacement:
    """Sources describe three reactions of AWS to `replace members`; each is a setting."""

    async def pushed(self, member_replace: str) -> tuple[Any, dict[str, set[str]]]:
        names = [f"p{number}" for number in range(120)]
        people = org(*map(person, names), staff=" ".join(names), all=" ".join(names))
        async with harness(people, full_push="replace", member_replace=member_replace) as sandbox:
            await sandbox.assign("staff")
            mapping = await sandbox.push("all")
            await sandbox.settle()
            return await sandbox.mapping(mapping), sandbox.groups()

    async def test_with_reject_the_mapping_enters_error(self) -> None:
        view, groups = await self.pushed("reject")
        assert (view["status"], groups) == ("ERROR", {"all": set()})
        assert "Request is unparsable" in view["errorSummary"]

    async def test_with_noop204_the_first_hundred_are_silently_missing(self) -> None:
        view, groups = await self.pushed("noop204")
        assert (view["status"], len(groups["all"])) == ("ACTIVE", 20)

    async def test_with_apply_all_members_are_present(self) -> None:
        view, groups = await self.pushed("apply")
        assert (view["status"], len(groups["all"])) == ("ACTIVE", 120)


async def test_saving_a_wrong_token_is_refused() -> None:
    async with harness(APART) as sandbox:
        answer = await sandbox.token("no", status=400)
        assert answer["errorCode"] == "E0000059"
        assert "Unauthorized" in answer["errorCauses"][0]["errorSummary"]
        assert "no" not in str(answer).split()
        await sandbox.token(TOKEN)


async def test_an_internal_error_ends_one_job_and_is_reported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with harness(APART) as sandbox:
        await sandbox.assign("staff")
        await sandbox.settle()
        monkeypatch.setattr(sandbox.store, "put_group", None)  # the endpoint answers 500
        mapping = await sandbox.push("admins")
        await sandbox.settle()
        assert (await sandbox.mapping(mapping))["status"] == "ERROR"
        await sandbox.change("ada", title="Engineer")
        await sandbox.settle()
        assert sandbox.aws_user("ada")["Title"] == "Engineer"
