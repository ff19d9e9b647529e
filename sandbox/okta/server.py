"""The Okta org on HTTP: its resources put together behind one guard, with the worker beside them.

What a resource does is in the module of its name; what stands before all of them is in guard.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from aiohttp import web

from sandbox.aws.identity_center import IdentityCenter
from sandbox.aws.store import IdentityStore
from sandbox.clock import Clock
from sandbox.console.site import add_console
from sandbox.faults import Faults
from sandbox.journal import Journal
from sandbox.okta.apps import Apps
from sandbox.okta.assignments import Assignments
from sandbox.okta.claims import Claims
from sandbox.okta.connection import Connection
from sandbox.okta.control import Control
from sandbox.okta.groups import Groups
from sandbox.okta.guard import guard
from sandbox.okta.limits import Limits
from sandbox.okta.mappings import Mappings
from sandbox.okta.model import Model
from sandbox.okta.oauth import OAuth
from sandbox.okta.policies import Policies
from sandbox.okta.push import Push
from sandbox.okta.rules import Rules
from sandbox.okta.schemas import Schemas
from sandbox.okta.users import Users
from sandbox.okta.wire import Wire
from sandbox.provisioning.worker import Worker
from sandbox.seed import Org
from sandbox.settings import Settings

WIRE = web.AppKey("wire", Wire)
RESOURCES = (Apps, Policies, Connection, Assignments, Push, Claims, Mappings, Schemas, Groups,
             Rules, Users, OAuth)  # fmt: skip


def create_app(
    org: Org,
    *,
    base_url: str,
    scim_url: str,
    token: str = "sandbox-okta-token",  # noqa: S107 — made up, and told to everybody
    connections: str = "unknown",
    settings: Settings | None = None,
    latency: float = 0.05,
    health: Callable[[], dict[str, Any]],
    snapshot: Callable[[], dict[str, Any]] = dict,
    clock: Clock | None = None,
    faults: Faults | None = None,
    journal: Journal | None = None,
    identity: tuple[IdentityCenter, IdentityStore] | None = None,
) -> web.Application:
    """The org as it starts, with its worker; `scim_url` is the endpoint it provisions to.

    With `identity` there are pages to click, for Okta and for AWS.
    """
    settings = settings or Settings(connections=connections)
    clock = clock or Clock(settings)
    faults, journal = faults or Faults(clock), journal or Journal(clock)
    model = Model(org, settings)
    worker = Worker(model, scim_url, latency, clock)
    wire = Wire(model, worker, base_url.rstrip("/"), token)
    control = Control(wire, health, snapshot, faults, journal, clock)
    before = guard(wire.base, token, Limits(settings, clock), journal)
    app = web.Application(
        middlewares=[before, faults.middleware("okta")], client_max_size=4 * 1024**2
    )
    app[WIRE] = wire
    for part in (*(resource(wire) for resource in RESOURCES), control):
        for method, path, handler in part.routes():
            app.router.add_route(method, path, handler)

    async def working(_: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(worker.run())
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    app.cleanup_ctx.append(working)
    if identity:
        add_console(app, wire, *identity)
    return app
