"""API of an app's federated claims; the sandbox does not evaluate their expressions."""

from aiohttp import web

from .errors import invalid, not_found
from .http import Json, Resource, Route, read_body, reply, text_of
from .model import App, now


class FederatedClaims(Resource):
    def routes(self) -> list[Route]:
        claims = "/api/v1/apps/{app}/federated-claims"
        path = claims + "/{claim}"
        return [
            ("GET", claims, self.list),
            ("POST", claims, self.create),
            ("GET", path, self.get),
            ("PUT", path, self.replace),
            ("DELETE", path, self.delete),
        ]

    def _claim(self, request: web.Request) -> tuple[App, Json]:
        app, ident = self.context.app(request), request.match_info["claim"]
        if ident not in app.claims:
            raise not_found(ident, "FederatedClaim")
        return app, app.claims[ident]

    async def list(self, request: web.Request) -> web.Response:
        return reply([*self.context.app(request).claims.values()])

    async def create(self, request: web.Request) -> web.Response:
        app = self.context.app(request)
        fields, ident, time = (
            _validated(app, await read_body(request)),
            self.model.ident("ofc"),
            now(),
        )
        app.claims[ident] = {"id": ident, "created": time, "lastUpdated": time, **fields}
        return reply(app.claims[ident], status=201)

    async def get(self, request: web.Request) -> web.Response:
        return reply(self._claim(request)[1])

    async def replace(self, request: web.Request) -> web.Response:
        app, claim = self._claim(request)
        claim |= {
            **_validated(app, await read_body(request), except_id=claim["id"]),
            "lastUpdated": now(),
        }
        return reply(claim)  # 200 in a recording of a real org; Okta documents 201

    async def delete(self, request: web.Request) -> web.Response:
        app, claim = self._claim(request)
        del app.claims[claim["id"]]
        return web.Response(status=204)


def _validated(app: App, body: Json, except_id: str = "") -> Json:
    name = text_of(body, "name")
    if any(claim["name"] == name and claim["id"] != except_id for claim in app.claims.values()):
        raise invalid("name", "name: another claim of this app has this name")
    return {"name": name, "expression": text_of(body, "expression")}
