"""The org's own rules: names, deletions, paging, authentication and assignments."""

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.okta.org import TOKEN, Okta, org, run

ORG = org(3, {"a": (0, 1), "b": (1, 2)})


async def refused(okta: Okta, method: str, path: str, body: Any = None) -> tuple[int, str]:
    answer = await okta.call(method, path, body)
    assert answer.status >= 400, answer.body
    return answer.status, answer.body["errorCode"]


async def groups(okta: Okta) -> list[str]:
    return [group["id"] for group in await okta.ok("GET", "/api/v1/groups")]


async def people(okta: Okta) -> list[str]:
    return [user["id"] for user in await okta.ok("GET", "/api/v1/users")]


NEW = {"login": "new@example.com", "email": "n@example.com", "firstName": "N", "lastName": "U"}


@pytest.mark.parametrize(
    ("query", "credentials", "status"),
    [
        ("", {}, "PROVISIONED"),
        ("", {"password": {}}, "PROVISIONED"),
        ("", {"password": {"value": "Secret-1"}}, "ACTIVE"),
        ("?activate=false", {"password": {"value": "Secret-1"}}, "STAGED"),
    ],
)
def test_a_new_user_is_active_once_they_have_a_password(
    query: str, credentials: Any, status: str
) -> None:
    async def check(okta: Okta) -> None:
        body = {"profile": NEW, "credentials": credentials}
        created = await okta.ok("POST", "/api/v1/users" + query, body)
        assert created["status"] == status
        assert "Secret-1" not in str(created)

    run(check)


def test_a_new_user_joins_the_named_groups() -> None:
    async def check(okta: Okta) -> None:
        (a, _) = await groups(okta)
        created = await okta.ok("POST", "/api/v1/users", {"profile": NEW, "groupIds": [a]})
        assert created["id"] in [u["id"] for u in await okta.ok("GET", f"/api/v1/groups/{a}/users")]
        for body, code in (({"profile": NEW}, "E0000001"),
                           ({"profile": {**NEW, "firstName": ""}}, "E0000001"),
                           ({"profile": {**NEW, "login": "x@x.x"}, "groupIds": "a"}, "E0000001"),
                           ({"profile": {**NEW, "login": "x@x.x"}, "type": {"id": "x"}},
                            "E0000001")):  # fmt: skip
            assert await refused(okta, "POST", "/api/v1/users", body) == (400, code)
        unknown = {"profile": {**NEW, "login": "x@x.x"}, "groupIds": ["00gx"]}
        assert await refused(okta, "POST", "/api/v1/users", unknown) == (404, "E0000007")
        assert len(await people(okta)) == 4  # a refused request creates nobody

    run(check, ORG)


def test_a_user_is_deactivated_before_they_are_deleted() -> None:
    async def check(okta: Okta) -> None:
        user = (await people(okta))[0]
        app = (await okta.new_app())["id"]
        await okta.connect(app)
        (a, _) = await groups(okta)
        await okta.ok("PUT", f"/api/v1/apps/{app}/groups/{a}", {})
        await okta.settled()
        await okta.ok("POST", f"/api/v1/users/{user}", {"profile": {"title": "T"}})
        for _ in range(2):  # both before the change is provisioned
            await okta.ok("DELETE", f"/api/v1/users/{user}")
        await okta.settled()
        assert okta.sent[-1]["Operations"] == [{"op": "replace", "path": "active", "value": False}]
        assert await refused(okta, "GET", f"/api/v1/users/{user}") == (404, "E0000007")
        assert user not in str(await okta.ok("GET", f"/api/v1/groups/{a}/users"))
        assert await okta.ok("GET", "/sandbox/refusals") == []

    run(check, ORG)


def test_group_names_and_app_labels_are_unique() -> None:
    async def check(okta: Okta) -> None:
        a, b = await groups(okta)
        named = {"profile": {"name": "a"}}
        assert await refused(okta, "POST", "/api/v1/groups", named) == (400, "E0000001")
        assert await refused(okta, "PUT", f"/api/v1/groups/{b}", named) == (400, "E0000001")
        await okta.ok("PUT", f"/api/v1/groups/{a}", named)  # its own name
        app = await okta.new_app("L")
        body = {"name": "amazon_aws_sso", "label": "L", "signOnMode": "SAML_2_0"}
        assert await refused(okta, "POST", "/api/v1/apps", body) == (400, "E0000040")
        await okta.ok("PUT", f"/api/v1/apps/{app['id']}", body)

    run(check, ORG)


