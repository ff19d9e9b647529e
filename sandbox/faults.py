"""Faults on request: what goes wrong with the next requests to Okta or to the SCIM endpoint.

Owns the list of faults that were asked for (`POST /sandbox/faults`) and their use. Each is for one
server, `okta` or `scim`, and for requests whose method, path with query, and body match. NAMED has
those that are known from life.
"""

import json
import math
import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from .clock import Clock

SERVERS = ("okta", "scim")
CONNECTIONS = ("broken", "lost")
DROPPED: web.RequestKey[bytes] = web.RequestKey("sandbox.dropped", bytes)
"""The body to read in place of the one that came."""

NAMED: dict[str, dict[str, Any]] = {
    # Okta answers 200 and has forgotten the attribute statements
    # (docs/research/okta-api.md#attribute-statements).
    "statements-dropped": {"method": "POST|PUT", "path": r"/api/v1/apps(/[^/?]+)?(\?|$)",
                           "drop": ["settings.signOn.attributeStatements"], "times": None},
    # A 400 of AWS on a group: the mapping goes into ERROR.
    "mapping-error": {"server": "scim", "method": "POST|PATCH", "path": "/Groups", "status": 400},
    # AWS's yearly token is over, or another tenant's endpoint is in use.
    "expired-token": {"server": "scim", "status": 401, "times": None},
    "scim-throttled": {"server": "scim", "status": 429, "times": 5},
    # Somebody deleted it by hand: say which with `path`.
    "gone": {"method": "GET", "status": 404, "times": None},
    # Linking a group of AWS by its name (docs/research/group-push.md#linking-by-name).
    "link-refused": {"method": "POST", "path": "/group-push/mappings", "status": 400,
                     "contains": '"targetGroupName"', "times": None},
    "rate-limited": {"status": 429},
    "server-error": {"status": 500},
    "slow": {"delay": 30},
    "broken": {"connection": "broken"},
    # The operation is done, and the caller never hears of it.
    "lost": {"method": "POST|PUT|PATCH|DELETE", "connection": "lost"},
}  # fmt: skip


@dataclass
class Fault:
    """`left` None: until it is taken back. One of status, connection and drop, or a delay."""

    server: str
    method: str
    path: re.Pattern[str]
    contains: re.Pattern[str]
    left: int | None
    status: int | None = None
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0
    connection: str = ""
    drop: tuple[str, ...] = ()

    def view(self) -> dict[str, Any]:
        return {
            "server": self.server, "method": self.method, "path": self.path.pattern,
            "contains": self.contains.pattern, "times": self.left, "status": self.status,
            "body": self.body, "headers": self.headers, "delay": self.delay,
            "connection": self.connection, "drop": list(self.drop),
        }  # fmt: skip

    def is_for(self, server: str, request: web.Request, body: str) -> bool:
        return (
            self.server == server
            and (not self.method or request.method in self.method.split("|"))
            and self.path.search(request.path_qs) is not None
            and self.contains.search(body) is not None
        )


_KEYS = {"name", "server", "method", "path", "contains", "times", "status", "body", "headers",
         "delay", "connection", "drop"}  # fmt: skip


def read(asked: dict[str, Any]) -> Fault:
    """A fault from its JSON; ValueError says what to mend."""
    if unknown := set(asked) - _KEYS:
        raise ValueError(f"{min(unknown)}: unknown key; use {', '.join(sorted(_KEYS))}")
    name: object = asked.get("name")
    if name is not None and (not isinstance(name, str) or name not in NAMED):
        raise ValueError(f"name: use {', '.join(NAMED)}")
    given = {**NAMED.get(str(name), {}), **asked}
    fault = Fault(
        server=_one_of(given, "server", SERVERS, "okta"),
        method=_method(given.get("method") or ""),
        path=_pattern(given, "path"),
        contains=_pattern(given, "contains"),
        left=_times(given.get("times", 1)),
        status=_status(given.get("status")),
        body=given.get("body"),
        headers=_headers(given.get("headers") or {}),
        delay=_delay(given.get("delay", 0)),
        connection=_one_of(given, "connection", ("", *CONNECTIONS), ""),
        drop=_drop(given.get("drop") or []),
    )
    effects = [fault.status is not None, bool(fault.connection), bool(fault.drop)]
    if sum(effects) > 1 or not (any(effects) or fault.delay):
        raise ValueError("use one of status, connection and drop; or delay, alone or with them")
    return fault


