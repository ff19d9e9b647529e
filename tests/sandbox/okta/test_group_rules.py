"""A group rule adds matching users to its groups and removes them when they no longer match."""

from typing import Any

import pytest

from tests.sandbox.okta.org import Okta, org, run

RULES = "/api/v1/groups/rules"
ORG = org(4, {"sales": (0, 1), "finance": (1, 2), "all": ()})


async def group_ids(okta: Okta) -> dict[str, str]:
    groups, users = await okta.ok("GET", "/api/v1/groups"), await okta.ok("GET", "/api/v1/users")
    named = {group["profile"]["name"]: group["id"] for group in groups}
    return named | {f"u{n}": user["id"] for n, user in enumerate(users)}


async def create_rule(okta: Okta, expression: str, *groups: str, name: str = "r") -> str:
    body = {
        "type": "group_rule", "name": name,
        "conditions": {"expression": {"value": expression}},
        "actions": {"assignUserToGroups": {"groupIds": list(groups)}},
    }  # fmt: skip
    return (await okta.ok("POST", RULES, body))["id"]


async def members(okta: Okta, group: str) -> set[str]:
    found = await okta.ok("GET", f"/api/v1/groups/{group}/users")
    return {user["profile"]["login"].split("@")[0].replace("user", "u") for user in found}


async def activate(okta: Okta, rule: str) -> None:
    await okta.ok("POST", f"{RULES}/{rule}/lifecycle/activate")


def test_a_rule_on_groups_keeps_its_group_up_to_date() -> None:
    async def check(okta: Okta) -> None:
        ids = await group_ids(okta)
        both = f'isMemberOfAnyGroup("{ids["sales"]}","{ids["finance"]}")'
        rule = await create_rule(okta, both, ids["all"])
        assert await members(okta, ids["all"]) == set()  # not active yet
        await activate(okta, rule)
        assert await members(okta, ids["all"]) == {"u0", "u1", "u2"}
        await okta.ok("PUT", f"/api/v1/groups/{ids['sales']}/users/{ids['u3']}")
        assert await members(okta, ids["all"]) == {"u0", "u1", "u2", "u3"}
        await okta.ok("DELETE", f"/api/v1/groups/{ids['sales']}/users/{ids['u0']}")
        await okta.ok("DELETE", f"/api/v1/groups/{ids['sales']}/users/{ids['u1']}")
        assert await members(okta, ids["all"]) == {"u1", "u2", "u3"}  # u1 is still in finance

    run(check, ORG)


def test_a_rule_does_not_remove_earlier_members() -> None:
    async def check(okta: Okta) -> None:
        ids = await group_ids(okta)
        await okta.ok("PUT", f"/api/v1/groups/{ids['all']}/users/{ids['u0']}")
        await activate(
            okta, await create_rule(okta, f'isMemberOfGroup("{ids["sales"]}")', ids["all"])
        )
        for user in ("u0", "u1"):
            await okta.ok("DELETE", f"/api/v1/groups/{ids['sales']}/users/{ids[user]}")
        assert await members(okta, ids["all"]) == {"u0"}

    run(check, ORG)


def test_a_profile_change_moves_a_user_between_groups() -> None:
    async def check(okta: Okta) -> None:
        ids = await group_ids(okta)
        await activate(okta, await create_rule(okta, 'user.department=="Legal"', ids["all"]))
        assert await members(okta, ids["all"]) == set()
        one = f"/api/v1/users/{ids['u2']}"
        await okta.ok("POST", one, {"profile": {"department": "Legal"}})
        assert await members(okta, ids["all"]) == {"u2"}
        await okta.ok("POST", one, {"profile": {"department": "Sales"}})
        assert await members(okta, ids["all"]) == set()

    run(check, ORG)


@pytest.mark.parametrize(("remove", "left"), [("true", set[str]()), ("false", {"u0", "u1"})])
def test_deleting_a_rule_keeps_its_users_unless_remove_users_is_set(
    remove: str, left: set[str]
) -> None:
    async def check(okta: Okta) -> None:
        ids = await group_ids(okta)
        rule = await create_rule(okta, f'isMemberOfGroup("{ids["sales"]}")', ids["all"])
        await activate(okta, rule)
        await okta.ok("DELETE", f"{RULES}/{rule}?removeUsers={remove}")
        assert await members(okta, ids["all"]) == left
        assert (await okta.call("GET", f"{RULES}/{rule}")).status == 404

    run(check, ORG)