def test_objects_in_use_cannot_be_deleted() -> None:
    async def check(okta: Okta) -> None:
        a, b = await groups(okta)
        app = (await okta.new_app())["id"]
        one = f"/api/v1/apps/{app}"
        await okta.connect(app)
        push = {"sourceGroupId": a, "targetGroupName": "a"}
        mapping = await okta.ok("POST", one + "/group-push/mappings", push)
        for group in (a, mapping["targetGroupId"]):
            assert await refused(okta, "DELETE", f"/api/v1/groups/{group}") == (400, "E0000001")
        at = f"{one}/group-push/mappings/{mapping['id']}"
        assert (await refused(okta, "DELETE", at + "?deleteTargetGroup=true"))[0] == 400
        assert await refused(okta, "DELETE", one) == (403, "E0000056")
        await okta.ok("PATCH", at, {"status": "INACTIVE"})
        assert (await refused(okta, "DELETE", at))[0] == 400  # deleteTargetGroup is missing
        await okta.ok("DELETE", at + "?deleteTargetGroup=true")
        assert (await refused(okta, "GET", f"/api/v1/groups/{mapping['targetGroupId']}"))[0] == 404
        await okta.ok("DELETE", f"/api/v1/groups/{a}")
        await okta.ok("PUT", f"{one}/groups/{b}", {})
        await okta.ok("DELETE", f"/api/v1/groups/{b}")
        assert await okta.ok("GET", one + "/groups") == []
        (policy,) = await okta.ok("GET", "/api/v1/policies?type=ACCESS_POLICY")
        at = f"/api/v1/policies/{policy['id']}"
        assert await refused(okta, "DELETE", at) == (403, "E0000077")

    run(check, ORG)


def test_only_group_push_changes_the_members_of_an_app_group() -> None:
    async def check(okta: Okta) -> None:
        (user, *_) = await people(okta)
        await okta.connect((await okta.new_app())["id"])
        (app_group,) = await okta.ok("GET", '/api/v1/groups?filter=type eq "APP_GROUP"')
        at = f"/api/v1/groups/{app_group['id']}/users/{user}"
        for method in ("PUT", "DELETE"):
            assert await refused(okta, method, at) == (400, "E0000001")

    run(check, ORG, aws_groups=("existing",))


@settings(max_examples=25, deadline=None)
@given(count=st.integers(0, 9), limit=st.integers(1, 11))
def test_paging_returns_each_item_once_in_order(count: int, limit: int) -> None:
    async def check(okta: Okta) -> None:
        whole = await groups(okta)
        address, seen = f"/api/v1/groups?limit={limit}&q=g", list[str]()
        while address:
            answer = await okta.call("GET", address)
            assert len(answer.body) == min(limit, len(whole) - len(seen))
            assert answer.body or not seen  # no link points to an empty page
            seen += [group["id"] for group in answer.body]
            assert set(answer.links()) <= {"self", "next"}
            assert "q=g" in answer.links()["self"]
            address = answer.links().get("next", "")
        assert seen == whole

    run(check, org(1, {f"g{n}": () for n in range(count)}))


@settings(max_examples=25, deadline=None)
@given(limit=st.text(max_size=5), after=st.text(max_size=5))
def test_an_invalid_page_is_refused(limit: str, after: str) -> None:
    async def check(okta: Okta) -> None:
        path = f"/api/v1/groups?limit={quote(limit)}&after={quote(after)}"
        answer = await okta.call("GET", path)
        if after or not (not limit or (limit.isascii() and limit.isdigit())):
            assert (answer.status, answer.body["errorCode"]) == (400, "E0000001")

    run(check, ORG)


@pytest.mark.parametrize("after", ["00g123", "-1", "1.5", "²", "9" * 30, " 1", "x&after="])
def test_an_unknown_cursor_is_refused(after: str) -> None:
    async def check(okta: Okta) -> None:
        path = "/api/v1/groups?after=" + quote(after, safe="&=")
        assert (await okta.call("GET", path)).status == 400  # the first of two cursors applies

    run(check, ORG)


