"""A group rule adds matching users to its groups and removes them when they no longer match."""

from typing import Any

import pytest

from tests.sandbox.okta.org import Okta, org, run

RULES = "/api/v1/groups/rules"
SEED = org(4, {"sales": (0, 1), "finance": (1, 2), "all": ()})


async def ids(okta: Okta) -> dict[str, str]:
    groups, users = await okta.ok("GET", "/api/v1/groups"), await okta.ok("GET", "/api/v1/users")
    named = {group["profile"]["name"]: group["id"] for group in groups}
    return named | {f"u{n}": user["id"] for n, user in enumerate(users)}


async def made(okta: Okta, expression: str, *groups: str, name: str = "r") -> str:
    body = {
        "type": "group_rule", "name": name,
        "conditions": {"expression": {"value": expression}},
        "actions": {"assignUserToGroups": {"groupIds": list(groups)}},
    }  # fmt: skip
    return (await okta.ok("POST", RULES, body))["id"]


async def members(okta: Okta, group: str) -> set[str]:
    found = await okta.ok("GET", f"/api/v1/groups/{group}/users")
    return {user["profile"]["login"].split("@")[0].replace("user", "u") for user in found}


async def active(okta: Okta, rule: str) -> None:
    await okta.ok("POST", f"{RULES}/{rule}/lifecycle/activate")


def test_a_rule_on_groups_keeps_its_group_up_to_date() -> None:
    async def story(okta: Okta) -> None:
        known = await ids(okta)
        both = f'isMemberOfAnyGroup("{known["sales"]}","{known["finance"]}")'
        rule = await made(okta, both, known["all"])
        assert await members(okta, known["all"]) == set()  # not active yet
        await active(okta, rule)
        assert await members(okta, known["all"]) == {"u0", "u1", "u2"}
        await okta.ok("PUT", f"/api/v1/groups/{known['sales']}/users/{known['u3']}")
        assert await members(okta, known["all"]) == {"u0", "u1", "u2", "u3"}
        await okta.ok("DELETE", f"/api/v1/groups/{known['sales']}/users/{known['u0']}")
        await okta.ok("DELETE", f"/api/v1/groups/{known['sales']}/users/{known['u1']}")
        assert await members(okta, known["all"]) == {"u1", "u2", "u3"}  # u1 is still in finance

    run(story, SEED)


def test_a_rule_does_not_remove_earlier_members() -> None:
    async def story(okta: Okta) -> None:
        known = await ids(okta)
        await okta.ok("PUT", f"/api/v1/groups/{known['all']}/users/{known['u0']}")
        await active(okta, await made(okta, f'isMemberOfGroup("{known["sales"]}")', known["all"]))
        for user in ("u0", "u1"):
            await okta.ok("DELETE", f"/api/v1/groups/{known['sales']}/users/{known[user]}")
        assert await members(okta, known["all"]) == {"u0"}

    run(story, SEED)


def test_a_profile_change_moves_a_user_between_groups() -> None:
    async def story(okta: Okta) -> None:
        known = await ids(okta)
        await active(okta, await made(okta, 'user.department=="Legal"', known["all"]))
        assert await members(okta, known["all"]) == set()
        one = f"/api/v1/users/{known['u2']}"
        await okta.ok("POST", one, {"profile": {"department": "Legal"}})
        assert await members(okta, known["all"]) == {"u2"}
        await okta.ok("POST", one, {"profile": {"department": "Sales"}})
        assert await members(okta, known["all"]) == set()

    run(story, SEED)


@pytest.mark.parametrize(("remove", "left"), [("true", set[str]()), ("false", {"u0", "u1"})])
def test_deleting_a_rule_keeps_its_users_unless_remove_users_is_set(
    remove: str, left: set[str]
) -> None:
    async def story(okta: Okta) -> None:
        known = await ids(okta)
        rule = await made(okta, f'isMemberOfGroup("{known["sales"]}")', known["all"])
        await active(okta, rule)
        await okta.ok("DELETE", f"{RULES}/{rule}?removeUsers={remove}")
        assert await members(okta, known["all"]) == left
        assert (await okta.call("GET", f"{RULES}/{rule}")).status == 404

    run(story, SEED)


def test_a_user_stays_while_one_of_two_rules_matches() -> None:
    async def story(okta: Okta) -> None:
        known = await ids(okta)
        for group in ("sales", "finance"):
            rule = await made(okta, f'isMemberOfGroup("{known[group]}")', known["all"], name=group)
            await active(okta, rule)
        await okta.ok("DELETE", f"/api/v1/groups/{known['sales']}/users/{known['u1']}")
        assert "u1" in await members(okta, known["all"])
        await okta.ok("DELETE", f"/api/v1/groups/{known['finance']}/users/{known['u1']}")
        assert "u1" not in await members(okta, known["all"])

    run(story, SEED)


def test_deactivating_a_rule_keeps_all_members() -> None:
    async def story(okta: Okta) -> None:
        known = await ids(okta)
        rule = await made(okta, f'isMemberOfGroup("{known["sales"]}")', known["all"])
        await active(okta, rule)
        await okta.ok("POST", f"{RULES}/{rule}/lifecycle/deactivate")
        await okta.ok("DELETE", f"/api/v1/groups/{known['sales']}/users/{known['u0']}")
        assert await members(okta, known["all"]) == {"u0", "u1"}
        await active(okta, rule)  # applies the rule to all users again
        assert await members(okta, known["all"]) == {"u1"}

    run(story, SEED)


