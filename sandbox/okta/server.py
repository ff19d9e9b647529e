"""The Okta org on HTTP: its resources put together behind one guard.

Owns authentication, errors, rate-limit headers and the journal of calls. What a resource does is
in the module of its name.
"""

import asyncio
import contextlib
import hmac
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from aiohttp import web

from sandbox.aws.identity_center import IdentityCenter
from sandbox.aws.store import IdentityStore
from sandbox.console.site import add_console
from sandbox.faults import Faults, Injected
from sandbox.okta.apps import Apps
from sandbox.okta.assignments import Assignments
from sandbox.okta.claims import Claims
from sandbox.okta.connection import Connection
from sandbox.okta.control import Control
from sandbox.okta.errors import OktaError
from sandbox.okta.groups import Groups
from sandbox.okta.mappings import Mappings
from sandbox.okta.model import Model, now
from sandbox.okta.oauth import OAuth
from sandbox.okta.policies import Policies
from sandbox.okta.push import Push
from sandbox.okta.rules import Rules
from sandbox.okta.schemas import Schemas
from sandbox.okta.users import Users
from sandbox.okta.wire import Handler, Wire
from sandbox.provisioning.worker import Worker
from sandbox.seed import Org
from sandbox.settings import Settings

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
    faults: Faults | None = None,
    identity: tuple[IdentityCenter, IdentityStore] | None = None,
) -> web.Application:
    """The org as it starts, with its worker; `scim_url` is the endpoint it provisions to.

    With `identity` there are pages to click, for Okta and for AWS.
    """
    model = Model(org, settings or Settings(connections=connections))
    worker = Worker(model, scim_url, latency)
    wire = Wire(model, worker, base_url.rstrip("/"), token)
    faults = faults or Faults()
    control = Control(wire, health, faults)
    guard = _guard(control, wire.base, token)
    app = web.Application(
        middlewares=[guard, faults.middleware("okta")], client_max_size=4 * 1024**2
    )
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


def _guard(control: Control, base: str, token: str) -> Any:
    allowed = [f"{scheme} {token}".encode() for scheme in ("SSWS", "Bearer")]

    def admit(request: web.Request) -> None:
        # A page in a browser must not drive the sandbox.
        ours = request.headers.get("Origin", base) == base
        if request.path.startswith("/sandbox/") and not ours:
            raise OktaError(403, "E0000006", "You do not have permission.")
        given = request.headers.get("Authorization", "").encode("utf-8", "replace")
        known = [hmac.compare_digest(given, ok) for ok in allowed]
        if request.path.startswith("/api/") and not any(known):
            raise OktaError(401, "E0000011", "Invalid token provided")

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            admit(request)
            answer = await handler(request)
        except OktaError as error:
            answer = _refusal(error)
        except web.HTTPMethodNotAllowed:
            text = "The endpoint does not support the HTTP method"
            answer = _refusal(OktaError(405, "E0000022", text))
        except web.HTTPRequestEntityTooLarge:
            answer = _refusal(OktaError(413, "E0000003", "The request body is too large."))
        except web.HTTPException:
            answer = _refusal(OktaError(404, "E0000008", "The requested path was not found"))
        if not isinstance(answer, Injected):
            answer.headers["X-Rate-Limit-Limit"] = "10000"
            answer.headers["X-Rate-Limit-Remaining"] = "9999"
            answer.headers["X-Rate-Limit-Reset"] = str(int(time.time()) + 60)
        if not request.path.startswith("/sandbox/"):
            control.journal.append({
                "seq": len(control.journal) + 1, "time": now(), "method": request.method,
                "path": request.path_qs, "status": answer.status,
                "caller": request.headers.get("User-Agent", ""),
            })  # fmt: skip
        return answer

    return guard


def _refusal(error: OktaError) -> web.Response:
    return web.json_response(error.body(), status=error.status)
