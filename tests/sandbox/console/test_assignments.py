"""The Assignments tab, for people and groups."""

from tests.sandbox.console.running_sandbox import RunningSandbox

ALL = ("create_users", "update_users", "deactivate_users")


def app_users(sandbox: RunningSandbox) -> dict[str, str]:
    found = sandbox.api("GET", f"/apps/{sandbox.app['id']}/users")
    return {user["credentials"]["userName"]: user["scope"] for user in found}


def assign(sandbox: RunningSandbox, kind: str, ident: str) -> None:
    path = f"{sandbox.root}/assignments/{kind}/assign/{ident}"
    assert "Save and Go Back" in sandbox.get(path)
    answer = sandbox.post(path)
    assert answer.status_code == 200
    assert "Assigned" in answer.text
    assert "Done" in answer.text


def test_assigning_a_group_provisions_its_members(sandbox: RunningSandbox) -> None:
    sandbox.connect(*ALL)
    ident = sandbox.group("aws-access")
    assert "aws-access" in sandbox.get(f"{sandbox.root}/assignments/groups/assign")
    assign(sandbox, "groups", ident)
    sandbox.settled()
    members = {u["profile"]["login"] for u in sandbox.api("GET", f"/groups/{ident}/users")}
    assert app_users(sandbox) == dict.fromkeys(members, "GROUP")
    page = sandbox.get(f"{sandbox.root}/assignments/people")
    assert "Provisioned" in page
    assert "failed: " in page  # the page shows the errors of refused profiles
    assert "aws-access" in sandbox.get(f"{sandbox.root}/assignments/groups")
    sandbox.post(f"{sandbox.root}/assignments/groups/remove/{ident}")
    sandbox.settled()
    assert app_users(sandbox) == {}
    assert {u["UserStatus"] for u in sandbox.store.users.values()} == {"DISABLED"}


def test_assigning_a_group_twice_changes_nothing(sandbox: RunningSandbox) -> None:
    ident = sandbox.group("aws-access")
    assign(sandbox, "groups", ident)
    before = sandbox.api("GET", f"/apps/{sandbox.app['id']}/groups")
    assign(sandbox, "groups", ident)
    assert sandbox.api("GET", f"/apps/{sandbox.app['id']}/groups") == before


def test_a_user_is_assigned_individually_and_unassigned(sandbox: RunningSandbox) -> None:
    sandbox.connect(*ALL)
    person = sandbox.api("GET", "/users?limit=1")[0]
    login = person["profile"]["login"]
    assert login in sandbox.get(f"{sandbox.root}/assignments/people/assign")
    assign(sandbox, "people", person["id"])
    sandbox.settled()
    assert app_users(sandbox) == {login: "USER"}
    assert [u["UserName"] for u in sandbox.store.users.values()] == [login]
    assert "Individual" in sandbox.get(f"{sandbox.root}/assignments/people")
    sandbox.post(f"{sandbox.root}/assignments/people/remove/{person['id']}")
    sandbox.settled()
    assert app_users(sandbox) == {}
    assert [u["UserStatus"] for u in sandbox.store.users.values()] == ["DISABLED"]


def test_a_user_assigned_in_two_ways_keeps_the_remaining_assignment(
    sandbox: RunningSandbox,
) -> None:
    sandbox.connect(*ALL)
    ident = sandbox.group("aws-access")
    person = sandbox.api("GET", f"/groups/{ident}/users")[0]
    assign(sandbox, "groups", ident)
    assign(sandbox, "people", person["id"])
    sandbox.post(f"{sandbox.root}/assignments/groups/remove/{ident}")
    assert app_users(sandbox) == {person["profile"]["login"]: "USER"}
    assign(sandbox, "groups", ident)
    sandbox.post(f"{sandbox.root}/assignments/people/remove/{person['id']}")
    assert app_users(sandbox)[person["profile"]["login"]] == "GROUP"


def test_an_unassigned_object_cannot_be_unassigned(sandbox: RunningSandbox) -> None:
    for kind in ("people", "groups"):
        answer = sandbox.post(f"{sandbox.root}/assignments/{kind}/remove/00gnobody")
        assert answer.status_code == 404
        answer = sandbox.post(f"{sandbox.root}/assignments/{kind}/assign/00gnobody")
        assert answer.status_code == 404


def test_a_search_matches_and_a_long_list_shows_the_remaining_count(
    sandbox: RunningSandbox,
) -> None:
    for number in range(60):
        profile = {"name": f"team-{number:02d}", "description": ""}
        sandbox.api("POST", "/groups", {"profile": profile})
    path = f"{sandbox.root}/assignments/groups/assign"
    page = sandbox.get(path)
    assert "18 more. Use the search field" in page
    page = sandbox.get(path + "?q=TEAM-59")
    assert "team-59" in page
    assert "team-58" not in page
