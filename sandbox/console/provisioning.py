"""Okta: the Provisioning tab, with Integration and To App.

Provisioning uses the settings saved here, independent of the API's answers about the connection
(docs/research/okta-api.md#connections-and-features). An entered token is kept until it is saved or
cancelled, so that the user does not have to paste it twice; no page shows it.
"""

from dataclasses import replace

from aiohttp import web
from markupsafe import Markup

from ..okta.connection import BASE_URL, provision_staged_users
from ..okta.http import OrgContext, Route
from ..okta.model import App
from ..okta.provisioning.scim_client import ScimError
from .applications import APP_PATH, Tab, app_root
from .pages import Pages, field, redirect

_FEATURES = (
    ("create_users", "Create Users", "create", "lifecycleCreate",
     "Creates or links a user in {label} when the app is assigned to a user in Okta."),
    ("update_users", "Update User Attributes", "update", "profile",
     "Okta updates a user's attributes in {label} when the app is assigned, and with every later "
     "change of the Okta profile."),
    ("deactivate_users", "Deactivate Users", "update", "lifecycleDeactivate",
     "Deactivates a user's account in {label} when it is unassigned in Okta or the Okta account is "
     "deactivated."),
)  # fmt: skip
_INTEGRATION, _TO_APP = "okta/provisioning_integration.html", "okta/provisioning_to_app.html"


class Provisioning(Tab):
    def __init__(self, pages: Pages, context: OrgContext) -> None:
        super().__init__(pages, context)
        self._entered_tokens: dict[str, str] = {}

    def routes(self) -> list[Route]:
        return [
            ("GET", APP_PATH + "/provisioning", self.redirect_to_section),
            ("GET", APP_PATH + "/provisioning/integration", self.integration),
            ("POST", APP_PATH + "/provisioning/integration", self.post_integration),
            ("GET", APP_PATH + "/provisioning/to-app", self.to_app),
            ("POST", APP_PATH + "/provisioning/to-app", self.post_to_app),
        ]

    async def redirect_to_section(self, request: web.Request) -> web.Response:
        app = self.context.app(request)
        page = "to-app" if app.connection == "ENABLED" else "integration"
        return redirect(f"{app_root(app)}/provisioning/{page}")

    async def integration(self, request: web.Request) -> web.Response:
        app, edit = self.context.app(request), "edit" in request.query
        if not edit:
            self._entered_tokens.pop(app.id, None)
        return self._integration(app, edit)

    def _integration(
        self, app: App, edit: bool, *, enable: bool = True, url: str | None = None,
        error: str | None = None, verified: bool = False,
    ) -> web.Response:  # fmt: skip
        has_token = bool(self._entered_tokens.get(app.id) or app.token)
        url = app.base_url or "" if url is None else url
        return self.show(
            _INTEGRATION, app, "provisioning", status=400 if error else 200, edit=edit,
            enable=enable, url=url, has_token=has_token, error=error, verified=verified,
        )  # fmt: skip

    def app_panels(self, app: App) -> list[Markup]:
        """Integration and To App for the application's page. As in Okta, To App is Integration
        until provisioning is enabled."""
        tab, folder = "provisioning", "tab-user-management/"
        integration, to_app = folder + "api-credentials", folder + "create-n-update"
        if app.connection != "ENABLED":
            return [
                self.panel(_INTEGRATION, app, tab, fragment, edit=False)
                for fragment in (integration, to_app)
            ]
        return [
            self.panel(_INTEGRATION, app, tab, integration, edit=False),
            self.panel(_TO_APP, app, tab, to_app, edit=False, rows=_feature_rows(app)),
        ]

    async def post_integration(self, request: web.Request) -> web.Response:
        app, form = self.context.app(request), await request.post()
        save, enable, url = "save" in form, "enable" in form, field(form, "base_url")
        page = f"{app_root(app)}/provisioning/integration"
        if token := field(form, "api_token"):
            self._entered_tokens[app.id] = token
        token = token or self._entered_tokens.get(app.id) or app.token
        if save and not enable:
            app.connection = "DISABLED"
            return redirect(page)
        error = await self._credentials_error(app, url, token)
        if error or not save:
            return self._integration(
                app, True, enable=enable, url=url, error=error, verified=not error
            )
        app.base_url, app.token, app.auth_scheme = url, token, "TOKEN"
        app.connection = "ENABLED"
        await self.context.worker.connection_enabled(app)
        return redirect(page)

    async def _credentials_error(self, app: App, url: str, token: str | None) -> str | None:
        """Test the credentials against the SCIM endpoint; return an error message or None."""
        if not BASE_URL.fullmatch(url):
            return "Base URL: Does not match required pattern"
        if not token:
            return "API Token: The field cannot be left blank"
        if not token.isascii() or not token.isprintable():
            return "API Token: Does not match required pattern"  # not valid as a header value
        try:
            await self.context.worker.test_credentials(replace(app, base_url=url, token=token))
        except ScimError as refusal:
            return f"Error authenticating: {refusal.message}"
        return None

    async def to_app(self, request: web.Request) -> web.Response:
        app = self.context.app(request)
        return self._to_app(app, "edit" in request.query)

    def _to_app(self, app: App, edit: bool, error: str | None = None) -> web.Response:
        if app.connection != "ENABLED":
            return redirect(f"{app_root(app)}/provisioning/integration")
        return self.show(
            _TO_APP, app, "provisioning", status=400 if error else 200, edit=edit,
            rows=_feature_rows(app), error=error,
        )  # fmt: skip

    async def post_to_app(self, request: web.Request) -> web.Response:
        app, form = self.context.app(request), await request.post()
        if "sync_password" in form:
            label = app.body["label"]
            return self._to_app(app, True, f"Sync Password: {label} does not support it.")
        for key, _, part, switch, _ in _FEATURES:
            app.capabilities[part][switch]["status"] = "ENABLED" if key in form else "DISABLED"
        provision_staged_users(self.model, app)
        return redirect(f"{app_root(app)}/provisioning/to-app")


def _feature_rows(app: App) -> list[tuple[str, str, str, bool]]:
    """Key, name, text, and state of each feature."""
    return [
        (key, name, text.format(label=app.body["label"]), app.is_enabled(part, switch))
        for key, name, part, switch, text in _FEATURES
    ]
