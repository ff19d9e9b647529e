"""The SCIM endpoint accepts and refuses requests as AWS does."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.aws.scim import CLOUDTRAIL, create_scim_app
from sandbox.aws.store import IdentityStore
from sandbox.org_file import load_org
from sandbox.settings import Settings

TENANT = "3f2a9c10b7e-4d21-4c8a-9b5e-6a7d8c9e0f12"
AUTH = {"Authorization": "Bearer t"}
USER = {
    "userName": "ada@example.com",
    "name": {"givenName": "Ada", "familyName": "Berg"},
    "displayName": "Ada Berg",
    "externalId": "00u1",
    "active": True,
    "emails": [{"value": "ada@example.com", "type": "work", "primary": True}],
}
ADDRESS = {
    "streetAddress": "1 Example Street",
    "locality": "Seattle",
    "region": "WA",
    "postalCode": "98101",
    "country": "US",
}
WORK = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


class Scim:
    """Client of a new endpoint; `call` returns status and body of a request."""

    def __init__(self, member_replace: str = "reject") -> None:
        self.store = IdentityStore("d-9067a1b2c3", TENANT)
        self.app = create_scim_app(
            self.store,
            tenant=TENANT,
            token="t",
            settings=Settings(member_replace=member_replace),
        )

    def run(self, work: Callable[[Any], Any]) -> Any:
        async def go() -> Any:
            async with TestClient(TestServer(self.app, host="127.0.0.1")) as client:

                async def call(method: str, path: str, body: Any = None, **more: Any) -> Any:
                    headers = more.get("headers", AUTH)
                    url = f"/{more.get('tenant', TENANT)}/scim/v2{path}"
                    async with client.request(method, url, json=body, headers=headers) as answer:
                        text = await answer.text()
                        assert "x-amzn-RequestId" in answer.headers
                        return answer.status, (await answer.json() if text else None)

                return await work(call)

        return asyncio.run(go())

    def one(self, *args: Any, **more: Any) -> Any:
        return self.run(lambda call: call(*args, **more))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"displayName": None}, "displayName is required"),
        ({"displayName": ""}, "displayName"),
        ({"name": {"givenName": "Ada"}}, "name.familyName is required"),
        ({"title": "Engineer <Platform"}, "'title'"),
        ({"title": "zero\u200bwidth"}, "'title'"),
        ({"userName": "a b"}, "userName"),
        ({"userName": "a" * 129}, "userName"),
        ({"emails": [{"value": "a@example.com"}]}, "primary"),
        ({"emails": [*USER["emails"], *USER["emails"]]}, "exceeds allowed limit of 1"),
        ({"addresses": [{"streetAddress": "x", "locality": "y"}]}, "addresses.region"),
        ({"password": "x"}, "password"),
        ({WORK: {"manager": {"value": ""}}}, "manager.value"),
    ],
)
def test_an_invalid_user_is_refused_and_only_cloudtrail_shows_the_reason(
    change: dict[str, Any], reason: str
) -> None:
    scim = Scim()
    status, body = scim.one("POST", "/Users", {**USER, **change})
    assert status == 400
    assert body["detail"].startswith("Request is unparsable")
    assert set(body) == {
        "schema", "schemas", "detail", "status", "exceptionRequestId", "timeStamp",
    }  # fmt: skip
    assert reason in scim.app[CLOUDTRAIL][-1]["errorMessage"]
    assert scim.store.users == {}


def test_a_valid_user_is_in_the_identity_store() -> None:
    scim = Scim()
    work = {"department": "R&D", "costCenter": "4100"}
    status, created = scim.one(
        "POST", "/Users", {**USER, "addresses": [ADDRESS], WORK: work, "groups": []}
    )
    assert status == 201
    record = scim.store.users[created["id"]]
    assert record["UserStatus"] == "ENABLED"
    assert record["ExternalIds"] == [{"Issuer": f"https://scim.aws.com/{TENANT}", "Id": "00u1"}]
    assert record["Extensions"] == {"aws:identitystore:enterprise": work}


@pytest.mark.parametrize(
    "change",
    [
        {"userName": "ADA@example.com"},
        {"userName": "other", "externalId": "2"},
        {"userName": "other", "emails": []},
    ],
)
def test_user_name_email_and_external_id_are_unique(change: dict[str, Any]) -> None:
    scim = Scim()

    async def work(call: Any) -> None:
        await call("POST", "/Users", USER)
        status, body = await call("POST", "/Users", {**USER, **change})
        assert status == 409
        assert body["detail"] == "Refused to create a new, duplicate resource."

    scim.run(work)


def test_a_wrong_token_and_a_wrong_tenant_get_the_same_response() -> None:
    token = Scim().one("GET", "/Users", headers={"Authorization": "Bearer no"})
    tenant = Scim().one("GET", "/Users", tenant="nobody")
    assert token[0] == tenant[0] == 401
    assert token[1]["detail"] == tenant[1]["detail"]


def test_groups_cannot_be_replaced_with_put() -> None:
    assert Scim().one("PUT", "/Groups/x", {"displayName": "g"})[0] == 405


def test_a_filter_by_id_alone_is_valid() -> None:
    async def check(call: Any) -> None:
        for path, body in (("/Groups", {"displayName": "g"}), ("/Users", USER)):
            _, made = await call("POST", path, body)
            assert "location" not in made["meta"]
            filtered = f"{path}?filter=id%20eq%20%22{made['id']}%22"
            _, found = await call("GET", filtered)
            assert [each["id"] for each in found["Resources"]] == [made["id"]]

    Scim().run(check)


@pytest.mark.parametrize(
    "text", ['userName sw "a"', 'userName eq "a" or userName eq "b"', "userName eq a", "", "x"]
)
def test_filters_support_only_eq_and_and(text: str) -> None:
    from urllib.parse import quote

    assert Scim().one("GET", f"/Users?filter={quote(text)}")[0] == 400


def test_only_a_list_with_a_cursor_has_further_pages() -> None:
    scim = Scim()
    for number in range(130):
        scim.store.put_group({"DisplayName": f"g{number}"})

    async def work(call: Any) -> None:
        _, plain = await call("GET", "/Groups?startIndex=101&count=500")
        assert (len(plain["Resources"]), plain["totalResults"]) == (100, 130)
        assert plain["Resources"][0]["displayName"] == "g0"
        _, first = await call("GET", "/Groups?cursor")
        assert "totalResults" not in first
        _, second = await call("GET", f"/Groups?cursor={first['nextCursor']}")
        assert len(first["Resources"]) + len(second["Resources"]) == 130
        assert "nextCursor" not in second

    scim.run(work)


def test_responses_omit_the_members_of_a_pushed_group() -> None:
    scim = Scim()

    async def work(call: Any) -> None:
        _, user = await call("POST", "/Users", USER)
        _, group = await call("POST", "/Groups", {"displayName": "aws-admins", "members": []})
        operations = [
            {"op": "replace", "value": {"id": group["id"], "displayName": "renamed"}},
            {"op": "add", "path": "members", "value": [{"value": user["id"]}]},
        ]
        path = f"/Groups/{group['id']}"
        assert (await call("PATCH", path, {"Operations": operations}))[0] == 204
        _, shown = await call("GET", path)
        assert (shown["displayName"], shown["members"]) == ("renamed", [])
        assert scim.store.members(group["id"]) == [user["id"]]
        gone = [{"op": "Replace", "path": "active", "value": False}]
        _, off = await call("PATCH", f"/Users/{user['id']}", {"Operations": gone})
        assert off["active"] is False
        assert scim.store.members(group["id"]) == [user["id"]], "deactivation keeps memberships"
        drop = [{"op": "remove", "path": f'members[value eq "{user["id"]}"]'}]
        assert (await call("PATCH", path, {"Operations": drop}))[0] == 204
        assert scim.store.members(group["id"]) == []
        assert (await call("POST", "/Groups", {"displayName": "RENAMED"}))[0] == 409

    scim.run(work)


@pytest.mark.parametrize(("switch", "status"), [("reject", 400), ("noop204", 204), ("apply", 204)])
def test_member_replace_selects_the_behaviour(switch: str, status: int) -> None:
    scim = Scim(switch)
    group = scim.store.put_group({"DisplayName": "g"})["GroupId"]
    user = scim.store.put_user({"UserName": "a"})["UserId"]
    scim.store.add_member(group, user)
    operations = {"Operations": [{"op": "replace", "path": "members", "value": []}]}
    assert scim.one("PATCH", f"/Groups/{group}", operations)[0] == status
    assert scim.store.members(group) == ([] if switch == "apply" else [user])


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove"},
        {"op": "add", "path": "members", "value": [{"value": str(n)} for n in range(101)]},
        {"op": "add", "path": "description", "value": "x"},
        {"op": "replace", "path": "displayName"},
    ],
)
def test_a_group_patch_outside_the_limits_is_refused(operation: dict[str, Any]) -> None:
    scim = Scim()
    group = scim.store.put_group({"DisplayName": "g"})["GroupId"]
    assert scim.one("PATCH", f"/Groups/{group}", {"Operations": [operation]})[0] == 400


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["userName", "name", "emails", "op", "path", "value", "members", WORK, "active"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
OPS = st.fixed_dictionaries(
    {
        "op": st.sampled_from(["add", "replace", "remove"]) | JSON,
        "path": st.sampled_from(["members", "name.x", "name", WORK, WORK + ":manager", "active",
                                 'emails[type eq "work"].value', "userName", None]) | JSON,
        "value": JSON,
    }
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(JSON, st.lists(OPS, max_size=3)), min_size=1, max_size=4))
def test_no_body_crashes_the_endpoint(bodies: list[tuple[Any, Any]]) -> None:
    scim = Scim("apply")
    group = scim.store.put_group({"DisplayName": "g"})["GroupId"]

    async def work(call: Any) -> None:
        _, user = await call("POST", "/Users", USER)
        for body, operations in bodies:
            merged = {**USER, **body} if isinstance(body, dict) else body
            for method, path, sent in (
                ("POST", "/Users", merged),
                ("POST", "/Groups", body),
                ("PUT", f"/Users/{user['id']}", merged),
                ("PATCH", f"/Users/{user['id']}", {"Operations": operations}),
                ("PATCH", f"/Groups/{group}", {"Operations": operations}),
                ("PATCH", f"/Groups/{group}", body),
            ):
                assert (await call(method, path, sent))[0] < 500

    scim.run(work)


def test_exactly_the_deliberate_errors_of_the_bundled_org_are_refused() -> None:
    """Uses the app's mapping, with the email as user name."""
    scim = Scim()
    parts = {
        "streetAddress": "streetAddress",
        "locality": "city",
        "region": "state",
        "postalCode": "zipCode",
        "country": "countryCode",
    }

    async def work(call: Any) -> dict[str, int]:
        refused: dict[str, int] = {}
        for user in load_org().users:
            profile = user.profile
            address = {key: profile[own] for key, own in parts.items() if own in profile}
            status, _ = await call(
                "POST",
                "/Users",
                {
                    "userName": profile["email"],
                    "externalId": profile["login"],
                    "displayName": profile.get("displayName"),
                    "name": {"givenName": profile["firstName"], "familyName": profile["lastName"]},
                    "title": profile["title"],
                    "emails": [{"value": profile["email"], "primary": True}],
                    "addresses": [address] if address else [],
                    WORK: {
                        "department": profile["department"],
                        "costCenter": profile["costCenter"],
                    },
                },
            )
            if status != 201:
                refused[profile["login"].split("@")[0]] = status
        return refused

    assert scim.run(work) == {
        "nora.lind": 400,
        "theo.brandt": 400,
        "uma.nair": 400,
        "alexander.kim": 409,
    }
