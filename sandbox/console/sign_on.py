"""Okta: the Sign On tab, with attribute statements, certificates and metadata."""

from itertools import zip_longest

from aiohttp import web
from markupsafe import Markup

from ..okta.apps import replace_app_body
from ..okta.certificate import idp_metadata
from ..okta.errors import OktaError, invalid, not_found
from ..okta.http import Json, Route
from ..okta.model import App
from .applications import APP_PATH, Tab, app_root
from .pages import field, redirect

_FORMAT = "urn:oasis:names:tc:SAML:2.0:attrname-format:"
FORMATS = {_FORMAT + "unspecified": "Unspecified", _FORMAT + "uri": "URI Reference",
           _FORMAT + "basic": "Basic"}  # fmt: skip
_USER_NAMES = {"${source.login}": "Okta username", "${source.email}": "Email"}


class SignOn(Tab):
    def routes(self) -> list[Route]:
        return [
            ("GET", APP_PATH + "/sign-on", self.get),
            ("POST", APP_PATH + "/sign-on", self.post),
            ("GET", "/app/{key}/sso/saml/metadata", self.metadata),
        ]

    async def get(self, request: web.Request) -> web.Response:
        app, edit = self.context.app(request), "edit" in request.query
        return self._page(app, edit, _rows(app), app.body["settings"].get("app", {}))

    def app_panel(self, app: App) -> Markup:
        """The tab for the application's page."""
        context = self._settings_context(app, _rows(app), app.body["settings"].get("app", {}))
        return self.panel("okta/sign_on.html", app, "sign-on", "tab-signon", edit=False, **context)

    def _page(
        self, app: App, edit: bool, rows: list[Json], fields: Json, error: str | None = None
    ) -> web.Response:
        return self.show(
            "okta/sign_on.html", app, "sign-on", status=400 if error else 200, edit=edit,
            error=error, **self._settings_context(app, rows, fields),
        )  # fmt: skip

    def _settings_context(self, app: App, rows: list[Json], fields: Json) -> Json:
        template = app.body["credentials"]["userNameTemplate"]["template"]
        return {
            "rows": rows, "formats": FORMATS, "acs": fields.get("acsURL") or "",
            "issuer": fields.get("entityID") or "",
            "user_name": _USER_NAMES.get(template, template),
            "groups": [item for item in _statements(app) if item.get("type") == "GROUP"],
            "metadata": f"{self.context.base}/app/{_issuer_key(app)}/sso/saml/metadata",
            "certificates": [(key, key["kid"] == app.body["kid"]) for key in app.keys],
        }  # fmt: skip

    async def post(self, request: web.Request) -> web.Response:
        app, form = self.context.app(request), await request.post()
        columns = [[str(text) for text in form.getall(name, [])]
                   for name in ("name", "format", "value")]  # fmt: skip
        rows = [
            {"name": name.strip(), "format": kind, "value": value.strip()}
            for name, kind, value in zip_longest(*columns, fillvalue="")
            if name.strip() or value.strip()
        ]
        fields = {"acsURL": field(form, "acs").strip(), "entityID": field(form, "issuer").strip()}
        try:
            settings = _settings(app, rows, fields)
            credentials = {**app.body["credentials"], "signing": {}}  # the form has no key
            document = {**app.body, "settings": settings, "credentials": credentials}
            replace_app_body(self.model, app, document)
        except OktaError as error:
            return self._page(app, True, rows, fields, " ".join(error.causes))
        return redirect(app_root(app) + "/sign-on")

    async def metadata(self, request: web.Request) -> web.Response:
        """The metadata document of the API, at an address that requires no authentication."""
        key = request.match_info["key"]
        for app in self.model.apps.values():
            if _issuer_key(app) == key:
                text = idp_metadata(self.context.base, app.body["name"], app.id)
                return web.Response(content_type="application/xml", text=text)
        raise not_found(key, "AppInstance")


def _issuer_key(app: App) -> str:
    return "exk" + app.id[3:]


def _statements(app: App) -> list[Json]:
    return app.body["settings"]["signOn"]["attributeStatements"]


def _rows(app: App) -> list[Json]:
    return [_row(item) for item in _statements(app) if item.get("type") != "GROUP"]


def _row(item: Json) -> Json:
    kind = item.get("namespace") or _FORMAT + "unspecified"
    return {"name": item["name"], "format": kind, "value": ", ".join(item.get("values", []))}


def _settings(app: App, rows: list[Json], fields: Json) -> Json:
    """The app's settings with these statements; group attribute statements are unchanged."""
    for row in rows:
        if not row["value"] or row["format"] not in FORMATS:
            raise invalid("value", f"{row['name']}: enter a value and select a name format")
    statements = [{"type": "EXPRESSION", "name": row["name"], "namespace": row["format"],
             "values": [row["value"]]} for row in rows]  # fmt: skip
    statements += [item for item in _statements(app) if item.get("type") == "GROUP"]
    settings = app.body["settings"]
    return {
        **settings,
        "app": settings.get("app", {}) | {key: value for key, value in fields.items() if value},
        "signOn": {**settings["signOn"], "attributeStatements": statements},
    }
