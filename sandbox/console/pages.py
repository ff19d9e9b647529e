"""Rendering and request checks of all console pages.

The middleware accepts requests for this host only, and a POST only from a console page: each form
returns the secret of its page. Pages of other origins cannot read the secret, because no answer
allows it (no CORS), and a host name that resolves to 127.0.0.1 fails the check of the Host header.
"""

import hmac
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ..okta.errors import OktaError
from ..okta.http import Handler

_FOLDER = Path(__file__).parent
_PATH_PREFIXES = ("/admin", "/aws-console", "/app")
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not `no-referrer`: browsers would send `Origin: null` with the console's own forms.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Pages:
    """Renders the pages and checks their requests."""

    def __init__(self, base: str) -> None:
        self.base, self.host = base, urlsplit(base).netloc
        self.secret = secrets.token_urlsafe(32)
        self.templates = Environment(
            loader=FileSystemLoader(_FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def show(self, template: str, *, status: int = 200, **context: Any) -> web.Response:
        text = self.render(template, **context)
        return web.Response(text=text, content_type="text/html", status=status)

    def render(self, template: str, **context: Any) -> str:
        context = {"csrf": self.secret, "host": self.host, "error": None, **context}
        return self.templates.get_template(template).render(context)

    def error_page(self, status: int, title: str, text: str) -> web.Response:
        return self.show("error.html", status=status, title=title, text=text, base=self.base)

    async def stylesheet(self, _: web.Request) -> web.Response:
        text = (_FOLDER / "console.css").read_text(encoding="utf-8")
        return web.Response(text=text, content_type="text/css")

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Handle console pages, without token, rate limits, request log and faults."""
        if not request.path.startswith(tuple(f"{prefix}/" for prefix in _PATH_PREFIXES)) and (
            request.path not in _PATH_PREFIXES
        ):
            return await handler(request)
        answer = await self._answer(request)
        answer.headers.update(_HEADERS)
        return answer

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        try:
            refusal = self._reject_foreign_host(request) or await self._reject_forged_form(request)
            return refusal or await request.match_info.handler(request)
        except OktaError as error:
            text = " ".join((error.summary, *error.causes))
            return self.error_page(error.status, "The request failed", text)
        except web.HTTPException as error:
            return self.error_page(error.status, error.reason, "The page does not exist.")

    def _reject_foreign_host(self, request: web.Request) -> web.Response | None:
        if request.host == self.host:
            return None
        return self.error_page(421, "Wrong host", f"Open these pages at {self.host}.")

    async def _reject_forged_form(self, request: web.Request) -> web.Response | None:
        """Reject a POST without the secret of a console page."""
        if request.method in ("GET", "HEAD"):
            return None
        same_origin = (
            request.headers.get("Origin", self.base) == self.base
            and request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
        )
        csrf = (await request.post()).get("csrf", "") if same_origin else ""
        if isinstance(csrf, str) and hmac.compare_digest(csrf.encode(), self.secret.encode()):
            return None
        reason = "The form was not sent by a page of this sandbox. Reload the page and try again."
        return self.error_page(403, "Refused", reason)


def field(form: Any, name: str) -> str:
    """The value of a text field; empty if the field is missing or a file."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def entered_pairs(form: Any, kind: str) -> list[tuple[str, str]]:
    """The rows of a table of keys and values (forms.html), without empty rows."""
    keys, values = (form.getall(f"{kind}_{part}", []) for part in ("key", "value"))
    rows = zip(keys, values, strict=False)
    return [
        (key, value)
        for key, value in rows
        if isinstance(key, str) and isinstance(value, str) and (key or value)
    ]


def redirect(where: str) -> web.Response:
    return web.Response(status=303, headers={"Location": where})
