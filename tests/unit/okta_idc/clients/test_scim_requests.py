"""SCIM requests: refusals are answers, failures are errors without the token."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from okta_idc.clients import scim_requests as module
from okta_idc.clients.aws import AwsError
from okta_idc.clients.scim_requests import ScimRequests

ENDPOINT = "https://scim.us-east-1.amazonaws.com/T/scim/v2"
TOKEN = "TOPSECRET-TOPSECRET"


@pytest.fixture
def send(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """The answer to one request, and the requests, with scripted responses."""

    def run(*responses: Any, method: str = "POST") -> tuple[Any, list[httpx.Request]]:
        requests: list[httpx.Request] = []

        def transport(request: httpx.Request) -> httpx.Response:
            requests.append(request)
            response = responses[min(len(requests), len(responses)) - 1]
            if isinstance(response, Exception):
                raise response
            return response

        async def go() -> Any:
            async def sleep(_seconds: float) -> None: ...

            monkeypatch.setattr(module.asyncio, "sleep", sleep)
            async with ScimRequests(ENDPOINT, TOKEN) as scim:
                headers = scim._http.headers
                scim._http = httpx.AsyncClient(
                    transport=httpx.MockTransport(transport), headers=headers
                )
                found = await scim.call(method, "/Users", {"userName": "a"}, count=1)
                assert scim.calls == len(requests)
                return found

        return asyncio.run(go()), requests

    return run


@pytest.mark.parametrize("status", [201, 400, 404, 409])
def test_an_answer_is_returned_also_if_it_is_a_refusal(send: Any, status: int) -> None:
    found, requests = send(httpx.Response(status, json={"id": "1"}))
    assert found == (status, {"id": "1"})
    assert str(requests[0].url) == f"{ENDPOINT}/Users?count=1"
    assert requests[0].headers["Authorization"] == f"Bearer {TOKEN}"


def test_an_answer_without_json_has_no_body(send: Any) -> None:
    assert send(httpx.Response(204))[0] == (204, None)


def test_a_throttled_request_is_repeated(send: Any) -> None:
    found, requests = send(httpx.Response(429), httpx.Response(429), httpx.Response(201, json={}))
    assert (found, len(requests)) == ((201, {}), 3)


@pytest.mark.parametrize("response", [
    httpx.Response(500), httpx.Response(401), httpx.Response(302), httpx.Response(429),
    httpx.ReadTimeout(TOKEN), httpx.LocalProtocolError(TOKEN),
])  # fmt: skip
def test_a_failure_is_an_error_without_the_token(send: Any, response: Any) -> None:
    with pytest.raises(AwsError) as raised:
        send(response)
    assert "SCIM POST /Users" in str(raised.value)
    assert TOKEN not in str(raised.value)


def test_the_token_is_sent_to_this_machine_only_instead_of_aws() -> None:
    with pytest.raises(ValueError, match="not on this machine"):
        ScimRequests(ENDPOINT, TOKEN, "https://example.com")
