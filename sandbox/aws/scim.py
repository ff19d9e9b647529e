"""The SCIM endpoint of IAM Identity Center (docs/research/scim.md).

Implements paths, methods, authentication, lists, filters and error bodies; scim_rules and
scim_patch validate the documents. As in AWS, an error body has a generic message, and the reason
goes to CloudTrail only: `app[CLOUDTRAIL]`, a list of events. Bodies and tokens are never logged.
"""

import base64
import hmac
import json
import re
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from ..clock import Clock
from ..faults import ClosedConnection, FaultError, Faults
from ..own_address import refusal
from ..request_log import RequestLog
from ..settings import Settings
from .cloudtrail import EventHistory
from .identity_center import IdentityCenter
from .scim_patch import group_change, patched_user
from .scim_rules import (
    ENTERPRISE,
    InvalidError,
    group_record,
    member_ids,
    scim_group,
    scim_user,
    user_record,
)
from .scim_schemas import resource_types, schemas
from .store import ConflictError, IdentityStore, NotFoundError, Record
from .throttle import Throttle

CLOUDTRAIL: web.AppKey[list[dict[str, Any]]] = web.AppKey("cloudtrail", list)
_REASON: web.ResponseKey[tuple[str, str]] = web.ResponseKey("reason", tuple)
"""Code and reason of a refusal."""
_CREATED: web.ResponseKey[str] = web.ResponseKey("created", str)
"""ID of a new resource."""
_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
_LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
_PAGE_SIZE = 100
_CURSOR = re.compile(r"[-a-zA-Z0-9+=/:_]*")
_TERM = re.compile(r'\s*([\w.:]+)\s+eq\s+"((?:[^"\\]|\\.)*)"\s*', re.IGNORECASE)
_DETAIL = {
    400: ("ValidationException",
          "Request is unparsable, syntactically incorrect, or violates schema."),
    401: ("UnauthorizedException", "Unauthorized"),
    404: ("ResourceNotFoundException", "Resource not found."),
    405: ("ValidationException", "Method not allowed."),
    409: ("ConflictException", "Refused to create a new, duplicate resource."),
    # Assumed: the text of a refusal by the rate limit.
    429: ("ThrottlingException", "Rate exceeded"),
    500: ("InternalServerException", "Internal error."),
}  # fmt: skip
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def create_scim_app(
    store: IdentityStore,
    *,
    tenant: str,
    token: str,
    settings: Settings | None = None,
    clock: Clock | None = None,
    faults: Faults | None = None,
    request_log: RequestLog | None = None,
    center: IdentityCenter | None = None,
    history: EventHistory | None = None,
) -> web.Application:
    """Create the endpoint on this store; `center`, or else `token`, authenticates the callers."""
    settings = settings or Settings()
    clock = clock or Clock(settings)
    throttle, request_log = Throttle(clock), request_log or RequestLog(clock)

    def throttled() -> bool:
        return settings["scim_throttle"] == "on" and not throttle.take()

    refusal_reason = center.refusal_reason if center else _single_token(tenant, token)
    history = history or EventHistory(clock, settings)
    callers = _Callers(refusal_reason, center.token_id if center else lambda _: "only")
    error_middleware = _error_middleware(callers, throttled, request_log, history)
    fault_middleware = (faults or Faults(clock)).middleware("scim")
    app = web.Application(middlewares=[error_middleware, fault_middleware], client_max_size=1024**2)
    app[CLOUDTRAIL] = history.events
    scim = _ScimHandlers(store, lambda: center.tenant if center else tenant, settings)
    base = "/{tenant}/scim/v2"
    app.add_routes(
        [
            web.get(base + "/ServiceProviderConfig", scim.provider_config),
            web.get(base + "/Schemas", scim.schemas),
            web.get(base + "/Schemas/{id}", scim.schema),
            web.get(base + "/ResourceTypes", scim.resource_types),
            web.get(base + "/Users", scim.list_users),
            web.post(base + "/Users", scim.create_user),
            web.get(base + "/Users/{id}", scim.get_user),
            web.put(base + "/Users/{id}", scim.put_user),
            web.patch(base + "/Users/{id}", scim.patch_user),
            web.delete(base + "/Users/{id}", scim.delete_user),
            web.get(base + "/Groups", scim.list_groups),
            web.post(base + "/Groups", scim.create_group),
            web.get(base + "/Groups/{id}", scim.get_group),
            web.patch(base + "/Groups/{id}", scim.patch_group),
            web.delete(base + "/Groups/{id}", scim.delete_group),
        ]
    )
    return app