def test_push_mappings_are_paged_by_the_last_id_or_the_link() -> None:
    """Okta's plugin uses the ID of the last mapping as its cursor, initially empty
    (docs/research/okta-provider.md#paging-of-push-mappings)."""

    async def check(okta: Okta) -> None:
        app = (await okta.new_app())["id"]
        await okta.connect(app)
        path, created = f"/api/v1/apps/{app}/group-push/mappings", list[str]()
        for group in await groups(okta):
            body = {"sourceGroupId": group, "targetGroupName": group, "status": "INACTIVE"}
            created.append((await okta.ok("POST", path, body))["id"])
        by_id, after, sizes = list[str](), "", list[int]()
        while True:
            answer = await okta.call("GET", f"{path}?after={after}")
            by_id += (page := [mapping["id"] for mapping in answer.body])
            after = page[-1]
            sizes.append(len(page))
            if "next" not in answer.links():
                break
        by_link, address = list[str](), path
        while address:
            answer = await okta.call("GET", address)
            by_link += [mapping["id"] for mapping in answer.body]
            address = answer.links().get("next", "")
        assert by_id == by_link == created
        assert sizes == [100, 100, 30]

    run(check, org(1, {f"g{n}": () for n in range(230)}))


def test_a_deletion_on_an_earlier_page_does_not_shift_the_next_one() -> None:
    async def check(okta: Okta) -> None:
        first, *rest = await groups(okta)
        after = (await okta.call("GET", "/api/v1/groups?limit=2")).links()["next"]
        await okta.ok("DELETE", f"/api/v1/groups/{first}")
        assert [group["id"] for group in await okta.ok("GET", after)] == rest[1:3]

    run(check, org(1, {f"g{n}": () for n in range(4)}))


@pytest.mark.parametrize(
    "authorization",
    ["", "SSWS", "SSWS wrong", "SSWSwrong", f"Bearer{TOKEN}", f"Basic {TOKEN}", TOKEN,
     f"SSWS  {TOKEN}", f"ssws {TOKEN}x", "SSWS \xe9"],
)  # fmt: skip
def test_a_caller_without_a_valid_token_gets_no_data(authorization: str) -> None:
    async def check(okta: Okta) -> None:
        okta.authorization = authorization
        for path in ("/api/v1/users/me", "/api/v1/nothing", "/api/v1/apps/x"):
            answer = await okta.call("GET", path)
            assert (answer.status, answer.body["errorCode"]) == (401, "E0000011")
            assert TOKEN not in str(answer.body)

    run(check, ORG)


@pytest.mark.parametrize("authorization", [f"SSWS {TOKEN}", f"SSWS{TOKEN}", f"Bearer {TOKEN}"])
def test_a_token_is_accepted_with_either_scheme(authorization: str) -> None:
    """Okta's Python SDK sends SSWS without a blank."""

    async def check(okta: Okta) -> None:
        okta.authorization = authorization
        await okta.ok("GET", "/api/v1/users/me")

    run(check, ORG)


def test_a_trailing_slash_changes_no_answer() -> None:
    """Okta's Python SDK 2.9 sends one before a query."""

    async def check(okta: Okta) -> None:
        first = (await people(okta))[1]
        for path in ("/api/v1/users", "/api/v1/groups", f"/api/v1/users/{first}/groups"):
            plain = await okta.call("GET", path + "?limit=1")
            slash = await okta.call("GET", path + "/?limit=1")
            assert slash.body == plain.body
            assert set(slash.links()) == set(plain.links())
            assert await okta.ok("GET", slash.links()["next"]) != slash.body
        await okta.ok("POST", f"/api/v1/users/{first}/lifecycle/suspend/?sendEmail=false")
        assert (await okta.ok("GET", f"/api/v1/users/{first}/"))["status"] == "SUSPENDED"
        refusal = await okta.call("GET", "/api/v1/users/nobody/")
        assert "nobody" in refusal.body["errorSummary"]
        log = await okta.ok("GET", "/sandbox/request-log")
        (suspend,) = [each for each in log if "suspend" in each["path"]]
        assert suspend["operation"] == "POST /api/v1/users/{id}/lifecycle/suspend"
        assert {each["bucket"] for each in log if each["path"].startswith("/api/v1/users/?")} == {
            "/api/v1/users"
        }

    run(check, ORG)


