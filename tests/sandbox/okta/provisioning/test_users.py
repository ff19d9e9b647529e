"""Users are created, updated and deactivated in AWS, but never deleted."""

import pytest

from sandbox.org_file import load_org
from tests.sandbox.okta.provisioning.harness import LABEL, TOKEN, harness, org, person

pytestmark = pytest.mark.anyio
UNPARSABLE = "Request is unparsable, syntactically incorrect, or violates schema."
PUSH_FAILED = (
    "Automatic profile push of ada@example.com to app AWS IAM Identity Center failed: "
    "Error while trying to push profile update for ada@example.com: "
)
ADA = org(person("ada"), staff="ada")
TWO = org(person("ada"), person("ben"), staff="ada ben", other="")
OFF = {"status": "DISABLED"}


async def test_an_assigned_user_is_created_in_aws() -> None:
    async with harness(ADA) as sandbox:
        await sandbox.assign("staff")
        await sandbox.settle()
        found = sandbox.aws_user("ada")
        assert (found["UserStatus"], found["DisplayName"]) == ("ENABLED", "Ada Example")
        assert found["ExternalIds"][0]["Id"] == await sandbox.user("ada")
        app_user = await sandbox.app_user("ada")
        assert (app_user["status"], app_user["syncState"]) == ("PROVISIONED", "SYNCHRONIZED")
        assert app_user["externalId"] == found["UserId"]
        assert "lastSync" in app_user


async def test_an_assignment_returns_before_users_are_created() -> None:
    async with harness(ADA, latency=3600) as sandbox:
        await sandbox.assign("staff")
        app_user = await sandbox.app_user("ada")
        assert (app_user["status"], app_user["syncState"]) == ("STAGED", "OUT_OF_SYNC")
        assert "externalId" not in app_user
        assert sandbox.store.users == {}
        await sandbox.settle()
        assert sandbox.enabled() == {"ada"}


async def test_an_aws_user_with_the_same_user_name_is_linked() -> None:
    async with harness(ADA) as sandbox:
        created = {"UserName": "ADA@example.com", "Name": {}, "UserStatus": "DISABLED"}
        aws_id = sandbox.store.put_user(created)["UserId"]
        await sandbox.assign("staff")
        await sandbox.settle()
        assert list(sandbox.store.users) == [aws_id]
        assert sandbox.enabled() == {"ada"}
        assert (await sandbox.app_user("ada"))["externalId"] == aws_id


async def test_a_profile_change_is_pushed() -> None:
    async with harness(ADA) as sandbox:
        await sandbox.assign("staff")
        await sandbox.settle()
        ident = sandbox.aws_user("ada")["UserId"]
        await sandbox.change("ada", title="Engineer", department="R&D")
        await sandbox.settle()
        assert sandbox.aws_user("ada")["UserId"] == ident
        assert sandbox.aws_user("ada")["Title"] == "Engineer"
        extensions = sandbox.aws_user("ada")["Extensions"]
        assert extensions == {"aws:identitystore:enterprise": {"department": "R&D"}}
        assert sandbox.requests()[-1] == "PUT /Users"


async def test_a_login_change_renames_the_user_and_keeps_the_id() -> None:
    async with harness(ADA) as sandbox:
        await sandbox.assign("staff")
        await sandbox.settle()
        ident = sandbox.aws_user("ada")["UserId"]
        await sandbox.change("ada", login="lovelace@example.com")
        await sandbox.settle()
        assert sandbox.aws_user("lovelace")["UserId"] == ident
        assert sandbox.aws_user("ada") is None


async def test_an_unassigned_user_is_disabled_but_not_deleted() -> None:
    async with harness(ADA) as sandbox:
        await sandbox.assign("staff")
        await sandbox.settle()
        await sandbox.unassign("staff")
        await sandbox.settle()
        assert sandbox.aws_user("ada")["UserStatus"] == "DISABLED"
        operation = {"op": "replace", "path": "active", "value": False}
        assert sandbox.sent[-1][2]["Operations"] == [operation]
        assert await sandbox.call("GET", f"/api/v1/apps/{sandbox.app}/users") == []


async def test_a_member_of_another_assigned_group_stays_assigned() -> None:
    people = org(person("ada"), staff="ada", other="ada")
    async with harness(people) as sandbox:
        await sandbox.assign("staff")
        await sandbox.assign("other")
        await sandbox.settle()
        await sandbox.unassign("staff")
        await sandbox.settle()
        assert sandbox.enabled() == {"ada"}


