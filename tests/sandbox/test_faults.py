"""Faults happen to the requests they were asked for, as often as asked, and to no others."""

import time
from typing import Any

import pytest
from aiohttp import ClientError
from hypothesis import given
from hypothesis import strategies as st

from sandbox.faults import PRESETS, parse_fault
from tests.sandbox.provisioning.harness import TOKEN, Box, box, org, person

pytestmark = pytest.mark.anyio
ADA = org(person("ada"), person("ben"), staff="ada ben", admins="ada ben")
AUTH = {"Authorization": "SSWS sandbox-okta-token"}


async def status(it: Box, path: str, method: str = "GET", body: Any = None) -> int:
    """0 for a connection that was closed without an answer."""
    try:
        async with it.okta.request(method, path, json=body, headers=AUTH) as answer:
            await answer.read()
            return answer.status
    except ClientError:
        return 0


async def names(it: Box) -> set[str]:
    found = await it.ask("GET", "/api/v1/groups")
    return {group["profile"]["name"] for group in found if group["type"] == "OKTA_GROUP"}


NEW = {"profile": {"name": "new"}}


async def test_a_fault_hits_as_often_as_asked_and_only_what_matches() -> None:
    async with box(ADA) as it:
        await it.fault(status=500, method="GET", path="/groups", times=2)
        assert await status(it, "/api/v1/users") == 200
        assert await status(it, "/api/v1/groups", "POST", NEW) == 200
        assert [await status(it, "/api/v1/groups") for _ in range(3)] == [500, 500, 200]


async def test_a_fault_for_scim_leaves_okta_alone_and_the_other_way_round() -> None:
    async with box(ADA) as it:
        await it.fault(server="scim", status=500)
        assert await status(it, "/api/v1/groups") == 200
        await it.fault(server="okta", status=500, path="/nothing")
        await it.assign("staff")
        await it.settle()
        assert len(await it.refusals()) == 1
        assert len(it.store.users) == 1


async def test_the_sandboxs_own_page_is_never_hit() -> None:
    async with box(ADA) as it:
        await it.fault(status=500, times=None)
        assert await it.ask("GET", "/sandbox/faults")


async def test_a_status_alone_has_the_servers_own_words() -> None:
    async with box(ADA) as it:
        await it.fault(status=404, path="/groups")
        refused = await it.ask("GET", "/api/v1/groups/00gX", None, 404)
        assert refused["errorCode"] == "E0000007"
        assert "Not found: Resource not found: 00gX" in refused["errorSummary"]
        await it.fault(name="rate-limited", headers={"X-Mine": "yes"})
        async with it.okta.get("/api/v1/groups", headers=AUTH) as answer:
            assert (answer.status, (await answer.json())["errorCode"]) == (429, "E0000047")
            assert answer.headers["X-Rate-Limit-Remaining"] == "0"
            assert answer.headers["X-Mine"] == "yes"
            assert float(answer.headers["X-Rate-Limit-Reset"]) > time.time()


async def test_a_given_body_and_its_headers_are_sent_as_they_are() -> None:
    async with box(ADA) as it:
        await it.fault(status=200, body={"status": "UNKNOWN"}, headers={"X-Mine": "yes"})
        async with it.okta.get("/api/v1/groups", headers=AUTH) as answer:
            assert await answer.json() == {"status": "UNKNOWN"}
            assert answer.headers["X-Mine"] == "yes"
            assert "X-Rate-Limit-Limit" not in answer.headers


async def test_a_body_can_be_looked_into() -> None:
    async with box(ADA) as it:
        await it.fault(status=400, contains='"name": ?"new"', times=None)
        assert await status(it, "/api/v1/groups", "POST", {"profile": {"name": "old"}}) == 200
        assert await status(it, "/api/v1/groups", "POST", NEW) == 400


async def test_a_slow_answer_is_the_right_one_later() -> None:
    async with box(ADA) as it:
        await it.fault(delay=0.3, path="/groups")
        began = time.monotonic()
        assert await status(it, "/api/v1/groups", "POST", NEW) == 200
        assert time.monotonic() - began >= 0.29
        assert "new" in await names(it)


