"""Pushed groups stand in AWS with the members they can have, and what goes wrong says so."""

from typing import Any

import pytest

from tests.sandbox.provisioning.harness import TOKEN, box, org, person

pytestmark = pytest.mark.anyio
PEOPLE = (person("ada"), person("ben"), person("eve"))
# `staff` is assigned and never pushed; `admins` is pushed and never assigned.
APART = org(*PEOPLE, staff="ada ben", admins="ada ben eve")
LINKED_GROUP_IS_MISSING = (
    "Linked group is missing in AWS IAM Identity Center. "
    "Change the linked group to resume pushing group memberships."
)


async def test_a_pushed_group_is_created_with_the_members_who_are_assigned() -> None:
    async with box(APART) as it:
        await it.assign("staff")
        mapping = await it.push("admins")
        await it.settle()
        assert it.groups() == {"admins": {"ada", "ben"}}
        view = await it.mapping(mapping)
        assert view["status"] == "ACTIVE"
        assert "lastPush" in view
        assert "errorSummary" not in view


async def test_pushing_answers_before_the_group_stands() -> None:
    async with box(APART, latency=3600) as it:
        mapping = await it.push("admins")
        assert "lastPush" not in await it.mapping(mapping)
        assert it.groups() == {}
        await it.settle()
        assert it.groups() == {"admins": set()}


async def test_things_are_sent_in_the_order_in_which_they_were_asked_for() -> None:
    async with box(APART) as it:
        await it.assign("staff")
        await it.push("admins")
        await it.settle()
        per_person = ["GET /Users", "POST /Users"]
        assert it.requests() == [
            *per_person, *per_person, "POST /Groups", "PATCH /Groups", "PATCH /Groups",
        ]  # fmt: skip


async def test_a_group_pushed_before_its_people_are_assigned_stays_empty_until_pushed_again() -> (
    None
):
    async with box(APART) as it:
        mapping = await it.push("admins")
        await it.assign("staff")
        await it.settle()
        assert it.groups() == {"admins": set()}
        await it.push_again(mapping)
        assert it.groups() == {"admins": {"ada", "ben"}}


async def test_membership_follows_one_by_one() -> None:
    async with box(APART) as it:
        await it.assign("staff")
        await it.push("admins")
        await it.settle()
        await it.take_out("admins", "ben")
        await it.settle()
        assert it.groups() == {"admins": {"ada"}}
        ben = it.aws_user("ben")["UserId"]
        rename, change = it.sent[-1][2]["Operations"]
        assert rename["value"] == {"id": it.aws_group("admins"), "displayName": "admins"}
        assert change == {"op": "remove", "path": f'members[value eq "{ben}"]'}
        await it.put_in("admins", "ben")
        await it.settle()
        assert it.groups() == {"admins": {"ada", "ben"}}
        assert it.sent[-1][2]["Operations"][1]["op"] == "add"


async def test_whoever_is_not_assigned_is_silently_absent() -> None:
    async with box(APART) as it:
        await it.push("admins")
        await it.settle()
        await it.put_in("admins", "eve")
        await it.settle()
        assert it.groups() == {"admins": set()}
        assert await it.refusals() == {}


async def test_a_refused_person_is_absent_from_the_group() -> None:
    people = org(person("ada"), person("ben", displayName=None), staff="ada ben", admins="ada ben")
    async with box(people) as it:
        await it.assign("staff")
        await it.push("admins")
        await it.settle()
        assert it.groups() == {"admins": {"ada"}}


async def test_more_than_a_hundred_members_go_in_requests_of_a_hundred() -> None:
    names = [f"p{number}" for number in range(250)]
    everybody = " ".join(names)
    async with box(org(*map(person, names), staff=everybody, big=everybody)) as it:
        await it.assign("staff")
        mapping = await it.push("big")
        await it.settle()
        assert it.groups() == {"big": set(names)}
        counts = [len(doc["Operations"][1]["value"]) for _, path, doc in it.sent
                  if path.startswith("/Groups/") and len(doc["Operations"]) > 1]  # fmt: skip
        assert counts == [100, 100, 50]
        assert (await it.mapping(mapping))["status"] == "ACTIVE"