def test_a_short_search_finds_the_start_of_a_name_or_an_email() -> None:
    async def check(okta: Okta) -> None:
        async def found(q: str) -> list[str]:
            return [u["profile"]["login"] for u in await okta.ok("GET", f"/api/v1/users?q={q}")]

        assert await found("USER1%40") == ["user1@example.com"]
        assert await found("first2") == ["user2@example.com"]
        assert await found("LAST3") == ["user3@example.com"]
        assert await found("Person") == []  # the display name is not searched
        assert await found("example") == []  # the start only
        assert len(await found("user")) == 10
        assert len(await okta.ok("GET", "/api/v1/users?q=user&limit=11")) == 11
        await okta.ok("POST", "/api/v1/users/user2@example.com/lifecycle/deactivate")
        assert await found("first2") == []

    run(check, org(12))


def test_the_groups_of_a_user_can_be_paged() -> None:
    async def check(okta: Okta) -> None:
        user = (await people(okta))[1]
        path = f"/api/v1/users/{user}/groups"
        everything = await okta.call("GET", path)
        assert [g["id"] for g in everything.body] == await groups(okta)
        assert set(everything.links()) == {"self"}
        first = await okta.call("GET", path + "?limit=1")
        second = await okta.ok("GET", first.links()["next"])
        assert first.body + second == everything.body

    run(check, ORG)


def test_the_apps_of_a_group_can_be_paged() -> None:
    async def check(okta: Okta) -> None:
        group = (await groups(okta))[0]
        apps = [(await okta.new_app(f"App {n}"))["id"] for n in range(22)]
        for app in apps[1:]:
            await okta.ok("PUT", f"/api/v1/apps/{app}/groups/{group}", {})
        first = await okta.call("GET", f"/api/v1/groups/{group}/apps")
        second = await okta.ok("GET", first.links()["next"])
        assert [len(first.body), len(second)] == [20, 1]
        assert [app["id"] for app in first.body + second] == apps[1:]
        assert (await refused(okta, "GET", "/api/v1/groups/x/apps"))[0] == 404

    run(check, ORG)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1", "file://"])
def test_pages_of_other_origins_cannot_control_the_sandbox(origin: str) -> None:
    async def check(okta: Okta) -> None:
        fault, calls = {"status": 500}, ("POST faults", "POST settings", "GET request-log")
        for method, path in (line.split() for line in (*calls, "DELETE faults")):
            path = f"/sandbox/{path}"
            answer = await okta.call(method, path, fault, headers={"Origin": origin})
            assert answer.status == 403
        assert await okta.ok("GET", "/sandbox/faults") == []
        answer = await okta.call("GET", "/sandbox/faults", headers={"Origin": okta.base})
        assert answer.status == 200

    run(check)


def test_unknown_paths_objects_and_methods_have_different_errors() -> None:
    async def check(okta: Okta) -> None:
        assert await refused(okta, "GET", "/api/v1/groups/00gx") == (404, "E0000007")
        assert await refused(okta, "GET", "/api/v1/nothing") == (404, "E0000008")
        assert await refused(okta, "PATCH", "/api/v1/groups") == (405, "E0000022")

    run(check)


