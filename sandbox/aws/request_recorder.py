"""Identifies calls to AWS by their IAM action (`sso:ListInstances`) and records them.

The prefix is the service that the request is signed for. The operation is in a header or, with the
query protocol (SNS, STS), in the form.
"""

import io
import re
import socket
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from ..faults import Call
from ..request_log import RequestLog
from ..settings import AWS
from .policy_validation import PATH
from .read_operations import only_reads

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Any], Iterable[bytes]]
CALL = "sandbox.call"
"""The key of a request's Call in the WSGI environment; unsigned requests have none."""
SIGNED_FOR = re.compile(
    r"Credential=[^/]*/\d{8}/(?P<region>[^/]*)/(?P<service>[a-z0-9-]+)/aws4_request"
)
_UNSIGNED = "sts"
"""The only service with unsigned requests of the query protocol (AssumeRoleWithSAML)."""


def record_requests(app: Wsgi, request_log: RequestLog) -> Wsgi:
    """Wrap the application so that the request log records each call, without its parameters.

    Unsigned requests are health checks and are not recorded, except for those of the query
    protocol.
    """

    def recorded(environ: Environ, start_response: Any) -> Iterable[bytes]:
        signed = SIGNED_FOR.search(environ.get("HTTP_AUTHORIZATION", ""))
        if not signed and "x-www-form-urlencoded" not in environ.get("CONTENT_TYPE", ""):
            return app(environ, start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        service = signed["service"] if signed else _UNSIGNED
        call = environ[CALL] = _call(service, environ, body.decode("utf-8", "replace"))

        def start_and_record(status: str, *more: Any) -> Any:
            request_log.record_aws(call.method, call.path, int(status.split()[0]))
            return start_response(status, *more)

        try:
            return app(environ, start_and_record)
        except ConnectionError:  # a fault closes the connection
            request_log.record_aws(call.method, call.path, 0)  # before the client sees the end
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise

    return recorded


def _call(service: str, environ: Environ, body: str) -> Call:
    operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
    if not operation and "x-www-form-urlencoded" in environ.get("CONTENT_TYPE", ""):
        operation = parse_qs(body).get("Action", [""])[0]
    if environ["PATH_INFO"] == PATH:  # the only operation with a path of its own
        operation = "ValidatePolicy"
    method = "GET" if only_reads(operation) else "POST"
    return Call(AWS, method, f"{service}:{operation or '?'}", body)