async def test_a_reassigned_user_is_the_same_aws_user() -> None:
    async with harness(ADA) as sandbox:
        await sandbox.assign("staff")
        await sandbox.settle()
        ident = sandbox.aws_user("ada")["UserId"]
        await sandbox.unassign("staff")
        await sandbox.settle()
        await sandbox.assign("staff")
        await sandbox.settle()
        assert sandbox.aws_user("ada")["UserId"] == ident
        assert sandbox.enabled() == {"ada"}


async def test_a_user_reassigned_before_the_deactivation_is_not_disabled() -> None:
    async with harness(ADA, latency=3600) as sandbox:
        await sandbox.assign("staff")
        await sandbox.settle()
        sandbox.sent.clear()
        await sandbox.unassign("staff")
        await sandbox.assign("staff")
        await sandbox.settle()
        assert sandbox.requests() == ["GET /Users", "PUT /Users"]


async def test_a_deactivated_user_is_disabled_and_a_reactivated_one_enabled() -> None:
    async with harness(ADA) as sandbox:
        await sandbox.assign("staff")
        await sandbox.settle()
        await sandbox.lifecycle("ada", "deactivate")
        await sandbox.settle()
        assert sandbox.aws_user("ada")["UserStatus"] == "DISABLED"
        assert await sandbox.call("GET", f"/api/v1/apps/{sandbox.app}/users") == []
        await sandbox.lifecycle("ada", "activate")
        await sandbox.settle()
        assert sandbox.enabled() == {"ada"}
        assert (await sandbox.app_user("ada"))["status"] == "PROVISIONED"


async def test_a_suspended_user_keeps_the_account_and_is_updated_after_unsuspending() -> None:
    async with harness(ADA) as sandbox:
        await sandbox.assign("staff")
        await sandbox.settle()
        sent = len(sandbox.sent)
        await sandbox.lifecycle("ada", "suspend")
        await sandbox.change("ada", title="Engineer")
        await sandbox.settle()
        assert len(sandbox.sent) == sent
        assert sandbox.enabled() == {"ada"}
        await sandbox.lifecycle("ada", "unsuspend")
        await sandbox.settle()
        assert sandbox.aws_user("ada")["Title"] == "Engineer"


@pytest.mark.parametrize("status", ["SUSPENDED", "DEPROVISIONED", "STAGED"])
async def test_an_inactive_user_is_never_provisioned(status: str) -> None:
    async with harness(org(person("ada", status=status), staff="ada")) as sandbox:
        await sandbox.assign("staff")
        await sandbox.settle()
        assert sandbox.store.users == {}
        assert sandbox.sent == []
        found = await sandbox.call("GET", f"/api/v1/apps/{sandbox.app}/users")
        assert [user["status"] for user in found] == ["STAGED"] * (status != "DEPROVISIONED")
        assert await sandbox.refusals() == {}


async def test_a_deactivated_user_keeps_the_assignment_to_an_inactive_app() -> None:
    async with harness(ADA) as sandbox:
        await sandbox.assign("staff")
        await sandbox.settle()
        await sandbox.call("POST", f"/api/v1/apps/{sandbox.app}/lifecycle/deactivate")
        await sandbox.lifecycle("ada", "deactivate")
        await sandbox.settle()
        assert sandbox.enabled() == {"ada"}
        assert (await sandbox.app_user("ada"))["status"] == "PROVISIONED"


@pytest.mark.parametrize(
    "defect",
    [
        {"displayName": None},
        {"lastName": None},
        {"title": "Engineer <Platform"},
        {"streetAddress": "1 Example Street", "city": "Seattle"},
    ],
)
async def test_a_refused_user_shows_the_error_of_the_aws_page(defect: object) -> None:
    broken = person("ada", **defect)  # type: ignore[arg-type]
    async with harness(org(broken, person("ben"), staff="ada ben")) as sandbox:
        await sandbox.assign("staff")
        await sandbox.settle()
        text = f"{PUSH_FAILED}Bad Request. Errors reported by remote server: {UNPARSABLE}"
        assert await sandbox.refusals() == {"ada@example.com": text}
        app_user = await sandbox.app_user("ada")
        assert (app_user["status"], app_user["syncState"]) == ("STAGED", "ERROR")
        assert sandbox.enabled() == {"ben"}


async def test_a_corrected_profile_is_provisioned_and_clears_the_error() -> None:
    async with harness(org(person("ada", displayName=None), staff="ada")) as sandbox:
        await sandbox.assign("staff")
        await sandbox.settle()
        assert sandbox.enabled() == set()
        await sandbox.change("ada", displayName="Ada Example")
        await sandbox.settle()
        assert sandbox.enabled() == {"ada"}
        assert await sandbox.refusals() == {}
        assert (await sandbox.app_user("ada"))["syncState"] == "SYNCHRONIZED"


