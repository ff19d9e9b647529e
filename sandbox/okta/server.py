"""The Okta org as an HTTP application: API resources, middleware and the provisioning worker."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from aiohttp import web

from ..clock import Clock
from ..faults import Faults
from ..org_file import Org
from ..request_log import RequestLog
from ..settings import Settings
from .apps import Apps
from .assignments import Assignments
from .connection import Connection
from .control_api import ControlApi
from .dpop import Dpop
from .federated_claims import FederatedClaims
from .group_push import GroupPush
from .group_rules import GroupRules
from .groups import Groups
from .http import OrgContext
from .limits import RateLimits
from .middleware import create_middleware
from .model import Model
from .oauth_tokens import OAuthTokens
from .policies import Policies
from .profile_mappings import ProfileMappings
from .provisioning.worker import Worker
from .schemas import Schemas
from .users import Users

ORG_CONTEXT = web.AppKey("org_context", OrgContext)
RESOURCES = (Apps, Policies, Connection, Assignments, GroupPush, FederatedClaims, ProfileMappings,
             Schemas, Groups, GroupRules, Users)  # fmt: skip


def create_app(
    org: Org,
    *,
    base_url: str,
    scim_url: str,
    token: str = "sandbox-okta-token",  # noqa: S107 — a public token of the sandbox
    connections: str = "unknown",
    settings: Settings | None = None,
    latency: float = 0.05,
    health: Callable[[], dict[str, Any]],
    snapshot: Callable[[], dict[str, Any]] = dict,
    clock: Clock | None = None,
    faults: Faults | None = None,
    request_log: RequestLog | None = None,
) -> web.Application:
    """Create the application. `scim_url` is the SCIM endpoint that the org provisions to."""
    settings = settings or Settings(connections=connections)
    clock = clock or Clock(settings)
    faults, request_log = faults or Faults(clock), request_log or RequestLog(clock)
    model = Model(org, settings)
    worker = Worker(model, scim_url, latency, clock)
    context = OrgContext(model, worker, base_url.rstrip("/"), token)
    dpop = Dpop(context.base, clock)
    control_api = ControlApi(context, health, snapshot, faults, request_log, clock)
    limits = RateLimits(settings, clock)
    middleware = create_middleware(context.base, token, limits, request_log, dpop)
    app = web.Application(
        middlewares=[middleware, faults.middleware("okta")], client_max_size=4 * 1024**2
    )
    app[ORG_CONTEXT] = context
    resources = [*(kind(context) for kind in RESOURCES), OAuthTokens(context, settings, dpop)]
    for resource in resources:
        for method, path, handler in resource.routes():
            # Assumed: Okta ignores a trailing slash. Its Python SDK 2.9 sends one before a query.
            app.router.add_route(method, path, handler)
            app.router.add_route(method, path + "/", handler)
    for method, path, handler in control_api.routes():
        app.router.add_route(method, path, handler)

    async def run_worker(_: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(worker.run())
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    app.cleanup_ctx.append(run_worker)
    return app
