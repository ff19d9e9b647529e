"""API of an app's provisioning: its connection (Base URL and token) and its features.

Okta's public API is not known to support either for this app
(docs/research/okta-api.md#connections-and-features). By default the answers are therefore "200,
UNKNOWN" and "400, not enabled", even after provisioning was enabled in the console (assumed).
`connections: supported` answers as Okta does for the apps it documents.
"""

import re
from typing import Any

from aiohttp import web

from . import errors
from .errors import OktaError, invalid, not_found
from .http import Json, Resource, Route, read_body, reply
from .model import App, Model
from .provisioning.scim_client import ScimError

_UNKNOWN = {"profile": {"authScheme": "UNKNOWN"}, "status": "UNKNOWN"}
_NAME = "USER_PROVISIONING"
# Okta does not publish the pattern, but documents that a trailing slash violates it
# (docs/research/scim.md#endpoint).
BASE_URL = re.compile(r"https?://[^\s/?#]+(/[^\s/?#]+)*")
_SWITCHES = {"create": ("lifecycleCreate",), "update": ("profile", "lifecycleDeactivate",
                                                        "password")}  # fmt: skip
_VALUES = {"status": ("ENABLED", "DISABLED"), "seed": ("OKTA", "RANDOM"),
           "change": ("CHANGE", "KEEP_EXISTING")}  # fmt: skip


class Connection(Resource):
    def routes(self) -> list[Route]:
        path = "/api/v1/apps/{app}/connections/default"
        features = "/api/v1/apps/{app}/features"
        return [
            ("GET", path, self.get),
            ("POST", path, self.post),
            ("POST", path + "/lifecycle/activate", self.activate),
            ("POST", path + "/lifecycle/deactivate", self.deactivate),
            ("GET", features, self.features),
            ("GET", features + "/{name}", self.feature),
            ("PUT", features + "/{name}", self.put_feature),
        ]

    def view(self, app: App) -> Json:
        if self.model.settings["connections"] == "refused":
            raise errors.provisioning_not_supported()
        if not self.model.connections_supported:
            return _UNKNOWN
        root = f"{self.context.api}/apps/{app.id}/connections/default"
        action = "deactivate" if app.connection == "ENABLED" else "activate"
        link = {"href": f"{root}/lifecycle/{action}", "hints": {"allow": ["POST"]}}
        view: Json = {
            "status": app.connection, "profile": {"authScheme": app.auth_scheme},
            "_links": {"self": {"href": root, "hints": {"allow": ["GET", "POST"]}},
                       action: link},
        }  # fmt: skip
        if app.auth_scheme == "TOKEN":  # not for OAuth (ApplicationConnections)
            view |= {"authScheme": "TOKEN", "baseUrl": app.base_url or ""}
        return view

    async def get(self, request: web.Request) -> web.Response:
        return reply(self.view(self.context.app(request)))

    async def post(self, request: web.Request) -> web.Response:
        app, body = self.context.app(request), await read_body(request)
        profile = body.get("profile")
        if not isinstance(profile, dict) or profile.get("authScheme") not in ("TOKEN", "OAUTH2"):
            raise invalid("profile.authScheme", "profile.authScheme: use TOKEN or OAUTH2")
        if self.model.connections_supported:
            if profile["authScheme"] == "OAUTH2":
                app.base_url = app.token = None
            else:
                app.base_url, app.token = _credentials(body.get("baseUrl"), profile.get("token"))
            app.auth_scheme, app.connection = profile["authScheme"], "DISABLED"
            if request.query.get("activate") == "true":
                await self._enable(app)
        return reply(self.view(app))

    async def activate(self, request: web.Request) -> web.Response:
        app = self.context.app(request)
        if self.model.connections_supported:
            await self._enable(app)
        return web.Response(status=204)

    async def deactivate(self, request: web.Request) -> web.Response:
        app = self.context.app(request)
        if self.model.connections_supported:
            app.connection = "DISABLED"
        return web.Response(status=204)

    async def _enable(self, app: App) -> None:
        """Test the credentials, then enable the connection and import the groups."""
        if app.auth_scheme == "OAUTH2":  # the sandbox has no OAuth consent to check
            app.connection = "ENABLED"
            return
        try:
            await self.context.worker.test_credentials(app)
        except ScimError as refusal:
            app.connection = "DISABLED"
            raise OktaError(400, "E0000059", "Connector configuration could not be tested.",
                            f"Error authenticating: {refusal.message}") from None  # fmt: skip
        app.connection = "ENABLED"
        await self.context.worker.connection_enabled(app)

    def feature_view(self, app: App) -> Json:
        agrees = self.model.settings["features_api"] == "as_connection"
        available = self.model.connections_supported is agrees
        if not available or app.connection != "ENABLED":
            raise errors.provisioning_not_enabled()
        url = f"{self.context.api}/apps/{app.id}/features/{_NAME}"
        return {
            "name": _NAME, "status": "ENABLED", "capabilities": app.capabilities,
            "description": "User provisioning settings from Okta to a downstream application",
            "_links": {"self": {"href": url, "hints": {"allow": ["GET", "PUT"]}}},
        }  # fmt: skip

    async def features(self, request: web.Request) -> web.Response:
        return reply([self.feature_view(self.context.app(request))])

    async def feature(self, request: web.Request) -> web.Response:
        view = self.feature_view(self.context.app(request))
        if request.match_info["name"] != _NAME:
            if self.model.settings["unknown_feature"] == "refused":
                raise invalid("name", "name: unknown feature")
            raise not_found(request.match_info["name"], "Feature")
        return reply(view)

    async def put_feature(self, request: web.Request) -> web.Response:
        app, body = self.context.app(request), await read_body(request)
        await self.feature(request)
        ignore = self.model.settings["unknown_capability"] == "ignored"
        for part, switches in _SWITCHES.items():
            for switch, values in _switch_values(body, part, switches, ignore).items():
                app.capabilities[part][switch] |= values
        provision_staged_users(self.model, app)
        return reply(self.feature_view(app))


def provision_staged_users(model: Model, app: App) -> None:
    """Provision the users who were assigned before provisioning was enabled."""
    for ident, user in app.users.items():
        if user.status == "STAGED":
            model.enqueue("user", app, ident)


def _credentials(url: Any, token: Any) -> tuple[str, str]:
    if not isinstance(url, str) or not BASE_URL.fullmatch(url):
        raise invalid("baseUrl", "Base URL: Does not match required pattern")
    if not isinstance(token, str) or not token:
        raise invalid("profile.token", "profile.token: The field cannot be left blank")
    return url, token


def _switch_values(
    body: Json, part: str, switches: tuple[str, ...], ignore: bool
) -> dict[str, Json]:
    requested: Any = body.get(part) or {}
    if not isinstance(requested, dict) or not all(isinstance(v, dict) for v in requested.values()):
        raise invalid(part, f"{part}: must be an object of objects")
    if ignore:
        requested = {switch: requested[switch] for switch in switches if switch in requested}
    for switch, values in requested.items():
        if switch not in switches:
            raise invalid(part, f"{part}.{switch}: unknown capability")
        for key, value in values.items():
            if value not in _VALUES.get(key, ()):
                raise invalid(part, f"{part}.{switch}.{key}: use one of the documented values")
    return requested
