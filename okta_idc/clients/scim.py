"""Tests a token against IAM Identity Center's SCIM endpoint with three reads.

AWS has no call for that. The reads are those to expect from Okta's own test
(docs/research/scim.md#credential-test): the service's configuration, a user who does not exist, and
one group. The token is sent in one header only.
"""

import asyncio
import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_ATTEMPTS, _PAUSE = 3, 1.0


@dataclass(frozen=True)
class ScimProbe:
    """Tests a token. `at` replaces the endpoint's host (sandbox); it must be on this machine, so
    that no token is sent elsewhere."""

    at: str = ""
    seconds: float = 10

    async def __call__(self, endpoint: str, token: str) -> tuple[int, str]:
        """The first HTTP status other than 200, or 200, with the request or the obstacle.

        Status 0: unknown (no response, or not one of a SCIM service). Raises ValueError where `at`
        is not on this machine.
        """
        base = self._address(endpoint)
        try:
            headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
            async with httpx.AsyncClient(
                headers=headers, timeout=self.seconds, trust_env=not self.at
            ) as http:
                for path in (
                    "/ServiceProviderConfig",
                    f'/Users?filter=userName eq "nobody-{uuid.uuid4()}@example.com"',
                    "/Groups?count=1",
                ):
                    status, words = await _request(http, base, path)
                    if status != 200:
                        return status, words
        except UnicodeEncodeError:
            return 401, "the token holds a character that no HTTP header can carry"
        except httpx.LocalProtocolError:
            return 401, "the token holds a line break or a blank"
        except httpx.HTTPError as error:  # its text may name the address, never the header
            return 0, f"no response from {urlsplit(endpoint).netloc} ({type(error).__name__})"
        return 200, ""

    def _address(self, endpoint: str) -> str:
        if not self.at:
            return endpoint
        if urlsplit(self.at).hostname not in _LOOPBACK:
            raise ValueError(
                f"scim_token.verify_at: {self.at!r} is not on this machine, and a token is sent to "
                "AWS only. Remove the setting."
            )
        return self.at.rstrip("/") + urlsplit(endpoint).path


async def _request(http: httpx.AsyncClient, base: str, path: str) -> tuple[int, str]:
    request = f"GET {path.partition('?')[0]}"
    answer = await http.get(base + path)
    for attempt in range(1, _ATTEMPTS):
        if answer.status_code != 429 and answer.status_code < 500:
            break
        await asyncio.sleep(_PAUSE * attempt)
        answer = await http.get(base + path)
    status = answer.status_code
    if status == 429 or status >= 500:
        return 0, f"{request} returned {status}, {_ATTEMPTS} times"
    if status == 200 and "json" not in answer.headers.get("content-type", ""):
        return 0, f"{request} was not answered by a SCIM service"
    if 300 <= status < 400:
        return 0, f"{request} returned a redirect, which is not followed with a token"
    return status, request