def test_a_user_stays_while_one_of_two_rules_matches() -> None:
    async def check(okta: Okta) -> None:
        ids = await group_ids(okta)
        for group in ("sales", "finance"):
            rule = await create_rule(
                okta, f'isMemberOfGroup("{ids[group]}")', ids["all"], name=group
            )
            await activate(okta, rule)
        await okta.ok("DELETE", f"/api/v1/groups/{ids['sales']}/users/{ids['u1']}")
        assert "u1" in await members(okta, ids["all"])
        await okta.ok("DELETE", f"/api/v1/groups/{ids['finance']}/users/{ids['u1']}")
        assert "u1" not in await members(okta, ids["all"])

    run(check, ORG)


def test_deactivating_a_rule_keeps_all_members() -> None:
    async def check(okta: Okta) -> None:
        ids = await group_ids(okta)
        rule = await create_rule(okta, f'isMemberOfGroup("{ids["sales"]}")', ids["all"])
        await activate(okta, rule)
        await okta.ok("POST", f"{RULES}/{rule}/lifecycle/deactivate")
        await okta.ok("DELETE", f"/api/v1/groups/{ids['sales']}/users/{ids['u0']}")
        assert await members(okta, ids["all"]) == {"u0", "u1"}
        await activate(okta, rule)  # applies the rule to all users again
        assert await members(okta, ids["all"]) == {"u1"}

    run(check, ORG)


def test_deleting_a_group_removes_the_members_of_rules_based_on_it() -> None:
    async def check(okta: Okta) -> None:
        ids = await group_ids(okta)
        rule = await create_rule(okta, f'isMemberOfGroup("{ids["sales"]}")', ids["all"])
        await activate(okta, rule)
        await okta.ok("DELETE", f"/api/v1/groups/{ids['sales']}")
        assert await members(okta, ids["all"]) == set()
        await okta.ok("DELETE", f"/api/v1/groups/{ids['all']}")
        shown = await okta.ok("GET", f"{RULES}/{rule}")
        assert (shown["status"], shown["allGroupsValid"]) == ("INVALID", False)

    run(check, ORG)


def test_rules_can_depend_on_each_other_and_circular_rules_terminate() -> None:
    async def check(okta: Okta) -> None:
        ids = await group_ids(okta)
        second = (await okta.ok("POST", "/api/v1/groups", {"profile": {"name": "second"}}))["id"]
        last = await create_rule(okta, f'isMemberOfGroup("{ids["all"]}")', second, name="last")
        first = await create_rule(okta, f'isMemberOfGroup("{ids["sales"]}")', ids["all"], name="a")
        await activate(okta, last)
        await activate(okta, first)
        assert await members(okta, second) == {"u0", "u1"}
        circle = await create_rule(okta, f'!isMemberOfGroup("{second}")', second, name="circle")
        await activate(okta, circle)
        assert (await okta.ok("GET", f"{RULES}/{circle}"))["status"] == "ACTIVE"

    run(check, ORG)


def test_rules_skip_manually_removed_excluded_and_deactivated_users() -> None:
    async def check(okta: Okta) -> None:
        ids = await group_ids(okta)
        await okta.ok("POST", f"/api/v1/users/{ids['u3']}/lifecycle/deactivate")
        rule = await create_rule(okta, "user.login!=null", ids["all"])
        body = await okta.ok("GET", f"{RULES}/{rule}")
        body["conditions"]["people"]["users"]["exclude"] = [ids["u2"]]
        await okta.ok("PUT", f"{RULES}/{rule}", body)
        await activate(okta, rule)
        assert await members(okta, ids["all"]) == {"u0", "u1"}
        await okta.ok("DELETE", f"/api/v1/groups/{ids['all']}/users/{ids['u0']}")
        await okta.ok("POST", f"/api/v1/users/{ids['u0']}", {"profile": {"title": "x"}})
        assert await members(okta, ids["all"]) == {"u1"}
        shown = await okta.ok("GET", f"{RULES}/{rule}")
        assert ids["u0"] in shown["conditions"]["people"]["users"]["exclude"]

    run(check, ORG)


