"""The Okta client: pagination, rate limits, retries, and errors without the token."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from okta_idc.clients import okta as module
from okta_idc.clients.okta import TRIES, Okta, OktaError
from okta_idc.clients.okta_auth import HeaderAuth

ORG = "https://acme.okta.com"
TOKEN = "TOPSECRET"
Handler = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def org(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Runs one call against scripted responses. Returns its result, the requests and the waits."""

    def run(handler: Handler, call: Callable[[Okta], Any]) -> tuple[Any, list[httpx.Request], list]:
        requests: list[httpx.Request] = []
        waits: list[float] = []

        def transport(request: httpx.Request) -> httpx.Response:
            requests.append(request)
            return handler(request)

        async def go() -> Any:
            async def sleep(seconds: float) -> None: ...

            monkeypatch.setattr(module.asyncio, "sleep", sleep)
            auth = HeaderAuth(f"SSWS {TOKEN}")
            async with Okta(ORG, auth, on_wait=lambda s, _: waits.append(s)) as client:
                client._http = httpx.AsyncClient(
                    transport=httpx.MockTransport(transport), auth=auth
                )
                return await call(client)

        return asyncio.run(go()), requests, waits

    return run


def page(items: list[Any], after: str = "", host: str = ORG) -> httpx.Response:
    links = [f'<{host}/api/v1/groups?limit=2>; rel="self"']
    if after:
        links.append(f'<{host}/api/v1/groups?limit=2&after={after}>; rel="next"')
    return httpx.Response(200, json=items, headers=[("Link", link) for link in links])


def test_every_page_of_a_list_is_read(org: Any) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return page([{"id": 2}]) if "after" in request.url.params else page([{"id": 1}], "x")

    found, requests, _ = org(handler, lambda okta: okta.every("/api/v1/groups", limit=2))
    assert found == [{"id": 1}, {"id": 2}]
    assert len(requests) == 2
    assert requests[0].headers["Authorization"] == f"SSWS {TOKEN}"


def test_a_failed_page_raises_an_error_and_does_not_truncate_the_list(org: Any) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if "after" not in request.url.params:
            return page([{"id": 1}], "x")
        return httpx.Response(500, json={"errorSummary": "Internal Server Error"})

    with pytest.raises(OktaError, match="500: Internal Server Error") as caught:
        org(handler, lambda okta: okta.every("/api/v1/groups", limit=2))
    assert caught.value.status == 500


def test_a_next_link_to_another_host_is_rejected(org: Any) -> None:
    def handler(_: httpx.Request) -> httpx.Response:
        return page([{"id": 1}], "x", host="https://acme.okta.com.evil.example")

    with pytest.raises(OktaError, match="another host"):
        org(handler, lambda okta: okta.every("/api/v1/groups"))


def test_the_client_waits_until_a_rate_limit_resets(org: Any) -> None:
    limited = {"Date": "Tue, 24 Nov 2026 10:00:00 GMT", "X-Rate-Limit-Reset": "1795514407"}
    responses = [httpx.Response(429, headers=limited), httpx.Response(200, json={"id": 1})]
    found, requests, waits = org(
        lambda _: responses.pop(0), lambda okta: okta.get("/api/v1/apps/1")
    )
    assert found == {"id": 1}
    assert len(requests) == 2
    assert waits == [8.0]  # 7 seconds until the reset, plus 1


def test_a_persistent_rate_limit_is_an_error_after_several_attempts(org: Any) -> None:
    attempts: list[int] = []

    def handler(_: httpx.Request) -> httpx.Response:
        attempts.append(1)
        return httpx.Response(429, json={"errorSummary": "API call exceeded rate limit"})

    with pytest.raises(OktaError, match="exceeded rate limit"):
        org(handler, lambda okta: okta.get("/api/v1/apps/1"))
    assert len(attempts) == TRIES


@pytest.mark.parametrize("body", ["<html>", "[]", "{}", "null", '{"errorSummary": 1}'])
def test_every_error_names_the_request_but_not_the_token(org: Any, body: str) -> None:
    with pytest.raises(OktaError, match="GET /api/v1/apps/1: 403") as caught:
        org(lambda _: httpx.Response(403, text=body), lambda okta: okta.get("/api/v1/apps/1"))
    assert TOKEN not in str(caught.value)


def test_a_refused_connection_is_an_error_without_a_retry(org: Any) -> None:
    attempts: list[int] = []

    def handler(_: httpx.Request) -> httpx.Response:
        attempts.append(1)
        raise httpx.ConnectError("refused")

    with pytest.raises(OktaError, match="Okta does not respond"):
        org(handler, lambda okta: okta.get("/api/v1/apps/1"))
    assert len(attempts) == 1  # retrying a refused connection would only delay the error


