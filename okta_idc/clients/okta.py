"""Reads Okta's Management API: follows pages, keeps to rate limits, and retries.

Bodies are plain dictionaries: Okta's SDK raises on the users whose profiles are wrong
(docs/research/okta-api.md#oktas-python-sdk). No error holds a credential.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Self, cast

import httpx

from okta_idc.clients.json_path import Json
from okta_idc.clients.okta_error import OktaError, error_code, error_text
from okta_idc.clients.okta_limits import DEFAULT_SHARE, Bucket, bucket_of, until_reset

__all__ = ["Okta", "OktaError"]

TRIES = 5
"""Attempts for one request that Okta throttles or does not answer."""
MAX_CONCURRENT = 8
"""Concurrent requests; Okta allows 35 to 75 (docs/research/okta-api.md#rate-limits)."""
_RETRIED = frozenset({429, 502, 503, 504})


class Okta:
    """One org. Use as `async with Okta(url, Credentials.read().auth()) as okta`.

    `share` is the share of a remaining rate limit that may be used. `on_wait` gets the seconds of
    each wait and its reason. `calls` counts requests by bucket.
    """

    def __init__(
        self,
        url: str,
        auth: httpx.Auth,
        *,
        share: float = DEFAULT_SHARE,
        on_wait: Callable[[float, str], None] = lambda _seconds, _why: None,
    ) -> None:
        self.url = url.rstrip("/")
        self.calls: Counter[str] = Counter()
        self._share, self._on_wait = share, on_wait
        self._buckets: dict[str, Bucket] = {}
        self._slots = asyncio.Semaphore(MAX_CONCURRENT)
        self._http = httpx.AsyncClient(
            auth=auth,
            headers={"Accept": "application/json"},
            timeout=httpx.Timeout(30.0),
            limits=httpx.Limits(max_connections=MAX_CONCURRENT),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._http.aclose()

    async def get(self, path: str, **query: str | int) -> Any:
        """The JSON document. Raises OktaError."""
        return _document(await self._request(self.url + path, query))

    async def text(self, path: str, accept: str, **query: str | int) -> str:
        """The body as text, in this media type. Raises OktaError."""
        return (await self._request(self.url + path, query, accept)).text

    async def pages(self, path: str, **query: str | int) -> AsyncIterator[list[Json]]:
        """Every page of a list. Raises OktaError if a page fails, so no list is incomplete."""
        response = await self._request(self.url + path, query)
        while True:
            page = _document(response)
            if not isinstance(page, list):
                text = f"{_endpoint(response.url)}: the response is not a list."
                raise OktaError(text, response.status_code)
            yield cast(list[Json], page)
            if "next" not in response.links:
                return
            response = await self._request(response.links["next"]["url"], {})

    async def every(self, path: str, **query: str | int) -> list[Json]:
        """The entries of all pages."""
        return [item async for page in self.pages(path, **query) for item in page]

    async def _request(
        self, url: str, query: Mapping[str, str | int], accept: str = "application/json"
    ) -> httpx.Response:
        if not url.startswith(f"{self.url}/"):
            raise OktaError("Okta's link to the next page names another host; not followed.")
        request = self._http.build_request(
            "GET", url, params=dict(query) or None, headers={"Accept": accept}
        )
        endpoint = _endpoint(request.url)
        for attempt in range(1, TRIES + 1):
            try:
                response = await self._send(request)
            except httpx.HTTPError as error:
                if isinstance(error, httpx.ConnectError) or attempt == TRIES:
                    text = f"{endpoint}: Okta does not respond ({error or type(error).__name__})."
                    raise OktaError(text) from None
                seconds, why = 2.0 ** (attempt - 1), f"no response from Okta to {endpoint}"
            else:
                if response.is_success:
                    return response
                if response.status_code not in _RETRIED or attempt == TRIES:
                    text = f"{endpoint}: {error_text(response)}"
                    raise OktaError(text, response.status_code, error_code(response))
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
                response = await self._http.send(request)
            return response
        finally:
            bucket.leave(response)


def _document(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        text = f"{_endpoint(response.url)}: the response is not JSON, or is cut off."
        raise OktaError(text, response.status_code) from None


def _endpoint(url: httpx.URL) -> str:
    return f"GET {url.path}"
