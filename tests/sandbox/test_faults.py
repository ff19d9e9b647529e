"""Faults affect the matching requests, as often as requested, and no others."""

import time
from typing import Any

import pytest
from aiohttp import ClientError
from hypothesis import given
from hypothesis import strategies as st

from sandbox.faults import PRESETS, parse_fault
from tests.sandbox.okta.provisioning.harness import TOKEN, Harness, harness, org, person

pytestmark = pytest.mark.anyio
ADA = org(person("ada"), person("ben"), staff="ada ben", admins="ada ben")
AUTH = {"Authorization": "SSWS sandbox-okta-token"}


async def status(sandbox: Harness, path: str, method: str = "GET", body: Any = None) -> int:
    """The status of a request; 0 if the connection was closed without a response."""
    try:
        async with sandbox.okta.request(method, path, json=body, headers=AUTH) as answer:
            await answer.read()
            return answer.status
    except ClientError:
        return 0


async def names(sandbox: Harness) -> set[str]:
    found = await sandbox.call("GET", "/api/v1/groups")
    return {group["profile"]["name"] for group in found if group["type"] == "OKTA_GROUP"}


NEW = {"profile": {"name": "new"}}


async def test_a_fault_affects_matching_requests_as_often_as_requested() -> None:
    async with harness(ADA) as sandbox:
        await sandbox.fault(status=500, method="GET", path="/groups", times=2)
        assert await status(sandbox, "/api/v1/users") == 200
        assert await status(sandbox, "/api/v1/groups", "POST", NEW) == 200
        assert [await status(sandbox, "/api/v1/groups") for _ in range(3)] == [500, 500, 200]


async def test_a_fault_affects_one_server_only() -> None:
    async with harness(ADA) as sandbox:
        await sandbox.fault(server="scim", status=500)
        assert await status(sandbox, "/api/v1/groups") == 200
        await sandbox.fault(server="okta", status=500, path="/nothing")
        await sandbox.assign("staff")
        await sandbox.settle()
        assert len(await sandbox.refusals()) == 1
        assert len(sandbox.store.users) == 1


async def test_faults_never_affect_the_control_api() -> None:
    async with harness(ADA) as sandbox:
        await sandbox.fault(status=500, times=None)
        assert await sandbox.call("GET", "/sandbox/faults")


async def test_a_status_without_a_body_gets_the_servers_error_body() -> None:
    async with harness(ADA) as sandbox:
        await sandbox.fault(status=404, path="/groups")
        error = await sandbox.call("GET", "/api/v1/groups/00gX", None, 404)
        assert error["errorCode"] == "E0000007"
        assert "Not found: Resource not found: 00gX" in error["errorSummary"]
        await sandbox.fault(name="rate-limited", headers={"X-Mine": "yes"})
        async with sandbox.okta.get("/api/v1/groups", headers=AUTH) as answer:
            assert (answer.status, (await answer.json())["errorCode"]) == (429, "E0000047")
            assert answer.headers["X-Rate-Limit-Remaining"] == "0"
            assert answer.headers["X-Mine"] == "yes"
            assert float(answer.headers["X-Rate-Limit-Reset"]) > time.time()


async def test_body_and_headers_of_a_fault_are_sent_unchanged() -> None:
    async with harness(ADA) as sandbox:
        await sandbox.fault(status=200, body={"status": "UNKNOWN"}, headers={"X-Mine": "yes"})
        async with sandbox.okta.get("/api/v1/groups", headers=AUTH) as answer:
            assert await answer.json() == {"status": "UNKNOWN"}
            assert answer.headers["X-Mine"] == "yes"
            assert "X-Rate-Limit-Limit" not in answer.headers


async def test_contains_matches_the_request_body() -> None:
    async with harness(ADA) as sandbox:
        await sandbox.fault(status=400, contains='"name": ?"new"', times=None)
        assert await status(sandbox, "/api/v1/groups", "POST", {"profile": {"name": "old"}}) == 200
        assert await status(sandbox, "/api/v1/groups", "POST", NEW) == 400


async def test_a_delayed_response_is_correct() -> None:
    async with harness(ADA) as sandbox:
        await sandbox.fault(delay=0.3, path="/groups")
        began = time.monotonic()
        assert await status(sandbox, "/api/v1/groups", "POST", NEW) == 200
        assert time.monotonic() - began >= 0.29
        assert "new" in await names(sandbox)


async def test_with_clock_jump_a_delayed_response_is_immediate() -> None:
    async with harness(ADA, clock="jump") as sandbox:
        await sandbox.fault(name="slow", delay=3600)
        assert await status(sandbox, "/api/v1/groups") == 200
        assert (await sandbox.call("GET", "/sandbox/clock"))["ahead"] >= 3600


