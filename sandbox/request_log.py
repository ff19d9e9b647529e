"""The request log: every request to Okta, the SCIM endpoint and AWS, with its rate-limit bucket.

Defines the entries and counts them. An entry never holds a body or a token.
"""

import itertools
import re
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from .clock import Clock
from .settings import AWS

Entry = dict[str, Any]
_TENANT = re.compile(r"^/[^/]+/scim/v2")


class RequestLog:
    """The list of all requests so far."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.entries: list[Entry] = []
        self._numbers = itertools.count(1)

    def record(
        self, server: str, request: web.Request, status: int, caller: str, bucket: str = ""
    ) -> None:
        """Add a request. Status 0: the connection was closed without an answer."""
        self._add({
            "server": server, "method": request.method, "path": request.path_qs,
            "operation": f"{request.method} {_path_template(request)}", "status": status,
            "caller": caller, "agent": request.headers.get("User-Agent", ""), "bucket": bucket,
        })  # fmt: skip

    def record_aws(self, method: str, action: str, status: int) -> None:
        """Add a call to AWS, named by its IAM action. The method is GET if it only reads."""
        self._add({
            "server": AWS, "method": method, "operation": action, "status": status, "bucket": "",
        })  # fmt: skip

    def _add(self, entry: Entry) -> None:
        time = datetime.fromtimestamp(self.clock.now(), UTC).isoformat(timespec="milliseconds")
        stamp = {"seq": next(self._numbers), "time": time.replace("+00:00", "Z")}
        self.entries.append(stamp | entry)

    def select(self, server: str = "", since: int = 0) -> list[Entry]:
        """The entries of one server; without a server, those of Okta and SCIM."""
        servers = (server,) if server else ("okta", "scim")
        return [e for e in self.entries if e["seq"] > since and e["server"] in servers]


def count_by_operation(entries: list[Entry]) -> list[Entry]:
    """Count the calls of each operation, its 429 answers (`throttled`) and other errors."""
    counts: dict[tuple[str, str, str], Entry] = {}
    for entry in entries:
        key = (entry["server"], entry["bucket"], entry["operation"])
        empty = {"server": key[0], "bucket": key[1], "operation": key[2],
                 "calls": 0, "throttled": 0, "errors": 0}  # fmt: skip
        count, status = counts.setdefault(key, empty), entry["status"]
        count["calls"] += 1
        count["throttled"] += status == 429
        count["errors"] += status == 0 or (status >= 400 and status != 429)
    return [counts[key] for key in sorted(counts)]


def _path_template(request: web.Request) -> str:
    """The route of the request with `{id}` in place of every ID."""
    resource = request.match_info.route.resource
    path = re.sub(r"\{\w+\}", "{id}", resource.canonical) if resource else request.path
    return _TENANT.sub("/scim/v2", path.rstrip("/") or "/")
