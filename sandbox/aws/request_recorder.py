"""Records calls to AWS in the request log, named by IAM action (`sso:ListInstances`).

The prefix is the service that the request is signed for. The operation is in a header or, with the
query protocol (SNS, STS), in the form.
"""

import io
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from ..request_log import RequestLog

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
_SIGNED_FOR = re.compile(r"Credential=[^/]*/\d{8}/[^/]*/([a-z0-9-]+)/aws4_request")


def record_requests(app: Wsgi, request_log: RequestLog) -> Wsgi:
    """Wrap the application so that the request log records each call, without its parameters.

    Unsigned requests are health checks and are not recorded.
    """

    def recorded(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        signed = _SIGNED_FOR.search(environ.get("HTTP_AUTHORIZATION", ""))
        if not signed:
            return app(environ, start_response)

        def start_and_record(status: str, *more: Any) -> Any:
            request_log.record_aws(_action(signed[1], environ, form), int(status.split()[0]))
            return start_response(status, *more)

        form = b""
        if "x-www-form-urlencoded" in environ.get("CONTENT_TYPE", ""):
            form = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(form)
        return app(environ, start_and_record)

    return recorded


def _action(service: str, environ: dict[str, Any], form: bytes) -> str:
    target = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
    operation = target or parse_qs(form.decode("utf-8", "replace")).get("Action", ["?"])[0]
    return f"{service}:{operation}"