class _ScimHandlers:
    def __init__(self, store: IdentityStore, tenant: Callable[[], str], settings: Settings) -> None:
        self.store, self.tenant, self.settings = store, tenant, settings

    async def create_user(self, request: web.Request) -> web.Response:
        record = user_record(await _body(request), self.store.issuer, self._partial)
        return _json(self._user(self._put_user(record)), 201)

    async def get_user(self, request: web.Request) -> web.Response:
        return _json(self._user(self.store.user(request.match_info["id"])))

    async def put_user(self, request: web.Request) -> web.Response:
        self.store.user(request.match_info["id"])
        record = user_record(await _body(request), self.store.issuer, self._partial)
        return _json(self._user(self.store.put_user(record, request.match_info["id"])))

    async def patch_user(self, request: web.Request) -> web.Response:
        body = await _body(request)
        with self.store.lock:
            before = self._user(self.store.user(request.match_info["id"]))
            record = user_record(patched_user(before, body), self.store.issuer, self._partial)
            return _json(self._user(self.store.put_user(record, request.match_info["id"])))

    async def delete_user(self, request: web.Request) -> web.Response:
        self.store.delete_user(request.match_info["id"])
        return web.Response(status=204)

    async def list_users(self, request: web.Request) -> web.Response:
        by_id = () if self.settings["scim_filter_id"] == "refused" else ({"id"},)
        terms = _filter_terms(
            request, ({"userName"}, {"externalId"}, {"groups.value"}, *by_id, {"id", "manager"})
        )
        with self.store.lock:
            users = [u for u in self.store.users.values() if self._matches_user(u, terms)]
            return _json(_page(request, [self._user(user) for user in users]))

    async def create_group(self, request: web.Request) -> web.Response:
        body = await _body(request)
        record = group_record(body, self.store.issuer)
        members = member_ids(body["members"]) if body.get("members") else []
        with self.store.lock:
            for user_id in members:
                self.store.user(user_id)
            group = self.store.put_group(record)
            for user_id in members:
                self.store.add_member(group["GroupId"], user_id)
            return _json(self._group(group), 201)

    async def get_group(self, request: web.Request) -> web.Response:
        return _json(self._group(self.store.group(request.match_info["id"])))

    async def patch_group(self, request: web.Request) -> web.Response:
        change = group_change(await _body(request), self.settings["member_replace"])
        group_id = request.match_info["id"]
        with self.store.lock:
            group = self.store.group(group_id)
            for user_id in change.add + (change.replace or []):
                self.store.user(user_id)
            if change.attributes:
                document = {**self._group(group), **change.attributes}
                record = {**group, **group_record(document, self.store.issuer)}
                self.store.put_group(record, group_id)
            replaced = self.store.members(group_id) if change.replace is not None else []
            for user_id in replaced + change.remove:
                self.store.remove_member(group_id, user_id)
            for user_id in change.add + (change.replace or []):
                self.store.add_member(group_id, user_id)
        return web.Response(status=204)

    async def delete_group(self, request: web.Request) -> web.Response:
        self.store.delete_group(request.match_info["id"])
        return web.Response(status=204)

    async def list_groups(self, request: web.Request) -> web.Response:
        allowed = (
            {"displayName"}, {"externalId"}, {"members.value"}, {"id"}, {"id", "members"},
            {"id", "member"},
        )  # fmt: skip
        terms = _filter_terms(request, allowed)
        with self.store.lock:
            groups = [g for g in self.store.groups.values() if self._matches_group(g, terms)]
            return _json(_page(request, [self._group(group) for group in groups]))

    async def provider_config(self, _: web.Request) -> web.Response:
        # Assumed: sort, etag, changePassword and filter.maxResults
        # (docs/research/scim.md#service-provider-configuration).
        scheme = {
            "type": "oauthbearertoken",
            "name": "OAuth Bearer Token",
            "description": "Authentication scheme using the OAuth Bearer Token Standard",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "documentationUri": "https://docs.aws.amazon.com/singlesignon/latest/userguide/",
            "primary": True,
        }
        return _json(
            {
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
                "documentationUri": scheme["documentationUri"],
                "authenticationSchemes": [scheme],
                "patch": {"supported": True},
                "bulk": {"supported": False, "maxOperations": 1, "maxPayloadSize": 1048576},
                "filter": {"supported": True, "maxResults": 50},
                "changePassword": {"supported": False},
                "sort": {"supported": self.settings["scim_provider_config"] == "others"},
                "etag": {"supported": False},
            }
        )

    async def schemas(self, _: web.Request) -> web.Response:
        if self.settings["scim_schemas"] == "absent":
            raise web.HTTPNotFound
        return _json(_list_response(schemas(others=self.settings["scim_schemas"] == "others")))

    async def schema(self, request: web.Request) -> web.Response:
        for schema in schemas():
            if schema["id"] == request.match_info["id"]:
                return _json(schema)
        raise NotFoundError("SCHEMA")

    async def resource_types(self, _: web.Request) -> web.Response:
        return _json(_list_response(resource_types()))

    @property
    def _partial(self) -> bool:
        return self.settings["scim_partial_address"] == "accepted"

    def _put_user(self, record: Record) -> Record:
        exact = self.settings["scim_user_name_case"] == "distinguished"
        return self.store.put_user(record, exact_names=exact)

    def _user(self, record: Record) -> Record:
        return self._located(scim_user(record), "Users")

    def _group(self, record: Record) -> Record:
        return self._located(scim_group(record), "Groups")

    def _located(self, document: Record, kind: str) -> Record:
        if self.settings["scim_meta_location"] == "present":
            location = f"/{self.tenant()}/scim/v2/{kind}/{document['id']}"
            return {**document, "meta": {**document["meta"], "location": location}}
        return document

    def _matches_user(self, user: Record, terms: dict[str, str]) -> bool:
        document = self._user(user)
        values = {
            "userName": document["userName"].casefold(),
            "externalId": document.get("externalId"),
            "id": user["UserId"],
            "manager": document.get(ENTERPRISE, {}).get("manager", {}).get("value"),
        }
        for key, value in terms.items():
            if key == "groups.value":
                if not self.store.find_membership(value, user["UserId"]):
                    return False
            elif values[key] != (value.casefold() if key == "userName" else value):
                return False
        return True

    def _matches_group(self, group: Record, terms: dict[str, str]) -> bool:
        for key, value in terms.items():
            if key in ("members.value", "members", "member"):
                if not self.store.find_membership(group["GroupId"], value):
                    return False
            elif key == "displayName":
                if group.get("DisplayName", "").casefold() != value.casefold():
                    return False
            elif value != (
                self.store.external_id(group) if key == "externalId" else group["GroupId"]
            ):
                return False
        return True


