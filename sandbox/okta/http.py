"""Helpers shared by all API resources: JSON bodies, paged lists, and the org's address."""

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp import web

from ..faults import REPLACED_BODY
from . import errors
from .errors import invalid
from .model import App, Model
from .provisioning.worker import Worker

Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Route = tuple[str, str, Handler]

reply = web.json_response


async def read_body(request: web.Request) -> Json:
    """Read the JSON object of a request; an empty body is an empty object."""
    try:
        body = json.loads(request.get(REPLACED_BODY) or await request.read() or b"{}")
        # Python parses NaN and lone surrogates, which no JSON answer can contain.
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
        raise invalid(key, f"{key}: must be a string")
    return value or ""


class OrgContext:
    """The org's state, provisioning worker and address, shared by all API resources."""

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
        """Return one page of a list, with Okta's two Link headers.

        The cursor `after` is the ID of the last item of the previous page: Okta's plugin builds
        the cursor from it when it pages push mappings, instead of following the link
        (docs/research/okta-provider.md#paging-of-push-mappings).
        """
        text, after = request.query.get("limit") or str(default), request.query.get("after")
        if not (text.isascii() and text.isdigit() and int(text[:9]) >= 1):
            raise invalid("limit", "limit: must be a positive number")
        settings = self.model.settings
        if int(text[:9]) > maximum and settings["limit_above_maximum"] == "refused":
            raise invalid("limit", f"limit: must be at most {maximum}")
        start, limit = 0, min(int(text[:9]), maximum)
        if after:
            start = next((n for n, item in enumerate(items, 1) if _id(item) == after), 0)
            if not start and settings["unknown_cursor"] == "empty_page":
                start = len(items)
            elif not start and settings["unknown_cursor"] == "refused":
                # Assumed: Okta refuses an unknown cursor. Starting over could loop forever.
                raise invalid("after", "after: unknown cursor; follow the Link header")
        page = items[start : start + limit]
        answer = reply([view(item) for item in page])
        answer.headers.add("Link", f'<{self.base}{request.path_qs}>; rel="self"')
        if start + limit < len(items):
            query = request.rel_url.update_query(after=_id(page[-1])).raw_query_string
            answer.headers.add("Link", f'<{self.base}{request.path}?{query}>; rel="next"')
        return answer


class Resource:
    """Base class of the API resources: each serves a part of the API on the org's state."""

    def __init__(self, context: OrgContext) -> None:
        self.context, self.model = context, context.model


def _id(item: Any) -> str:
    if isinstance(item, str):
        return item
    return item["id"] if isinstance(item, dict) else item.id