def test_a_user_whom_a_rule_adds_to_an_assigned_group_becomes_an_app_user() -> None:
    async def check(okta: Okta) -> None:
        ids, app = await group_ids(okta), (await okta.new_app())["id"]
        await okta.connect(app)
        await okta.ok("PUT", f"/api/v1/apps/{app}/groups/{ids['all']}", {})
        await activate(
            okta, await create_rule(okta, f'isMemberOfGroup("{ids["sales"]}")', ids["all"])
        )
        await okta.settled()
        users = await okta.ok("GET", f"/api/v1/apps/{app}/users")
        assert {user["id"]: user["status"] for user in users} == {
            ids["u0"]: "PROVISIONED", ids["u1"]: "PROVISIONED",
        }  # fmt: skip
        await okta.ok("DELETE", f"/api/v1/groups/{ids['sales']}/users/{ids['u0']}")
        await okta.settled()
        users = await okta.ok("GET", f"/api/v1/apps/{app}/users")
        assert [user["id"] for user in users] == [ids["u1"]]

    run(check, ORG)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 51}, "name"),
        ({"name": "taken"}, "name"),
        ({"conditions": {"expression": {"value": "nonsense("}}}, "expression"),
        ({"conditions": {"expression": {"value": "user.x == "}}}, "expression"),
        ({"conditions": {"expression": {"value": "isMemberOfGroup()"}}}, "expression"),
        ({"conditions": {"expression": {"value": 'user.status=="ACTIVE"'}}}, "expression"),
        ({"conditions": {}}, "value"),
        ({"actions": {"assignUserToGroups": {"groupIds": []}}}, "groupIds"),
        ({"actions": {"assignUserToGroups": {"groupIds": "x"}}}, "groupIds"),
    ],
)
def test_an_invalid_rule_is_refused(change: dict[str, Any], field: str) -> None:
    async def check(okta: Okta) -> None:
        ids = await group_ids(okta)
        await create_rule(okta, "user.login!=null", ids["all"], name="taken")
        good = {
            "name": "r", "conditions": {"expression": {"value": 'user.department=="X"'}},
            "actions": {"assignUserToGroups": {"groupIds": [ids["all"]]}},
        }  # fmt: skip
        answer = await okta.call("POST", RULES, good | change)
        assert answer.status == 400
        assert answer.body["errorSummary"] == f"Api validation failed: {field}"

    run(check, ORG)


def test_an_active_rule_and_the_groups_of_a_rule_cannot_be_changed() -> None:
    async def check(okta: Okta) -> None:
        ids = await group_ids(okta)
        rule = await create_rule(okta, "user.login!=null", ids["all"])
        shown = await okta.ok("GET", f"{RULES}/{rule}")
        other = {"actions": {"assignUserToGroups": {"groupIds": [ids["sales"]]}}}
        assert (await okta.call("PUT", f"{RULES}/{rule}", shown | other)).status == 400
        await activate(okta, rule)
        assert (await okta.call("PUT", f"{RULES}/{rule}", shown)).status == 400

    run(check, ORG)


def test_a_rule_is_invalid_without_its_group_and_can_only_be_deleted() -> None:
    async def check(okta: Okta) -> None:
        ids = await group_ids(okta)
        rule = await create_rule(okta, 'user.department=="Legal"', ids["all"])
        await activate(okta, rule)
        await okta.ok("DELETE", f"/api/v1/groups/{ids['all']}")
        [shown] = await okta.ok("GET", RULES)
        assert (shown["status"], shown["allGroupsValid"]) == ("INVALID", False)
        for action in ("activate", "deactivate"):
            refused = await okta.call("POST", f"{RULES}/{rule}/lifecycle/{action}")
            assert refused.status == 400
            assert "with the status INVALID" in str(refused.body)
        await okta.ok("DELETE", f"{RULES}/{rule}")
        assert await okta.ok("GET", RULES) == []

    run(check, ORG)
