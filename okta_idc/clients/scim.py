"""Tests a token against IAM Identity Center's SCIM endpoint with three reads.

AWS has no API for this test. The reads are those that Okta's own test is expected to make
(docs/research/scim.md#credential-test): the service's configuration, a user who does not exist, and
one group. The token is sent only in the `Authorization` header.
"""

import asyncio
import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from okta_idc.clients.aws import AwsError
from okta_idc.clients.bounds import BoundError, Bounds, bounded, in_time
from okta_idc.clients.http_client import http_client

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
BOUNDS = Bounds(megabytes=4, seconds=90)
_ATTEMPTS, _PAUSE = 3, 1.0


@dataclass(frozen=True)
class ScimAnswer:
    """`status`: the first HTTP status other than 200, or 200; 0: unknown. `request`: the request
    with that status, or what went wrong. `request_ids`: AWS's IDs of the accepted requests."""

    status: int
    request: str
    request_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class ScimProbe:
    """Tests a token. `at` replaces the endpoint's host (sandbox); it must be on this machine, so
    that the token is not sent to another host."""

    at: str = ""
    seconds: float = 10
    """Of silence; `bounds.seconds` is the limit for all three reads."""
    bounds: Bounds = BOUNDS

    async def __call__(self, endpoint: str, token: str) -> tuple[int, str]:
        """The first HTTP status other than 200, or 200; and the request, or what went wrong.

        Status 0: unknown (no response, or not from a SCIM service). Raises ValueError if `at` is
        not on this machine.
        """
        answer = await self.answer(endpoint, token)
        return answer.status, answer.request

    async def answer(self, endpoint: str, token: str) -> ScimAnswer:
        """The same, with AWS's IDs of the requests."""
        base, host = self._address(endpoint), urlsplit(endpoint).netloc
        try:
            return await in_time(self._reads(base, token), self.bounds)
        except BoundError as error:
            return ScimAnswer(0, f"{host} {error}")
        except AwsError as error:
            return ScimAnswer(0, str(error))
        except UnicodeEncodeError:
            text = "the token contains a character that HTTP headers do not allow"
            return ScimAnswer(401, text)
        except httpx.LocalProtocolError:
            return ScimAnswer(401, "the token contains a line break or a space")
        except (httpx.HTTPError, httpx.InvalidURL) as error:  # its text may quote the token
            return ScimAnswer(0, f"no response from {host} ({type(error).__name__})")

    async def _reads(self, base: str, token: str) -> ScimAnswer:
        headers = {
            "Authorization": f"Bearer {token}", "Accept": "application/json",
            "Accept-Encoding": "gzip",
        }  # fmt: skip
        idents: list[str] = []
        async with http_client(
            AwsError, headers=headers, timeout=self.seconds, trust_env=not self.at,
            event_hooks=bounded(self.bounds),
        ) as http:  # fmt: skip
            for path in (
                "/ServiceProviderConfig",
                f'/Users?filter=userName eq "nobody-{uuid.uuid4()}@example.com"',
                "/Groups?count=1",
            ):
                status, detail, ident = await _request(http, base, path)
                if status != 200:
                    return ScimAnswer(status, detail)
                idents += [ident] if ident else []
        return ScimAnswer(200, "", tuple(idents))

    def _address(self, endpoint: str) -> str:
        if not self.at:
            return endpoint
        try:
            check_address(self.at)
        except ValueError as error:
            raise ValueError(f"scim_token.verify_at: {error} Remove the setting.") from None
        return self.at.rstrip("/") + urlsplit(endpoint).path


def check_address(at: str) -> None:
    """Raises ValueError if an address that replaces the endpoint's host is not on this machine."""
    try:
        parts = urlsplit(at)
        local = parts.scheme in ("http", "https") and parts.hostname in _LOOPBACK
    except ValueError:
        local = False
    if at and not local:
        raise ValueError(f"{at!r} is not on this machine; the token is sent only to AWS.")


async def _request(http: httpx.AsyncClient, base: str, path: str) -> tuple[int, str, str]:
    request = f"GET {path.partition('?')[0]}"
    response = await http.get(base + path)
    for attempt in range(1, _ATTEMPTS):
        if response.status_code != 429 and response.status_code < 500:
            break
        await asyncio.sleep(_PAUSE * attempt)
        response = await http.get(base + path)
    status = response.status_code
    if status == 429 or status >= 500:
        return 0, f"{request} returned {status}, {_ATTEMPTS} times", ""
    if status == 200 and "json" not in response.headers.get("content-type", ""):
        return 0, f"{request} was not answered by a SCIM service", ""
    if 300 <= status < 400:
        return 0, f"{request} returned a redirect, which is not followed with a token", ""
    return status, request, response.headers.get("x-amzn-requestid", "")
