"""AWS: the pages of Secrets Manager. A value is in the answer to "Retrieve secret value" only."""

import json
from typing import Any
from urllib.parse import quote

from aiohttp import web

from ..aws.secrets import Secret, SecretError, Secrets, pairs_of
from ..okta.errors import not_found
from ..okta.http import Route
from .applications import MAX_ROWS
from .pages import Pages, entered_pairs, field, redirect

HOME = "/aws-console/secretsmanager"
ROWS = 8
"""Rows for key/value pairs in an empty form."""


class SecretPages:
    def __init__(self, pages: Pages, secrets: Secrets) -> None:
        self.pages, self.secrets = pages, secrets

    def routes(self) -> list[Route]:
        secret = HOME + "/secret"
        return [
            ("GET", HOME, self.list),
            ("GET", HOME + "/new", self.new),
            ("POST", HOME + "/new", self.create),
            ("GET", secret, self.get),
            ("POST", secret, self.retrieve),
            ("POST", secret + "/edit", self.edit),
            ("POST", secret + "/save", self.save),
            ("GET", secret + "/tags", self.edit_tags),
            ("POST", secret + "/tags", self.save_tags),
        ]

    def _show(self, template: str, error: str | None = None, **context: Any) -> web.Response:
        return self.pages.show(
            f"aws/{template}.html", status=400 if error else 200, error=error,
            page="secretsmanager", home=HOME, **context,
        )  # fmt: skip

    async def list(self, request: web.Request) -> web.Response:
        query = request.query.get("q", "")
        found = [s for s in self.secrets.list() if query.casefold() in s.name.casefold()]
        return self._show(
            "secrets", rows=found[:MAX_ROWS], more=len(found[MAX_ROWS:]), q=query,
        )  # fmt: skip

    async def new(self, _: web.Request) -> web.Response:
        return self._new({}, "", "")

    def _new(
        self, tags: dict[str, str], name: str, description: str, error: str | None = None
    ) -> web.Response:
        return self._show(
            "secret_new", error, name=name, description=description, tags=tags,
            pairs={}, text="", plaintext=False, rows=ROWS,
        )  # fmt: skip

    async def create(self, request: web.Request) -> web.Response:
        form = await request.post()
        name, description = field(form, "name"), field(form, "description")
        tags: dict[str, str] = {}
        try:
            tags = _pairs(form, "tag")
            self.secrets.create(name, _entered_value(form), description, tags)
        except SecretError as error:
            return self._new(tags, name, description, str(error))
        return redirect(HOME)

    async def get(self, request: web.Request) -> web.Response:
        return self._secret(self._named(request))

    def _secret(
        self, secret: Secret, *, pairs: dict[str, str] | None = None, text: str | None = None
    ) -> web.Response:
        return self._show("secret", secret=secret, pairs=pairs, text=text)

    async def retrieve(self, request: web.Request) -> web.Response:
        secret = self._named(request)
        value = self.secrets.value(secret.name)
        return self._secret(secret, pairs=pairs_of(value), text=value)

    async def edit(self, request: web.Request) -> web.Response:
        return self._edit(self._named(request))

    def _edit(self, secret: Secret, error: str | None = None) -> web.Response:
        value = self.secrets.value(secret.name)
        pairs = pairs_of(value)
        return self._show(
            "secret_edit", error, secret=secret, pairs=pairs or {}, text=value,
            plaintext=pairs is None, rows=len(pairs or {}) + 3,
        )  # fmt: skip

    async def save(self, request: web.Request) -> web.Response:
        secret, form = self._named(request), await request.post()
        try:
            self.secrets.put(secret.name, _entered_value(form))
        except SecretError as error:
            return self._edit(secret, str(error))
        return redirect(f"{HOME}/secret?name={quote(secret.name, safe='')}")

    async def edit_tags(self, request: web.Request) -> web.Response:
        return self._show("secret_tags", secret=self._named(request))

    async def save_tags(self, request: web.Request) -> web.Response:
        secret = self._named(request)
        try:
            tags = _pairs(await request.post(), "tag")
        except SecretError as error:
            return self._show("secret_tags", str(error), secret=secret)
        self.secrets.set_tags(secret.name, tags)
        return redirect(f"{HOME}/secret?name={quote(secret.name, safe='')}")

    def _named(self, request: web.Request) -> Secret:
        name = request.query.get("name", "")
        secret = self.secrets.find(name)
        if secret is None:
            raise not_found(name, "Secret")
        return secret


def _entered_value(form: Any) -> str:
    """The value in the form: the plaintext, or the pairs as a JSON object of texts."""
    if field(form, "form") == "plaintext":
        # Browsers send line breaks as CRLF.
        return field(form, "text").replace("\r\n", "\n")
    pairs = _pairs(form, "secret")
    return json.dumps(pairs, ensure_ascii=False) if pairs else ""


def _pairs(form: Any, kind: str) -> dict[str, str]:
    rows = entered_pairs(form, kind)
    keys = [key for key, _ in rows]
    if "" in keys:
        raise SecretError("Enter a key for each value.")
    if twice := next((key for key in keys if keys.count(key) > 1), None):
        raise SecretError(f"The key {twice} is used twice.")
    return dict(rows)
