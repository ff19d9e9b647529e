"""What all resources share: reading a JSON body, one page of a list, and the org's address."""

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp import web

from ..faults import REPLACED_BODY
from ..provisioning.worker import Worker
from . import errors
from .errors import invalid
from .model import App, Model

Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Route = tuple[str, str, Handler]

reply = web.json_response


async def read_body(request: web.Request) -> Json:
    """The request's JSON object; no body is an empty one."""
    try:
        body = json.loads(request.get(REPLACED_BODY) or await request.read() or b"{}")
        # Python reads NaN and halves of surrogate pairs, which nobody could be answered with.
        json.dumps(body, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise errors.malformed() from None
    if not isinstance(body, dict):
        raise errors.malformed()
    return body


def profile_of(body: Json) -> Json:
    profile = body.get("profile")
    if not isinstance(profile, dict):
        raise invalid("profile", "profile: The field cannot be left blank")
    return profile


def text_of(body: Json, key: str, *, required: bool = True) -> str:
    value = body.get(key)
    if required and not value:
        raise invalid(key, f"{key}: The field cannot be left blank")
    if not isinstance(value, str | None):
        raise invalid(key, f"{key}: must be a text")
    return value or ""


class OrgContext:
    """The org as its resources see it: state, the worker, and where it is found."""

    def __init__(self, model: Model, worker: Worker, base: str, token: str) -> None:
        self.model, self.worker, self.base, self.token = model, worker, base, token
        self.api = base + "/api/v1"

    def app(self, request: web.Request) -> App:
        return self.model.app(request.match_info["app"])

    def page(
        self,
        request: web.Request,
        items: Sequence[Any],
        view: Callable[[Any], Json],
        *,
        default: int,
        maximum: int,
    ) -> web.Response:
        """One page, with Okta's two Link headers. The cursor `after` is the id of the last one
        seen: Okta's plugin pages push mappings by it and not by the link
        (docs/research/okta-provider.md#paging-of-push-mappings).
        """
        text, after = request.query.get("limit") or str(default), request.query.get("after")
        if not (text.isascii() and text.isdigit() and int(text[:9]) >= 1):
            raise invalid("limit", "limit: must be a positive number")
        start, limit = 0, min(int(text[:9]), maximum)
        if after:
            start = next((n for n, item in enumerate(items, 1) if _id(item) == after), 0)
            if not start:
                # Assumed: such a cursor is refused. To begin again could go round for ever.
                raise invalid("after", "after: follow the address of the Link header as it is")
        shown = items[start : start + limit]
        answer = reply([view(item) for item in shown])
        answer.headers.add("Link", f'<{self.base}{request.path_qs}>; rel="self"')
        if start + limit < len(items):
            query = request.rel_url.update_query(after=_id(shown[-1])).raw_query_string
            answer.headers.add("Link", f'<{self.base}{request.path}?{query}>; rel="next"')
        return answer


def _id(item: Any) -> str:
    if isinstance(item, str):
        return item
    return item["id"] if isinstance(item, dict) else item.id