def _filter_terms(request: web.Request, allowed: tuple[set[str], ...]) -> dict[str, str]:
    text = request.query.get("filter")
    if text is None:
        return {}
    terms: dict[str, str] = {}
    position = 0
    while match := _TERM.match(text, position):
        terms[match[1]] = re.sub(r"\\(.)", r"\1", match[2])
        position = match.end()
        if position == len(text):
            break
        if text[position : position + 4].casefold() != "and ":
            raise InvalidError("Invalid Filter format")
        position += 4
    if position != len(text) or not terms or set(terms) not in allowed:
        raise InvalidError("Invalid Filter format")
    return terms


def _page(request: web.Request, resources: list[Record]) -> Record:
    """Return one page; startIndex, attributes and excludedAttributes are ignored
    (docs/research/scim.md#lists)."""
    count = request.query.get("count", str(_PAGE_SIZE))
    if not (count.isascii() and count.isdigit() and len(count) < 6 and int(count) >= 1):
        raise InvalidError("count must be 1..100")
    size = min(int(count), _PAGE_SIZE)
    cursor = request.query.get("cursor")
    if cursor is None:
        page = resources[:size]  # without a cursor, the remaining resources are unreachable
        return {**_list_response(page), "totalResults": len(resources)}
    start = 0
    if cursor:
        try:
            if not _CURSOR.fullmatch(cursor):
                raise ValueError
            start = int(base64.b64decode(cursor, validate=True))
        except ValueError:
            raise InvalidError("Invalid cursor") from None
        if start < 0:
            raise InvalidError("Invalid cursor")
    page = resources[start : start + size]
    answer: Record = {"schemas": [_LIST], "itemsPerPage": len(page), "Resources": page}
    if start + size < len(resources):
        answer["nextCursor"] = base64.b64encode(str(start + size).encode()).decode()
    return answer


