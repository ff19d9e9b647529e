"""Middleware of Okta's API: authentication, rate limits, error answers and the request log."""

import hmac
import re
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from typing import Any

from aiohttp import web

from ..faults import ClosedConnection, FaultError, InjectedResponse
from ..own_address import refusal
from ..request_log import RequestLog
from .dpop import ALGORITHMS, Dpop, DpopError
from .errors import OktaError
from .limits import Decision, RateLimits, bucket_of

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_CALLER_NAME = re.compile(r"-([a-z0-9]{1,32})")
_DEFAULT_ERRORS = {
    400: ("E0000001", "Api validation failed"),
    401: ("E0000011", "Invalid token provided"),
    403: ("E0000006", "You do not have permission to perform the requested action"),
    404: ("E0000007", "Not found: Resource not found: {id} (Resource)"),
    429: ("E0000047", "API call exceeded rate limit due to too many requests."),
    500: ("E0000009", "Internal Server Error"),
}
"""Okta's error code and summary for a fault without a body."""
# Assumed: Okta does not answer calls from pages of sites that are no trusted origins.
_FOREIGN = {
    403: ("E0000006", "You do not have permission to perform the requested action"),
    421: ("E0000008", "The requested path was not found"),
}


def create_middleware(
    base: str, token: str, limits: RateLimits, request_log: RequestLog, dpop: Dpop
) -> Any:
    """Create the middleware. `base` is the address of the org, `token` the API token."""

    def caller_of(request: web.Request) -> str:
        """The caller's name: `default` for TOKEN, `doctor` for TOKEN-doctor, empty without a token.

        Each caller has its own share of the rate limits.
        """
        header = request.headers.get("Authorization", "").encode("utf-8", "replace")
        # Assumed: Okta accepts SSWS without a blank, because its Python SDK sends it that way.
        for scheme in ("SSWS ", "SSWS", "Bearer "):
            credentials = f"{scheme}{token}".encode()
            if hmac.compare_digest(header[: len(credentials)], credentials):
                suffix = header[len(credentials) :].decode("utf-8", "replace")
                name = _CALLER_NAME.fullmatch(suffix)
                return "default" if not suffix else name[1] if name else ""
        return ""

    async def handle(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except OktaError as error:
            return _error_response(error)
        except DpopError as error:
            return _dpop_response(error, base, request)
        except FaultError as fault:
            answer = _error_response(_default_error(fault.status, request))
            answer.headers.update(fault.headers)
            return answer
        except web.HTTPMethodNotAllowed:
            text = "The endpoint does not support the HTTP method"
            return _error_response(OktaError(405, "E0000022", text))
        except web.HTTPRequestEntityTooLarge:
            return _error_response(OktaError(413, "E0000003", "The request body is too large."))
        except web.HTTPException:
            return _error_response(OktaError(404, "E0000008", "The requested path was not found"))

    async def handle_within_limits(
        request: web.Request, handler: Handler, caller: str
    ) -> web.StreamResponse:
        bucket = bucket_of(request.method, request.path.rstrip("/"))
        decision = limits.enter(bucket, caller)
        if decision.admitted:
            try:
                answer = await handle(request, handler)
            finally:
                limits.leave()
        else:
            answer = _error_response(_default_error(429, request))
        _add_headers(answer, decision)
        status = 0 if isinstance(answer, ClosedConnection) else answer.status
        request_log.record("okta", request, status, caller, bucket.name)
        return answer

    def _add_headers(answer: web.StreamResponse, decision: Decision) -> None:
        if answer.status == 429 and decision.admitted:  # a fault: exhaust the bucket
            decision = Decision(False, decision.limit, 0, decision.reset)
        if not isinstance(answer, InjectedResponse):
            for name, value in decision.headers.items():
                answer.headers.setdefault(name, value)
            # Clients wait for reset minus date (docs/research/okta-api.md#rate-limits), so both use
            # the same clock.
            answer.headers["Date"] = formatdate(limits.clock.now(), usegmt=True)
        if not decision.admitted:
            limits.advance_past(decision)

    def authenticated(request: web.Request, handler: Handler) -> tuple[Handler, str]:
        """The handler of an authenticated call, or one that refuses it, and the caller's name."""
        scheme, _, access_token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "dpop" and request.path.startswith("/api/"):
            try:
                dpop.check_call(request, access_token.strip())
            except (OktaError, DpopError) as error:
                return _refuse(error), ""
            return handler, "default"
        caller = caller_of(request)
        if request.path.startswith("/api/") and not caller:
            return _refuse(OktaError(401, "E0000011", "Invalid token provided")), ""
        return handler, caller

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        headers = request.headers
        status = refusal(request.host, headers.get("Origin"), headers.get("Sec-Fetch-Site"))
        if status:
            return _error_response(OktaError(status, *_FOREIGN[status]))
        if request.path.startswith("/sandbox/"):
            return await handle(request, handler)
        found, caller = authenticated(request, handler)
        strict = limits.settings["trailing_slash"] == "not_found"
        if strict and request.path.endswith("/") and request.path.startswith("/api/"):
            found = _no_such_path
        return await handle_within_limits(request, found, caller)

    return middleware


def _refuse(error: Exception) -> Handler:
    async def refuse(_: web.Request) -> web.StreamResponse:
        raise error

    return refuse


def _dpop_response(error: DpopError, base: str, request: web.Request) -> web.Response:
    """Okta's answer to a call with an invalid proof: a header, and no body."""
    fields = {
        "algs": " ".join(ALGORITHMS), "authorization_uri": f"{base}/oauth2/v1/authorize",
        "realm": base, "error": error.error, "error_description": error.description,
        "resource": request.rel_url.raw_path,
    }  # fmt: skip
    challenge = ", ".join(f'{name}="{value}"' for name, value in fields.items())
    return web.Response(status=400, headers={"WWW-Authenticate": f"DPoP {challenge}"})


async def _no_such_path(_: web.Request) -> web.StreamResponse:
    raise web.HTTPNotFound


def _default_error(status: int, request: web.Request) -> OktaError:
    code, text = _DEFAULT_ERRORS.get(status, ("E0000009", "Internal Server Error"))
    return OktaError(status, code, text.format(id=request.path.rstrip("/").rsplit("/", 1)[-1]))


def _error_response(error: OktaError) -> web.Response:
    return web.json_response(error.body(), status=error.status)
