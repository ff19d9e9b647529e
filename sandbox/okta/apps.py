"""API of apps: create, read, update, delete, lifecycle, signing keys and SAML metadata."""

from aiohttp import web

from .app_body import validate_app_body
from .app_view import app_view
from .certificate import idp_metadata
from .errors import OktaError, invalid
from .http import Json, Resource, Route, read_body, reply
from .model import App, Model, now
from .search import parse


class Apps(Resource):
    def routes(self) -> list[Route]:
        apps, app = "/api/v1/apps", "/api/v1/apps/{app}"
        return [
            ("GET", apps, self.list),
            ("POST", apps, self.create),
            ("GET", app, self.get),
            ("PUT", app, self.replace),
            ("DELETE", app, self.delete),
            ("POST", app + "/lifecycle/activate", self.activate),
            ("POST", app + "/lifecycle/deactivate", self.deactivate),
            ("GET", app + "/credentials/keys", self.keys),
            ("POST", app + "/credentials/keys/generate", self.generate),
            ("GET", app + "/sso/saml/metadata", self.metadata),
            ("PUT", app + "/policies/{policy}", self.put_policy),
        ]

    def view(self, app: App) -> Json:
        return app_view(app, self.context.base, self.model.settings)

    async def list(self, request: web.Request) -> web.Response:
        found = [self.view(app) for app in self.model.apps.values()]
        if text := request.query.get("filter"):
            found = list(filter(parse(text), found))
        q = request.query.get("q", "").lower()
        found = [v for v in found if v["label"].lower().startswith(q) or v["name"].startswith(q)]
        return self.context.page(request, found, lambda v: v, default=20, maximum=200)

    async def create(self, request: web.Request) -> web.Response:
        body = _validated(self.model, await read_body(request))
        status = "INACTIVE" if request.query.get("activate") == "false" else "ACTIVE"
        return reply(self.view(self.model.add_app(body, status)))

    async def get(self, request: web.Request) -> web.Response:
        return reply(self.view(self.context.app(request)))

    async def replace(self, request: web.Request) -> web.Response:
        app = self.context.app(request)
        replace_app_body(self.model, app, await read_body(request))
        return reply(self.view(app))

    async def delete(self, request: web.Request) -> web.Response:
        self.model.delete_app(self.context.app(request))
        return web.Response(status=204)

    async def activate(self, request: web.Request) -> web.Response:
        self.context.app(request).status = "ACTIVE"
        return reply({})

    async def deactivate(self, request: web.Request) -> web.Response:
        self.context.app(request).status = "INACTIVE"
        return reply({})

    async def keys(self, request: web.Request) -> web.Response:
        return reply(self.context.app(request).keys)

    async def generate(self, request: web.Request) -> web.Response:
        return reply(self.model.add_key(self.context.app(request)), status=201)

    async def metadata(self, request: web.Request) -> web.Response:
        app = self.context.app(request)
        text = idp_metadata(self.context.base, app.body["name"], app.id)
        return web.Response(content_type="application/xml", text=text)

    async def put_policy(self, request: web.Request) -> web.Response:
        app = self.context.app(request)
        app.policy = self.model.find_policy(request.match_info["policy"])["id"]
        return web.Response(status=204)


def replace_app_body(model: Model, app: App, document: Json) -> None:
    """Replace the app's body, whose name never changes. Raises OktaError."""
    name = app.body["name"]
    body = _validated(model, {"name": name, **document}, except_id=app.id)
    kid = body["credentials"]["signing"].get("kid") or app.body["kid"]
    if all(key["kid"] != kid for key in app.keys):
        raise invalid("credentials.signing.kid", "credentials.signing.kid: no such key")
    app.body, app.updated = {**body, "name": name, "kid": kid}, now()


def _validated(model: Model, document: Json, except_id: str = "") -> Json:
    body = validate_app_body(document, model.settings)
    for app in model.apps.values():
        if app.id != except_id and app.body["label"] == body["label"]:
            raise OktaError(400, "E0000040", "Application label must not be the same as "
                            "another existing application label.")  # fmt: skip
    return body
