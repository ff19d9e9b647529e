"""The probe of the SCIM token, against the sandbox's endpoint and against worse ones."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from okta_idc.clients import scim
from okta_idc.clients.scim import ScimProbe
from sandbox.aws.scim import create_scim_app
from sandbox.aws.store import IdentityStore

TENANT = "3f2a9c10b7e-4d21-4c8a-9b5e-6a7d8c9e0f12"
ENDPOINT = f"https://scim.us-east-1.amazonaws.com/{TENANT}/scim/v2"
TOKEN = "t"


def probe(app: web.Application, token: str = TOKEN, endpoint: str = ENDPOINT) -> tuple[int, str]:
    async def go() -> tuple[int, str]:
        async with TestServer(app, host="127.0.0.1") as server:
            return await ScimProbe(f"http://127.0.0.1:{server.port}")(endpoint, token)

    return asyncio.run(go())


@pytest.fixture
def aws() -> web.Application:
    return create_scim_app(IdentityStore("d-9067a1b2c3", TENANT), tenant=TENANT, token=TOKEN)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scim, "_PAUSE", 0)


Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def answering(answer: Answer) -> web.Application:
    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    return app


def test_a_token_that_aws_takes(aws: web.Application) -> None:
    assert probe(aws) == (200, "")


def test_another_token_is_refused(aws: web.Application) -> None:
    assert probe(aws, "u") == (401, "GET /ServiceProviderConfig")


def test_a_token_of_another_tenant_is_refused(aws: web.Application) -> None:
    status, _ = probe(aws, endpoint=ENDPOINT.replace("3f2a", "4f2a"))
    assert status == 401


@pytest.mark.parametrize("token", ["two\nlines", "naïve ☃", "line\r\nX-Other: 1"])
def test_a_token_that_no_header_carries_is_told_without_it(
    aws: web.Application, token: str
) -> None:
    status, words = probe(aws, token)
    assert status == 401
    assert words.startswith("the token holds")
    assert token not in words


def test_nothing_is_written(aws: web.Application) -> None:
    asked: list[str] = []

    async def note(request: web.Request) -> web.Response:
        asked.append(f"{request.method} {request.path.rsplit('/', 1)[-1]}")
        return web.json_response({})

    assert probe(answering(note)) == (200, "")
    assert asked == ["GET ServiceProviderConfig", "GET Users", "GET Groups"]


def test_a_throttled_endpoint_is_asked_again() -> None:
    left = [429, 503]

    async def answer(_: web.Request) -> web.Response:
        return web.json_response({}, status=left.pop() if left else 200)

    assert probe(answering(answer)) == (200, "")


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (web.json_response, "500, 3 times"),
        (lambda _, status: web.Response(text="<html>", content_type="text/html"), "not answered"),
        (lambda _, status: web.Response(status=302, headers={"Location": "/x"}), "redirect"),
    ],
    ids=["down", "another-service", "redirect"],
)
def test_what_cannot_be_told_is_unknown(answer: Callable[..., web.Response], says: str) -> None:
    async def respond(_: web.Request) -> web.Response:
        return answer({}, status=500)

    status, words = probe(answering(respond))
    assert status == 0
    assert says in words


def test_no_answer_is_unknown() -> None:
    status, words = asyncio.run(ScimProbe("http://127.0.0.1:9", seconds=2)(ENDPOINT, TOKEN))
    assert status == 0
    assert "no response from scim.us-east-1.amazonaws.com" in words


def test_a_token_is_sent_to_no_other_machine() -> None:
    with pytest.raises(ValueError, match="is not on this machine"):
        asyncio.run(ScimProbe("http://example.com")(ENDPOINT, TOKEN))