def test_an_interrupted_response_is_requested_again(org: Any) -> None:
    responses: list[Any] = [httpx.ReadError("connection lost"), httpx.Response(200, json={"id": 1})]

    def handler(_: httpx.Request) -> httpx.Response:
        response = responses.pop(0)
        if isinstance(response, Exception):
            raise response
        return response

    found, requests, waits = org(handler, lambda okta: okta.get("/api/v1/apps/1"))
    assert (found, len(requests), waits) == ({"id": 1}, 2, [1.0])


@pytest.mark.parametrize("body", ['[{"id": 1}, {"id"', "<html>", ""])
def test_a_truncated_page_is_an_error_not_the_end_of_the_list(org: Any, body: str) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if "after" not in request.url.params:
            return page([{"id": 1}], "x")
        return httpx.Response(200, text=body)

    with pytest.raises(OktaError, match="not JSON, or is cut off"):
        org(handler, lambda okta: okta.every("/api/v1/groups"))


def test_a_page_that_is_not_a_list_is_an_error(org: Any) -> None:
    with pytest.raises(OktaError, match="not a list"):
        org(lambda _: httpx.Response(200, json={}), lambda okta: okta.every("/api/v1/groups"))


def test_an_error_has_the_http_status_and_the_okta_error_code(org: Any) -> None:
    body = {"errorCode": "E0000006", "errorSummary": "You do not have permission"}
    with pytest.raises(OktaError) as caught:
        org(lambda _: httpx.Response(403, json=body), lambda okta: okta.get("/api/v1/apps/1"))
    assert (caught.value.status, caught.value.code) == (403, "E0000006")


def test_calls_are_counted_by_bucket(org: Any) -> None:
    async def count(okta: Okta) -> dict[str, int]:
        await okta.get("/api/v1/apps/0oa1")
        await okta.every("/api/v1/apps/0oa1/users")
        await okta.every("/api/v1/apps/0oa1/groups")
        return dict(okta.calls)

    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={} if request.url.path.endswith("0oa1") else [])

    found, _, _ = org(handler, count)
    assert found == {"apps/id": 1, "apps": 2}


def test_rejected_credentials_have_a_remedy(org: Any) -> None:
    body = {"errorCode": "E0000011", "errorSummary": "Invalid token provided", "errorCauses": []}
    with pytest.raises(
        OktaError, match=r"401: Invalid token provided\. Check that the credentials"
    ):
        org(lambda _: httpx.Response(401, json=body), lambda okta: okta.get("/api/v1/apps"))


def error(status: int) -> httpx.Response:
    return httpx.Response(status, json={"errorCode": "E0000001", "errorSummary": "no"})


@pytest.mark.parametrize("status", [200, 204, 400, 403, 404, 409])
def test_an_answer_is_returned_also_if_it_is_a_refusal(org: Any, status: int) -> None:
    answer, requests, _ = org(
        lambda _: error(status), lambda okta: okta.answer("POST", "/api/v1/groups", {"a": 1}, b="c")
    )
    assert (answer.status, answer.code, answer.is_success) == (status, "E0000001", status < 300)
    [request] = requests
    assert (request.method, str(request.url)) == ("POST", f"{ORG}/api/v1/groups?b=c")
    assert request.content == b'{"a":1}'


@pytest.mark.parametrize("status", [401, 500, 502, 503])
def test_a_change_that_okta_may_have_made_is_not_repeated(org: Any, status: int) -> None:
    requests: list[Any] = []

    def fail(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return error(status)

    with pytest.raises(OktaError, match="DELETE /api/v1/groups/1"):
        org(fail, lambda okta: okta.answer("DELETE", "/api/v1/groups/1"))
    assert len(requests) == 1


def test_a_change_without_a_response_is_not_repeated(org: Any) -> None:
    requests: list[Any] = []

    def lost(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        raise httpx.ReadTimeout(TOKEN)

    with pytest.raises(OktaError) as raised:
        org(lost, lambda okta: okta.answer("POST", "/api/v1/groups", {}))
    assert len(requests) == 1
    assert TOKEN not in str(raised.value)


def test_a_throttled_change_is_repeated(org: Any) -> None:
    responses = iter([error(429), error(429), httpx.Response(200, json={})])
    answer, requests, waits = org(
        lambda _: next(responses), lambda okta: okta.answer("POST", "/api/v1/groups", {})
    )
    assert (answer.status, len(requests), len(waits)) == (200, 3, 2)
