"""Sends SCIM requests to IAM Identity Center with a token, as Okta does.

The token is sent only in the `Authorization` header, and no error text contains it.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from okta_idc.clients.aws import AwsError
from okta_idc.clients.bounds import BoundError, Bounds, bounded, in_time
from okta_idc.clients.http_client import http_client
from okta_idc.clients.scim import check_address

BOUNDS = Bounds(megabytes=4, seconds=60)
_ATTEMPTS, _PAUSE = 4, 1.0


class ScimRequests:
    """One SCIM tenant. `at` replaces the endpoint's host (sandbox); it must be on this machine.
    `calls` counts the requests. Raises ValueError if `at` is not on this machine."""

    def __init__(self, endpoint: str, token: str, at: str = "", bounds: Bounds = BOUNDS) -> None:
        check_address(at)
        self._base = at.rstrip("/") + urlsplit(endpoint).path if at else endpoint
        self._bounds, self.calls = bounds, 0
        self._http = http_client(
            AwsError,
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json",
                     "Accept-Encoding": "gzip"},
            timeout=30, trust_env=not at, event_hooks=bounded(bounds),
        )  # fmt: skip

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._http.aclose()

    async def call(
        self, method: str, path: str, body: Any = None, **query: str | int
    ) -> tuple[int, Any]:
        """Status and JSON body, also of a refusal. Repeats a throttled request. Raises AwsError
        without a response, and for 401, 429, and 5xx."""
        where = f"SCIM {method} /{path.split('/')[1]}"
        response = await self._send(where, method, path, body, query)
        for attempt in range(1, _ATTEMPTS):
            if response.status_code != 429:
                break
            await asyncio.sleep(_PAUSE * attempt)
            response = await self._send(where, method, path, body, query)
        status = response.status_code
        if status in (401, 429) or status >= 500 or 300 <= status < 400:
            raise AwsError(f"{where}: AWS returned {status}.", code=str(status))
        try:
            return status, response.json()
        except (ValueError, RecursionError):
            return status, None

    async def _send(
        self, where: str, method: str, path: str, body: Any, query: Mapping[str, str | int]
    ) -> httpx.Response:
        self.calls += 1
        try:
            request = self._http.build_request(
                method, self._base + path, params=dict(query) or None, json=body
            )
            return await in_time(self._http.send(request), self._bounds)
        except BoundError as error:
            raise AwsError(f"{where}: AWS {error}.") from None
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeEncodeError) as error:
            raise AwsError(f"{where}: no response ({type(error).__name__}).") from None
