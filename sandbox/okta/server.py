"""The Okta org on HTTP: its resources put together behind one guard, with the worker beside them.

What a resource does is in the module of its name; what stands before all of them is in guard.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from aiohttp import web

from ..aws.identity_center import IdentityCenter
from ..aws.store import IdentityStore
from ..clock import Clock
from ..console.site import add_console
from ..faults import Faults
from ..org_file import Org
from ..provisioning.worker import Worker
from ..request_log import Journal
from ..settings import Settings
from .apps import Apps
from .assignments import Assignments
from .claims import Claims
from .connection import Connection
from .control import Control
from .group_push import Push
from .group_rules import Rules
from .groups import Groups
from .http import Wire
from .limits import Limits
from .mappings import Mappings
from .middleware import guard
from .model import Model
from .oauth import OAuth
from .policies import Policies
from .schemas import Schemas
from .users import Users

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
