"""Error answers of AWS, in the format of the caller's protocol."""

import json
from contextvars import ContextVar
from typing import Any
from xml.sax.saxutils import escape

from moto.core.exceptions import AWSError

Environ = dict[str, Any]
ENVIRON: ContextVar[Environ] = ContextVar("sandbox.environ")
"""The WSGI environment of the request in progress."""
UNSUPPORTED = "UnsupportedOperation"
_REST_XML = {"cloudfront", "route53", "s3", "s3express", "s3-outposts"}
"""The services whose protocol is rest-xml in botocore's models, by the name in the signature."""


class RefusedError(AWSError):
    """Status 400 with the error code `kind`; `extra` holds further members of the error."""

    code = 400

    def __init__(self, kind: str, message: str, **extra: str) -> None:
        super(AWSError, self).__init__(error_type=kind, message=message)
        self.kind, self.text, self.extra = kind, message, extra
        self.description = json.dumps({"__type": kind, "Message": message, **extra})
        self.content_type = "application/x-amz-json-1.1"


def protocol(environ: Environ, service: str) -> str:
    """The protocol of a request that is signed for the service."""
    if "HTTP_X_AMZ_TARGET" in environ:
        return "json"
    if environ.get("HTTP_SMITHY_PROTOCOL") == "rpc-v2-cbor":
        return "cbor"
    form = "x-www-form-urlencoded" in environ.get("CONTENT_TYPE", "")
    if form or "Action=" in environ.get("QUERY_STRING", ""):
        return "ec2" if service == "ec2" else "query"
    return "rest-xml" if service in _REST_XML else "rest-json"


def error_answer(kind: str, code: str, message: str, **extra: str) -> tuple[dict[str, str], bytes]:
    """The headers and the body of an error in the protocol `kind`."""
    headers = {"x-amzn-ErrorType": code}
    fields = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    if kind in ("json", "rest-json"):
        version = "x-amz-json-1.1" if kind == "json" else "json"
        headers["Content-Type"] = f"application/{version}"
        # Services spell the member in either way, and some SDKs read only one of them.
        members = {"__type": code, "message": message, "Message": message, **extra}
        return headers, json.dumps(members).encode()
    if kind == "cbor":
        headers |= {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
        return headers, b"\xa2" + b"".join(map(_cbor, ("__type", code, "message", message)))
    headers["Content-Type"] = "text/xml"
    if kind == "ec2":
        text = f"<Response><Errors><Error>{fields}</Error></Errors></Response>"
    elif kind == "rest-xml":
        text = f"<Error>{fields}</Error>"
    else:
        text = f"<ErrorResponse><Error><Type>Sender</Type>{fields}</Error></ErrorResponse>"
    return headers, text.encode()


def _cbor(text: str) -> bytes:
    """A text string of at most 65,535 bytes in CBOR (RFC 8949, major type 3)."""
    data = text.encode()[:0xFFFF]
    return b"\x79" + len(data).to_bytes(2, "big") + data
