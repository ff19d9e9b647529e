"""Faults on request: the next answers of a server, put in place of what it would have said.

Owns the list of faults that were asked for (`POST /sandbox/faults`) and their use. Each is for one
server, `okta` or `scim`, and for requests of one method whose path and query match an expression.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

SERVERS = ("okta", "scim")
_KEYS = {"server", "method", "path", "status", "body", "headers", "times"}


@dataclass
class Fault:
    server: str
    method: str
    path: re.Pattern[str]
    status: int
    body: Any
    headers: dict[str, str]
    left: int

    def view(self) -> dict[str, Any]:
        return {
            "server": self.server, "method": self.method, "path": self.path.pattern,
            "status": self.status, "body": self.body, "headers": self.headers, "times": self.left,
        }  # fmt: skip


def read(asked: dict[str, Any]) -> Fault:
    """A fault from its JSON; ValueError says what to mend."""
    if unknown := set(asked) - _KEYS:
        raise ValueError(f"{min(unknown)}: unknown key; use {', '.join(sorted(_KEYS))}")
    server, method = asked.get("server", "okta"), asked.get("method", "")
    if server not in SERVERS:
        raise ValueError("server: use okta or scim")
    if not isinstance(method, str):
        raise ValueError("method: use an HTTP method, or leave it out for all")
    status, times = asked.get("status"), asked.get("times", 1)
    if type(status) is not int or not 200 <= status <= 599:
        raise ValueError("status: use 200 to 599")
    if type(times) is not int or not 1 <= times <= 10_000:
        raise ValueError("times: use 1 to 10000")
    headers = asked.get("headers") or {}
    if not isinstance(headers, dict) or not all(_sendable(k, v) for k, v in headers.items()):
        raise ValueError("headers: use an object of one-line texts")
    try:
        path = re.compile(asked.get("path", ""))
    except (re.error, TypeError, RecursionError, OverflowError):
        raise ValueError("path: use a regular expression, searched in path and query") from None
    return Fault(server, method.upper(), path, status, asked.get("body"), headers, times)


def _sendable(name: object, value: object) -> bool:
    return (
        isinstance(name, str)
        and re.fullmatch(r"[A-Za-z0-9-]+", name) is not None
        and isinstance(value, str)
        and value.isascii()
        and (not value or value.isprintable())
    )


@dataclass
class Faults:
    """What was asked for and is still to come, in the order in which it was asked for."""

    waiting: list[Fault] = field(default_factory=list)

    def take(self, server: str, method: str, path: str) -> web.Response | None:
        """The answer to give instead, if this request is hit; each fault is used up."""
        for fault in self.waiting:
            if fault.server == server and fault.method in ("", method) and fault.path.search(path):
                fault.left -= 1
                if not fault.left:
                    self.waiting.remove(fault)
                return _answer(fault)
        return None

    def middleware(self, server: str) -> Any:
        @web.middleware
        async def faulty(request: web.Request, handler: Any) -> web.StreamResponse:
            found = None
            if not request.path.startswith("/sandbox/"):
                found = self.take(server, request.method, request.path_qs)
            return found or await handler(request)

        return faulty


class Injected(web.Response):
    """An answer that is a fault: it carries the headers asked for and no others."""


def _answer(fault: Fault) -> web.Response:
    if fault.body is None:
        return Injected(status=fault.status, headers=fault.headers)
    text = json.dumps(fault.body)
    kind = "application/json"
    return Injected(status=fault.status, headers=fault.headers, text=text, content_type=kind)
