"""Responses without end, and of the wrong shape, from a server on this machine: one error each."""

import asyncio
import gc
import gzip
import weakref
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from okta_idc.clients import scim
from okta_idc.clients.aws import AwsClient, AwsError
from okta_idc.clients.bounds import Bounds, bounded
from okta_idc.clients.okta import Okta, OktaError
from okta_idc.clients.okta_auth import HeaderAuth
from okta_idc.clients.scim import ScimProbe

SMALL = Bounds(pages=3, megabytes=0.1, seconds=0.2)
LARGE = Bounds(pages=3, megabytes=0.1, seconds=60)
JSON = {"Content-Type": "application/json"}
TENANT = "https://scim.us-east-1.amazonaws.com/3f2a9c10b7e-4d21-4c8a-9b5e-6a7d8c9e0f12/scim/v2"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def served(handler: Handler, use: Callable[[str], Awaitable[Any]]) -> Any:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    async with TestServer(app, host="127.0.0.1") as server:
        return await use(f"http://127.0.0.1:{server.port}")


def read(handler: Handler, call: Callable[[Okta], Awaitable[Any]], bounds: Bounds = LARGE) -> Any:
    async def use(url: str) -> Any:
        async with Okta(url, HeaderAuth("SSWS t"), bounds=bounds) as okta:
            return await call(okta)

    return asyncio.run(served(handler, use))


def error_of(*arguments: Any) -> str:
    with pytest.raises(OktaError) as caught:
        read(*arguments)
    return str(caught.value)


def an_object(okta: Okta) -> Awaitable[Any]:
    return okta.get("/api/v1/apps/0oa1")


def a_list(okta: Okta) -> Awaitable[Any]:
    return okta.every("/api/v1/groups")


def answer(body: bytes, **headers: str) -> Handler:
    async def handler(_request: web.Request) -> web.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(body=body, headers=JSON | named)

    return handler


async def drip(request: web.Request) -> web.StreamResponse:
    """One byte at a time, without end; ends when the client closes the connection."""
    response = web.StreamResponse(headers=JSON)
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.01)


async def silence(_request: web.Request) -> web.Response:
    await asyncio.sleep(60)
    return web.Response()


BOMB = gzip.compress(bytes(1_000_000))


def test_a_compressed_response_is_read() -> None:
    handler = answer(gzip.compress(b'{"a": 1}'), Content_Encoding="gzip")
    assert read(handler, an_object) == {"a": 1}


def test_memory_of_a_response_is_freed_without_a_garbage_collection() -> None:
    async def use(url: str) -> httpx.Response | None:
        async with httpx.AsyncClient(event_hooks=bounded(LARGE)) as client:
            response = weakref.ref(await client.get(url))
            return response()

    gc.disable()
    try:
        assert asyncio.run(served(answer(b"{}"), use)) is None
    finally:
        gc.enable()


@pytest.mark.parametrize("handler", [drip, silence])
def test_a_response_without_end_is_one_error(handler: Handler) -> None:
    assert error_of(handler, an_object, SMALL) == (
        "GET /api/v1/apps/0oa1: Okta sends no complete response within 0.2 s."
    )


@pytest.mark.parametrize(
    "handler", [answer(BOMB, Content_Encoding="gzip"), answer(bytes(1_000_000))]
)
def test_a_large_response_is_one_error(handler: Handler) -> None:
    text = "GET /api/v1/apps/0oa1: Okta sends more than 0.1 MB."
    assert error_of(handler, an_object) == text


def test_the_size_of_a_token_response_is_limited_too() -> None:
    class Reads(httpx.Auth):
        requires_response_body = True

        def auth_flow(self, request: httpx.Request) -> Any:
            yield httpx.Request("POST", request.url.copy_with(raw_path=b"/token"))

    async def use(url: str) -> Any:
        async with Okta(url, Reads(), bounds=LARGE) as okta:
            return await okta.get("/api/v1/apps/0oa1")

    handler = answer(BOMB, Content_Encoding="gzip")
    with pytest.raises(OktaError, match=r"more than 0\.1 MB"):
        asyncio.run(served(handler, use))


