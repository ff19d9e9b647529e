"""The Management API's routes over the model, and the control API under /sandbox/."""

import asyncio
import contextlib
import copy
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

from aiohttp import web

from sandbox.okta import errors
from sandbox.okta.certificate import signing
from sandbox.okta.errors import OktaError, invalid, missing
from sandbox.okta.model import App, Mapping, Model, now
from sandbox.okta.search import parse
from sandbox.provisioning.worker import Refused, Worker
from sandbox.seed import Org

UNKNOWN = {"profile": {"authScheme": "UNKNOWN"}, "status": "UNKNOWN"}
OFF = {
    "create": {"lifecycleCreate": {"status": "DISABLED"}},
    "update": {
        "profile": {"status": "DISABLED"}, "lifecycleDeactivate": {"status": "DISABLED"},
        "password": {"status": "DISABLED", "seed": "RANDOM", "change": "KEEP_EXISTING"},
    },
}  # fmt: skip


def create_app(
    org: Org, *, base_url: str, scim_url: str, token: str = "sandbox-okta-token",
    connections: str = "unknown", latency: float = 0.05, health: Callable[[], dict[str, Any]],
) -> web.Application:  # fmt: skip
    model = Model(org, connections)
    worker = Worker(model, scim_url, latency)
    api = Api(model, worker, base_url.rstrip("/"), token, health)
    app = web.Application(middlewares=[api.guard], client_max_size=4 * 1024**2)
    a, m = "/api/v1/apps", "/api/v1/apps/{app}/group-push/mappings"
    for method, path, handler in (
        ("GET", "/.well-known/okta-organization", api.organization),
        ("GET", a, api.apps), ("POST", a, api.create), ("GET", a + "/{app}", api.get_app),
        ("PUT", a + "/{app}", api.put_app), ("DELETE", a + "/{app}", api.delete_app),
        ("POST", a + "/{app}/lifecycle/{to}", api.app_lifecycle),
        ("GET", a + "/{app}/credentials/keys", api.keys),
        ("POST", a + "/{app}/credentials/keys/generate", api.generate),
        ("GET", a + "/{app}/sso/saml/metadata", api.metadata),
        ("PUT", a + "/{app}/policies/{policy}", api.put_policy),
        ("GET", "/api/v1/policies", api.policies),
        ("GET", a + "/{app}/connections/default", api.get_connection),
        ("POST", a + "/{app}/connections/default", api.post_connection),
        ("POST", a + "/{app}/connections/default/lifecycle/{to}", api.connect),
        ("GET", a + "/{app}/features", api.features),
        ("GET", a + "/{app}/features/{name}", api.feature),
        ("PUT", a + "/{app}/features/{name}", api.put_feature),
        ("GET", a + "/{app}/groups", api.app_groups),
        ("GET", a + "/{app}/groups/{group}", api.app_group),
        ("PUT", a + "/{app}/groups/{group}", api.put_app_group),
        ("DELETE", a + "/{app}/groups/{group}", api.delete_app_group),
        ("GET", a + "/{app}/users", api.app_users), ("GET", a + "/{app}/users/{user}", api.app_user),
        ("GET", m, api.mappings), ("POST", m, api.create_mapping),
        ("GET", m + "/{mapping}", api.get_mapping), ("PATCH", m + "/{mapping}", api.patch_mapping),
        ("DELETE", m + "/{mapping}", api.delete_mapping),
        ("GET", "/api/v1/groups", api.groups), ("POST", "/api/v1/groups", api.create_group),
        ("GET", "/api/v1/groups/{group}", api.get_group),
        ("PUT", "/api/v1/groups/{group}", api.put_group),
        ("DELETE", "/api/v1/groups/{group}", api.delete_group),
        ("GET", "/api/v1/groups/{group}/users", api.members),
        ("PUT", "/api/v1/groups/{group}/users/{user}", api.set_member),
        ("DELETE", "/api/v1/groups/{group}/users/{user}", api.set_member),
        ("GET", "/api/v1/users", api.users), ("GET", "/api/v1/users/{user}", api.get_user),
        ("POST", "/api/v1/users/{user}", api.update_user),
        ("PUT", "/api/v1/users/{user}", api.update_user),
        ("POST", "/api/v1/users/{user}/lifecycle/{to}", api.user_lifecycle),
        ("GET", "/sandbox/health", api.health), ("POST", "/sandbox/settings", api.settings),
        ("GET", "/sandbox/settled", api.settled), ("GET", "/sandbox/journal", api.get_journal),
        ("GET", "/sandbox/refusals", api.refusals),
    ):  # fmt: skip
        app.router.add_route(method, path, handler)

    async def working(_: web.Application) -> Any:
        task = asyncio.create_task(worker.run())
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    app.cleanup_ctx.append(working)
    return app


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.read() or b"{}")
    except (ValueError, RecursionError):
        raise errors.malformed() from None
    if not isinstance(body, dict):
        raise errors.malformed()
    return body