async def test_a_refused_update_changes_neither_user_nor_status() -> None:
    async with harness(ADA) as sandbox:
        await sandbox.assign("staff")
        await sandbox.settle()
        await sandbox.change("ada", title="a;b")
        await sandbox.settle()
        app_user = await sandbox.app_user("ada")
        assert (app_user["status"], app_user["syncState"]) == ("PROVISIONED", "ERROR")
        assert "Title" not in sandbox.aws_user("ada")


async def test_a_second_user_with_the_same_user_name_is_refused() -> None:
    people = org(person("ada"), person("ben", email="ada@example.com"), staff="ada ben")
    async with harness(people) as sandbox:
        path = f"/api/v1/apps/{sandbox.app}"
        template = {"userNameTemplate": {"template": "${source.email}", "type": "BUILT_IN"}}
        await sandbox.call("PUT", path, await sandbox.call("GET", path) | {"credentials": template})
        await sandbox.assign("staff")
        await sandbox.settle()
        assert len(sandbox.store.users) == 1
        assert sandbox.aws_user("ada")["ExternalIds"][0]["Id"] == await sandbox.user("ada")
        error = await sandbox.app_user("ben")
        assert error["syncState"] == "ERROR"
        assert "ada@example.com is already used" in (await sandbox.refusals())["ada@example.com"]


async def test_aws_refuses_a_second_user_with_the_same_email() -> None:
    people = org(person("ada", email="ben@example.com"), person("ben"), staff="ada ben")
    async with harness(people) as sandbox:
        await sandbox.assign("staff")
        await sandbox.settle()
        error = (await sandbox.refusals())["ben@example.com"]
        assert error.endswith(
            "Conflict. Errors reported by remote server: "
            "Refused to create a new, duplicate resource."
        )


async def test_without_create_users_an_unmatched_user_is_an_error() -> None:
    async with harness(ADA) as sandbox:
        await sandbox.features(create={"lifecycleCreate": OFF})
        await sandbox.assign("staff")
        await sandbox.settle()
        assert sandbox.store.users == {}
        assert await sandbox.refusals() == {
            "ada@example.com": "Automatic provisioning of user ada@example.com to app "
            "AWS IAM Identity Center failed: Matching user not found"
        }
        await sandbox.features(create={"lifecycleCreate": {"status": "ENABLED"}})
        await sandbox.settle()
        assert sandbox.enabled() == {"ada"}
        assert await sandbox.refusals() == {}


async def test_without_create_users_an_existing_user_is_still_linked() -> None:
    async with harness(ADA) as sandbox:
        await sandbox.features(create={"lifecycleCreate": OFF})
        sandbox.store.put_user({"UserName": "ada@example.com", "UserStatus": "ENABLED"})
        await sandbox.assign("staff")
        await sandbox.settle()
        assert (await sandbox.app_user("ada"))["status"] == "PROVISIONED"


async def test_without_any_feature_nothing_is_sent() -> None:
    async with harness(ADA) as sandbox:
        await sandbox.features(create={"lifecycleCreate": OFF},
                          update={"profile": OFF, "lifecycleDeactivate": OFF})  # fmt: skip
        await sandbox.assign("staff")
        await sandbox.settle()
        assert sandbox.sent == []
        assert (await sandbox.app_user("ada"))["status"] == "STAGED"


async def test_without_update_users_a_profile_change_is_not_sent() -> None:
    async with harness(ADA) as sandbox:
        await sandbox.assign("staff")
        await sandbox.settle()
        await sandbox.features(update={"profile": OFF})
        sent = len(sandbox.sent)
        await sandbox.change("ada", title="Engineer")
        await sandbox.settle()
        assert "Title" not in sandbox.aws_user("ada")
        assert len(sandbox.sent) == sent


async def test_without_update_users_a_reassigned_user_is_only_enabled() -> None:
    async with harness(ADA) as sandbox:
        await sandbox.assign("staff")
        await sandbox.settle()
        await sandbox.features(update={"profile": OFF})
        await sandbox.unassign("staff")
        await sandbox.settle()
        await sandbox.change("ada", title="Engineer")
        await sandbox.assign("staff")
        await sandbox.settle()
        assert sandbox.enabled() == {"ada"}
        assert "Title" not in sandbox.aws_user("ada")


@pytest.mark.parametrize("how", ["unassign", "deactivate"])
async def test_without_deactivate_users_no_user_is_disabled(how: str) -> None:
    async with harness(ADA) as sandbox:
        await sandbox.assign("staff")
        await sandbox.settle()
        await sandbox.features(update={"lifecycleDeactivate": OFF})
        await (
            sandbox.unassign("staff")
            if how == "unassign"
            else sandbox.lifecycle("ada", "deactivate")
        )
        await sandbox.settle()
        assert sandbox.enabled() == {"ada"}