@pytest.mark.parametrize("coding", ["gzip, gzip", "br", "zstd", "x"])
def test_an_unexpected_compression_is_one_error(coding: str) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers=JSON | {"Content-Encoding": coding})
        await response.prepare(request)
        await response.write(zlib.compress(BOMB))
        return response

    assert "Okta compresses its response in an unexpected way." in error_of(handler, an_object)


def test_damaged_compression_is_one_error() -> None:
    handler = answer(b"no gzip", Content_Encoding="gzip")
    assert "Okta sends a damaged compressed response." in error_of(handler, an_object)


def linked(next_page: Callable[[web.Request], str]) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        link = f'<{request.url.origin()}{next_page(request)}>; rel="next"'
        return web.json_response([{"id": "1"}], headers={"Link": link})

    return handler


def test_a_page_that_links_to_itself_is_one_error() -> None:
    handler = linked(lambda request: request.path_qs)
    assert error_of(handler, a_list) == "GET /api/v1/groups: Okta repeats a page of the list."


def test_pages_that_link_in_a_circle_are_one_error() -> None:
    def next_page(request: web.Request) -> str:
        return "/api/v1/groups?after=" + ("b" if request.query.get("after") == "a" else "a")

    assert "repeats a page" in error_of(linked(next_page), a_list)


def test_pages_without_end_are_one_error() -> None:
    def next_page(request: web.Request) -> str:
        return f"/api/v1/groups?after={int(request.query.get('after', '0')) + 1}"

    assert (
        error_of(linked(next_page), a_list) == "GET /api/v1/groups: the list has more than 3 pages."
    )


@pytest.mark.parametrize("length", [8_000, 64_000, 70_000])
def test_a_long_link_is_one_error(length: int) -> None:
    handler = linked(lambda _request: f"/api/v1/groups?after={'x' * length}")
    text = error_of(handler, a_list)
    assert "\n" not in text
    assert len(text) < 300


@pytest.mark.parametrize("link", ['<>; rel="next"', "<;;=>", "x" * 100])
def test_a_malformed_link_is_the_end_of_the_list(link: str) -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.json_response([{"id": "1"}], headers={"Link": link})

    assert read(handler, a_list) == [{"id": "1"}]


DEEP = b"[" * 200_000


@pytest.mark.parametrize(
    ("body", "call", "text"),
    [
        (b"[]", an_object, "the response is not an object."),
        (b'"x"', an_object, "the response is not an object."),
        (b"{}", a_list, "the response is not a list of objects."),
        (b"[1]", a_list, "the response is not a list of objects."),
        (b"[{}, null]", a_list, "the response is not a list of objects."),
        (DEEP, an_object, "the response is not JSON, or is cut off."),
        (DEEP, a_list, "the response is not JSON, or is cut off."),
        (b'{"a": ', an_object, "the response is not JSON, or is cut off."),
        (b"\xff\xfe", an_object, "the response is not JSON, or is cut off."),
    ],
)
def test_a_response_of_the_wrong_shape_is_one_error(body: bytes, call: Any, text: str) -> None:
    bounds = Bounds(megabytes=1)
    assert error_of(answer(body), call, bounds).partition(": ")[2] == text


def test_a_deeply_nested_error_is_one_error() -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(body=DEEP, status=400, headers=JSON)

    assert error_of(handler, an_object, Bounds(megabytes=1)).endswith("400: Bad Request")


@pytest.mark.parametrize(
    ("handler", "text"),
    [
        (drip, "sends no complete response within 0.2 s"),
        (answer(bytes(1_000_000)), "sends more than 0.1 MB"),
    ],
)
def test_the_test_of_the_scim_token_ends(
    handler: Handler, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scim, "_PAUSE", 0)
    bounds = SMALL if handler is drip else LARGE

    async def use(url: str) -> Any:
        return await ScimProbe(url, bounds=bounds)(TENANT, "t")

    found = asyncio.run(served(handler, use))
    assert found == (0, f"scim.us-east-1.amazonaws.com {text}")


def test_aws_pages_in_a_circle_are_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    client = AwsClient("sso-admin", "us-east-1")
    follows = {None: "a", "a": "b", "b": "a"}
    monkeypatch.setattr(
        client, "call", lambda _operation, **query: {"NextToken": follows[query.get("NextToken")]}
    )
    with pytest.raises(AwsError, match="the same NextToken twice"):
        list(client.pages("list_instances", "Instances"))
