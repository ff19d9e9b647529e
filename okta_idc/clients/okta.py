"""Okta's Management API, read: pages followed to their end, rate limits waited for, errors told.

Bodies are plain dictionaries on purpose: the vendor's SDK raises on exactly the people whose
profiles are wrong (okta-api.md §8). No error text ever holds a credential.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self

import httpx

Json = dict[str, Any]

TRIES = 5
"""Requests in all for one answer, where Okta says «later» or fails."""
_LATER = frozenset({429, 502, 503, 504})


class OktaError(Exception):
    """Okta could not be asked, or refused. `status` is 0 where no answer came."""

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.status = status


class Okta:
    """One org. Use as `async with Okta(url, authorization) as okta`.

    `authorization` is the header's value (`SSWS …` or `Bearer …`). `waiting` is told each wait
    for a rate limit: seconds, and why.
    """

    def __init__(
        self,
        url: str,
        authorization: str,
        *,
        waiting: Callable[[float, str], None] = lambda _seconds, _why: None,
    ) -> None:
        self.url = url.rstrip("/")
        self._waiting = waiting
        self._http = httpx.AsyncClient(
            headers={"Authorization": authorization, "Accept": "application/json"},
            timeout=httpx.Timeout(30.0),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def get(self, path: str, **query: str | int) -> Any:
        """The answer's document. Raises OktaError."""
        return (await self._ask(self.url + path, query)).json()

    async def pages(self, path: str, **query: str | int) -> AsyncIterator[list[Json]]:
        """Every page of a list. A page that fails raises OktaError; a list is never cut short."""
        answer = await self._ask(self.url + path, query)
        while True:
            yield answer.json()
            following = next((v["url"] for k, v in answer.links.items() if k == "next"), None)
            if not following:
                return
            answer = await self._ask(following, {})

    async def every(self, path: str, **query: str | int) -> list[Json]:
        """All pages put together."""
        return [item async for page in self.pages(path, **query) for item in page]

    async def _ask(self, url: str, query: Mapping[str, str | int]) -> httpx.Response:
        if not url.startswith(f"{self.url}/"):
            raise OktaError("Okta's link to the next page leads to another host; not followed.")
        place = f"GET {httpx.URL(url).path}"
        for attempt in range(1, TRIES + 1):
            try:
                answer = await self._http.get(url, params=dict(query) or None)
            except httpx.HTTPError as error:
                raise OktaError(f"{place}: Okta does not answer ({_kind(error)}).") from None
            if answer.is_success:
                return answer
            if answer.status_code not in _LATER or attempt == TRIES:
                raise OktaError(f"{place}: {_told(answer)}", answer.status_code)
            seconds = _pause(answer, attempt)
            self._waiting(seconds, f"{answer.status_code} from Okta at {place}")
            await asyncio.sleep(seconds)
        raise AssertionError("unreachable")


def authorization(environment: Mapping[str, str] = os.environ) -> str:
    """The Authorization header from the provider's own variables; an access token wins, as there.

    Raises OktaError where none is set.
    """
    if token := environment.get("OKTA_ACCESS_TOKEN"):
        return f"Bearer {token}"
    if token := environment.get("OKTA_API_TOKEN"):
        return f"SSWS {token}"
    raise OktaError("No Okta credentials. Fix: set OKTA_API_TOKEN or OKTA_ACCESS_TOKEN.")


def _told(answer: httpx.Response) -> str:
    """Okta's own words. Its errors name fields and ids, never credentials."""
    try:
        body: Any = answer.json()
        told: list[Json] = body.get("errorCauses") or []
        causes = [str(cause["errorSummary"]) for cause in told]
        words = "; ".join([str(body["errorSummary"]), *causes])
    except (ValueError, KeyError, TypeError, AttributeError):
        words = answer.reason_phrase
    return f"{answer.status_code}: {words}"


def _pause(answer: httpx.Response, attempt: int) -> float:
    """Until the bucket is full again (okta-api.md §4: Date and X-Rate-Limit-Reset), else a bit."""
    try:
        told = answer.headers.get("Date")
        now = parsedate_to_datetime(told).timestamp() if told else time.time()
        return min(max(int(answer.headers["X-Rate-Limit-Reset"]) - now, 0) + 1, 120)
    except (KeyError, ValueError):
        return 2.0 ** (attempt - 1)


def _kind(error: httpx.HTTPError) -> str:
    return str(error) or type(error).__name__
