"""People arrive in AWS, follow Okta, and are deactivated, never deleted."""

import pytest

from sandbox.org_file import load_org
from tests.sandbox.provisioning.harness import LABEL, TOKEN, box, org, person

pytestmark = pytest.mark.anyio
UNPARSABLE = "Request is unparsable, syntactically incorrect, or violates schema."
PUSH_FAILED = (
    "Automatic profile push of ada@example.com to app AWS IAM Identity Center failed: "
    "Error while trying to push profile update for ada@example.com: "
)
ADA = org(person("ada"), staff="ada")
TWO = org(person("ada"), person("ben"), staff="ada ben", other="")
OFF = {"status": "DISABLED"}


async def test_an_assigned_person_is_created_in_aws() -> None:
    async with box(ADA) as it:
        await it.assign("staff")
        await it.settle()
        found = it.aws_user("ada")
        assert (found["UserStatus"], found["DisplayName"]) == ("ENABLED", "Ada Example")
        assert found["ExternalIds"][0]["Id"] == await it.user("ada")
        app_user = await it.app_user("ada")
        assert (app_user["status"], app_user["syncState"]) == ("PROVISIONED", "SYNCHRONIZED")
        assert app_user["externalId"] == found["UserId"]
        assert "lastSync" in app_user


async def test_assigning_answers_before_anybody_is_created() -> None:
    async with box(ADA, latency=3600) as it:
        await it.assign("staff")
        app_user = await it.app_user("ada")
        assert (app_user["status"], app_user["syncState"]) == ("STAGED", "OUT_OF_SYNC")
        assert "externalId" not in app_user
        assert it.store.users == {}
        await it.settle()
        assert it.enabled() == {"ada"}


async def test_a_person_who_has_the_user_name_in_aws_is_taken_over() -> None:
    async with box(ADA) as it:
        made = {"UserName": "ADA@example.com", "Name": {}, "UserStatus": "DISABLED"}
        there = it.store.put_user(made)["UserId"]
        await it.assign("staff")
        await it.settle()
        assert list(it.store.users) == [there]
        assert it.enabled() == {"ada"}
        assert (await it.app_user("ada"))["externalId"] == there


async def test_a_changed_profile_follows() -> None:
    async with box(ADA) as it:
        await it.assign("staff")
        await it.settle()
        ident = it.aws_user("ada")["UserId"]
        await it.change("ada", title="Engineer", department="R&D")
        await it.settle()
        assert it.aws_user("ada")["UserId"] == ident
        assert it.aws_user("ada")["Title"] == "Engineer"
        extensions = it.aws_user("ada")["Extensions"]
        assert extensions == {"aws:identitystore:enterprise": {"department": "R&D"}}
        assert it.requests()[-1] == "PUT /Users"


async def test_a_changed_login_renames_the_person_and_keeps_the_id() -> None:
    async with box(ADA) as it:
        await it.assign("staff")
        await it.settle()
        ident = it.aws_user("ada")["UserId"]
        await it.change("ada", login="lovelace@example.com")
        await it.settle()
        assert it.aws_user("lovelace")["UserId"] == ident
        assert it.aws_user("ada") is None


async def test_an_unassigned_person_is_disabled_and_not_deleted() -> None:
    async with box(ADA) as it:
        await it.assign("staff")
        await it.settle()
        await it.unassign("staff")
        await it.settle()
        assert it.aws_user("ada")["UserStatus"] == "DISABLED"
        operation = {"op": "replace", "path": "active", "value": False}
        assert it.sent[-1][2]["Operations"] == [operation]
        assert await it.ask("GET", f"/api/v1/apps/{it.app}/users") == []


async def test_whoever_is_in_another_assigned_group_too_stays() -> None:
    people = org(person("ada"), staff="ada", other="ada")
    async with box(people) as it:
        await it.assign("staff")
        await it.assign("other")
        await it.settle()
        await it.unassign("staff")
        await it.settle()
        assert it.enabled() == {"ada"}