async def test_a_broken_connection_prevents_the_operation() -> None:
    async with harness(ADA) as sandbox:
        await sandbox.fault(name="broken", method="POST")
        assert await status(sandbox, "/api/v1/groups", "POST", NEW) == 0
        assert "new" not in await names(sandbox)
        assert await status(sandbox, "/api/v1/groups", "POST", NEW) == 200


async def test_an_operation_completes_although_its_response_is_lost() -> None:
    async with harness(ADA) as sandbox:
        await sandbox.fault(name="lost")
        assert await status(sandbox, "/api/v1/groups") == 200  # the preset does not affect reads
        assert await status(sandbox, "/api/v1/groups", "POST", NEW) == 0
        assert "new" in await names(sandbox)
        assert await status(sandbox, "/api/v1/groups", "POST", NEW) == 400


async def test_error_responses_can_be_lost_too() -> None:
    async with harness(ADA) as sandbox:
        await sandbox.fault(connection="lost")
        assert await status(sandbox, "/api/v1/groups/nobody") == 0


class TestPresets:
    """The presets and their effects."""

    async def test_statements_dropped_discards_the_attribute_statements_of_an_update(self) -> None:
        async with harness(ADA) as sandbox:
            uri = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
            statement = {"type": "EXPRESSION", "name": "n", "values": ["user.department"],
                         "namespace": uri}  # fmt: skip
            path = f"/api/v1/apps/{sandbox.app}"
            app = await sandbox.call("GET", path)
            app["label"], app["settings"]["signOn"]["attributeStatements"] = "Other", [statement]
            await sandbox.fault(name="statements-dropped")
            answer = await sandbox.call("PUT", path, app)
            assert answer["label"] == "Other"
            assert answer["settings"]["signOn"]["attributeStatements"] == []
            assert (await sandbox.call("GET", path))["settings"]["signOn"][
                "attributeStatements"
            ] == []
            await sandbox.call("DELETE", "/sandbox/faults")
            answer = await sandbox.call("PUT", path, app)
            assert answer["settings"]["signOn"]["attributeStatements"] == [statement]

    async def test_mapping_error_makes_one_push_fail(self) -> None:
        async with harness(ADA) as sandbox:
            await sandbox.fault(name="mapping-error")
            mapping = await sandbox.push("admins")
            await sandbox.settle()
            view = await sandbox.mapping(mapping)
            assert view["status"] == "ERROR"
            assert "Bad Request: Request is unparsable" in view["errorSummary"]
            await sandbox.push_again(mapping)
            assert (await sandbox.mapping(mapping))["status"] == "ACTIVE"

    async def test_expired_token_makes_aws_reject_the_token(self) -> None:
        async with harness(ADA) as sandbox:
            await sandbox.fault(name="expired-token")
            await sandbox.assign("staff")
            await sandbox.settle()
            texts = set((await sandbox.refusals()).values())
            assert all(text.endswith("exists: Unauthorized") for text in texts)
            assert len(texts) == 2
            answer = await sandbox.token(TOKEN, status=400)
            assert "Unauthorized" in answer["errorCauses"][0]["errorSummary"]

    async def test_scim_throttled_makes_aws_throttle_a_request(self) -> None:
        async with harness(ADA) as sandbox:
            await sandbox.fault(name="scim-throttled", times=1)
            await sandbox.assign("staff")
            await sandbox.settle()
            assert "Too Many Requests" in next(iter((await sandbox.refusals()).values()))
            assert len(sandbox.store.users) == 1

    async def test_gone_returns_not_found_for_an_existing_object(self) -> None:
        async with harness(ADA) as sandbox:
            mapping = await sandbox.push("admins")
            await sandbox.fault(name="gone", path=f"/mappings/{mapping}")
            error = await sandbox.call("GET", f"{sandbox.mappings}/{mapping}", None, 404)
            assert error["errorCode"] == "E0000007"
            assert mapping in error["errorSummary"]
            assert len(await sandbox.call("GET", sandbox.mappings)) == 1

    async def test_link_refused_rejects_mappings_by_name_but_not_by_id(self) -> None:
        async with harness(ADA) as sandbox:
            await sandbox.fault(name="link-refused")
            source = await sandbox.group("admins")
            body = {"sourceGroupId": source, "targetGroupName": "admins"}
            error = await sandbox.call("POST", sandbox.mappings, body, 400)
            assert error["errorCode"] == "E0000001"
            sandbox.store.put_group({"DisplayName": "admins"})
            await sandbox.call("POST", "/sandbox/refresh")
            found = await sandbox.call("GET", "/api/v1/groups")
            [target] = [g["id"] for g in found if g["type"] == "APP_GROUP"]
            await sandbox.push("admins", targetGroupId=target)

    async def test_server_error_returns_status_500(self) -> None:
        async with harness(ADA) as sandbox:
            await sandbox.fault(name="server-error")
            error = await sandbox.call("GET", "/api/v1/groups", None, 500)
            assert error["errorCode"] == "E0000009"

    async def test_a_user_whose_creation_was_lost_is_linked_at_the_next_push(self) -> None:
        async with harness(org(person("ada"), staff="ada")) as sandbox:
            await sandbox.fault(name="lost", server="scim", path="/Users")
            await sandbox.assign("staff")
            await sandbox.settle()
            aws_id = sandbox.aws_user("ada")["UserId"]
            assert "did not answer" in (await sandbox.refusals())["ada@example.com"]
            await sandbox.call("POST", "/sandbox/retry")
            await sandbox.settle()
            assert (await sandbox.app_user("ada"))["externalId"] == aws_id
            assert len(sandbox.store.users) == 1

    async def test_a_group_whose_creation_was_lost_conflicts_with_the_next_push(self) -> None:
        async with harness(ADA) as sandbox:
            await sandbox.fault(name="lost", server="scim", path="/Groups")
            mapping = await sandbox.push("admins")
            await sandbox.settle()
            assert set(sandbox.groups()) == {"admins"}
            await sandbox.push_again(mapping)
            assert "already exists" in (await sandbox.mapping(mapping))["errorSummary"]

    @pytest.mark.parametrize("name", PRESETS)
    def test_each_preset_can_be_narrowed(self, name: str) -> None:
        key = "contains" if PRESETS[name].get("server") == "aws" else "path"
        fault = parse_fault({"name": name, key: "/only/here", "times": 7})
        assert (getattr(fault, key).pattern, fault.remaining) == ("/only/here", 7)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({}, "use one of status or code, connection, drop"),
        ({"status": 500, "connection": "lost"}, "use one of"),
        ({"name": "lost", "status": 500}, "use one of"),
        ({"name": "lots"}, "name: use one of statements-dropped"),
        ({"stat": 500}, "stat: unknown key"),
        ({"status": 99}, "status:"),
        ({"status": True}, "status:"),
        ({"status": 500, "times": 0}, "times:"),
        ({"status": 500, "path": "("}, "path: use a regular expression"),
        ({"status": 500, "contains": 5}, "contains: use a regular expression"),
        ({"status": 500, "server": "gcp"}, "server: use okta or scim or aws"),
        ({"status": 500, "server": "aws", "path": "/"}, "path: use it with the servers okta and"),
        ({"drop": ["a"], "server": "aws"}, "drop: use it with the servers okta and scim"),
        ({"name": "lost", "server": "scim", "operation": "X"}, "operation: use it with the serv"),
        ({"name": "expired-token", "code": "X"}, "code: use it with the server aws only"),
        ({"status": 500, "operation": "("}, "operation: use a regular expression"),
        ({"code": "two words"}, "code: use an error code of AWS"),
        ({"failure": "two\nlines"}, "failure: use the reason as one line"),
        ({"in_progress": 4000}, "in_progress: use 0 to 3600 seconds"),
        ({"failure": "no", "operation": "ListUsers"}, "operation: use one of CreateAccount"),
        ({"failure": "no", "code": "X"}, "use one of"),
        ({"status": 500, "method": "GET|"}, "method:"),
        ({"status": 500, "headers": {"X": "a\nb"}}, "headers:"),
        ({"delay": float("nan")}, "delay:"),
        ({"delay": -1}, "delay:"),
        ({"connection": "gone"}, "connection: use broken or lost"),
        ({"drop": "settings"}, "drop:"),
    ],
)
async def test_an_invalid_fault_names_the_key_and_the_remedy(
    document: dict[str, Any], expected: str
) -> None:
    with pytest.raises(ValueError, match=expected[:40].replace("(", r"\(")):
        parse_fault(document)


_VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text())
_DOCUMENTS = st.dictionaries(
    st.sampled_from(["name", "server", "method", "path", "contains", "times", "status", "headers",
                     "delay", "connection", "drop", "operation", "code", "failure",
                     "in_progress"]) | st.text(max_size=5),
    _VALUES | st.dictionaries(st.text(), st.text()),
)  # fmt: skip


@given(_DOCUMENTS)
def test_any_document_is_a_fault_or_an_error_message(document: dict[str, Any]) -> None:
    message = ""
    try:
        parse_fault(document)
    except ValueError as error:
        message = str(error)
    assert (
        message == ""
        or ": use " in message
        or ": unknown key" in message
        or "use one of" in message
    )