class TestOneGroupInBothRoles:
    """Not supported by Okta; this is what it looks like when somebody does it all the same."""

    people = org(*PEOPLE, both="ada")

    async def test_the_race_loses_members(self) -> None:
        async with box(self.people) as it:
            await it.assign("both")
            mapping = await it.push("both")
            await it.settle()
            assert it.groups() == {"both": {"ada"}}
            await it.put_in("both", "ben")
            await it.settle()
            assert it.enabled() == {"ada", "ben"}
            assert it.groups() == {"both": {"ada"}}
            await it.push_again(mapping)
            assert it.groups() == {"both": {"ada", "ben"}}

    async def test_a_removed_person_stays_a_member(self) -> None:
        async with box(self.people) as it:
            await it.assign("both")
            mapping = await it.push("both")
            await it.settle()
            await it.take_out("both", "ada")
            await it.settle()
            assert it.aws_user("ada")["UserStatus"] == "DISABLED"
            assert it.groups() == {"both": {"ada"}}
            await it.push_again(mapping)
            assert it.groups() == {"both": set()}


async def test_taken_out_of_the_pushed_group_first_a_person_leaves_no_trace() -> None:
    async with box(APART) as it:
        await it.assign("staff")
        await it.push("admins")
        await it.settle()
        await it.take_out("admins", "ada")
        await it.settle()
        await it.take_out("staff", "ada")
        await it.settle()
        assert it.enabled() == {"ben"}
        assert it.groups() == {"admins": {"ben"}}


async def test_unassigned_first_a_person_stays_a_member_until_the_group_is_pushed_again() -> None:
    async with box(APART) as it:
        await it.assign("staff")
        mapping = await it.push("admins")
        await it.settle()
        await it.take_out("staff", "ada")
        await it.settle()
        await it.take_out("admins", "ada")
        await it.settle()
        assert it.enabled() == {"ben"}
        assert it.groups() == {"admins": {"ada", "ben"}}
        await it.push_again(mapping)
        assert it.groups() == {"admins": {"ben"}}


async def test_a_suspended_person_keeps_memberships_and_gets_no_new_ones() -> None:
    people = org(*PEOPLE, staff="ada ben", admins="ada", others="")
    async with box(people) as it:
        await it.assign("staff")
        mapping = await it.push("admins")
        await it.push("others")
        await it.settle()
        await it.lifecycle("ada", "suspend")
        await it.put_in("others", "ada")
        await it.settle()
        await it.push_again(mapping)
        assert it.groups() == {"admins": {"ada"}, "others": set()}


async def test_a_deactivated_person_is_pushed_again_only_with_the_whole_group() -> None:
    async with box(APART) as it:
        await it.assign("staff")
        mapping = await it.push("admins")
        await it.settle()
        await it.lifecycle("ada", "deactivate")
        await it.settle()
        assert it.groups() == {"admins": {"ada", "ben"}}
        await it.push_again(mapping)
        assert it.groups() == {"admins": {"ben"}}
        await it.lifecycle("ada", "activate")
        await it.settle()
        assert it.groups() == {"admins": {"ben"}}
        await it.push_again(mapping)
        assert it.groups() == {"admins": {"ada", "ben"}}


async def test_an_inactive_mapping_pauses_and_an_active_one_catches_up() -> None:
    async with box(APART) as it:
        await it.assign("staff")
        mapping = await it.push("admins")
        await it.settle()
        await it.take_out("admins", "ben")
        await it.put_in("admins", "ben")
        await it.settle()
        await it.set_mapping(mapping, "INACTIVE")
        await it.take_out("admins", "ben")
        await it.settle()
        assert it.groups() == {"admins": {"ada", "ben"}}
        await it.set_mapping(mapping, "ACTIVE")
        await it.settle()
        assert it.groups() == {"admins": {"ada"}}


async def test_whoever_was_added_by_hand_in_aws_is_not_taken_out() -> None:
    async with box(APART) as it:
        await it.assign("staff")
        mapping = await it.push("admins")
        await it.settle()
        by_hand = it.store.put_user({"UserName": "root@example.com", "UserStatus": "ENABLED"})
        it.store.add_member(it.aws_group("admins"), by_hand["UserId"])
        await it.push_again(mapping)
        assert it.groups() == {"admins": {"ada", "ben", "root"}}


async def test_whoever_was_put_back_by_hand_in_aws_is_not_taken_out_again() -> None:
    async with box(APART) as it:
        await it.assign("staff")
        mapping = await it.push("admins")
        await it.settle()
        await it.take_out("admins", "ben")
        await it.settle()
        it.store.add_member(it.aws_group("admins"), it.aws_user("ben")["UserId"])
        await it.push_again(mapping)
        assert it.groups() == {"admins": {"ada", "ben"}}