async def test_a_person_assigned_again_is_the_same_one_in_aws() -> None:
    async with box(ADA) as it:
        await it.assign("staff")
        await it.settle()
        ident = it.aws_user("ada")["UserId"]
        await it.unassign("staff")
        await it.settle()
        await it.assign("staff")
        await it.settle()
        assert it.aws_user("ada")["UserId"] == ident
        assert it.enabled() == {"ada"}


async def test_whoever_is_assigned_again_in_the_meantime_is_not_disabled_in_between() -> None:
    async with box(ADA, latency=3600) as it:
        await it.assign("staff")
        await it.settle()
        it.sent.clear()
        await it.unassign("staff")
        await it.assign("staff")
        await it.settle()
        assert it.requests() == ["GET /Users", "PUT /Users"]


async def test_a_deactivated_person_is_disabled_and_enabled_again() -> None:
    async with box(ADA) as it:
        await it.assign("staff")
        await it.settle()
        await it.lifecycle("ada", "deactivate")
        await it.settle()
        assert it.aws_user("ada")["UserStatus"] == "DISABLED"
        assert await it.ask("GET", f"/api/v1/apps/{it.app}/users") == []
        await it.lifecycle("ada", "activate")
        await it.settle()
        assert it.enabled() == {"ada"}
        assert (await it.app_user("ada"))["status"] == "PROVISIONED"


async def test_a_suspended_person_keeps_the_account_and_follows_when_back() -> None:
    async with box(ADA) as it:
        await it.assign("staff")
        await it.settle()
        sent = len(it.sent)
        await it.lifecycle("ada", "suspend")
        await it.change("ada", title="Engineer")
        await it.settle()
        assert len(it.sent) == sent
        assert it.enabled() == {"ada"}
        await it.lifecycle("ada", "unsuspend")
        await it.settle()
        assert it.aws_user("ada")["Title"] == "Engineer"


@pytest.mark.parametrize("status", ["SUSPENDED", "DEPROVISIONED", "STAGED"])
async def test_whoever_is_not_active_never_arrives(status: str) -> None:
    async with box(org(person("ada", status=status), staff="ada")) as it:
        await it.assign("staff")
        await it.settle()
        assert it.store.users == {}
        assert it.sent == []
        found = await it.ask("GET", f"/api/v1/apps/{it.app}/users")
        assert [user["status"] for user in found] == ["STAGED"] * (status != "DEPROVISIONED")
        assert await it.refusals() == {}


async def test_a_deactivated_person_keeps_the_assignment_of_an_inactive_app() -> None:
    async with box(ADA) as it:
        await it.assign("staff")
        await it.settle()
        await it.ask("POST", f"/api/v1/apps/{it.app}/lifecycle/deactivate")
        await it.lifecycle("ada", "deactivate")
        await it.settle()
        assert it.enabled() == {"ada"}
        assert (await it.app_user("ada"))["status"] == "PROVISIONED"


@pytest.mark.parametrize(
    "defect",
    [
        {"displayName": None},
        {"lastName": None},
        {"title": "Engineer <Platform"},
        {"streetAddress": "1 Example Street", "city": "Seattle"},
    ],
)
async def test_a_refused_person_says_so_in_the_words_of_the_aws_page(defect: object) -> None:
    broken = person("ada", **defect)  # type: ignore[arg-type]
    async with box(org(broken, person("ben"), staff="ada ben")) as it:
        await it.assign("staff")
        await it.settle()
        text = f"{PUSH_FAILED}Bad Request. Errors reported by remote server: {UNPARSABLE}"
        assert await it.refusals() == {"ada@example.com": text}
        app_user = await it.app_user("ada")
        assert (app_user["status"], app_user["syncState"]) == ("STAGED", "ERROR")
        assert it.enabled() == {"ben"}


async def test_a_mended_profile_arrives_and_the_error_is_gone() -> None:
    async with box(org(person("ada", displayName=None), staff="ada")) as it:
        await it.assign("staff")
        await it.settle()
        assert it.enabled() == set()
        await it.change("ada", displayName="Ada Example")
        await it.settle()
        assert it.enabled() == {"ada"}
        assert await it.refusals() == {}
        assert (await it.app_user("ada"))["syncState"] == "SYNCHRONIZED"


