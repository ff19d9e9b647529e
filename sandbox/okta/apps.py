"""Apps: create, read, update, delete, lifecycle, signing keys and SAML metadata."""

import copy

from aiohttp import web

from .app_body import checked
from .app_view import app_view
from .certificate import metadata, signing
from .errors import OktaError, invalid
from .http import Json, Route, Wire, read, reply
from .model import App, now
from .search import parse

# What an app starts with (a recording of a real org, USER_PROVISIONING).
_OFF = {
    "create": {"lifecycleCreate": {"status": "DISABLED"}},
    "update": {
        "profile": {"status": "DISABLED"}, "lifecycleDeactivate": {"status": "DISABLED"},
        "password": {"status": "DISABLED", "seed": "RANDOM", "change": "KEEP_EXISTING"},
    },
}  # fmt: skip


class Apps:
    def __init__(self, wire: Wire) -> None:
        self.wire, self.model = wire, wire.model

    def routes(self) -> list[Route]:
        apps, one = "/api/v1/apps", "/api/v1/apps/{app}"
        return [
            ("GET", apps, self.list),
            ("POST", apps, self.create),
            ("GET", one, self.get),
            ("PUT", one, self.replace),
            ("DELETE", one, self.delete),
            ("POST", one + "/lifecycle/activate", self.activate),
            ("POST", one + "/lifecycle/deactivate", self.deactivate),
            ("GET", one + "/credentials/keys", self.keys),
            ("POST", one + "/credentials/keys/generate", self.generate),
            ("GET", one + "/sso/saml/metadata", self.metadata),
            ("PUT", one + "/policies/{policy}", self.put_policy),
        ]

    def view(self, app: App) -> Json:
        return app_view(app, self.wire.base)

    async def list(self, request: web.Request) -> web.Response:
        found = [self.view(app) for app in self.model.apps.values()]
        if text := request.query.get("filter"):
            found = list(filter(parse(text), found))
        q = request.query.get("q", "").lower()
        found = [v for v in found if v["label"].lower().startswith(q) or v["name"].startswith(q)]
        return self.wire.page(request, found, lambda v: v, default=20, most=200)

    async def create(self, request: web.Request) -> web.Response:
        body = self._checked(await read(request))
        status = "INACTIVE" if request.query.get("activate") == "false" else "ACTIVE"
        app = self.model.add_app(body, status)
        app.capabilities = copy.deepcopy(_OFF)
        self._add_key(app)
        return reply(self.view(app))

    async def get(self, request: web.Request) -> web.Response:
        return reply(self.view(self.wire.app(request)))

    async def replace(self, request: web.Request) -> web.Response:
        app = self.wire.app(request)
        name = app.body["name"]
        body = self._checked({"name": name, **await read(request)}, but=app.id)
        kid = body["credentials"]["signing"].get("kid") or app.body["kid"]
        if all(key["kid"] != kid for key in app.keys):
            raise invalid("credentials.signing.kid", "credentials.signing.kid: no such key")
        app.body, app.updated = {**body, "name": name, "kid": kid}, now()
        return reply(self.view(app))

    async def delete(self, request: web.Request) -> web.Response:
        self.model.delete_app(self.wire.app(request))
        return web.Response(status=204)

    async def activate(self, request: web.Request) -> web.Response:
        self.wire.app(request).status = "ACTIVE"
        return reply({})

    async def deactivate(self, request: web.Request) -> web.Response:
        self.wire.app(request).status = "INACTIVE"
        return reply({})

    async def keys(self, request: web.Request) -> web.Response:
        return reply(self.wire.app(request).keys)

    async def generate(self, request: web.Request) -> web.Response:
        return reply(self._add_key(self.wire.app(request)), status=201)

    async def metadata(self, request: web.Request) -> web.Response:
        app = self.wire.app(request)
        text = metadata(self.wire.base, app.body["name"], app.id)
        return web.Response(content_type="application/xml", text=text)

    async def put_policy(self, request: web.Request) -> web.Response:
        app = self.wire.app(request)
        app.policy = self.model.find_policy(request.match_info["policy"])["id"]
        return web.Response(status=204)

    def _add_key(self, app: App) -> Json:
        key = {**signing(), "kid": self.model.new_kid(), "created": now(), "lastUpdated": now()}
        app.keys.append(key)
        app.body.setdefault("kid", key["kid"])
        return key

    def _checked(self, given: Json, but: str = "") -> Json:
        body = checked(given)
        for app in self.model.apps.values():
            if app.id != but and app.body["label"] == body["label"]:
                raise OktaError(400, "E0000040", "Application label must not be the same as "
                                "another existing application label.")  # fmt: skip
        return body
