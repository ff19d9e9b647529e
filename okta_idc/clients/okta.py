"""Okta's Management API: follows pages, keeps to rate limits, and retries. Only `answer` can change
anything.

Bodies are plain dictionaries: Okta's SDK raises on the users whose profiles are wrong
(docs/research/okta-api.md#oktas-python-sdk). No error holds a credential.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self, cast

import httpx

from okta_idc.clients.bounds import BoundError, Bounds, bounded, in_time
from okta_idc.clients.http_client import http_client
from okta_idc.clients.json_path import Json
from okta_idc.clients.okta_error import OktaError, error_code, error_text
from okta_idc.clients.okta_limits import DEFAULT_SHARE, Bucket, bucket_of, until_reset

__all__ = ["Answer", "Okta", "OktaError"]

TRIES = 5
"""Attempts for one request that Okta throttles or does not answer."""
MAX_CONCURRENT = 8
"""Concurrent requests; Okta allows 35 to 75 (docs/research/okta-api.md#rate-limits)."""
_RETRIED = frozenset({429, 502, 503, 504})


@dataclass(frozen=True)
class Answer:
    """A response of any status below 500. `body` is None if it is not JSON; `code` is Okta's
    errorCode."""

    status: int
    body: Any
    code: str = ""

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


class Okta:
    """One org. Use as `async with Okta(url, Credentials.read().auth()) as okta`.

    `share` is the share of a remaining rate limit that may be used. `on_wait` gets the seconds of
    each wait and its reason. `bounds` limits what is read. `calls` counts requests by bucket.
    """

    def __init__(
        self,
        url: str,
        auth: httpx.Auth,
        *,
        share: float = DEFAULT_SHARE,
        on_wait: Callable[[float, str], None] = lambda _seconds, _why: None,
        bounds: Bounds = Bounds(),  # noqa: B008 — immutable
    ) -> None:
        self._bounds = bounds
        self.url = url.rstrip("/")
        self.calls: Counter[str] = Counter()
        self._share, self._on_wait = share, on_wait
        self._buckets: dict[str, Bucket] = {}
        self._slots = asyncio.Semaphore(MAX_CONCURRENT)
        self._http = http_client(
            OktaError,
            auth=auth,
            headers={"Accept": "application/json", "Accept-Encoding": "gzip"},
            event_hooks=bounded(bounds),
            timeout=httpx.Timeout(30.0),
            limits=httpx.Limits(max_connections=MAX_CONCURRENT),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._http.aclose()

    async def get(self, path: str, **query: str | int) -> Json:
        """The JSON object. Raises OktaError."""
        response = await self._request(self.url + path, query)
        found = _document(response)
        if not isinstance(found, dict):
            raise OktaError(f"{_endpoint(response.url)}: the response is not an object.")
        return cast(Json, found)

    async def text(self, path: str, accept: str, **query: str | int) -> str:
        """The body as text, in this media type. Raises OktaError."""
        return (await self._request(self.url + path, query, accept)).text

    async def answer(self, method: str, path: str, body: Any = None, **query: str | int) -> Answer:
        """The response to one request, also if it is a refusal. A change that Okta may have made is
        not repeated. Raises OktaError without a response, and for 401, 429, and 5xx."""
        request = self._http.build_request(
            method, self.url + path, params=dict(query) or None, json=body
        )
        response = await self._respond(request)
        if response.status_code in (401, 429) or response.status_code >= 500:
            raise _refusal(response)
        try:
            document = response.json()
        except (ValueError, RecursionError):
            document = None
        return Answer(response.status_code, document, error_code(response))

    async def pages(self, path: str, **query: str | int) -> AsyncIterator[list[Json]]:
        """Every page of a list. Raises OktaError if a page fails, so no list is incomplete."""
        response = await self._request(self.url + path, query)
        seen = {str(response.url)}
        while True:
            page = _document(response)
            endpoint = _endpoint(response.url)
            if not isinstance(page, list) or not all(
                isinstance(each, dict) for each in cast(list[Any], page)
            ):
                raise OktaError(f"{endpoint}: the response is not a list of objects.")
            yield cast(list[Json], page)
            if not (link := response.links.get("next", {}).get("url")):
                return
            if link in seen:
                raise OktaError(f"{endpoint}: Okta repeats a page of the list.")
            if len(seen) == self._bounds.pages:
                raise OktaError(f"{endpoint}: the list has more than {len(seen):,} pages.")
            seen.add(link)
            response = await self._request(link, {})

    async def every(self, path: str, **query: str | int) -> list[Json]:
        """The entries of all pages."""
        return [item async for page in self.pages(path, **query) for item in page]

    async def _request(
        self, url: str, query: Mapping[str, str | int], accept: str = "application/json"
    ) -> httpx.Response:
        if not url.startswith(f"{self.url}/"):
            raise OktaError("Okta's link to the next page names another host; not followed.")
        try:
            request = self._http.build_request(
                "GET", url, params=dict(query) or None, headers={"Accept": accept}
            )
        except httpx.InvalidURL:
            raise OktaError("Okta's link to the next page is not a URL; not followed.") from None
        response = await self._respond(request)
        if response.is_success:
            return response
        raise _refusal(response)

    async def _respond(self, request: httpx.Request) -> httpx.Response:
        """The response after retries. Only a read is repeated if Okta may have processed it."""
        endpoint, reads = _endpoint(request.url, request.method), request.method == "GET"
        for attempt in range(1, TRIES + 1):
            try:
                response = await self._send(request)
            except BoundError as error:
                raise OktaError(f"{endpoint}: Okta {error}.") from None
            except httpx.HTTPError as error:  # its text may quote the token
                if isinstance(error, httpx.ConnectError) or attempt == TRIES or not reads:
                    text = f"{endpoint}: Okta does not respond ({type(error).__name__}). Check the "
                    raise OktaError(f"{text}URL of the org and the network.") from None
                seconds, why = 2.0 ** (attempt - 1), f"no response from Okta to {endpoint}"
            else:
                retried = _RETRIED if reads else {429}
                if response.status_code not in retried or attempt == TRIES:
                    return response
                seconds = until_reset(response) or 2.0 ** (attempt - 1)
                why = f"{response.status_code} from Okta for {endpoint}"
            self._on_wait(seconds, why)
            await asyncio.sleep(seconds)
        raise AssertionError("unreachable")

    async def _send(self, request: httpx.Request) -> httpx.Response:
        name = bucket_of(request.url.path)
        bucket = self._buckets.setdefault(name, Bucket(name, self._share, self._on_wait))
        await bucket.enter()  # before taking a connection that another bucket could use
        response: httpx.Response | None = None
        try:
            async with self._slots:
                self.calls[name] += 1
                response = await in_time(self._http.send(request), self._bounds)
            return response
        finally:
            bucket.leave(response)


def _document(response: httpx.Response) -> Any:
    try:
        return response.json()
    except (ValueError, RecursionError):
        text = f"{_endpoint(response.url)}: the response is not JSON, or is cut off."
        raise OktaError(text, response.status_code) from None


def _refusal(response: httpx.Response) -> OktaError:
    text = f"{_endpoint(response.url, response.request.method)}: {error_text(response)}"
    return OktaError(text, response.status_code, error_code(response))


def _endpoint(url: httpx.URL, method: str = "GET") -> str:
    return f"{method} {url.path}"
