"""Fault injection for requests to Okta, to the SCIM endpoint or to AWS.

Keeps the active faults (`POST /sandbox/faults`), and applies those of Okta and SCIM
(aws/fault_injection.py applies those of AWS). Each fault affects one server, and the requests whose
method, path with query or operation of AWS, and body match. `PRESETS` holds the faults that occur
in practice.
"""

import json
import math
import re
import threading
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from .clock import Clock
from .settings import AWS, SERVERS

CONNECTIONS = ("broken", "lost")
ASYNCHRONOUS = ("CreateAccountAssignment", "DeleteAccountAssignment", "ProvisionPermissionSet")
"""Operations of AWS that start a request, whose status another operation returns."""
REPLACED_BODY: web.RequestKey[bytes] = web.RequestKey("sandbox.replaced_body", bytes)
"""Replaces the body of a request."""

PRESETS: dict[str, dict[str, Any]] = {
    # Okta answers 200 and drops the attribute statements
    # (docs/research/okta-api.md#attribute-statements).
    "statements-dropped": {"method": "POST|PUT", "path": r"/api/v1/apps(/[^/?]+)?(\?|$)",
                           "drop": ["settings.signOn.attributeStatements"], "times": None},
    # AWS refuses a group with 400, and the push mapping enters the status ERROR.
    "mapping-error": {"server": "scim", "method": "POST|PATCH", "path": "/Groups", "status": 400},
    # The SCIM token has expired, or belongs to another tenant.
    "expired-token": {"server": "scim", "status": 401, "times": None},
    "scim-throttled": {"server": "scim", "status": 429, "times": 5},
    # Deleted outside the stack; `path` selects the object.
    "gone": {"method": "GET", "status": 404, "times": None},
    # Okta refuses to link an AWS group by its name (docs/research/group-push.md#linking-by-name).
    "link-refused": {"method": "POST", "path": "/group-push/mappings", "status": 400,
                     "contains": '"targetGroupName"', "times": None},
    "aws-throttled": {"server": AWS, "code": "ThrottlingException", "times": 5},
    "aws-denied": {"server": AWS, "code": "AccessDeniedException", "times": None},
    # Another change is in progress, or the object exists.
    "aws-conflict": {"server": AWS, "method": "POST", "code": "ConflictException"},
    "aws-quota": {"server": AWS, "method": "POST", "code": "ServiceQuotaExceededException",
                  "times": None},
    # The request is accepted and fails later. Assumed: the reason of the failure.
    "provisioning-failed": {"server": AWS, "failure": "The account has reached its quota of roles"},
    "provisioning-slow": {"server": AWS, "in_progress": 30, "times": None},
    "rate-limited": {"status": 429},
    "server-error": {"status": 500},
    "slow": {"delay": 30},
    "broken": {"connection": "broken"},
    # The server performs the operation, but the caller gets no answer.
    "lost": {"method": "POST|PUT|PATCH|DELETE", "connection": "lost"},
}  # fmt: skip


@dataclass(frozen=True)
class Call:
    """A request that a fault can match."""

    server: str
    method: str
    """For AWS, whose requests are all POST: GET if the operation only reads."""
    path: str
    """The path with the query; for AWS, the IAM action, for example sso:ListInstances."""
    body: str = ""


@dataclass
class Fault:
    """Selects requests and changes their answers; `remaining` is None for no limit."""

    server: str
    method: str
    path: re.Pattern[str]
    operation: re.Pattern[str]
    contains: re.Pattern[str]
    remaining: int | None
    status: int | None = None
    code: str = ""
    """The error code of AWS."""
    failure: str = ""
    """The reason for which an asynchronous operation of AWS fails."""
    in_progress: float = 0
    """The seconds until an asynchronous operation of AWS takes effect."""
    polls: int = 0
    """How often its status is IN_PROGRESS before it takes effect."""
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0
    connection: str = ""
    drop: tuple[str, ...] = ()

    def view(self) -> dict[str, Any]:
        return {
            "server": self.server, "method": self.method, "path": self.path.pattern,
            "operation": self.operation.pattern, "contains": self.contains.pattern,
            "times": self.remaining, "status": self.status, "code": self.code, "body": self.body,
            "headers": self.headers, "delay": self.delay, "connection": self.connection,
            "drop": list(self.drop), "failure": self.failure, "in_progress": self.in_progress,
            "polls": self.polls,
        }  # fmt: skip

    @property
    def is_asynchronous(self) -> bool:
        return bool(self.failure or self.in_progress or self.polls)

    def matches(self, call: Call) -> bool:
        return (
            self.server == call.server
            and (not self.method or call.method in self.method.split("|"))
            and (call.server == AWS or self.path.search(call.path) is not None)
            and (call.server != AWS or self.matches_operation(call.path))
            and self.contains.search(call.body) is not None
        )

    def matches_operation(self, action: str) -> bool:
        """Whether the fault affects this IAM action, or an operation without its service."""
        name = action.rpartition(":")[2]
        if self.is_asynchronous and name not in ASYNCHRONOUS:
            return False
        pattern = self.operation
        return not pattern.pattern or any(pattern.fullmatch(each) for each in (name, action))


