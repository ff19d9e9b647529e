"""The control API under /sandbox/: settings, clock, request log, snapshots, refusals, faults."""

import asyncio
import contextlib
import math
from collections.abc import Callable

from aiohttp import web

from .. import faults
from ..clock import Clock
from ..faults import Faults
from ..request_log import RequestLog, count_by_operation
from ..settings import SERVERS
from .errors import invalid
from .http import Json, OrgContext, Route, read_body, reply


class ControlApi:
    """The calls of the control API."""

    def __init__(
        self,
        context: OrgContext,
        health: Callable[[], Json],
        snapshot: Callable[[], Json],
        faults: Faults,
        request_log: RequestLog,
        clock: Clock,
    ) -> None:
        self.context, self.instance_info, self.create_snapshot, self.active_faults = (
            context,
            health,
            snapshot,
            faults,
        )
        self.request_log, self.clock = request_log, clock

    def routes(self) -> list[Route]:
        return [
            ("GET", "/sandbox/health", self.health),
            ("GET", "/sandbox/settings", self.settings),
            ("POST", "/sandbox/settings", self.settings),
            ("GET", "/sandbox/clock", self.clock_state),
            ("POST", "/sandbox/clock", self.advance),
            ("GET", "/sandbox/settled", self.settled),
            ("GET", "/sandbox/request-log", self.entries),
            ("GET", "/sandbox/request-log/counts", self.request_counts),
            ("POST", "/sandbox/snapshot", self.snapshot),
            ("GET", "/sandbox/refusals", self.refusals),
            ("POST", "/sandbox/retry", self.retry),
            ("POST", "/sandbox/refresh", self.refresh),
            ("GET", "/sandbox/faults", self.faults),
            ("POST", "/sandbox/faults", self.add_fault),
            ("DELETE", "/sandbox/faults", self.clear_faults),
        ]

    async def health(self, _: web.Request) -> web.Response:
        return reply(self.instance_info())

    async def settings(self, request: web.Request) -> web.Response:
        """Return the settings, after the changes of a POST."""
        body, settings = await read_body(request), self.context.model.settings
        try:
            settings.update(body)
        except ValueError as error:
            raise invalid("settings", str(error)) from None
        return reply(settings.view())

    async def clock_state(self, _: web.Request) -> web.Response:
        """`now`: seconds since the epoch; `ahead`: seconds by which the clock was advanced."""
        return reply({"now": self.clock.now(), "ahead": self.clock.ahead})

    async def advance(self, request: web.Request) -> web.Response:
        seconds = (await read_body(request)).get("advance")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            raise invalid("advance", "advance: use a number of seconds")
        if not 0 <= seconds <= 366 * 86400:
            raise invalid("advance", "advance: use 0 to 366 days, in seconds")
        self.clock.advance(seconds)
        return await self.clock_state(request)

    async def settled(self, request: web.Request) -> web.Response:
        """Wait until no provisioning task is pending; `pending` is the number that remain."""
        try:
            timeout = float(request.query.get("timeout", "30"))
        except ValueError:
            timeout = math.nan
        if not 0 <= timeout <= 600:
            raise invalid("timeout", "timeout: use 0 to 600 seconds")
        worker = self.context.worker
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(worker.idle.wait(), timeout)
        return reply({"settled": not worker.pending, "pending": worker.pending})

    async def entries(self, request: web.Request) -> web.Response:
        return reply(self._entries(request))

    async def request_counts(self, request: web.Request) -> web.Response:
        return reply(count_by_operation(self._entries(request)))

    def _entries(self, request: web.Request) -> list[Json]:
        """The log entries that the query selects: `server`, and `since` for later numbers."""
        server, since = request.query.get("server", ""), request.query.get("since", "0")
        if server not in ("", *SERVERS):
            raise invalid("server", "server: use okta, scim or aws")
        if not (since.isascii() and since.isdigit() and len(since) < 12):
            raise invalid("since", "since: use the seq of an entry")
        return self.request_log.select(server, int(since))

    async def refusals(self, _: web.Request) -> web.Response:
        """Users and groups in error, and failed tasks whose object no longer exists."""
        found: list[Json] = []
        model = self.context.model
        for app in model.apps.values():
            for user in app.users.values():
                found += _refusal("user", user.name, user.error, user.scim_status)
            for mapping in app.mappings.values():
                name = model.groups[mapping.source]["profile"]["name"]
                found += _refusal("group", name, mapping.error, mapping.scim_status)
        return reply(found + model.failures)

    async def snapshot(self, _: web.Request) -> web.Response:
        """The state of the sandbox as JSON; requires that no provisioning task is pending."""
        worker = self.context.worker
        if worker.pending or worker.held_jobs:
            cause = "Provisioning tasks are pending. Enable the connections and wait until settled."
            raise invalid("snapshot", cause)
        try:
            return reply(self.create_snapshot())
        except ValueError as error:
            raise invalid("snapshot", str(error)) from None

    async def retry(self, _: web.Request) -> web.Response:
        return reply({"retried": self.context.worker.retry_failed()})

    async def refresh(self, _: web.Request) -> web.Response:
        await self.context.worker.refresh_app_groups()
        return web.Response(status=204)

    async def faults(self, _: web.Request) -> web.Response:
        return reply([fault.view() for fault in self.active_faults.active])

    async def add_fault(self, request: web.Request) -> web.Response:
        try:
            fault = faults.parse_fault(await read_body(request))
        except ValueError as error:
            raise invalid("fault", str(error)) from None
        self.active_faults.active.append(fault)
        return reply(fault.view(), status=201)

    async def clear_faults(self, _: web.Request) -> web.Response:
        self.active_faults.active.clear()
        return web.Response(status=204)


def _refusal(kind: str, name: str, error: str | None, status: int | None) -> list[Json]:
    if not error:
        return []
    return [{"kind": kind, "name": name, "error": error, "scim_status": status}]
