"""Okta's HTTP API as the real plugin meets it on its `httpProxy` route.

Owns the requests, the wait for a rate limit and the two ways in which the real plugin
words an error. Knows no resource. On this route a 5xx is not retried and the provider's
retry settings have no effect (docs/research/okta-provider.md#retries).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from offline_plugins.provider_server import ProviderError

if TYPE_CHECKING:
    import httpx

USER_AGENT = "okta-identity-center-replacement/0.1 (not the okta plugin; loopback only)"
REQUESTS_AT_A_RATE_LIMIT = 6
TIMEOUT_SECONDS = 60.0


class Clock:
    """Waiting, which a test replaces and which Cancel ends early."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()

    def sleep(self, seconds: float) -> None:
        if self._cancelled.wait(seconds):
            raise ProviderError("cancelled while waiting to try again")

    def cancel(self) -> None:
        self._cancelled.set()


@dataclass
class Refused(Exception):  # noqa: N818 # what Okta did with the request
    """Okta's answer was not a success, or, with `instead`, was not waited for any longer."""

    status: int
    reason: str
    summary: str
    causes: tuple[str, ...] = ()
    code: str = ""
    link: str = ""
    error_id: str = ""
    instead: str = ""

    @property
    def in_full(self) -> str:
        """As the plugin's oldest client (V2) words it."""
        if self.instead:
            return self.instead
        text = f"the API returned an error: {self.summary}"
        if self.causes:
            text += ". Causes: " + ", ".join(f"errorSummary: {cause}" for cause in self.causes)
        # The client appends the header's value, which is empty where Okta sent none.
        return text + (", x-okta-request-id=" if self.status >= 500 else "")

    @property
    def as_a_number(self) -> str:
        """As the real plugin prints it in one place, by mistake: Go's %f of its fields."""
        summary = self.summary + (", x-okta-request-id=" if self.status >= 500 else "")
        fields = ("", "", self.code, summary, self.link, self.error_id)
        causes = " ".join(f"map[%!f(string=errorSummary):%!f(string={c})]" for c in self.causes)
        return f"&{{{' '.join(f'%!f(string={field})' for field in fields)} [{causes}]}}"

    @property
    def in_short(self) -> str:
        """As its generated clients (V3, V5, V6) do: the status line and nothing else."""
        return self.instead or f"{self.status} {self.reason}"

    def __str__(self) -> str:
        return self.in_full


class Okta:
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
        """The elements of a list, page after page."""
        while path:
            items, path = self.page(path)
            yield from items

    def page(self, path: str) -> tuple[list[Any], str]:
        """One page, and the path of the next (Link: <..>; rel="next") or an empty text."""
        response = self._send("GET", path)
        following = urlsplit(response.links.get("next", {}).get("url", ""))
        # The next page is asked of our own address, whatever host the link names.
        query = urlencode(sorted(parse_qsl(following.query, keep_blank_values=True)))
        return self._json(response), f"{following.path}?{query}" if following.path else ""

    def is_identity_engine(self) -> bool:
        """Asked once a process, as by the real plugin; Classic orgs say `v1`."""
        with self._lock:
            if self._identity_engine is None:
                try:
                    organization = self.get("/.well-known/okta-organization")
                except Refused:
                    return True  # the real plugin takes an error for Identity Engine
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
            raise _gave_up(response, "too many requests")
        raise _refusal(response)

    def _request(
        self, method: str, path: str, body: Any, headers: dict[str, str] | None
    ) -> httpx.Response:
        import httpx  # 0.2 s that a plugin asked for nothing need not spend

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
                f"{method} {path}: no answer from {self._base_url} ({type(error).__name__}); "
                "is the sandbox running?"
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
        raise _gave_up(response, f"date header is missing or invalid: {parsing}") from None
    if not (reset.isascii() and reset.isdigit() and len(reset) < 16):
        text = f'a valid X-Rate-Limit-Reset header is missing: "{reset}"'
        raise _gave_up(response, text)
    return max(0.0, int(reset) - now + 1)


def _gave_up(response: httpx.Response, text: str) -> Refused:
    return Refused(response.status_code, response.reason_phrase, "", instead=text)


def _refusal(response: httpx.Response) -> Refused:
    try:
        body = response.json()
    except ValueError:
        body = {}
    if not isinstance(body, dict):
        body = {}
    causes = tuple(str(c.get("errorSummary", "")) for c in body.get("errorCauses") or [])
    summary = str(body.get("errorSummary") or f"{response.status_code} {response.reason_phrase}")
    code, link, error_id = (str(body.get(n) or "") for n in ("errorCode", "errorLink", "errorId"))
    return Refused(
        response.status_code, response.reason_phrase, summary, causes, code, link, error_id
    )