async def test_a_renamed_group_is_renamed_in_aws_and_keeps_its_id() -> None:
    async with box(APART) as it:
        await it.assign("staff")
        mapping = await it.push("admins")
        await it.settle()
        ident, group = it.aws_group("admins"), await it.group("admins")
        await it.ask("PUT", f"/api/v1/groups/{group}", {"profile": {"name": "chiefs"}})
        await it.settle()
        assert it.aws_group("chiefs") == ident
        assert it.groups() == {"chiefs": {"ada", "ben"}}
        target = (await it.mapping(mapping))["targetGroupId"]
        assert (await it.ask("GET", f"/api/v1/groups/{target}"))["profile"]["name"] == "chiefs"


async def test_a_group_renamed_while_it_is_not_pushed_is_renamed_with_the_next_push() -> None:
    async with box(APART) as it:
        mapping = await it.push("admins")
        await it.settle()
        await it.set_mapping(mapping, "INACTIVE")
        group = await it.group("admins")
        await it.ask("PUT", f"/api/v1/groups/{group}", {"profile": {"name": "chiefs"}})
        await it.settle()
        assert set(it.groups()) == {"admins"}
        await it.set_mapping(mapping, "ACTIVE")
        await it.settle()
        assert set(it.groups()) == {"chiefs"}


async def test_without_the_setting_a_renamed_group_keeps_its_name_in_aws() -> None:
    async with box(APART, rename_groups="off") as it:
        await it.push("admins")
        await it.settle()
        group = await it.group("admins")
        await it.ask("PUT", f"/api/v1/groups/{group}", {"profile": {"name": "chiefs"}})
        await it.settle()
        assert set(it.groups()) == {"admins"}


async def test_a_name_that_is_taken_in_aws_is_an_error_of_the_mapping() -> None:
    async with box(APART) as it:
        await it.assign("staff")
        it.store.put_group({"DisplayName": "Admins"})
        mapping = await it.push("admins")
        await it.settle()
        view = await it.mapping(mapping)
        assert view["status"] == "ERROR"
        assert view["errorSummary"] == (
            "Unable to push group admins: Conflict: the group exists there already"
        )
        assert (await it.refusals())["admins"] == view["errorSummary"]


async def test_a_group_that_is_in_aws_already_is_met_by_linking() -> None:
    async with box(APART) as it:
        there = it.store.put_group({"DisplayName": "admins"})["GroupId"]
        await it.assign("staff")
        await it.ask("POST", "/sandbox/refresh")
        await it.ask("POST", "/sandbox/refresh")
        found = await it.ask("GET", "/api/v1/groups")
        [target] = [g["id"] for g in found if g["type"] == "APP_GROUP"]
        await it.push("admins", targetGroupId=target)
        await it.settle()
        assert list(it.store.groups) == [there]
        assert it.groups() == {"admins": {"ada", "ben"}}


async def test_a_mapping_in_error_is_not_pushed_until_it_is_set_active_again() -> None:
    async with box(APART) as it:
        await it.assign("staff")
        mapping = await it.push("admins")
        await it.settle()
        await it.fault(server="scim", path="/Groups/", status=500)
        await it.take_out("admins", "ben")
        await it.settle()
        assert (await it.mapping(mapping))["status"] == "ERROR"
        sent = len(it.sent)
        await it.put_in("admins", "ben")
        await it.settle()
        assert len(it.sent) == sent
        await it.take_out("admins", "ben")
        await it.push_again(mapping)
        view = await it.mapping(mapping)
        assert (view["status"], it.groups()) == ("ACTIVE", {"admins": {"ada"}})
        assert "errorSummary" not in view


async def test_retry_takes_up_users_and_groups_that_failed() -> None:
    async with box(APART) as it:
        await it.fault(server="scim", status=500, times=3)
        await it.assign("staff")
        mapping = await it.push("admins")
        await it.settle()
        assert len(await it.refusals()) == 3
        await it.ask("POST", "/sandbox/retry")
        await it.settle()
        assert await it.refusals() == {}
        assert it.groups() == {"admins": {"ada", "ben"}}
        assert (await it.mapping(mapping))["status"] == "ACTIVE"