_AWS_KEYS = ("operation", "code", "failure", "in_progress", "polls")
_KEYS = {"name", "server", "method", "path", "contains", "times", "status", "body", "headers",
         "delay", "connection", "drop", *_AWS_KEYS}  # fmt: skip


def parse_fault(document: dict[str, Any]) -> Fault:
    """Read a fault from JSON; the ValueError names the invalid key."""
    if unknown := set(document) - _KEYS:
        raise ValueError(f"{min(unknown)}: unknown key; use one of {', '.join(sorted(_KEYS))}")
    name: object = document.get("name")
    if name is not None and (not isinstance(name, str) or name not in PRESETS):
        raise ValueError(f"name: use one of {', '.join(PRESETS)}")
    values = {**PRESETS.get(str(name), {}), **document}
    for_aws = [key for key in _AWS_KEYS if values.get(key)]
    server = _choice(values, "server", SERVERS, AWS if for_aws else "okta")
    if for_aws and server != AWS:
        raise ValueError(f"{for_aws[0]}: use it with the server aws only")
    for key in ("path", "drop"):
        if server == AWS and values.get(key):
            raise ValueError(f"{key}: use it with the servers okta and scim only")
    code = _code(values.get("code") or "")
    status = _status(values.get("status"))
    fault = Fault(
        server=server,
        method=_method(values.get("method") or ""),
        path=_pattern(values, "path"),
        operation=_pattern(values, "operation"),
        contains=_pattern(values, "contains"),
        remaining=_times(values.get("times", 1)),
        status=400 if code and status is None else status,
        code=code,
        failure=_failure(values.get("failure") or ""),
        in_progress=_seconds("in_progress", values.get("in_progress") or 0),
        polls=_polls(values.get("polls") or 0),
        body=values.get("body"),
        headers=_headers(values.get("headers") or {}),
        delay=_seconds("delay", values.get("delay", 0)),
        connection=_choice(values, "connection", ("", *CONNECTIONS), ""),
        drop=_drop(values.get("drop") or []),
    )
    effects = [fault.status is not None, bool(fault.connection), bool(fault.drop),
               fault.is_asynchronous]  # fmt: skip
    if sum(effects) > 1 or not (any(effects) or fault.delay):
        raise ValueError(
            "use one of status or code, connection, drop, and failure, in_progress or polls, with "
            "or without delay, or delay alone"
        )
    if fault.is_asynchronous and not any(map(fault.matches_operation, ASYNCHRONOUS)):
        raise ValueError(f"operation: use one of {', '.join(ASYNCHRONOUS)} for this effect")
    return fault


def _choice(values: dict[str, Any], key: str, options: tuple[str, ...], default: str) -> str:
    value = values.get(key) or default
    if value not in options:
        raise ValueError(f"{key}: use {' or '.join(v for v in options if v)}")
    return value


def _method(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"([A-Za-z]+(\|[A-Za-z]+)*)?", value):
        raise ValueError(
            "method: use an HTTP method or several joined by |, or omit it for all methods"
        )
    return value.upper()


def _pattern(values: dict[str, Any], key: str) -> re.Pattern[str]:
    try:
        return re.compile(values.get(key) or "")
    except (re.error, TypeError, RecursionError, OverflowError):
        where = {"path": "to find in path and query", "contains": "to find in the body",
                 "operation": "for the whole name of an operation"}[key]  # fmt: skip
        raise ValueError(f"{key}: use a regular expression {where}") from None


