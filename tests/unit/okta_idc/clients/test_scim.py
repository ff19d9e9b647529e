"""The SCIM token probe, against the sandbox's endpoint and against faulty endpoints."""

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


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def app_with(handler: Handler) -> web.Application:
    app = web.Application()
    app.router.add_get("/{path:.*}", handler)
    return app


def test_a_valid_token_is_accepted(aws: web.Application) -> None:
    assert probe(aws) == (200, "")


def test_another_token_is_rejected(aws: web.Application) -> None:
    assert probe(aws, "u") == (401, "GET /ServiceProviderConfig")


def test_a_token_of_another_tenant_is_rejected(aws: web.Application) -> None:
    status, _ = probe(aws, endpoint=ENDPOINT.replace("3f2a", "4f2a"))
    assert status == 401


@pytest.mark.parametrize("token", ["two\nlines", "naïve ☃", "line\r\nX-Other: 1"])
def test_a_token_that_no_http_header_can_carry_is_rejected_but_not_shown(
    aws: web.Application, token: str
) -> None:
    status, reason = probe(aws, token)
    assert status == 401
    assert reason.startswith("the token contains")
    assert token not in reason


def test_the_probe_only_reads(aws: web.Application) -> None:
    requests: list[str] = []

    async def record(request: web.Request) -> web.Response:
        requests.append(f"{request.method} {request.path.rsplit('/', 1)[-1]}")
        return web.json_response({})

    assert probe(app_with(record)) == (200, "")
    assert requests == ["GET ServiceProviderConfig", "GET Users", "GET Groups"]


def test_a_throttled_request_is_retried() -> None:
    failures = [429, 503]

    async def handler(_: web.Request) -> web.Response:
        return web.json_response({}, status=failures.pop() if failures else 200)

    assert probe(app_with(handler)) == (200, "")


@pytest.mark.parametrize(
    ("response", "message"),
    [
        (web.json_response, "500, 3 times"),
        (lambda _, status: web.Response(text="<html>", content_type="text/html"), "not answered"),
        (lambda _, status: web.Response(status=302, headers={"Location": "/x"}), "redirect"),
    ],
    ids=["down", "another-service", "redirect"],
)
def test_an_unexpected_response_is_unknown(
    response: Callable[..., web.Response], message: str
) -> None:
    async def respond(_: web.Request) -> web.Response:
        return response({}, status=500)

    status, reason = probe(app_with(respond))
    assert status == 0
    assert message in reason


def test_a_missing_response_is_unknown() -> None:
    status, reason = asyncio.run(ScimProbe("http://127.0.0.1:9", seconds=2)(ENDPOINT, TOKEN))
    assert status == 0
    assert "no response from scim.us-east-1.amazonaws.com" in reason


def test_the_token_is_never_sent_to_another_machine() -> None:
    with pytest.raises(ValueError, match="is not on this machine"):
        asyncio.run(ScimProbe("http://example.com")(ENDPOINT, TOKEN))
