"""API of profile mappings: expressions that compute an app user's attributes.

Each app has one mapping, from Okta to the app. Assumed: by default every attribute sent to AWS is
mapped from the Okta attribute with the same name; saving a mapping pushes nothing (the plugin's
`always_apply` triggers the push separately); and pushStatus is stored and shown without effect.
"""

from typing import Any

from aiohttp import web

from .errors import OktaError, invalid, not_found
from .expression import ExpressionError, parse
from .http import Json, Resource, Route, read_body, reply, text_of
from .model import App


class ProfileMappings(Resource):
    def routes(self) -> list[Route]:
        path = "/api/v1/mappings/{mapping}"
        return [
            ("GET", "/api/v1/mappings", self.list),
            ("GET", path, self.get),
            ("POST", path, self.change),
            ("GET", "/api/v1/apps/{app}/user/types", self.types),
            ("PUT", "/api/internal/v1/mappings/reapply", self.reapply),
        ]

    def short_view(self, app: App) -> Json:
        """A mapping as lists show it, without its properties."""
        meta, kind = f"{self.context.api}/meta", self.model.user_type
        source_links = {"self": {"href": f"{meta}/types/user/{kind}"},
                "schema": {"href": f"{meta}/schemas/user/default"}}  # fmt: skip
        target_links = {"self": {"href": f"{self.context.api}/apps/{app.id}"},
                 "schema": {"href": f"{meta}/schemas/apps/{app.id}/default"}}  # fmt: skip
        return {
            "id": app.mapping_id,
            "source": {"id": kind, "name": "user", "type": "user", "_links": source_links},
            "target": {"id": app.id, "name": app.body["name"], "type": "appuser",
                       "_links": target_links},
            "_links": {"self": {"href": f"{self.context.api}/mappings/{app.mapping_id}"}},
        }  # fmt: skip

    def view(self, app: App) -> Json:
        return {**self.short_view(app), "properties": app.attribute_mappings}

    def _mapping(self, request: web.Request) -> App:
        ident = request.match_info["mapping"]
        for app in self.model.apps.values():
            if app.mapping_id == ident:
                return app
        raise not_found(ident, "ProfileMapping")

    async def list(self, request: web.Request) -> web.Response:
        source, target = request.query.get("sourceId"), request.query.get("targetId")
        found = [
            self.short_view(app)
            for app in self.model.apps.values()
            if source in (None, "", self.model.user_type) and target in (None, "", app.id)
        ]
        return self.context.page(request, found, lambda v: v, default=20, maximum=200)

    async def get(self, request: web.Request) -> web.Response:
        return reply(self.view(self._mapping(request)))

    async def change(self, request: web.Request) -> web.Response:
        app, body = self._mapping(request), await read_body(request)
        changes: Any = body.get("properties") or {}
        if not isinstance(changes, dict):
            raise invalid("properties", "properties: must be an object")
        changed = {name: _property(name, value) for name, value in changes.items()}
        properties = {**app.attribute_mappings, **changed}
        app.attribute_mappings = {
            name: value for name, value in properties.items() if value is not None
        }
        return reply(self.view(app))

    async def types(self, request: web.Request) -> web.Response:
        return reply([{"id": self.context.app(request).user_type}])

    async def reapply(self, request: web.Request) -> web.Response:
        """Push all users of an app ("Apply updates now" in the console; undocumented API)."""
        target = request.query.get("target")
        for app in self.model.apps.values():
            if app.user_type == target:
                for ident in app.users:
                    self.model.enqueue("user", app, ident)
                return reply({})
        raise OktaError(404, "E0000007", f"Not found: Resource not found: {target} (UserType)")


def _property(name: str, value: Any) -> Json | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise invalid(name, f"{name}: must be an object, or null to remove it")
    expression = text_of(value, "expression")
    status = value.get("pushStatus") or "DONT_PUSH"
    if status not in ("PUSH", "DONT_PUSH"):
        raise invalid(name, f"{name}.pushStatus: use PUSH or DONT_PUSH")
    try:
        parse(expression)
    except ExpressionError as error:
        raise invalid(name, f"{name}.expression: {error}") from None
    return {"expression": expression, "pushStatus": status}
