"""A client of Okta's HTTP API that behaves as the official plugin with `httpProxy`.

It implements requests, waits at rate limits, and the formats of the official plugin's errors. With
`httpProxy`, the official plugin does not retry a 5xx, and its retry settings have no effect
(docs/research/okta-provider.md#retries).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from offline_plugins.provider import ProviderError

if TYPE_CHECKING:
    import httpx

USER_AGENT = "okta-identity-center-replacement/0.1 (not the okta plugin; loopback only)"
REQUESTS_AT_A_RATE_LIMIT = 6
TIMEOUT_SECONDS = 60.0


class Clock:
    """Waits. Cancel ends them early, and tests replace them."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()

    def sleep(self, seconds: float) -> None:
        if self._cancelled.wait(seconds):
            raise ProviderError("cancelled while waiting for a retry")

    def cancel(self) -> None:
        self._cancelled.set()


@dataclass
class OktaError(Exception):
    """An error response from Okta, or, with `override`, the end of the waits at a rate limit."""

    status: int
    reason: str
    summary: str
    causes: tuple[str, ...] = ()
    code: str = ""
    link: str = ""
    error_id: str = ""
    override: str = ""

    @property
    def v2_text(self) -> str:
        """The text in the format of the plugin's oldest client (V2)."""
        if self.override:
            return self.override
        text = f"the API returned an error: {self.summary}"
        if self.causes:
            text += ". Causes: " + ", ".join(f"errorSummary: {cause}" for cause in self.causes)
        # The client appends the header's value, which is empty if Okta did not send the header.
        return text + (", x-okta-request-id=" if self.status >= 500 else "")

    @property
    def as_go_float(self) -> str:
        """The text of one of the official plugin's errors, which formats texts with Go's %f."""
        summary = self.summary + (", x-okta-request-id=" if self.status >= 500 else "")
        fields = ("", "", self.code, summary, self.link, self.error_id)
        causes = " ".join(f"map[%!f(string=errorSummary):%!f(string={c})]" for c in self.causes)
        return f"&{{{' '.join(f'%!f(string={field})' for field in fields)} [{causes}]}}"

    @property
    def status_line(self) -> str:
        """The text in the format of the generated clients (V3, V5, V6): only the status line."""
        return self.override or f"{self.status} {self.reason}"

    def __str__(self) -> str:
        return self.v2_text


class Okta:
    """The API of one org."""

    def __init__(self, base_url: str, authorization: str, clock: Clock) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = {
            "Authorization": authorization,
            "User-Agent": USER_AGENT,
            "Accept": "application/json",
        }
        self.clock = clock
        self._lock = threading.Lock()
        self._client_lock = threading.Lock()
        self._client: httpx.Client | None = None
        self._identity_engine: bool | None = None

    @property
    def has_api_token(self) -> bool:
        return self._headers["Authorization"].startswith("SSWS ")

    def get(self, path: str) -> Any:
        return self._json(self._send("GET", path))

    def post(self, path: str, body: Any = None) -> Any:
        return self._json(self._send("POST", path, body))

    def put(self, path: str, body: Any = None) -> Any:
        return self._json(self._send("PUT", path, body))

    def patch(self, path: str, body: Any) -> Any:
        return self._json(self._send("PATCH", path, body))

    def delete(self, path: str) -> None:
        self._send("DELETE", path)

    def get_xml(self, path: str) -> str:
        return self._send("GET", path, accept="application/xml").text

    def pages(self, path: str) -> Iterator[Any]:
        """The items of a list, on all pages."""
        while path:
            items, path = self.page(path)
            yield from items

    def page(self, path: str) -> tuple[list[Any], str]:
        """One page, and the path of the next page (`Link: <…>; rel="next"`) or an empty text."""
        response = self._send("GET", path)
        following = urlsplit(response.links.get("next", {}).get("url", ""))
        # The next page is requested from the configured address, regardless of the link's host.
        query = urlencode(sorted(parse_qsl(following.query, keep_blank_values=True)))
        return self._json(response), f"{following.path}?{query}" if following.path else ""

    def is_identity_engine(self) -> bool:
        """Whether the org uses Identity Engine. Requested once per process; Classic is `v1`."""
        with self._lock:
            if self._identity_engine is None:
                try:
                    organization = self.get("/.well-known/okta-organization")
                except OktaError:
                    return True  # the official plugin assumes Identity Engine after an error
                self._identity_engine = bool(organization.get("pipeline") != "v1")
            return self._identity_engine

    def _send(
        self, method: str, path: str, body: Any = None, accept: str | None = None
    ) -> httpx.Response:
        headers = {"Accept": accept} if accept else None
        response = self._request(method, path, body, headers)
        for _ in range(REQUESTS_AT_A_RATE_LIMIT - 1):
            if response.status_code != 429:
                break
            self.clock.sleep(_seconds_to_reset(response))
            response = self._request(method, path, body, headers)
        if response.is_success:
            return response
        if response.status_code == 429:
            raise _rate_limit_error(response, "too many requests")
        raise _okta_error(response)

    def _request(
        self, method: str, path: str, body: Any, headers: dict[str, str] | None
    ) -> httpx.Response:
        import httpx  # imported here, because it takes 0.2 s

        if self._client is None:
            with self._client_lock:
                if self._client is None:
                    self._client = httpx.Client(
                        headers=self._headers, timeout=TIMEOUT_SECONDS, trust_env=False
                    )
        try:
            if body is None:
                return self._client.request(method, self._base_url + path, headers=headers)
            return self._client.request(method, self._base_url + path, json=body, headers=headers)
        except httpx.HTTPError as error:
            raise ProviderError(
                f"{method} {path}: no response from {self._base_url} ({type(error).__name__}). "
                "Start the sandbox: make up"
            ) from None

    @staticmethod
    def _json(response: httpx.Response) -> Any:
        return response.json() if response.content else None


def _seconds_to_reset(response: httpx.Response) -> float:
    date, reset = response.headers.get("Date", ""), response.headers.get("X-Rate-Limit-Reset", "")
    try:
        now = parsedate_to_datetime(date).timestamp()
    except ValueError:
        parsing = f'parsing time "{date}" as "Mon, 02 Jan 2006 15:04:05 GMT": cannot parse it'
        raise _rate_limit_error(response, f"date header is missing or invalid: {parsing}") from None
    if not (reset.isascii() and reset.isdigit() and len(reset) < 16):
        text = f'a valid X-Rate-Limit-Reset header is missing: "{reset}"'
        raise _rate_limit_error(response, text)
    return max(0.0, int(reset) - now + 1)


def _rate_limit_error(response: httpx.Response, text: str) -> OktaError:
    return OktaError(response.status_code, response.reason_phrase, "", override=text)


def _okta_error(response: httpx.Response) -> OktaError:
    try:
        body = response.json()
    except ValueError:
        body = {}
    if not isinstance(body, dict):
        body = {}
    causes = tuple(str(c.get("errorSummary", "")) for c in body.get("errorCauses") or [])
    summary = str(body.get("errorSummary") or f"{response.status_code} {response.reason_phrase}")
    code, link, error_id = (str(body.get(n) or "") for n in ("errorCode", "errorLink", "errorId"))
    return OktaError(
        response.status_code, response.reason_phrase, summary, causes, code, link, error_id
    )