class Api:
    def __init__(self, model: Model, worker: Worker, base: str, token: str, health: Any) -> None:
        self.model, self.worker, self.base, self.card = model, worker, base, health
        self.allowed = [f"{scheme} {token}".encode() for scheme in ("SSWS", "Bearer")]
        self.journal: list[dict[str, Any]] = []

    @property
    def guard(self) -> Any:
        @web.middleware
        async def middleware(request: web.Request, handler: Any) -> web.StreamResponse:
            control = request.path.startswith("/sandbox/")
            try:
                given = request.headers.get("Authorization", "").encode("utf-8", "replace")
                if control and request.headers.get("Origin", self.base) != self.base:
                    raise OktaError(403, "E0000006", "You do not have permission.")
                if request.path.startswith("/api/") and not any(
                    [hmac.compare_digest(given, ok) for ok in self.allowed]
                ):
                    raise OktaError(401, "E0000011", "Invalid token provided")
                answer = await handler(request)
            except OktaError as error:
                answer = web.json_response(error.body(), status=error.status)
            except web.HTTPMethodNotAllowed:
                error = OktaError(405, "E0000022", "The endpoint does not support the HTTP method")
                answer = web.json_response(error.body(), status=405)
            except web.HTTPException:
                error = OktaError(404, "E0000008", "The requested path was not found")
                answer = web.json_response(error.body(), status=404)
            answer.headers["X-Rate-Limit-Limit"] = "10000"
            answer.headers["X-Rate-Limit-Remaining"] = "9999"
            answer.headers["X-Rate-Limit-Reset"] = str(int(time.time()) + 60)
            if not control:
                self.journal.append(
                    {"seq": len(self.journal) + 1, "time": now(), "method": request.method,
                     "path": request.path_qs, "status": answer.status,
                     "caller": request.headers.get("User-Agent", "")}
                )  # fmt: skip
            return answer

        return middleware

    def page(self, request: web.Request, items: list[Any], default: int, most: int, view: Any
             ) -> web.Response:  # fmt: skip
        text = request.query.get("limit") or str(default)
        if not (text.isascii() and text.isdigit() and int(text[:9]) >= 1):
            raise invalid("limit", "limit: must be a positive number")
        limit, after = min(int(text[:9]), most), request.query.get("after", "")
        start = int(after) if after.isascii() and after.isdigit() and len(after) < 9 else 0
        answer = web.json_response([view(item) for item in items[start : start + limit]])
        url = self.base + request.path
        answer.headers.add("Link", f'<{self.base}{request.path_qs}>; rel="self"')
        if start + limit < len(items):
            query = request.rel_url.update_query(after=str(start + limit)).raw_query_string
            answer.headers.add("Link", f'<{url}?{query}>; rel="next"')
        return answer

    def app(self, request: web.Request) -> App:
        return self.model.app(request.match_info["app"])

    async def organization(self, _: web.Request) -> web.Response:
        settings = dict.fromkeys(["analyticsCollectionEnabled", "bugReportingEnabled",
            "desktopMFAEnabled", "itpEnabled", "omEnabled", "pssoEnabled"], False)  # fmt: skip
        return web.json_response({"id": "00osbx00000000000001", "pipeline": "idx", "cell": "sbx",
            "settings": settings, "_links": {"organization": {"href": self.base}}})  # fmt: skip

    def view(self, app: App) -> dict[str, Any]:
        body, root, name = app.body, f"{self.base}/api/v1/apps/{app.id}", app.body["name"]
        on = self.model.connections == "supported" and app.connection == "ENABLED"
        features = ["GROUP_PUSH"] if on else []
        for feature, path in (("PUSH_NEW_USERS", ("create", "lifecycleCreate")),
                              ("PUSH_PROFILE_UPDATES", ("update", "profile")),
                              ("PUSH_USER_DEACTIVATION", ("update", "lifecycleDeactivate"))):  # fmt: skip
            if on and app.on(*path):
                features.append(feature)
        sign = body["settings"].get("signOn") or {}
        keys = ("defaultRelayState", "ssoAcsUrlOverride", "audienceOverride", "recipientOverride",
                "destinationOverride")  # fmt: skip
        other = "deactivate" if app.status == "ACTIVE" else "activate"
        return {
            "id": app.id, "orn": f"orn:okta:idp:00osbx00000000000001:apps:{name}:{app.id}",
            "name": name, "label": body["label"], "status": app.status, "created": app.created,
            "lastUpdated": app.updated, "features": features, "universalLogout": None,
            "signOnMode": body["signOnMode"],
            "accessibility": {"selfService": False, "errorRedirectUrl": None,
                              "loginRedirectUrl": None, **body.get("accessibility", {})},
            "visibility": {"autoLaunch": False, "autoSubmitToolbar": False,
                           "hide": {"iOS": False, "web": False}, **body.get("visibility", {}),
                           "appLinks": {f"{name}_link": True}},
            "credentials": {"userNameTemplate": body["credentials"]["userNameTemplate"],
                            "signing": {"kid": app.body["kid"]}},
            "settings": {
                "app": body["settings"].get("app") or {},
                "notifications": {"vpn": {"network": {"connection": "DISABLED"}, "message": None,
                                          "helpUrl": None}},
                "manualProvisioning": False,
                "implicitAssignment": bool(body["settings"].get("implicitAssignment")),
                "notes": {"admin": None, "enduser": None, **(body["settings"].get("notes") or {})},
                "signOn": {**{k: sign.get(k) or None for k in keys},
                           "attributeStatements": sign.get("attributeStatements") or [],
                           "honorForceAuthn": bool(sign.get("honorForceAuthn"))}},
            "_links": {
                "help": {"href": f"{self.base}/app/{name}/{app.id}/setup/help", "type": "text/html"},
                "metadata": {"href": root + "/sso/saml/metadata", "type": "application/xml"},
                "uploadLogo": {"href": root + "/logo", "hints": {"allow": ["POST"]}},
                "appLinks": [{"name": f"{name}_link", "type": "text/html",
                              "href": f"{self.base}/home/{name}/{app.id}/1"}],
                "policies": {"href": root + "/policies", "hints": {"allow": ["PUT"]}},
                "groups": {"href": root + "/groups"}, "users": {"href": root + "/users"},
                "logo": [{"name": "medium", "href": self.base + "/logo.png", "type": "image/png"}],
                "accessPolicy": {"href": f"{self.base}/api/v1/policies/{app.policy}"},
                other: {"href": f"{root}/lifecycle/{other}"}},
        }  # fmt: skip

    def checked(self, body: dict[str, Any], but: str = "") -> dict[str, Any]:
        for key in ("label", "name", "signOnMode"):
            if not isinstance(body.get(key), str) or not body[key]:
                raise invalid(key, f"{key}: The field cannot be left blank")
        for app in self.model.apps.values():
            if app.id != but and app.body["label"] == body["label"]:
                raise OktaError(400, "E0000040", "Application label must not be the same as "
                                "another existing application label.")  # fmt: skip
        for key in ("settings", "credentials"):
            if not isinstance(body.setdefault(key, {}), dict):
                raise invalid(key, f"{key}: must be an object")
        template = body["credentials"].setdefault(
            "userNameTemplate", {"template": "${source.login}", "type": "BUILT_IN"})  # fmt: skip
        if not isinstance(template, dict) or not isinstance(template.get("template"), str):
            raise invalid("userNameTemplate", "userNameTemplate: template is missing")
        return body

    async def apps(self, request: web.Request) -> web.Response:
        test, q = (
            parse(request.query.get("filter") or 'x eq ""'),
            request.query.get("q", "").lower(),
        )
        filtered = bool(request.query.get("filter"))
        found = [v for v in map(self.view, self.model.apps.values())
                 if (not filtered or test(v)) and (v["label"].lower().startswith(q)
                                                   or v["name"].startswith(q))]  # fmt: skip
        return self.page(request, found, 20, 200, lambda v: v)

    async def create(self, request: web.Request) -> web.Response:
        body = self.checked(await _body(request))
        status = "INACTIVE" if request.query.get("activate") == "false" else "ACTIVE"
        app = App(self.model.ident("0oa"), body, status, self.model.policy)
        app.capabilities = copy.deepcopy(OFF)
        self.add_key(app)
        self.model.apps[app.id] = app
        return web.json_response(self.view(app))

    def add_key(self, app: App) -> dict[str, Any]:
        key = {**signing(), "kid": self.model.new_kid(), "created": now(), "lastUpdated": now()}
        app.keys.append(key)
        app.body.setdefault("kid", key["kid"])
        return key

    async def get_app(self, request: web.Request) -> web.Response:
        return web.json_response(self.view(self.app(request)))

    async def put_app(self, request: web.Request) -> web.Response:
        app = self.app(request)
        body = self.checked({"name": app.body["name"], **await _body(request)}, app.id)
        kid = (body["credentials"].get("signing") or {}).get("kid") or app.body["kid"]
        app.body, app.updated = {**body, "name": app.body["name"], "kid": kid}, now()
        return web.json_response(self.view(app))

    async def delete_app(self, request: web.Request) -> web.Response:
        self.model.delete_app(self.app(request))
        return web.Response(status=204)

    async def app_lifecycle(self, request: web.Request) -> web.Response:
        app, to = self.app(request), request.match_info["to"]
        if to not in ("activate", "deactivate"):
            raise web.HTTPNotFound
        app.status = "ACTIVE" if to == "activate" else "INACTIVE"
        return web.json_response({})

    async def keys(self, request: web.Request) -> web.Response:
        return web.json_response(self.app(request).keys)

    async def generate(self, request: web.Request) -> web.Response:
        return web.json_response(self.add_key(self.app(request)), status=201)

    async def metadata(self, request: web.Request) -> web.Response:
        app = self.app(request)
        key = "exk" + app.id[3:]
        where = f"{self.base}/app/{app.body['name']}/{key}/sso/saml"
        services = "".join(
            f'<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-{kind}" '
            f'Location="{where}"/>' for kind in ("POST", "Redirect"))  # fmt: skip
        return web.Response(content_type="application/xml", text=(
            '<?xml version="1.0" encoding="UTF-8"?><md:EntityDescriptor '
            f'entityID="http://www.okta.com/{key}" xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">'
            '<md:IDPSSODescriptor WantAuthnRequestsSigned="false" '
            'protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
            '<md:KeyDescriptor use="signing"><ds:KeyInfo '
            'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>'
            f"{signing()['x5c'][0]}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
            "</md:KeyDescriptor><md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:"
            f"emailAddress</md:NameIDFormat>{services}</md:IDPSSODescriptor>"
            "</md:EntityDescriptor>"))  # fmt: skip

    async def put_policy(self, request: web.Request) -> web.Response:
        self.app(request).policy = request.match_info["policy"]
        return web.Response(status=204)

    async def policies(self, request: web.Request) -> web.Response:
        url = f"{self.base}/api/v1/policies/{self.model.policy}"
        return web.json_response([{"id": self.model.policy, "status": "ACTIVE", "priority": 1,
            "name": "Any two factors", "description": "Any two factors", "system": True,
            "conditions": None, "created": now(), "lastUpdated": now(), "type": "ACCESS_POLICY",
            "_embedded": {"resourceType": "APP"}, "_links": {"self": {"href": url},
            "rules": {"href": url + "/rules"}}}])  # fmt: skip

    def connection(self, app: App) -> dict[str, Any]:
        if self.model.connections != "supported":
            return UNKNOWN
        root = f"{self.base}/api/v1/apps/{app.id}/connections/default"
        other = "deactivate" if app.connection == "ENABLED" else "activate"
        return {"authScheme": "TOKEN", "status": app.connection, "baseUrl": app.base_url or "",
                "profile": {"authScheme": "TOKEN"},
                "_links": {"self": {"href": root, "hints": {"allow": ["GET", "POST"]}},
                           other: {"href": f"{root}/lifecycle/{other}",
                                   "hints": {"allow": ["POST"]}}}}  # fmt: skip

    async def get_connection(self, request: web.Request) -> web.Response:
        return web.json_response(self.connection(self.app(request)))

    async def post_connection(self, request: web.Request) -> web.Response:
        app, body = self.app(request), await _body(request)
        profile = body.get("profile")
        if not isinstance(profile, dict) or profile.get("authScheme") not in ("TOKEN", "OAUTH2"):
            raise invalid("profile.authScheme", "profile.authScheme: use TOKEN or OAUTH2")
        if self.model.connections == "supported":
            url = body.get("baseUrl")
            if not isinstance(url, str) or url.endswith("/") or not url.startswith("http"):
                raise invalid("baseUrl", "Base URL: Does not match required pattern")
            app.base_url, app.token, app.connection = url, profile.get("token"), "DISABLED"
            if request.query.get("activate") == "true":
                await self.enable(app)
        return web.json_response(self.connection(app))

    async def enable(self, app: App) -> None:
        try:
            await self.worker.test(app)
            app.connection = "ENABLED"
            await self.worker.import_groups(app)
        except Refused as refused:
            app.connection = "DISABLED"
            raise OktaError(400, "E0000059", "Connector configuration could not be tested.",
                            f"Error authenticating: HTTP {refused.status}") from None  # fmt: skip

    async def connect(self, request: web.Request) -> web.Response:
        app = self.app(request)
        if self.model.connections == "supported":
            if request.match_info["to"] == "activate":
                await self.enable(app)
            else:
                app.connection = "DISABLED"
        return web.Response(status=204)

    def feature_view(self, app: App) -> dict[str, Any]:
        if self.model.connections != "supported" or app.connection != "ENABLED":
            raise errors.no_provisioning()
        url = f"{self.base}/api/v1/apps/{app.id}/features/USER_PROVISIONING"
        return {"name": "USER_PROVISIONING", "status": "ENABLED",
                "description": "User provisioning settings from Okta to a downstream application",
                "capabilities": app.capabilities,
                "_links": {"self": {"href": url, "hints": {"allow": ["GET", "PUT"]}}}}  # fmt: skip

    async def features(self, request: web.Request) -> web.Response:
        return web.json_response([self.feature_view(self.app(request))])

    async def feature(self, request: web.Request) -> web.Response:
        view = self.feature_view(self.app(request))
        if request.match_info["name"] != "USER_PROVISIONING":
            raise missing(request.match_info["name"], "ApplicationFeature")
        return web.json_response(view)

    async def put_feature(self, request: web.Request) -> web.Response:
        app, body = self.app(request), await _body(request)
        await self.feature(request)
        for part in ("create", "update"):
            given = body.get(part) or {}
            if not isinstance(given, dict) or not all(isinstance(v, dict) for v in given.values()):
                raise invalid(part, f"{part}: must be an object of objects")
            for key, value in given.items():
                app.capabilities[part].setdefault(key, {}).update(value)
        for ident, user in app.users.items():
            if user.status == "STAGED":
                self.model.enqueue("user", app, ident)
        return web.json_response(self.feature_view(app))

    def assignment(self, app: App, ident: str) -> dict[str, Any]:
        if ident not in app.groups:
            raise missing(ident, "AppGroupAssignment")
        root = f"{self.base}/api/v1/apps/{app.id}"
        return {"id": ident, **app.groups[ident], "_links": {
            "app": {"href": root}, "self": {"href": f"{root}/groups/{ident}"},
            "group": {"href": f"{self.base}/api/v1/groups/{ident}"}}}  # fmt: skip

    async def app_groups(self, request: web.Request) -> web.Response:
        app = self.app(request)
        return self.page(request, list(app.groups), 20, 200, lambda i: self.assignment(app, i))

    async def app_group(self, request: web.Request) -> web.Response:
        return web.json_response(self.assignment(self.app(request), request.match_info["group"]))

    async def put_app_group(self, request: web.Request) -> web.Response:
        app, body = self.app(request), await _body(request)
        ident = self.model.group(request.match_info["group"])["id"]
        old = app.groups.get(ident, {"priority": len(app.groups)})
        priority = body.get("priority", old["priority"])
        if not isinstance(priority, int) or isinstance(priority, bool):
            raise invalid("priority", "priority: must be a number")
        app.groups[ident] = {"priority": priority, "profile": body.get("profile") or {},
                             "lastUpdated": now()}  # fmt: skip
        self.model.assign(app)
        return web.json_response(self.assignment(app, ident))

    async def delete_app_group(self, request: web.Request) -> web.Response:
        app, ident = self.app(request), request.match_info["group"]
        self.assignment(app, ident)
        del app.groups[ident]
        self.model.assign(app)
        return web.Response(status=204)

    def app_user_view(self, app: App, ident: str, expand: bool) -> dict[str, Any]:
        if ident not in app.users:
            raise missing(ident, "AppUser")
        user, root = app.users[ident], f"{self.base}/api/v1/apps/{app.id}"
        view: dict[str, Any] = {
            "id": ident, "scope": "GROUP", "status": user.status, "syncState": user.sync,
            "created": user.created, "lastUpdated": user.updated, "statusChanged": user.updated,
            "credentials": {"userName": user.name}, "profile": self.model.users[ident]["profile"],
            "_links": {"app": {"href": root},
                       "user": {"href": f"{self.base}/api/v1/users/{ident}"}}}  # fmt: skip
        if user.scim_id:
            view["externalId"] = user.scim_id
        if expand:
            view["_embedded"] = {"user": self.user_view(self.model.users[ident])}
        return view

    async def app_users(self, request: web.Request) -> web.Response:
        app, expand = self.app(request), request.query.get("expand") == "user"
        return self.page(request, list(app.users), 50, 500,
                         lambda i: self.app_user_view(app, i, expand))  # fmt: skip

    async def app_user(self, request: web.Request) -> web.Response:
        app = self.app(request)
        return web.json_response(self.app_user_view(app, request.match_info["user"], False))

    def mapping_view(self, app: App, m: Mapping) -> dict[str, Any]:
        root = f"{self.base}/api/v1"
        view = {"id": m.id, "sourceGroupId": m.source, "targetGroupId": m.target,
                "status": m.status, "created": m.created, "lastUpdated": m.updated,
                "_links": {"app": {"href": f"{root}/apps/{app.id}"},
                           "sourceGroup": {"href": f"{root}/groups/{m.source}"},
                           "targetGroup": {"href": f"{root}/groups/{m.target}"}}}  # fmt: skip
        return view | ({"errorSummary": m.error} if m.error else {})

    def mapping(self, request: web.Request) -> tuple[App, Mapping]:
        app, ident = self.app(request), request.match_info["mapping"]
        if ident not in app.mappings:
            raise missing(ident, "GroupPushMapping")
        return app, app.mappings[ident]

    async def mappings(self, request: web.Request) -> web.Response:
        app, query = self.app(request), request.query
        found = [m for m in app.mappings.values()
                 if query.get("sourceGroupId") in (None, "", m.source)
                 and query.get("status") in (None, "", m.status)]  # fmt: skip
        return self.page(request, found, 100, 1000, lambda m: self.mapping_view(app, m))

    async def create_mapping(self, request: web.Request) -> web.Response:
        app, body, model = self.app(request), await _body(request), self.model
        if model.connections != "supported" or app.connection != "ENABLED":
            raise errors.no_provisioning()
        source, target = body.get("sourceGroupId"), body.get("targetGroupId")
        name, status = body.get("targetGroupName"), body.get("status") or "ACTIVE"
        model.group(str(source))
        if any(m.source == source for m in app.mappings.values()):
            cause = "A group push mapping already exists for this source group."
            raise invalid("sourceGroupId", cause)
        if status not in ("ACTIVE", "INACTIVE"):
            raise invalid("status", "status: use ACTIVE or INACTIVE")
        if target:
            if model.group(str(target)).get("source", {}).get("id") != app.id:
                raise invalid("targetGroupId", "The target is not a group of this app.")
        elif not isinstance(name, str) or not name:
            raise invalid("targetGroupName", "A target group id or name is needed.")
        elif any(g["profile"]["name"] == name and g.get("source", {}).get("id") == app.id
                 for g in model.groups.values()):  # fmt: skip
            raise invalid("targetGroupName", f"A group named {name} already exists in the app.")
        else:
            target = model.add_group(name, None, app.id)["id"]
        stamp = now()[:19] + "Z"
        made = Mapping(model.ident("gPm"), str(source), str(target), status, not name,
                       created=stamp, updated=stamp)  # fmt: skip
        app.mappings[made.id] = made
        if status == "ACTIVE":
            model.enqueue("push", app, made)
        return web.json_response(self.mapping_view(app, made))

    async def get_mapping(self, request: web.Request) -> web.Response:
        return web.json_response(self.mapping_view(*self.mapping(request)))

    async def patch_mapping(self, request: web.Request) -> web.Response:
        (app, mapping), body = self.mapping(request), await _body(request)
        if body.get("status") not in ("ACTIVE", "INACTIVE"):
            raise invalid("status", "status: use ACTIVE or INACTIVE")
        mapping.status, mapping.updated, mapping.error = body["status"], now()[:19] + "Z", None
        if mapping.status == "ACTIVE":
            self.model.enqueue("push", app, mapping)
        return web.json_response(self.mapping_view(app, mapping))

    async def delete_mapping(self, request: web.Request) -> web.Response:
        app, mapping = self.mapping(request)
        if request.query.get("deleteTargetGroup") not in ("true", "false"):
            raise invalid("deleteTargetGroup", "deleteTargetGroup: is required")
        if mapping.status == "ACTIVE":
            raise invalid("status", "Only an inactive mapping can be deleted.")
        del app.mappings[mapping.id]
        if request.query["deleteTargetGroup"] == "true":
            self.model.groups.pop(mapping.target, None)
            self.model.members.pop(mapping.target, None)
            if scim_id := self.model.scim_ids.pop(mapping.target, None):
                self.model.enqueue("drop", app, scim_id)
        return web.Response(status=200)

    def group_view(self, group: dict[str, Any]) -> dict[str, Any]:
        url = f"{self.base}/api/v1/groups/{group['id']}"
        logo = [{"name": n, "href": self.base + "/logo.png", "type": "image/png"}
                for n in ("medium", "large")]  # fmt: skip
        return {**group, "_links": {"logo": logo, "users": {"href": url + "/users"},
                                    "apps": {"href": url + "/apps"}}}  # fmt: skip

    async def groups(self, request: web.Request) -> web.Response:
        q, found = request.query.get("q", "").lower(), list(self.model.groups.values())
        for key in ("search", "filter"):
            if text := request.query.get(key):
                test = parse(text)
                found = [g for g in found if test(g)]
        found = [g for g in found if g["profile"]["name"].lower().startswith(q)]
        return self.page(request, found, 10000, 10000, self.group_view)

    async def create_group(self, request: web.Request) -> web.Response:
        profile = (await _body(request)).get("profile")
        if not isinstance(profile, dict):
            raise invalid("profile", "profile: The field cannot be left blank")
        name = self.model.check_group(profile.get("name"))
        return web.json_response(self.group_view(
            self.model.add_group(name, profile.get("description"))))  # fmt: skip

    async def get_group(self, request: web.Request) -> web.Response:
        return web.json_response(self.group_view(self.model.group(request.match_info["group"])))

    async def put_group(self, request: web.Request) -> web.Response:
        group, profile = (
            self.model.group(request.match_info["group"]),
            (await _body(request)).get("profile"),
        )
        if not isinstance(profile, dict):
            raise invalid("profile", "profile: The field cannot be left blank")
        name = self.model.check_group(profile.get("name"), group["id"])
        group["profile"] = {"name": name, "description": profile.get("description")}
        group["lastUpdated"] = now()
        return web.json_response(self.group_view(group))

    async def delete_group(self, request: web.Request) -> web.Response:
        self.model.delete_group(request.match_info["group"])
        return web.Response(status=204)

    async def members(self, request: web.Request) -> web.Response:
        group = self.model.group(request.match_info["group"])
        found = [self.model.users[i] for i in self.model.members[group["id"]]]
        return self.page(request, found, 1000, 1000, self.user_view)

    async def set_member(self, request: web.Request) -> web.Response:
        user = self.model.user(request.match_info["user"])
        self.model.set_member(request.match_info["group"], user["id"], request.method == "PUT")
        return web.Response(status=204)

    def user_view(self, user: dict[str, Any]) -> dict[str, Any]:
        return {**user, "_links": {"self": {"href": f"{self.base}/api/v1/users/{user['id']}"}}}

    async def users(self, request: web.Request) -> web.Response:
        found = list(self.model.users.values())
        for key in ("search", "filter"):
            if text := request.query.get(key):
                test = parse(text)
                found = [u for u in found if test(u)]
        return self.page(request, found, 200, 200, self.user_view)

    async def get_user(self, request: web.Request) -> web.Response:
        ident = request.match_info["user"]
        if ident == "me":
            first = next(iter(self.model.users.values()))
            return web.json_response(self.user_view(first))
        return web.json_response(self.user_view(self.model.user(ident)))

    async def update_user(self, request: web.Request) -> web.Response:
        user, profile = (
            self.model.user(request.match_info["user"]),
            (await _body(request)).get("profile"),
        )
        if not isinstance(profile, dict):
            raise invalid("profile", "profile: The field cannot be left blank")
        merged = {**user["profile"], **profile} if request.method == "POST" else profile
        for key in ("login", "email"):
            if not isinstance(merged.get(key), str) or not merged[key]:
                raise invalid(key, f"{key}: The field cannot be left blank")
        self.model.change_user(user, merged, None)
        return web.json_response(self.user_view(user))

    async def user_lifecycle(self, request: web.Request) -> web.Response:
        states = {"activate": "ACTIVE", "deactivate": "DEPROVISIONED", "suspend": "SUSPENDED",
                  "unsuspend": "ACTIVE"}  # fmt: skip
        if request.match_info["to"] not in states:
            raise web.HTTPNotFound
        user = self.model.user(request.match_info["user"])
        self.model.change_user(user, None, states[request.match_info["to"]])
        return web.json_response({})

    async def health(self, _: web.Request) -> web.Response:
        return web.json_response(self.card())

    async def settings(self, request: web.Request) -> web.Response:
        body = await _body(request)
        if body.get("connections") not in ("supported", "unknown"):
            raise invalid("connections", "connections: use supported or unknown")
        self.model.connections = body["connections"]
        return web.json_response({"connections": self.model.connections})

    async def settled(self, request: web.Request) -> web.Response:
        with contextlib.suppress(TimeoutError, ValueError):
            timeout = min(float(request.query.get("timeout", "30")), 600)
            await asyncio.wait_for(self.worker.idle.wait(), timeout)
        pending = self.worker.pending
        return web.json_response({"settled": not pending, "pending": pending})

    async def get_journal(self, _: web.Request) -> web.Response:
        return web.json_response(self.journal)

    async def refusals(self, _: web.Request) -> web.Response:
        found = []
        for app in self.model.apps.values():
            for kind, items in (("user", app.users), ("group", app.mappings)):
                for item in items.values():
                    if item.error:
                        name = item.name if kind == "user" else item.source
                        found.append({"kind": kind, "name": name, "error": item.error,
                                      "scim_status": item.scim_status})  # fmt: skip
        return web.json_response(found)