async def test_where_the_clock_jumps_a_slow_answer_is_there_at_once() -> None:
    async with box(ADA, clock="jump") as it:
        await it.fault(name="slow", delay=3600)
        assert await status(it, "/api/v1/groups") == 200
        assert (await it.ask("GET", "/sandbox/clock"))["ahead"] >= 3600


async def test_a_broken_connection_does_nothing() -> None:
    async with box(ADA) as it:
        await it.fault(name="broken", method="POST")
        assert await status(it, "/api/v1/groups", "POST", NEW) == 0
        assert "new" not in await names(it)
        assert await status(it, "/api/v1/groups", "POST", NEW) == 200


async def test_a_lost_answer_is_of_an_operation_that_is_done() -> None:
    async with box(ADA) as it:
        await it.fault(name="lost")
        assert await status(it, "/api/v1/groups") == 200  # reads are not what it is about
        assert await status(it, "/api/v1/groups", "POST", NEW) == 0
        assert "new" in await names(it)
        assert await status(it, "/api/v1/groups", "POST", NEW) == 400


async def test_a_refusal_is_lost_like_any_other_answer() -> None:
    async with box(ADA) as it:
        await it.fault(connection="lost")
        assert await status(it, "/api/v1/groups/nobody") == 0


class TestNamed:
    """Those known from life, each with what it leads to."""

    async def test_statements_dropped(self) -> None:
        async with box(ADA) as it:
            uri = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
            statement = {"type": "EXPRESSION", "name": "n", "values": ["user.department"],
                         "namespace": uri}  # fmt: skip
            path = f"/api/v1/apps/{it.app}"
            app = await it.ask("GET", path)
            app["label"], app["settings"]["signOn"]["attributeStatements"] = "Other", [statement]
            await it.fault(name="statements-dropped")
            answer = await it.ask("PUT", path, app)
            assert answer["label"] == "Other"
            assert answer["settings"]["signOn"]["attributeStatements"] == []
            assert (await it.ask("GET", path))["settings"]["signOn"]["attributeStatements"] == []
            await it.ask("DELETE", "/sandbox/faults")
            answer = await it.ask("PUT", path, app)
            assert answer["settings"]["signOn"]["attributeStatements"] == [statement]

    async def test_mapping_error(self) -> None:
        async with box(ADA) as it:
            await it.fault(name="mapping-error")
            mapping = await it.push("admins")
            await it.settle()
            view = await it.mapping(mapping)
            assert view["status"] == "ERROR"
            assert "Bad Request: Request is unparsable" in view["errorSummary"]
            await it.push_again(mapping)
            assert (await it.mapping(mapping))["status"] == "ACTIVE"

    async def test_expired_token(self) -> None:
        async with box(ADA) as it:
            await it.fault(name="expired-token")
            await it.assign("staff")
            await it.settle()
            texts = set((await it.refusals()).values())
            assert all(text.endswith("exists: Unauthorized") for text in texts)
            assert len(texts) == 2
            answer = await it.token(TOKEN, status=400)
            assert "Unauthorized" in answer["errorCauses"][0]["errorSummary"]

    async def test_scim_throttled(self) -> None:
        async with box(ADA) as it:
            await it.fault(name="scim-throttled", times=1)
            await it.assign("staff")
            await it.settle()
            assert "Too Many Requests" in next(iter((await it.refusals()).values()))
            assert len(it.store.users) == 1

    async def test_gone(self) -> None:
        async with box(ADA) as it:
            mapping = await it.push("admins")
            await it.fault(name="gone", path=f"/mappings/{mapping}")
            refused = await it.ask("GET", f"{it.mappings}/{mapping}", None, 404)
            assert refused["errorCode"] == "E0000007"
            assert mapping in refused["errorSummary"]
            assert len(await it.ask("GET", it.mappings)) == 1

    async def test_link_refused(self) -> None:
        async with box(ADA) as it:
            await it.fault(name="link-refused")
            source = await it.group("admins")
            body = {"sourceGroupId": source, "targetGroupName": "admins"}
            refused = await it.ask("POST", it.mappings, body, 400)
            assert refused["errorCode"] == "E0000001"
            it.store.put_group({"DisplayName": "admins"})
            await it.ask("POST", "/sandbox/refresh")
            found = await it.ask("GET", "/api/v1/groups")
            [target] = [g["id"] for g in found if g["type"] == "APP_GROUP"]
            await it.push("admins", targetGroupId=target)

    async def test_server_error(self) -> None:
        async with box(ADA) as it:
            await it.fault(name="server-error")
            refused = await it.ask("GET", "/api/v1/groups", None, 500)
            assert refused["errorCode"] == "E0000009"

    async def test_a_user_whose_creation_was_lost_is_taken_over_at_the_next_push(self) -> None:
        async with box(org(person("ada"), staff="ada")) as it:
            await it.fault(name="lost", server="scim", path="/Users")
            await it.assign("staff")
            await it.settle()
            there = it.aws_user("ada")["UserId"]
            assert "did not answer" in (await it.refusals())["ada@example.com"]
            await it.ask("POST", "/sandbox/retry")
            await it.settle()
            assert (await it.app_user("ada"))["externalId"] == there
            assert len(it.store.users) == 1

    async def test_a_group_whose_creation_was_lost_is_in_the_way_of_the_next_push(self) -> None:
        async with box(ADA) as it:
            await it.fault(name="lost", server="scim", path="/Groups")
            mapping = await it.push("admins")
            await it.settle()
            assert set(it.groups()) == {"admins"}
            await it.push_again(mapping)
            assert "exists there already" in (await it.mapping(mapping))["errorSummary"]

    @pytest.mark.parametrize("name", PRESETS)
    def test_each_is_accepted_and_can_be_narrowed(self, name: str) -> None:
        fault = parse_fault({"name": name, "path": "/only/here", "times": 7})
        assert (fault.path.pattern, fault.remaining) == ("/only/here", 7)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({}, "use one of status, connection and drop"),
        ({"status": 500, "connection": "lost"}, "use one of"),
        ({"name": "lost", "status": 500}, "use one of"),
        ({"name": "lots"}, "name: use statements-dropped"),
        ({"stat": 500}, "stat: unknown key"),
        ({"status": 99}, "status:"),
        ({"status": True}, "status:"),
        ({"status": 500, "times": 0}, "times:"),
        ({"status": 500, "path": "("}, "path: use a regular expression"),
        ({"status": 500, "contains": 5}, "contains: use a regular expression"),
        ({"status": 500, "server": "aws"}, "server: use okta or scim"),
        ({"status": 500, "method": "GET|"}, "method:"),
        ({"status": 500, "headers": {"X": "a\nb"}}, "headers:"),
        ({"delay": float("nan")}, "delay:"),
        ({"delay": -1}, "delay:"),
        ({"connection": "gone"}, "connection: use broken or lost"),
        ({"drop": "settings"}, "drop:"),
    ],
)
async def test_a_fault_that_makes_no_sense_says_what_to_mend(
    document: dict[str, Any], says: str
) -> None:
    with pytest.raises(ValueError, match=says[:40].replace("(", r"\(")):
        parse_fault(document)


_VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text())
_ASKED = st.dictionaries(
    st.sampled_from(["name", "server", "method", "path", "contains", "times", "status", "headers",
                     "delay", "connection", "drop"]) | st.text(max_size=5),
    _VALUES | st.dictionaries(st.text(), st.text()),
)  # fmt: skip


@given(_ASKED)
def test_whatever_is_asked_is_a_fault_or_a_sentence(document: dict[str, Any]) -> None:
    said = ""
    try:
        parse_fault(document)
    except ValueError as error:
        said = str(error)
    assert said == "" or ": use " in said or ": unknown key" in said or "use one of" in said