class TestAGroupDeletedInAws:
    """Only the next push finds out, and only a new mapping mends it."""

    async def test_it_goes_unseen_until_the_next_push(self) -> None:
        async with box(APART) as it:
            await it.assign("staff")
            mapping = await it.push("admins")
            await it.settle()
            it.store.delete_group(it.aws_group("admins"))
            await it.ask("POST", "/sandbox/refresh")
            assert (await it.mapping(mapping))["status"] == "ACTIVE"
            await it.take_out("admins", "ben")
            await it.settle()
            view = await it.mapping(mapping)
            assert (view["status"], view["errorSummary"]) == ("ERROR", LINKED_GROUP_IS_MISSING)

    async def test_pushing_again_does_not_bring_it_back(self) -> None:
        async with box(APART) as it:
            mapping = await it.push("admins")
            await it.settle()
            it.store.delete_group(it.aws_group("admins"))
            await it.push_again(mapping)
            view = await it.mapping(mapping)
            assert (view["status"], view["errorSummary"]) == ("ERROR", LINKED_GROUP_IS_MISSING)
            assert it.groups() == {}

    @pytest.mark.parametrize("delete_target", ["true", "false"])
    async def test_unlinked_and_pushed_anew_it_is_another_group(self, delete_target: str) -> None:
        async with box(APART) as it:
            await it.assign("staff")
            mapping = await it.push("admins")
            await it.settle()
            old = it.aws_group("admins")
            it.store.delete_group(old)
            await it.set_mapping(mapping, "INACTIVE")
            await it.ask("DELETE", f"{it.mappings}/{mapping}?deleteTargetGroup={delete_target}")
            if delete_target == "false":  # Okta still knows the app's group until then
                await it.ask("POST", "/sandbox/refresh")
            await it.push("admins")
            await it.settle()
            assert it.groups() == {"admins": {"ada", "ben"}}
            assert it.aws_group("admins") != old
            assert await it.refusals() == {}

    async def test_a_member_deleted_in_aws_is_not_taken_for_it(self) -> None:
        async with box(APART) as it:
            await it.assign("staff")
            mapping = await it.push("admins")
            await it.take_out("admins", "ben")
            await it.settle()
            it.store.delete_user(it.aws_user("ben")["UserId"])
            await it.put_in("admins", "ben")
            await it.settle()
            view = await it.mapping(mapping)
            assert view["status"] == "ERROR"
            assert view["errorSummary"] == (
                "Unable to push group admins: Not Found: Resource not found."
            )


async def test_deleting_a_mapping_leaves_the_group_in_aws_unless_asked() -> None:
    async with box(org(*PEOPLE, staff="ada", a="ada", b="ada")) as it:
        await it.assign("staff")
        for name, target in (("a", "false"), ("b", "true")):
            mapping = await it.push(name)
            await it.settle()
            await it.set_mapping(mapping, "INACTIVE")
            await it.ask("DELETE", f"{it.mappings}/{mapping}?deleteTargetGroup={target}")
        await it.settle()
        assert it.groups() == {"a": {"ada"}}


class TestAFullPushAsAReplacement:
    """What AWS does with `replace members` is told in three ways; each is a setting."""

    async def pushed(self, member_replace: str) -> tuple[Any, dict[str, set[str]]]:
        names = [f"p{number}" for number in range(120)]
        people = org(*map(person, names), staff=" ".join(names), all=" ".join(names))
        async with box(people, full_push="replace", member_replace=member_replace) as it:
            await it.assign("staff")
            mapping = await it.push("all")
            await it.settle()
            return await it.mapping(mapping), it.groups()

    async def test_refused_the_mapping_is_in_error(self) -> None:
        view, groups = await self.pushed("reject")
        assert (view["status"], groups) == ("ERROR", {"all": set()})
        assert "Request is unparsable" in view["errorSummary"]

    async def test_ignored_the_first_hundred_are_missing_and_nobody_says_so(self) -> None:
        view, groups = await self.pushed("noop204")
        assert (view["status"], len(groups["all"])) == ("ACTIVE", 20)

    async def test_applied_everybody_is_there(self) -> None:
        view, groups = await self.pushed("apply")
        assert (view["status"], len(groups["all"])) == ("ACTIVE", 120)


async def test_a_rejected_token_is_refused_when_it_is_saved() -> None:
    async with box(APART) as it:
        answer = await it.token("no", status=400)
        assert answer["errorCode"] == "E0000059"
        assert "Unauthorized" in answer["errorCauses"][0]["errorSummary"]
        assert "no" not in str(answer).split()
        await it.token(TOKEN)


async def test_a_fault_of_the_sandbox_itself_ends_one_job_and_is_seen(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with box(APART) as it:
        await it.assign("staff")
        await it.settle()
        monkeypatch.setattr(it.store, "put_group", None)  # the endpoint answers 500
        mapping = await it.push("admins")
        await it.settle()
        assert (await it.mapping(mapping))["status"] == "ERROR"
        await it.change("ada", title="Engineer")
        await it.settle()
        assert it.aws_user("ada")["Title"] == "Engineer"
