"""Applies the faults of AWS: error answers, delays, closed connections, slow and failed requests.

AWS's error answers have the format of the caller's protocol. Assumed: the messages, except that of
a throttled call.
"""

import asyncio
import json
from collections.abc import Iterable
from concurrent.futures import CancelledError
from contextvars import ContextVar
from dataclasses import dataclass
from http.client import responses
from typing import Any

from ..faults import Call, Fault, Faults
from .errors import error_answer, protocol
from .operations import declared_errors, operation_of
from .request_recorder import CALL, Environ, Wsgi

_CODES = {
    400: "ValidationException",
    401: "UnrecognizedClientException",
    403: "AccessDeniedException",
    404: "ResourceNotFoundException",
    409: "ConflictException",
    429: "ThrottlingException",
}
"""AWS's error code for a fault that only has a status."""
_SPELLINGS = {
    ("iam", "AccessDeniedException"): "AccessDenied",
    ("iam", "ThrottlingException"): "Throttling",
    ("organizations", "ThrottlingException"): "TooManyRequestsException",
    ("sns", "AccessDeniedException"): "AuthorizationError",
    ("sns", "ThrottlingException"): "Throttling",
    ("sts", "AccessDeniedException"): "AccessDenied",
    ("sts", "ThrottlingException"): "Throttling",
}
"""The codes of services that do not use the common one (botocore's models; for query services, the
page Common Errors of their API references)."""

_FAMILIES = (
    ("ConflictException", "ConcurrentModificationException", "ConcurrentModification",
     "ConcurrentAccess", "ResourceExistsException", "EntityAlreadyExists"),
    ("ServiceQuotaExceededException", "LimitExceededException", "LimitExceeded",
     "TopicLimitExceeded", "SubscriptionLimitExceeded", "TagLimitExceeded",
     "ConstraintViolationException"),
)  # fmt: skip
"""Codes of one meaning: a fault names the first one, and an operation declares one of them."""
_REASON = "CONCURRENT_MODIFICATION"
_THROTTLED = {"ThrottlingException", "Throttling", "TooManyRequestsException"}
_DENIED = {"AccessDeniedException", "AccessDenied", "AuthorizationError"}


@dataclass(frozen=True)
class Outcome:
    """How the asynchronous request of the current call ends."""

    failure: str = ""
    seconds: float = 0
    polls: int = 0


NORMAL = Outcome()
OUTCOME: ContextVar[Outcome | None] = ContextVar("sandbox.outcome", default=None)


def inject_faults(app: Wsgi, faults: Faults, loop: asyncio.AbstractEventLoop) -> Wsgi:
    """Wrap the application, which runs in threads; the clock runs in the loop."""

    def wait(seconds: float) -> None:
        try:
            asyncio.run_coroutine_threadsafe(faults.clock.sleep(seconds), loop).result()
        except (CancelledError, RuntimeError):  # the sandbox stops
            raise _closed() from None

    def injected(environ: Environ, start_response: Any) -> Iterable[bytes]:
        call: Call | None = environ.get(CALL)
        fault = faults.next_match(call) if call and faults.active else None
        if call is None or fault is None:
            return app(environ, start_response)
        if fault.delay:
            wait(fault.delay)
        if fault.connection == "broken":
            raise _closed()
        if fault.status is not None:
            return _answer(fault, fault.status, call, environ, start_response)
        outcome = OUTCOME.set(Outcome(fault.failure, fault.in_progress, fault.polls))
        try:
            answer = app(environ, _discard if fault.connection == "lost" else start_response)
        finally:
            OUTCOME.reset(outcome)
        if fault.connection == "lost":
            raise _closed()
        if fault.in_progress and faults.clock.jumps:
            wait(fault.in_progress)
        return answer

    return injected


def _discard(*_: Any) -> None: ...


def _closed() -> ConnectionResetError:
    """Makes request_recorder.py close the connection without an answer."""
    return ConnectionResetError("closed by a fault")


def _answer(
    fault: Fault, status: int, call: Call, environ: Environ, start_response: Any
) -> Iterable[bytes]:
    service = call.path.partition(":")[0]
    code = fault.code or _CODES.get(status, "InternalServerException")
    code = _SPELLINGS.get((service, code), code)
    code = _declared(service, call.path.rpartition(":")[2], code)
    reason = (
        {"Reason": _REASON} if (service, code) == ("identitystore", "ConflictException") else {}
    )
    defaults, body = error_answer(
        protocol(environ, service), code, _message(code, call.path), **reason
    )
    if fault.body is not None:
        body = json.dumps(fault.body).encode()
    if status < 400:
        del defaults["x-amzn-ErrorType"]
    headers = {**defaults, "Content-Length": str(len(body)), **fault.headers}
    start_response(f"{status} {responses.get(status, 'Error')}", list(headers.items()))
    return [body]


def _declared(service: str, name: str, code: str) -> str:
    """The operation's own code for a conflict or an exceeded quota."""
    operation = operation_of(service, name)
    family = next((each for each in _FAMILIES if each[0] == code), ())
    declared = declared_errors(operation) if operation else {}
    return next((each for each in family if each in declared), code)


def _message(code: str, action: str) -> str:
    if code in _THROTTLED:
        return "Rate exceeded"
    if code in _DENIED:
        return (
            f"User is not authorized to perform: {action} because no identity-based policy allows "
            f"the {action} action"
        )
    return "The sandbox injected this error."