def test_an_individually_assigned_user_stays_until_unassigned() -> None:
    async def check(okta: Okta) -> None:
        (a, _), (u0, _, u2) = await groups(okta), await people(okta)
        app = (await okta.new_app())["id"]
        one = f"/api/v1/apps/{app}"
        await okta.connect(app)
        await okta.ok("PUT", f"{one}/groups/{a}", {})
        for user in (u0, u2):
            created = await okta.ok("POST", one + "/users", {"id": user, "scope": "USER"})
            assert (created["scope"], created["credentials"]["userName"][:4]) == ("USER", "user")
        await okta.ok("DELETE", f"{one}/groups/{a}")
        shown = await okta.ok("GET", one + "/users")
        assert {user["id"]: user["scope"] for user in shown} == {u0: "USER", u2: "USER"}
        await okta.ok("PUT", f"{one}/groups/{a}", {})
        await okta.ok("DELETE", f"{one}/users/{u0}")  # the group keeps this user assigned
        await okta.ok("DELETE", f"{one}/users/{u2}")
        shown = {user["id"]: user["scope"] for user in await okta.ok("GET", one + "/users")}
        assert shown[u0] == "GROUP"
        assert u2 not in shown
        assert (await refused(okta, "DELETE", f"{one}/users/{u0}"))[0] == 400
        assert (await refused(okta, "DELETE", f"{one}/users/{u2}"))[0] == 404
        await okta.ok("POST", f"/api/v1/users/{u2}/lifecycle/deactivate")
        body = {"id": u2, "scope": "USER"}
        assert (await refused(okta, "POST", one + "/users", body))[0] == 400

    run(check, ORG)


def test_app_user_overrides_take_precedence_over_mapped_attributes() -> None:
    async def check(okta: Okta) -> None:
        (u0, *_), app = await people(okta), (await okta.new_app())["id"]
        one = f"/api/v1/apps/{app}"
        await okta.ok("POST", one + "/users", {"id": u0, "profile": {"title": "Guest"}})
        (mapping,) = await okta.ok("GET", f"/api/v1/mappings?targetId={app}")
        wanted = {
            "displayName": {"expression": 'user.firstName + " " + user.lastName'},
            "department": None,
        }
        at = f"/api/v1/mappings/{mapping['id']}"
        shown = await okta.ok("POST", at, {"properties": wanted})
        assert shown["properties"]["displayName"]["pushStatus"] == "DONT_PUSH"
        profile = (await okta.ok("GET", f"{one}/users/{u0}"))["profile"]
        assert (profile["displayName"], profile["title"]) == ("First0 Last0", "Guest")
        assert "department" not in profile
        broken = {"properties": {"title": {"expression": "user."}}}
        assert await refused(okta, "POST", at, broken) == (400, "E0000001")

    run(check, ORG)


def test_aws_receives_the_mapped_attributes() -> None:
    async def check(okta: Okta) -> None:
        (u0, *_), app = await people(okta), (await okta.new_app())["id"]
        await okta.connect(app)
        (mapping,) = await okta.ok("GET", f"/api/v1/mappings?targetId={app}")
        joined = {"displayName": {"expression": 'user.lastName + ", " + user.firstName'}}
        await okta.ok("POST", f"/api/v1/mappings/{mapping['id']}", {"properties": joined})
        body = {"id": u0, "credentials": {"userName": "guest@example.com"},
                "profile": {"title": "Guest"}}  # fmt: skip
        await okta.ok("POST", f"/api/v1/apps/{app}/users", body)
        await okta.settled()
        sent = okta.sent[-1]
        assert (sent["displayName"], sent["title"]) == ("Last0, First0", "Guest")
        assert sent["userName"] == "guest@example.com"
        back = {"displayName": {"expression": "user.displayName"}}
        await okta.ok("POST", f"/api/v1/mappings/{mapping['id']}", {"properties": back})
        await okta.settled()
        assert okta.sent[-1] is sent  # saving sends nothing
        (kind,) = await okta.ok("GET", f"/api/v1/apps/{app}/user/types")
        await okta.ok("PUT", f"/api/internal/v1/mappings/reapply?target={kind['id']}")
        await okta.settled()
        assert okta.sent[-1]["displayName"] == "Person 0"

    run(check, ORG)


def test_only_a_well_formed_request_gets_a_token() -> None:
    async def check(okta: Okta) -> None:
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        good = {"grant_type": "client_credentials", "client_assertion": "x",
                "client_assertion_type": kind, "scope": "okta.apps.read"}  # fmt: skip
        for key, error in (("grant_type", "unsupported_grant_type"),
                           ("client_assertion", "invalid_client"),
                           ("client_assertion_type", "invalid_client"),
                           ("scope", "invalid_scope")):  # fmt: skip
            form = "&".join(f"{k}={v}" for k, v in good.items() if k != key)
            kept = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = await okta.call("POST", "/oauth2/v1/token", data=form, headers=kept)
            assert answer.status in (400, 401)
            assert answer.body["error"] == error

    run(check)