async def test_a_refused_update_leaves_what_was_there_and_the_status() -> None:
    async with box(ADA) as it:
        await it.assign("staff")
        await it.settle()
        await it.change("ada", title="a;b")
        await it.settle()
        app_user = await it.app_user("ada")
        assert (app_user["status"], app_user["syncState"]) == ("PROVISIONED", "ERROR")
        assert "Title" not in it.aws_user("ada")


async def test_the_second_with_a_user_name_is_refused_and_the_first_is_left_alone() -> None:
    people = org(person("ada"), person("ben", email="ada@example.com"), staff="ada ben")
    async with box(people) as it:
        path = f"/api/v1/apps/{it.app}"
        template = {"userNameTemplate": {"template": "${source.email}", "type": "BUILT_IN"}}
        await it.ask("PUT", path, await it.ask("GET", path) | {"credentials": template})
        await it.assign("staff")
        await it.settle()
        assert len(it.store.users) == 1
        assert it.aws_user("ada")["ExternalIds"][0]["Id"] == await it.user("ada")
        refused = await it.app_user("ben")
        assert refused["syncState"] == "ERROR"
        assert "ada@example.com is taken" in (await it.refusals())["ada@example.com"]


async def test_the_second_with_an_email_is_refused_by_aws() -> None:
    people = org(person("ada", email="ben@example.com"), person("ben"), staff="ada ben")
    async with box(people) as it:
        await it.assign("staff")
        await it.settle()
        refused = (await it.refusals())["ben@example.com"]
        assert refused.endswith(
            "Conflict. Errors reported by remote server: "
            "Refused to create a new, duplicate resource."
        )


async def test_without_create_users_nobody_is_created_and_the_match_is_missed() -> None:
    async with box(ADA) as it:
        await it.features(create={"lifecycleCreate": OFF})
        await it.assign("staff")
        await it.settle()
        assert it.store.users == {}
        assert await it.refusals() == {
            "ada@example.com": "Automatic provisioning of user ada@example.com to app "
            "AWS IAM Identity Center failed: Matching user not found"
        }
        await it.features(create={"lifecycleCreate": {"status": "ENABLED"}})
        await it.settle()
        assert it.enabled() == {"ada"}
        assert await it.refusals() == {}


async def test_without_create_users_who_is_there_is_still_taken_over() -> None:
    async with box(ADA) as it:
        await it.features(create={"lifecycleCreate": OFF})
        it.store.put_user({"UserName": "ada@example.com", "UserStatus": "ENABLED"})
        await it.assign("staff")
        await it.settle()
        assert (await it.app_user("ada"))["status"] == "PROVISIONED"


async def test_with_nothing_enabled_nothing_is_sent() -> None:
    async with box(ADA) as it:
        await it.features(create={"lifecycleCreate": OFF},
                          update={"profile": OFF, "lifecycleDeactivate": OFF})  # fmt: skip
        await it.assign("staff")
        await it.settle()
        assert it.sent == []
        assert (await it.app_user("ada"))["status"] == "STAGED"


async def test_without_update_users_a_changed_profile_stays_at_home() -> None:
    async with box(ADA) as it:
        await it.assign("staff")
        await it.settle()
        await it.features(update={"profile": OFF})
        sent = len(it.sent)
        await it.change("ada", title="Engineer")
        await it.settle()
        assert "Title" not in it.aws_user("ada")
        assert len(it.sent) == sent


async def test_without_update_users_who_is_assigned_again_is_enabled_and_no_more() -> None:
    async with box(ADA) as it:
        await it.assign("staff")
        await it.settle()
        await it.features(update={"profile": OFF})
        await it.unassign("staff")
        await it.settle()
        await it.change("ada", title="Engineer")
        await it.assign("staff")
        await it.settle()
        assert it.enabled() == {"ada"}
        assert "Title" not in it.aws_user("ada")


@pytest.mark.parametrize("how", ["unassign", "deactivate"])
async def test_without_deactivate_users_nobody_is_disabled(how: str) -> None:
    async with box(ADA) as it:
        await it.assign("staff")
        await it.settle()
        await it.features(update={"lifecycleDeactivate": OFF})
        await (it.unassign("staff") if how == "unassign" else it.lifecycle("ada", "deactivate"))
        await it.settle()
        assert it.enabled() == {"ada"}