def test_deleting_a_group_removes_the_app_users_a_rule_added() -> None:
    async def story(okta: Okta) -> None:
        known = await ids(okta)
        rule = await made(okta, f'isMemberOfGroup("{known["sales"]}")', known["all"])
        await active(okta, rule)
        await okta.ok("DELETE", f"/api/v1/groups/{known['sales']}")
        assert await members(okta, known["all"]) == set()
        await okta.ok("DELETE", f"/api/v1/groups/{known['all']}")
        shown = await okta.ok("GET", f"{RULES}/{rule}")
        assert (shown["status"], shown["allGroupsValid"]) == ("INVALID", False)

    run(story, SEED)


def test_rules_can_depend_on_each_other_and_circular_rules_end() -> None:
    async def story(okta: Okta) -> None:
        known = await ids(okta)
        second = (await okta.ok("POST", "/api/v1/groups", {"profile": {"name": "second"}}))["id"]
        last = await made(okta, f'isMemberOfGroup("{known["all"]}")', second, name="last")
        first = await made(okta, f'isMemberOfGroup("{known["sales"]}")', known["all"], name="a")
        await active(okta, last)
        await active(okta, first)
        assert await members(okta, second) == {"u0", "u1"}
        circle = await made(okta, f'!isMemberOfGroup("{second}")', second, name="circle")
        await active(okta, circle)
        assert (await okta.ok("GET", f"{RULES}/{circle}"))["status"] == "ACTIVE"

    run(story, SEED)


def test_rules_skip_manually_removed_excluded_and_deactivated_users() -> None:
    async def story(okta: Okta) -> None:
        known = await ids(okta)
        await okta.ok("POST", f"/api/v1/users/{known['u3']}/lifecycle/deactivate")
        rule = await made(okta, "user.login!=null", known["all"])
        body = await okta.ok("GET", f"{RULES}/{rule}")
        body["conditions"]["people"]["users"]["exclude"] = [known["u2"]]
        await okta.ok("PUT", f"{RULES}/{rule}", body)
        await active(okta, rule)
        assert await members(okta, known["all"]) == {"u0", "u1"}
        await okta.ok("DELETE", f"/api/v1/groups/{known['all']}/users/{known['u0']}")
        await okta.ok("POST", f"/api/v1/users/{known['u0']}", {"profile": {"title": "x"}})
        assert await members(okta, known["all"]) == {"u1"}
        shown = await okta.ok("GET", f"{RULES}/{rule}")
        assert known["u0"] in shown["conditions"]["people"]["users"]["exclude"]

    run(story, SEED)


def test_a_user_whom_a_rule_adds_to_an_assigned_group_becomes_an_app_user() -> None:
    async def story(okta: Okta) -> None:
        known, app = await ids(okta), (await okta.app_of())["id"]
        await okta.connect(app)
        await okta.ok("PUT", f"/api/v1/apps/{app}/groups/{known['all']}", {})
        await active(okta, await made(okta, f'isMemberOfGroup("{known["sales"]}")', known["all"]))
        await okta.settled()
        users = await okta.ok("GET", f"/api/v1/apps/{app}/users")
        assert {user["id"]: user["status"] for user in users} == {
            known["u0"]: "PROVISIONED", known["u1"]: "PROVISIONED",
        }  # fmt: skip
        await okta.ok("DELETE", f"/api/v1/groups/{known['sales']}/users/{known['u0']}")
        await okta.settled()
        users = await okta.ok("GET", f"/api/v1/apps/{app}/users")
        assert [user["id"] for user in users] == [known["u1"]]

    run(story, SEED)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 51}, "name"),
        ({"name": "taken"}, "name"),
        ({"conditions": {"expression": {"value": "nonsense("}}}, "expression"),
        ({"conditions": {"expression": {"value": "user.x == "}}}, "expression"),
        ({"conditions": {"expression": {"value": "isMemberOfGroup()"}}}, "expression"),
        ({"conditions": {}}, "value"),
        ({"actions": {"assignUserToGroups": {"groupIds": []}}}, "groupIds"),
        ({"actions": {"assignUserToGroups": {"groupIds": "x"}}}, "groupIds"),
    ],
)
def test_an_invalid_rule_is_refused(change: dict[str, Any], field: str) -> None:
    async def story(okta: Okta) -> None:
        known = await ids(okta)
        await made(okta, "user.login!=null", known["all"], name="taken")
        good = {
            "name": "r", "conditions": {"expression": {"value": 'user.department=="X"'}},
            "actions": {"assignUserToGroups": {"groupIds": [known["all"]]}},
        }  # fmt: skip
        answer = await okta.call("POST", RULES, good | change)
        assert answer.status == 400
        assert answer.body["errorSummary"] == f"Api validation failed: {field}"

    run(story, SEED)


def test_an_active_rule_and_the_groups_of_a_rule_cannot_be_changed() -> None:
    async def story(okta: Okta) -> None:
        known = await ids(okta)
        rule = await made(okta, "user.login!=null", known["all"])
        shown = await okta.ok("GET", f"{RULES}/{rule}")
        other = {"actions": {"assignUserToGroups": {"groupIds": [known["sales"]]}}}
        assert (await okta.call("PUT", f"{RULES}/{rule}", shown | other)).status == 400
        await active(okta, rule)
        assert (await okta.call("PUT", f"{RULES}/{rule}", shown)).status == 400

    run(story, SEED)