def _one_of(given: dict[str, Any], key: str, values: tuple[str, ...], default: str) -> str:
    value = given.get(key) or default
    if value not in values:
        raise ValueError(f"{key}: use {' or '.join(v for v in values if v)}")
    return value


def _method(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"([A-Za-z]+(\|[A-Za-z]+)*)?", value):
        raise ValueError("method: use an HTTP method, several joined by |, or leave it out for all")
    return value.upper()


def _pattern(given: dict[str, Any], key: str) -> re.Pattern[str]:
    try:
        return re.compile(given.get(key) or "")
    except (re.error, TypeError, RecursionError, OverflowError):
        where = "path and query" if key == "path" else "the body"
        raise ValueError(f"{key}: use a regular expression, searched in {where}") from None


def _times(value: object) -> int | None:
    if value is not None and (type(value) is not int or not 1 <= value <= 10_000):
        raise ValueError("times: use 1 to 10000, or null for: until it is taken back")
    return value


def _status(value: object) -> int | None:
    if value is not None and (type(value) is not int or not 200 <= value <= 599):
        raise ValueError("status: use 200 to 599")
    return value


def _delay(value: object) -> float:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not math.isfinite(value)
        or not 0 <= value <= 3600
    ):
        raise ValueError("delay: use 0 to 3600 seconds")
    return float(value)


def _headers(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not all(_sendable(k, v) for k, v in value.items()):
        raise ValueError("headers: use an object of one-line texts")
    return value


def _sendable(name: object, value: object) -> bool:
    return (
        isinstance(name, str)
        and re.fullmatch(r"[A-Za-z0-9-]+", name) is not None
        and isinstance(value, str)
        and value.isascii()
        and (not value or value.isprintable())
    )


def _drop(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
        raise ValueError("drop: use a list of paths in the body, such as settings.signOn")
    return tuple(value)


class FaultError(Exception):
    """A fault of which only the status is given: the server finds its own words for it."""

    def __init__(self, status: int, headers: dict[str, str]) -> None:
        super().__init__(f"status {status}")
        self.status, self.headers = status, headers


class Injected(web.Response):
    """An answer whose body is given: it carries the headers asked for and no others."""


class Cut(Injected):
    """Stands for an answer that nobody gets: the connection is closed."""


class Faults:
    """What was asked for and is still to come, in the order in which it was asked for."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.waiting: list[Fault] = []

    async def take(self, server: str, request: web.Request) -> Fault | None:
        """The first fault that is for this request; it is used up by one."""
        if not self.waiting:
            return None
        body = (await request.read()).decode("utf-8", "replace")
        for fault in self.waiting:
            if fault.is_for(server, request, body):
                if fault.left is not None:
                    fault.left -= 1
                if fault.left == 0:
                    self.waiting.remove(fault)
                return fault
        return None

    def middleware(self, server: str) -> Any:
        @web.middleware
        async def faulty(request: web.Request, handler: Any) -> web.StreamResponse:
            fault = None
            if not request.path.startswith("/sandbox/"):
                fault = await self.take(server, request)
            if fault is None:
                return await handler(request)
            await self.clock.sleep(fault.delay)
            if fault.connection == "broken":
                return _cut(request)
            if fault.status is not None:
                return _answer(fault, fault.status)
            if fault.drop:
                request[DROPPED] = _without(await request.read(), fault.drop)
            try:
                answer = await handler(request)
            finally:
                if fault.connection == "lost":
                    _cut(request)
            return Cut() if fault.connection == "lost" else answer

        return faulty


def _cut(request: web.Request) -> Cut:
    if request.transport:
        request.transport.abort()
    return Cut()


def _answer(fault: Fault, status: int) -> web.Response:
    if fault.body is not None:
        answer = Injected(status=status, text=json.dumps(fault.body), headers=fault.headers)
        answer.content_type = fault.headers.get("Content-Type", "application/json")
        return answer
    if status >= 400:
        raise FaultError(status, fault.headers)
    return Injected(status=status, headers=fault.headers)


def _without(body: bytes, paths: tuple[str, ...]) -> bytes:
    """The JSON document without what stands at these paths; anything else as it came."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return body
    for path in paths:
        *parents, last = path.split(".")
        place = document
        for part in parents:
            place = place.get(part) if isinstance(place, dict) else None
        if isinstance(place, dict):
            place.pop(last, None)
    return json.dumps(document).encode()