async def test_whoever_is_deleted_in_aws_is_missed_at_the_next_push_and_comes_back_reassigned() -> (
    None
):
    async with box(ADA) as it:
        await it.assign("staff")
        await it.settle()
        ident = it.aws_user("ada")["UserId"]
        it.store.delete_user(ident)
        assert await it.refusals() == {}
        await it.change("ada", title="Engineer")
        await it.settle()
        assert await it.refusals() == {
            "ada@example.com": f"{PUSH_FAILED}No user returned for user {ident}"
        }
        await it.unassign("staff")
        await it.assign("staff")
        await it.settle()
        assert it.aws_user("ada")["UserId"] != ident
        assert (await it.app_user("ada"))["syncState"] == "SYNCHRONIZED"


async def test_unassigning_who_is_deleted_in_aws_is_no_failure() -> None:
    async with box(ADA) as it:
        await it.assign("staff")
        await it.settle()
        it.store.delete_user(it.aws_user("ada")["UserId"])
        await it.unassign("staff")
        await it.settle()
        assert await it.refusals() == {}


async def test_a_deactivation_that_fails_is_seen_though_the_app_user_is_gone() -> None:
    async with box(ADA) as it:
        await it.assign("staff")
        await it.settle()
        await it.fault(server="scim", method="PATCH", status=500)
        await it.unassign("staff")
        await it.settle()
        text = (await it.refusals())["ada@example.com"]
        assert text.startswith("Deactivating ada@example.com in app AWS IAM Identity Center failed")
        assert it.enabled() == {"ada"}


async def test_an_expired_token_stops_everybody_and_says_unauthorized() -> None:
    async with box(ADA) as it:
        await it.fault(server="scim", status=401, times=1000)
        await it.assign("staff")
        await it.settle()
        assert await it.refusals() == {
            "ada@example.com": "Automatic provisioning of user ada@example.com to app "
            f"{LABEL} failed: Error while verifying if user ada@example.com exists: Unauthorized"
        }
        await it.ask("DELETE", "/sandbox/faults")
        assert await it.ask("POST", "/sandbox/retry") == {"retried": 1}
        await it.settle()
        assert it.enabled() == {"ada"}


async def test_what_is_asked_for_while_the_connection_is_off_is_done_when_it_is_on() -> None:
    async with box(TWO) as it:
        await it.ask("POST", f"/api/v1/apps/{it.app}/connections/default/lifecycle/deactivate")
        await it.assign("staff")
        await it.settle()
        assert it.sent == []
        await it.token(TOKEN)
        await it.settle()
        assert it.enabled() == {"ada", "ben"}


async def test_a_deleted_app_leaves_its_people_and_groups_in_aws() -> None:
    async with box(ADA) as it:
        await it.assign("staff")
        await it.push("staff")
        await it.settle()
        await it.ask("POST", f"/api/v1/apps/{it.app}/lifecycle/deactivate")
        await it.ask("DELETE", f"/api/v1/apps/{it.app}")
        await it.settle()
        assert (it.enabled(), it.groups()) == ({"ada"}, {"staff": {"ada"}})


async def test_whoever_is_unassigned_right_before_the_app_is_deleted_is_disabled() -> None:
    async with box(ADA, latency=3600) as it:
        await it.assign("staff")
        await it.settle()
        await it.unassign("staff")
        await it.ask("POST", f"/api/v1/apps/{it.app}/lifecycle/deactivate")
        await it.ask("DELETE", f"/api/v1/apps/{it.app}")
        await it.settle()
        assert it.aws_user("ada")["UserStatus"] == "DISABLED"


async def test_the_people_of_the_shipped_org_are_refused_for_what_is_planted() -> None:
    async with box(load_org()) as it:
        await it.assign("aws-access")
        await it.settle()
        refused = {name.split("@")[0] for name in await it.refusals()}
        assert refused == {"nora.lind", "theo.brandt", "uma.nair", "alexander.kim"}
        assert len(it.enabled()) == 34 - 4 - 1  # one is suspended