def _times(value: object) -> int | None:
    if value is not None and (type(value) is not int or not 1 <= value <= 10_000):
        raise ValueError("times: use 1 to 10000, or null for no limit")
    return value


def _polls(value: object) -> int:
    if type(value) is not int or not 0 <= value <= 10_000:
        raise ValueError("polls: use 0 to 10000")
    return value


def _status(value: object) -> int | None:
    if value is not None and (type(value) is not int or not 200 <= value <= 599):
        raise ValueError("status: use 200 to 599")
    return value


def _code(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9.]{0,100}", value):
        raise ValueError("code: use an error code of AWS, for example ThrottlingException")
    return value


def _failure(value: object) -> str:
    if not isinstance(value, str) or not (value.isprintable() and len(value) <= 500):
        raise ValueError("failure: use the reason as one line of at most 500 characters")
    return value


def _seconds(key: str, value: object) -> float:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not math.isfinite(value)
        or not 0 <= value <= 3600
    ):
        raise ValueError(f"{key}: use 0 to 3600 seconds")
    return float(value)


def _headers(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not all(_is_header(k, v) for k, v in value.items()):
        raise ValueError("headers: use an object of single-line strings")
    return value


def _is_header(name: object, value: object) -> bool:
    return (
        isinstance(name, str)
        and re.fullmatch(r"[A-Za-z0-9-]+", name) is not None
        and isinstance(value, str)
        and value.isascii()
        and (not value or value.isprintable())
    )


def _drop(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
        raise ValueError("drop: use a list of paths in the body, for example settings.signOn")
    return tuple(value)


class FaultError(Exception):
    """A fault with a status but no body; the server adds its own error body."""

    def __init__(self, status: int, headers: dict[str, str]) -> None:
        super().__init__(f"status {status}")
        self.status, self.headers = status, headers


class InjectedResponse(web.Response):
    """An answer with the body and exactly the headers of the fault."""


class ClosedConnection(InjectedResponse):
    """Marks a request whose connection was closed without an answer."""


class Faults:
    """The active faults, in the order in which they were injected."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.active: list[Fault] = []
        self._lock = threading.Lock()  # AWS answers in threads

    def next_match(self, call: Call) -> Fault | None:
        """Return the first fault that matches the call, and count it down."""
        with self._lock:
            for fault in self.active:
                if fault.matches(call):
                    if fault.remaining is not None:
                        fault.remaining -= 1
                    if fault.remaining == 0:
                        self.active.remove(fault)
                    return fault
        return None

    def middleware(self, server: str) -> Any:
        @web.middleware
        async def inject(request: web.Request, handler: Any) -> web.StreamResponse:
            fault = None
            if self.active and not request.path.startswith("/sandbox/"):
                body = (await request.read()).decode("utf-8", "replace")
                fault = self.next_match(Call(server, request.method, request.path_qs, body))
            if fault is None:
                return await handler(request)
            await self.clock.sleep(fault.delay)
            if fault.connection == "broken":
                return _close_connection(request)
            if fault.status is not None:
                return _injected_response(fault, fault.status)
            if fault.drop:
                request[REPLACED_BODY] = _remove_paths(await request.read(), fault.drop)
            try:
                answer = await handler(request)
            finally:
                if fault.connection == "lost":
                    _close_connection(request)
            return ClosedConnection() if fault.connection == "lost" else answer

        return inject


def _close_connection(request: web.Request) -> ClosedConnection:
    if request.transport:
        request.transport.abort()
    return ClosedConnection()


def _injected_response(fault: Fault, status: int) -> web.Response:
    if fault.body is not None:
        answer = InjectedResponse(status=status, text=json.dumps(fault.body), headers=fault.headers)
        answer.content_type = fault.headers.get("Content-Type", "application/json")
        return answer
    if status >= 400:
        raise FaultError(status, fault.headers)
    return InjectedResponse(status=status, headers=fault.headers)


def _remove_paths(body: bytes, paths: tuple[str, ...]) -> bytes:
    """Remove these paths from a JSON body; return other bodies unchanged."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return body
    for path in paths:
        *parents, last = path.split(".")
        parent = document
        for part in parents:
            parent = parent.get(part) if isinstance(parent, dict) else None
        if isinstance(parent, dict):
            parent.pop(last, None)
    return json.dumps(document).encode()