async def test_a_user_deleted_in_aws_fails_the_next_push_and_returns_when_reassigned() -> None:
    async with harness(ADA) as sandbox:
        await sandbox.assign("staff")
        await sandbox.settle()
        ident = sandbox.aws_user("ada")["UserId"]
        sandbox.store.delete_user(ident)
        assert await sandbox.refusals() == {}
        await sandbox.change("ada", title="Engineer")
        await sandbox.settle()
        assert await sandbox.refusals() == {
            "ada@example.com": f"{PUSH_FAILED}No user returned for user {ident}"
        }
        await sandbox.unassign("staff")
        await sandbox.assign("staff")
        await sandbox.settle()
        assert sandbox.aws_user("ada")["UserId"] != ident
        assert (await sandbox.app_user("ada"))["syncState"] == "SYNCHRONIZED"


async def test_unassigning_a_user_deleted_in_aws_succeeds() -> None:
    async with harness(ADA) as sandbox:
        await sandbox.assign("staff")
        await sandbox.settle()
        sandbox.store.delete_user(sandbox.aws_user("ada")["UserId"])
        await sandbox.unassign("staff")
        await sandbox.settle()
        assert await sandbox.refusals() == {}


async def test_a_failed_deactivation_is_reported_although_the_app_user_is_gone() -> None:
    async with harness(ADA) as sandbox:
        await sandbox.assign("staff")
        await sandbox.settle()
        await sandbox.fault(server="scim", method="PATCH", status=500)
        await sandbox.unassign("staff")
        await sandbox.settle()
        text = (await sandbox.refusals())["ada@example.com"]
        assert text.startswith("Deactivating ada@example.com in app AWS IAM Identity Center failed")
        assert sandbox.enabled() == {"ada"}


async def test_an_expired_token_makes_every_task_fail_as_unauthorized() -> None:
    async with harness(ADA) as sandbox:
        await sandbox.fault(server="scim", status=401, times=1000)
        await sandbox.assign("staff")
        await sandbox.settle()
        assert await sandbox.refusals() == {
            "ada@example.com": "Automatic provisioning of user ada@example.com to app "
            f"{LABEL} failed: Error while verifying if user ada@example.com exists: Unauthorized"
        }
        await sandbox.call("DELETE", "/sandbox/faults")
        assert await sandbox.call("POST", "/sandbox/retry") == {"retried": 1}
        await sandbox.settle()
        assert sandbox.enabled() == {"ada"}


async def test_tasks_wait_while_the_connection_is_disabled() -> None:
    async with harness(TWO) as sandbox:
        await sandbox.call(
            "POST", f"/api/v1/apps/{sandbox.app}/connections/default/lifecycle/deactivate"
        )
        await sandbox.assign("staff")
        await sandbox.settle()
        assert sandbox.sent == []
        await sandbox.token(TOKEN)
        await sandbox.settle()
        assert sandbox.enabled() == {"ada", "ben"}


async def test_deleting_an_app_keeps_its_users_and_groups_in_aws() -> None:
    async with harness(ADA) as sandbox:
        await sandbox.assign("staff")
        await sandbox.push("staff")
        await sandbox.settle()
        await sandbox.call("POST", f"/api/v1/apps/{sandbox.app}/lifecycle/deactivate")
        await sandbox.call("DELETE", f"/api/v1/apps/{sandbox.app}")
        await sandbox.settle()
        assert (sandbox.enabled(), sandbox.groups()) == ({"ada"}, {"staff": {"ada"}})


async def test_a_user_unassigned_just_before_the_app_is_deleted_is_disabled() -> None:
    async with harness(ADA, latency=3600) as sandbox:
        await sandbox.assign("staff")
        await sandbox.settle()
        await sandbox.unassign("staff")
        await sandbox.call("POST", f"/api/v1/apps/{sandbox.app}/lifecycle/deactivate")
        await sandbox.call("DELETE", f"/api/v1/apps/{sandbox.app}")
        await sandbox.settle()
        assert sandbox.aws_user("ada")["UserStatus"] == "DISABLED"


async def test_the_deliberate_errors_of_the_bundled_org_are_refused() -> None:
    async with harness(load_org()) as sandbox:
        await sandbox.assign("aws-access")
        await sandbox.settle()
        error = {name.split("@")[0] for name in await sandbox.refusals()}
        assert error == {"nora.lind", "theo.brandt", "uma.nair", "alexander.kim"}
        assert len(sandbox.enabled()) == 34 - 4 - 1  # one is suspended
