"""Holds AWS's requests and answers to botocore's service models.

Wraps moto. For the services of `SERVICES`, a request that violates its operation's model is refused
in the service's own words, a list is answered in pages, and an answer has exactly the members of
the model. For every service, what moto does not answer is `UnsupportedOperation`, in the protocol
of the caller.
"""

import io
import json
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from functools import cache
from http.client import responses
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, urlencode

from botocore.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import camelcase_to_underscores, get_service_model
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.sns import models as sns_models
from werkzeug.datastructures import MultiDict

from ..faults import Call
from . import identitystore, ssoadmin
from .constraints import Violation, is_document, violations
from .errors import ENVIRON, UNSUPPORTED, RefusedError, error_answer, protocol
from .limits import Limits
from .operations import SERVICES, declared_errors, operation_of
from .paging import LIMITS, TOKEN, TOKENS, Page, page_size, paged_list
from .references import refuse_unknown
from .request_recorder import CALL, SIGNED_FOR, Environ, Wsgi

_HANDLERS = {
    "events": "EventsHandler", "iam": "IamResponse", "identitystore": "IdentityStoreResponse",
    "organizations": "OrganizationsResponse", "secretsmanager": "SecretsManagerResponse",
    "sns": "SNSResponse", "sso-admin": "SSOAdminResponse", "sts": "TokenResponse",
}  # fmt: skip
"""moto's classes that answer the services, with a method for each operation."""
JSON = "application/x-amz-json-1.1"
PAGE: ContextVar[Page | None] = ContextVar("sandbox.page", default=None)
"""The page that the query request in progress selects."""
_REASONS = {
    "null": "INPUT_REQUIRED", "enum": "INVALID_ENUM", "pattern": "INVALID_PATTERN",
    "type": "INVALID_PATTERN", "min length": "MIN_LENGTH_EXCEEDED",
    "max length": "MAX_LENGTH_EXCEEDED", "min value": "MIN_VALUE_EXCEEDED",
    "max value": "MAX_VALUE_EXCEEDED",
}  # fmt: skip
"""Reasons of InvalidInputException of AWS Organizations, by kind of violation."""


class UnknownServiceError(Exception):
    """moto does not have the service."""


class Dispatcher(DomainDispatcherApplication):
    """moto's applications, by service."""

    def __init__(self) -> None:
        super().__init__(create_backend_app)
        self.create_app = self._create_app

    def _create_app(self, service: Any) -> Any:
        if service is None:
            raise UnknownServiceError
        return create_backend_app(service)


def hold_to_models(app: Wsgi, limits: Limits) -> Wsgi:
    """Wrap the application."""
    serialize_pages()

    def held(environ: Environ, start_response: Any) -> Iterable[bytes]:
        ENVIRON.set(environ)
        PAGE.set(None)
        call: Call | None = environ.get(CALL)
        if call is None:
            return app(environ, start_response)
        service, _, name = call.path.partition(":")
        kind = protocol(environ, service)
        operation = operation_of(service, name)
        try:
            limits.refuse_rate(service)
            if operation is None:
                answer = _run(app, environ)
            elif name not in answered_operations(operation.service_model.service_name):
                answer = _unsupported(kind, call, environ)
            elif kind == "json":
                answer = _answer_json(app, environ, operation, call.body, limits)
            else:
                params = _parameters(operation, environ, call.body)
                page = _selected(operation, params, environ, limits)
                if page:
                    _request_all(environ, operation, call.body)
                PAGE.set(page)
                answer = _run(app, environ)
            answer = _without_pages_of_html(answer, kind, call, environ)
        except UnknownServiceError:
            answer = _unsupported(kind, call, environ)
        except RefusedError as error:
            headers, body = error_answer(kind, error.kind, error.text, **error.extra)
            answer = _status(kind, operation, error.kind), headers, body
        status, headers, body = answer
        headers["Content-Length"] = str(len(body))
        start_response(status, list(headers.items()))
        return [body]

    return held


Answer = tuple[str, dict[str, str], bytes]


def _status(kind: str, operation: OperationModel | None, code: str) -> str:
    """The status of an error: with the query protocol, the one that the model declares."""
    declared = declared_errors(operation) if operation and kind == "query" else {}
    status = declared.get(code, 400)
    return f"{status} {responses[status]}"