def _list_response(resources: list[Record]) -> Record:
    count = len(resources)
    return {
        "schemas": [_LIST], "totalResults": count, "itemsPerPage": count, "startIndex": 1,
        "Resources": resources,
    }  # fmt: skip


async def _body(request: web.Request) -> Any:
    try:
        body = json.loads(await request.read())
    except (ValueError, RecursionError):
        raise InvalidError("Invalid JSON from RequestBody") from None
    if not isinstance(body, dict):
        raise InvalidError("Invalid JSON from RequestBody")
    return body


def _json(document: Record, status: int = 200) -> web.Response:
    answer = web.json_response(document, status=status)
    if status == 201:
        answer[_CREATED] = document["id"]
    return answer


def _single_token(tenant: str, token: str) -> Callable[[str, str], str]:
    def refusal_reason(requested: str, authorization: str) -> str:
        if requested != tenant:
            return "Unknown tenant"
        presented = authorization.encode("utf-8", "replace")
        return "" if hmac.compare_digest(presented, f"Bearer {token}".encode()) else "Unknown token"

    return refusal_reason


@dataclass(frozen=True)
class _Callers:
    """Who calls: `refusal_reason` of a tenant and a header, and `token_id` of a header."""

    refusal_reason: Callable[[str, str], str]
    token_id: Callable[[str], str]


def _error_middleware(
    callers: _Callers,
    throttled: Callable[[], bool],
    request_log: RequestLog,
    history: EventHistory,
) -> Any:
    async def handle(request: web.Request, handler: Handler) -> web.StreamResponse:
        headers = request.headers
        if refusal(request.host, headers.get("Origin"), headers.get("Sec-Fetch-Site")):
            return _refusal(401, "A request of another site, or to another host")
        # A wrong tenant and a wrong token get the same answer (docs/research/scim.md#errors).
        authorization = headers.get("Authorization", "")
        if reason := callers.refusal_reason(_tenant(request), authorization):
            return _refusal(401, reason)
        if throttled():
            return _refusal(429, "Rate exceeded")
        try:
            response = await handler(request)
        except InvalidError as error:
            return _refusal(400, str(error))
        except NotFoundError as error:
            return _refusal(404, f"{error} not found")
        except ConflictError as error:
            return _refusal(409, str(error))
        except FaultError as fault:
            answer = _refusal(fault.status, "Injected fault")
            answer.headers.update(fault.headers)
            return answer
        except web.HTTPException as error:
            status = error.status if error.status in _DETAIL else 400
            return _refusal(status, error.reason)
        response.headers.setdefault("x-amzn-RequestId", str(uuid.uuid4()))
        return response

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await handle(request, handler)
        status = 0 if isinstance(answer, ClosedConnection) else answer.status
        # A caller with the tenant's token is Okta, as far as AWS can tell.
        request_log.record("scim", request, status, "" if status == 401 else "okta")
        if status:
            history.record(
                request.method, request.path, _tenant(request), refusal=answer.get(_REASON),
                request_id=answer.headers["x-amzn-RequestId"], created=answer.get(_CREATED, ""),
                token_id=callers.token_id(request.headers.get("Authorization", "")),
            )  # fmt: skip
        return answer

    return middleware


def _refusal(status: int, reason: str) -> web.Response:
    code, detail = _DETAIL.get(status, _DETAIL[500])
    ident, now = str(uuid.uuid4()), datetime.now(UTC)
    body = {
        "schema": [_ERROR],
        "schemas": [_ERROR],
        "detail": detail,
        "status": str(status),
        "exceptionRequestId": ident,
        "timeStamp": now.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3],
    }
    answer = web.json_response(body, status=status, headers={"x-amzn-RequestId": ident})
    answer[_REASON] = code, reason
    return answer


def _tenant(request: web.Request) -> str:
    return (request.path + "/").split("/")[1]
