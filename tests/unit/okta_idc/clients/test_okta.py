"""The Okta client: lists to their end, rate limits waited for, errors told, tokens never."""

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
Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def org(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Run one call against scripted answers; returns what it gave, the requests and the waits."""

    def run(answer: Answer, use: Callable[[Okta], Any]) -> tuple[Any, list[httpx.Request], list]:
        asked: list[httpx.Request] = []
        waits: list[float] = []

        def transport(request: httpx.Request) -> httpx.Response:
            asked.append(request)
            return answer(request)

        async def go() -> Any:
            async def sleep(seconds: float) -> None: ...

            monkeypatch.setattr(module.asyncio, "sleep", sleep)
            auth = HeaderAuth(f"SSWS {TOKEN}")
            async with Okta(ORG, auth, waiting=lambda s, _: waits.append(s)) as client:
                client._http = httpx.AsyncClient(
                    transport=httpx.MockTransport(transport), auth=auth
                )
                return await use(client)

        return asyncio.run(go()), asked, waits

    return run


def page(items: list[Any], after: str = "", host: str = ORG) -> httpx.Response:
    links = [f'<{host}/api/v1/groups?limit=2>; rel="self"']
    if after:
        links.append(f'<{host}/api/v1/groups?limit=2&after={after}>; rel="next"')
    return httpx.Response(200, json=items, headers=[("Link", link) for link in links])


def test_a_list_is_followed_to_its_end(org: Any) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return page([{"id": 2}]) if "after" in request.url.params else page([{"id": 1}], "x")

    found, asked, _ = org(answer, lambda okta: okta.every("/api/v1/groups", limit=2))
    assert found == [{"id": 1}, {"id": 2}]
    assert len(asked) == 2
    assert asked[0].headers["Authorization"] == f"SSWS {TOKEN}"


def test_a_list_that_fails_in_the_middle_is_never_cut_short(org: Any) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if "after" not in request.url.params:
            return page([{"id": 1}], "x")
        return httpx.Response(500, json={"errorSummary": "Internal Server Error"})

    with pytest.raises(OktaError, match="500: Internal Server Error") as caught:
        org(answer, lambda okta: okta.every("/api/v1/groups", limit=2))
    assert caught.value.status == 500


def test_a_next_link_to_another_host_is_not_followed_with_the_token(org: Any) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return page([{"id": 1}], "x", host="https://acme.okta.com.evil.example")

    with pytest.raises(OktaError, match="another host"):
        org(answer, lambda okta: okta.every("/api/v1/groups"))


def test_a_rate_limit_is_waited_for_until_it_is_reset(org: Any) -> None:
    limited = {"Date": "Tue, 24 Nov 2026 10:00:00 GMT", "X-Rate-Limit-Reset": "1795514407"}
    answers = [httpx.Response(429, headers=limited), httpx.Response(200, json={"id": 1})]
    found, asked, waits = org(lambda _: answers.pop(0), lambda okta: okta.get("/api/v1/apps/1"))
    assert found == {"id": 1}
    assert len(asked) == 2
    assert waits == [8.0]  # seven seconds until the reset, and one more


def test_a_rate_limit_without_end_is_an_error_after_a_few_tries(org: Any) -> None:
    asked: list[int] = []

    def answer(_: httpx.Request) -> httpx.Response:
        asked.append(1)
        return httpx.Response(429, json={"errorSummary": "API call exceeded rate limit"})

    with pytest.raises(OktaError, match="exceeded rate limit"):
        org(answer, lambda okta: okta.get("/api/v1/apps/1"))
    assert len(asked) == TRIES


@pytest.mark.parametrize("body", ["<html>", "[]", "{}", "null", '{"errorSummary": 1}'])
def test_whatever_is_answered_an_error_names_the_place_and_no_token(org: Any, body: str) -> None:
    with pytest.raises(OktaError, match="GET /api/v1/apps/1: 403") as caught:
        org(lambda _: httpx.Response(403, text=body), lambda okta: okta.get("/api/v1/apps/1"))
    assert TOKEN not in str(caught.value)


def test_no_answer_is_an_error_that_says_so(org: Any) -> None:
    asked: list[int] = []

    def answer(_: httpx.Request) -> httpx.Response:
        asked.append(1)
        raise httpx.ConnectError("refused")

    with pytest.raises(OktaError, match="Okta does not respond"):
        org(answer, lambda okta: okta.get("/api/v1/apps/1"))
    assert len(asked) == 1  # nobody is there: asking again would only take longer


def test_an_answer_that_is_lost_on_the_way_is_asked_for_again(org: Any) -> None:
    answers: list[Any] = [httpx.ReadError("cut"), httpx.Response(200, json={"id": 1})]

    def answer(_: httpx.Request) -> httpx.Response:
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    found, asked, waits = org(answer, lambda okta: okta.get("/api/v1/apps/1"))
    assert (found, len(asked), waits) == ({"id": 1}, 2, [1.0])


@pytest.mark.parametrize("body", ['[{"id": 1}, {"id"', "<html>", ""])
def test_a_page_that_is_cut_off_is_an_error_and_no_end_of_the_list(org: Any, body: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if "after" not in request.url.params:
            return page([{"id": 1}], "x")
        return httpx.Response(200, text=body)

    with pytest.raises(OktaError, match="not JSON, or is cut off"):
        org(answer, lambda okta: okta.every("/api/v1/groups"))


def test_a_page_that_is_no_list_is_an_error(org: Any) -> None:
    with pytest.raises(OktaError, match="not a list"):
        org(lambda _: httpx.Response(200, json={}), lambda okta: okta.every("/api/v1/groups"))


def test_a_refusal_tells_its_status_and_oktas_code(org: Any) -> None:
    body = {"errorCode": "E0000006", "errorSummary": "You do not have permission"}
    with pytest.raises(OktaError) as caught:
        org(lambda _: httpx.Response(403, json=body), lambda okta: okta.get("/api/v1/apps/1"))
    assert (caught.value.status, caught.value.code) == (403, "E0000006")


def test_calls_are_counted_by_bucket(org: Any) -> None:
    async def use(okta: Okta) -> dict[str, int]:
        await okta.get("/api/v1/apps/0oa1")
        await okta.every("/api/v1/apps/0oa1/users")
        await okta.every("/api/v1/apps/0oa1/groups")
        return dict(okta.calls)

    found, _, _ = org(lambda _: httpx.Response(200, json=[]), use)
    assert found == {"apps/id": 1, "apps": 2}