def refuse_violations(operation: OperationModel, params: dict[str, Any]) -> None:
    """Raise the service's error if the parameters violate the model of the operation."""
    shape = operation.input_shape
    found = list(violations(shape, params)) if shape else []
    if not found:
        return
    service = operation.service_model.service_name
    count = f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected"
    text = f"{count}: {'; '.join(each.text for each in found)}"
    raise _WORDS.get(service, _in_common_words)(text, found[0])


def _in_common_words(text: str, _: Violation) -> RefusedError:
    return RefusedError("ValidationException", text)


_WORDS: dict[str, Callable[[str, Violation], RefusedError]] = {
    "accessanalyzer": lambda text, _: RefusedError(
        "ValidationException", text, reason="fieldValidationFailed"
    ),
    "iam": lambda text, _: RefusedError("ValidationError", text),
    "organizations": lambda text, first: RefusedError(
        "InvalidInputException", text, Reason=_REASONS[first.kind]
    ),
    "sns": lambda text, _: RefusedError("InvalidParameter", f"Invalid parameter: {text}"),
    "sts": lambda text, _: RefusedError("ValidationError", text),
}
"""How a service words an invalid request, if not as a ValidationException."""


def fitted(shape: Any, value: Any) -> Any:
    """The value without nulls, and without members that the shape lacks."""
    if is_document(shape):
        return value
    if shape.type_name == "structure" and isinstance(value, dict):
        return {
            name: fitted(shape.members[name], member)
            for name, member in value.items()
            if member is not None and name in shape.members
        }
    if shape.type_name == "list" and isinstance(value, list):
        return [fitted(shape.member, item) for item in value]
    return value


@cache
def answered_operations(service: str) -> frozenset[str]:
    """The operations of a service, by the name of its model, that the sandbox answers."""
    if service not in _HANDLERS:  # policy_validation.py, cloudtrail.py
        return frozenset({"LookupEvents" if service == "cloudtrail" else "ValidatePolicy"})
    module = import_module(f"moto.{service.replace('-', '')}.responses")
    own = {"identitystore": identitystore.OPERATIONS, "sso-admin": ssoadmin.OPERATIONS}
    methods = {*dir(getattr(module, _HANDLERS[service])), *own.get(service, ())}
    names = get_service_model(service).operation_names
    return frozenset(name for name in names if camelcase_to_underscores(name) in methods)


def _parameters(operation: OperationModel, environ: Environ, body: str) -> dict[str, Any]:
    """The parameters of a query or REST request, by the names of the model."""
    query = environ.get("QUERY_STRING", "")
    parser = PROTOCOL_PARSERS[operation.service_model.metadata["protocol"]](operation)
    try:
        return parser.parse(
            {
                "body": body.encode(),
                "headers": {},
                "method": environ["REQUEST_METHOD"],
                "url_params": {},
                "url_path": environ["PATH_INFO"],
                "values": MultiDict(
                    parse_qsl(query, keep_blank_values=True)
                    + parse_qsl(body, keep_blank_values=True)
                ),
            }  # pyright: ignore[reportArgumentType]
        )
    except (ValueError, TypeError, AttributeError):
        raise RefusedError("MalformedInput", "The request could not be parsed.") from None


def _request_all(environ: Environ, operation: OperationModel, body: str) -> None:
    """Remove the page from a query request, because moto ignores some limits and tokens."""
    fields = [(name, value) for name, value in parse_qsl(body, keep_blank_values=True)
              if name not in (*TOKENS, *LIMITS)]  # fmt: skip
    members = operation.input_shape.members if operation.input_shape else {}
    if "MaxItems" in members:
        fields.append(("MaxItems", "1000000"))
    _set_body(environ, urlencode(fields))


def _set_body(environ: Environ, text: str) -> None:
    data = text.encode()
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(data), str(len(data))


def serialize_pages() -> None:
    """Make moto serialize only the page of the request in progress."""
    if hasattr(BaseResponse, "sandbox_serialized"):
        return
    original = BaseResponse.serialized

    def serialized(self: BaseResponse, action_result: ActionResult) -> Any:
        page, result = PAGE.get(), action_result.result
        if page and isinstance(result, dict) and page.key in result:
            members = {name: each for name, each in result.items() if name not in TOKENS}
            answer = page.of(list(result[page.key] or []))
            if (token := answer.pop(TOKEN, None)) and self.service_name == "iam":
                answer["Marker"] = token
            elif token:
                answer[TOKEN] = token
            if self.service_name == "iam":
                answer["IsTruncated"] = token is not None
            action_result = ActionResult(members | answer)
        return original(self, action_result)

    BaseResponse.sandbox_serialized = True  # type: ignore[attr-defined]
    BaseResponse.serialized = serialized  # type: ignore[method-assign]
    sns_models.DEFAULT_PAGE_SIZE = 1_000_000


