"""The SCIM client: sends requests with the app's Base URL and token.

It reaches the sandbox's SCIM endpoint only: AWS's host names map to it, and the client refuses any
other host without sending a request.
"""

import re
from typing import Any

import aiohttp

from ...partitions import PARTITIONS
from ..model import App

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
_DOMAINS = "|".join(re.escape(each.api_domain) for each in PARTITIONS.values())
_AWS_ENDPOINT = re.compile(rf"https://scim\.[a-z0-9-]+\.(?:{_DOMAINS})(/.*)?")


class ScimError(Exception):
    """An error answer of the SCIM endpoint; status 0 if there was no answer."""

    def __init__(self, status: int, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.reason, self.detail = status, reason, detail

    @property
    def message(self) -> str:
        """The text that Okta appends to its own message."""
        return f"{self.reason}. Errors reported by remote server: {self.detail}"


class ScimClient:
    """Sends the SCIM requests of all apps."""

    def __init__(self, scim_url: str) -> None:
        self.scim_url = scim_url.rstrip("/")
        self._http: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._http:
            await self._http.close()
            self._http = None

    def _url(self, base: str) -> str:
        match = _AWS_ENDPOINT.fullmatch(base)
        if match:
            return self.scim_url + (match[1] or "")
        if base.startswith(self.scim_url + "/"):
            return base
        raise ScimError(0, "No answer", "The sandbox connects to its own SCIM endpoint only.")

    async def call(self, app: App, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Send a request and return the answer; raise ScimError for status 400 and above."""
        url = self._url(app.base_url or "") + path
        if self._http is None:
            self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        headers = {"Authorization": f"Bearer {app.token}", "User-Agent": "Okta SCIM Client 1.0.0"}
        try:
            async with self._http.request(
                method, url, json=body, params=query or None, headers=headers
            ) as answer:
                document: Any = await answer.json(content_type=None) if answer.status != 204 else {}
                if answer.status >= 400:
                    detail = document.get("detail") if isinstance(document, dict) else None
                    raise ScimError(answer.status, answer.reason or "", detail or "(no detail)")
                return document
        except (aiohttp.ClientError, ValueError, TimeoutError):
            raise ScimError(0, "No answer", "The remote server did not answer.") from None
