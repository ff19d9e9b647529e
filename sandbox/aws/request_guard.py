"""Refuses requests to AWS before anything reads them: other sites, large bodies, moto's own API."""

from collections.abc import Iterable
from typing import Any

from ..own_address import refusal
from .errors import error_answer, protocol
from .request_recorder import SIGNED_FOR, Environ, Wsgi

MAX_BODY = 4 * 1024**2
"""Bytes. Assumed: AWS's limits differ by service and are smaller, except for uploads."""
_REFUSALS = {
    403: ("403 Forbidden", "AccessDenied", "The sandbox refuses web pages of other sites."),
    421: ("421 Misdirected Request", "InvalidHost", "The sandbox answers at 127.0.0.1 only."),
}


def guard_requests(app: Wsgi) -> Wsgi:
    """Wrap the application."""

    def guarded(environ: Environ, start_response: Any) -> Iterable[bytes]:
        status = refusal(
            environ.get("HTTP_HOST", ""),
            environ.get("HTTP_ORIGIN"),
            environ.get("HTTP_SEC_FETCH_SITE"),
        )
        if status:
            return _refuse(environ, start_response, *_REFUSALS[status])
        size = _length(environ)
        if size > MAX_BODY:
            _discard(environ, size)
            text = f"The sandbox refuses bodies of more than {MAX_BODY} bytes."
            return _refuse(
                environ, start_response, "413 Content Too Large", "RequestEntityTooLarge", text
            )
        # moto's own API could reset AWS without Okta, which would leave the two inconsistent.
        if environ["PATH_INFO"].lstrip("/").startswith("moto-api"):
            text = "The sandbox does not offer moto's own API. Restart the sandbox instead.\n"
            start_response("403 Forbidden", [("Content-Type", "text/plain; charset=utf-8")])
            return [text.encode()]
        return app(environ, start_response)

    return guarded


def _refuse(
    environ: Environ, start_response: Any, status: str, code: str, text: str
) -> Iterable[bytes]:
    signed = SIGNED_FOR.search(environ.get("HTTP_AUTHORIZATION", ""))
    headers, body = error_answer(protocol(environ, signed["service"] if signed else ""), code, text)
    headers |= {"Content-Length": str(len(body)), "Connection": "close"}
    start_response(status, list(headers.items()))
    return [body]


def _length(environ: Environ) -> int:
    text = environ.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isascii() and text.isdigit() else 0


def _discard(environ: Environ, size: int) -> None:
    """Read the body, so that the client can read the answer instead of a broken connection."""
    while size > 0 and (chunk := environ["wsgi.input"].read(min(size, 64 * 1024))):
        size -= len(chunk)