def _selected(
    operation: OperationModel, params: dict[str, Any], environ: Environ, limits: Limits
) -> Page | None:
    """The page that a valid request selects, if its answer is a list. Raises RefusedError."""
    refuse_violations(operation, params)
    service, key = operation.service_model.service_name, paged_list(operation)
    page = Page(service, key, params, page_size(operation)) if key else None
    signed = SIGNED_FOR.search(environ.get("HTTP_AUTHORIZATION", ""))
    region = signed["region"] if signed else ""
    refuse_unknown(service, operation.name, params, region)
    limits.refuse_quota(service, operation.name, params, region)
    return page


def _answer_json(
    app: Wsgi, environ: Environ, operation: OperationModel, body: str, limits: Limits
) -> Answer:
    try:
        params = json.loads(body or "{}")
    except (ValueError, RecursionError):
        params = None
    if not isinstance(params, dict):
        raise RefusedError("SerializationException", "The request is not a JSON object.")
    page = _selected(operation, params, environ, limits)
    if page and operation.service_model.service_name != "identitystore":  # which reads one page
        return _answer_page(app, environ, operation, params, page)
    return _fitted_answer(_run(app, environ), operation)


def _answer_page(
    app: Wsgi,
    environ: Environ,
    operation: OperationModel,
    params: dict[str, Any],
    page: Page,
) -> Answer:
    """Read the whole list from moto, which ignores some limits and tokens, and return a page."""
    rest = {name: value for name, value in params.items() if name not in (*TOKENS, *LIMITS)}
    items: list[Any] = []
    while True:
        _set_body(environ, json.dumps(rest))
        status, headers, body = _run(app, environ)
        if not status.startswith("200"):
            return _fitted_answer((status, headers, body), operation)
        answered = json.loads(body)
        items += answered.get(page.key) or []
        if not answered.get(TOKEN):
            break
        rest[TOKEN] = answered.pop(TOKEN)
    answer = {**answered, TOKEN: None, **page.of(items)}
    return _fitted_answer((status, headers, json.dumps(answer).encode()), operation)


def _fitted_answer(answer: Answer, operation: OperationModel) -> Answer:
    status, headers, body = answer
    if status.startswith("200"):
        shape, value = operation.output_shape, json.loads(body or "{}")
        body = json.dumps(fitted(shape, value) if shape else {}).encode()
    if not body.startswith(b"<"):
        headers["Content-Type"] = JSON
    return status, headers, body


def _without_pages_of_html(answer: Answer, kind: str, call: Call, environ: Environ) -> Answer:
    """Replace the HTML pages of moto's web server, and answers with no error at all."""
    status, headers, body = answer
    empty = not body and "x-amzn-ErrorType" not in headers and environ["REQUEST_METHOD"] != "HEAD"
    if int(status.split()[0]) < 400 or not (empty or body.lower().startswith(b"<!doctype html")):
        return answer
    if status.startswith("5"):
        text = f"The sandbox failed in {_name(call, environ)}."
        headers, body = error_answer(kind, "InternalFailure", text)
        return "400 Bad Request", headers, body
    return _unsupported(kind, call, environ)


def _unsupported(kind: str, call: Call, environ: Environ) -> Answer:
    text = f"The sandbox does not support {_name(call, environ)}."
    headers, body = error_answer(kind, UNSUPPORTED, text)
    return "400 Bad Request", headers, body


def _name(call: Call, environ: Environ) -> str:
    """The operation; for a REST request that no model names, its service, method and path."""
    service, _, operation = call.path.partition(":")
    service = SERVICES.get(service, service)
    if operation == "?":
        return f"{service}: {environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
    return f"{service}:{operation}"


def _run(app: Wsgi, environ: Environ) -> Answer:
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start(status: str, headers: Any, *_: Any) -> None:
        started[:] = [(status, headers)]

    try:
        answer = app(environ, start)
    except (ConnectionError, UnknownServiceError):
        raise
    except Exception:  # moto's web server would answer with status 500, which SDKs retry
        return "500 Internal Server Error", {}, b""
    try:
        body = b"".join(answer)
    finally:
        if close := getattr(answer, "close", None):
            close()
    [(status, headers)] = started
    return status, dict(headers), body
