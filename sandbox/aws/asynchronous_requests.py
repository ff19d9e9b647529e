"""Requests that AWS accepts immediately and completes later.

A call answers IN_PROGRESS, and a describe operation returns the final status. Without a fault, the
request is complete before the answer; with the fault `in_progress`, it takes effect when its time
is over, and with `polls` after so many status requests (fault_injection.py).
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..clock import Clock
from .errors import RefusedError
from .fault_injection import NORMAL, OUTCOME

Params = dict[str, Any]


@dataclass
class _Request:
    kind: str
    status: Params
    due: float
    polls: int
    failure: str
    complete: Callable[[], str]


class AsynchronousRequests:
    """The requests of one instance, by ID."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._requests: dict[str, _Request] = {}
        self._pending: list[_Request] = []

    def start(self, kind: str, members: Params, complete: Callable[[], str]) -> Params:
        """Start a request, for example a `creation`, and return its status.

        `complete` performs it, and returns the reason if it fails.
        """
        status = {"RequestId": str(uuid.uuid4()), "Status": "IN_PROGRESS", **members}
        outcome = OUTCOME.get() or NORMAL
        due = self._clock.now() + outcome.seconds
        request = _Request(kind, dict(status), due, outcome.polls, outcome.failure, complete)
        self._requests[status["RequestId"]] = request
        self._pending.append(request)
        self.complete_due()
        return status

    def complete_due(self) -> None:
        """Perform the requests whose time is over."""
        now = self._clock.now()
        for request in [each for each in self._pending if each.due <= now and not each.polls]:
            self._pending.remove(request)
            failure = request.failure or request.complete()
            request.status["Status"] = "FAILED" if failure else "SUCCEEDED"
            if failure:
                request.status["FailureReason"] = failure

    def status(self, kind: str, request: str) -> Params:
        found = self._requests.get(request)
        if found is None or found.kind != kind:
            raise RefusedError("ResourceNotFoundException", f"Request {request} is not found")
        status = dict(found.status)
        found.polls = max(0, found.polls - 1)
        return status

    def outstanding(self, kind: str) -> int:
        """The number of requests of a kind that are in progress."""
        return sum(each.kind == kind for each in self._pending)

    def summaries(self, kind: str, p: Params) -> list[Params]:
        """ID, status and date of the requests of a kind that pass the filter of the parameters."""
        wanted = (p.get("Filter") or {}).get("Status")
        return [
            {name: each.status[name] for name in ("RequestId", "Status", "CreatedDate")}
            for each in self._requests.values()
            if each.kind == kind and wanted in (None, each.status["Status"])
        ]
