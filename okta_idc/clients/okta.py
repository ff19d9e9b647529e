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
from okta_idc.clients.okta_limits import HALF, Bucket, bucket_of, until_reset

__all__ = ["Okta", "OktaError"]

TRIES = 5
"""Attempts for one request that Okta throttles or fails to answer."""
AT_ONCE = 8
"""Concurrent requests; Okta allows 35 to 75 (docs/research/okta-api.md#rate-limits)."""
_RETRIED = frozenset({429, 502, 503, 504})


class Okta:
    """One org. Use as `async with Okta(url, Credentials.read().auth()) as okta`.

    `share` is the share of a remaining rate limit that may be used. `waiting` gets the seconds of
    each wait and its reason. `calls` counts requests by bucket.
    """

    def __init__(
        self,
        url: str,
        auth: httpx.Auth,
        *,
        share: float = HALF,
        waiting: Callable[[float, str], None] = lambda _seconds, _why: None,
    ) -> None:
        self.url = url.rstrip("/")
        self.calls: Counter[str] = Counter()
        self._share, self._waiting = share, waiting
        self._buckets: dict[str, Bucket] = {}
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._http = httpx.AsyncClient(
            auth=auth,
            headers={"Accept": "application/json"},
            timeout=httpx.Timeout(30.0),
            limits=httpx.Limits(max_connections=AT_ONCE),
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
        """Every page of a list. A page that fails raises OktaError, so no list is cut short."""
        answer = await self._request(self.url + path, query)
        while True:
            page = _document(answer)
            if not isinstance(page, list):
                text = f"{_place(answer.url)}: the response is not a list."
                raise OktaError(text, answer.status_code)
            yield cast(list[Json], page)
            if "next" not in answer.links:
                return
            answer = await self._request(answer.links["next"]["url"], {})

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
        place = _place(request.url)
        for attempt in range(1, TRIES + 1):
            try:
                answer = await self._send(request)
            except httpx.HTTPError as error:
                if isinstance(error, httpx.ConnectError) or attempt == TRIES:
                    text = f"{place}: Okta does not respond ({error or type(error).__name__})."
                    raise OktaError(text) from None
                seconds, why = 2.0 ** (attempt - 1), f"no response from Okta to {place}"
            else:
                if answer.is_success:
                    return answer
                if answer.status_code not in _RETRIED or attempt == TRIES:
                    text = f"{place}: {error_text(answer)}"
                    raise OktaError(text, answer.status_code, error_code(answer))
                seconds = until_reset(answer) or 2.0 ** (attempt - 1)
                why = f"{answer.status_code} from Okta for {place}"
            self._waiting(seconds, why)
            await asyncio.sleep(seconds)
        raise AssertionError("unreachable")

    async def _send(self, request: httpx.Request) -> httpx.Response:
        name = bucket_of(request.url.path)
        bucket = self._buckets.setdefault(name, Bucket(name, self._share, self._waiting))
        await bucket.enter()  # before a connection is taken that another bucket could use
        answer: httpx.Response | None = None
        try:
            async with self._at_once:
                self.calls[name] += 1
                answer = await self._http.send(request)
            return answer
        finally:
            bucket.leave(answer)


def _document(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        text = f"{_place(answer.url)}: the response is not JSON, or is cut off."
        raise OktaError(text, answer.status_code) from None


def _place(url: httpx.URL) -> str:
    return f"GET {url.path}"
