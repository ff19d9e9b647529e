"""Okta: the list of applications, and the base class of an application's tabs."""

from typing import Any

from aiohttp import web

from ..okta.http import OrgContext, Route
from ..okta.model import App
from .pages import Pages, redirect

APP_PATH = "/admin/app/{name}/instance/{app}"
"""The path of an application in Okta's own console."""
MAX_ROWS = 50
"""Rows on one page; the search field finds further ones."""


class Tab:
    """A tab of an application."""

    def __init__(self, pages: Pages, context: OrgContext) -> None:
        self.pages, self.context, self.model = pages, context, context.model

    def show(self, template: str, app: App, tab: str, **context: Any) -> web.Response:
        return self.pages.show(
            template, app=app, label=app.body["label"], tab=tab, root=app_root(app), **context
        )

    def name(self, group: str) -> str:
        return self.model.groups[group]["profile"]["name"]


class Applications(Tab):
    def routes(self) -> list[Route]:
        return [
            ("GET", "/admin", self.home),
            ("GET", "/admin/", self.home),
            ("GET", "/admin/apps/active", self.list),
            ("GET", APP_PATH, self.redirect_to_sign_on),
            ("GET", APP_PATH + "/", self.redirect_to_sign_on),
        ]

    async def home(self, _: web.Request) -> web.Response:
        return redirect("/admin/apps/active")

    async def list(self, _: web.Request) -> web.Response:
        apps = [(app, app_root(app)) for app in self.model.apps.values()]
        return self.pages.show("okta/applications.html", apps=apps)

    async def redirect_to_sign_on(self, request: web.Request) -> web.Response:
        return redirect(app_root(self.context.app(request)) + "/sign-on")


def app_root(app: App) -> str:
    return f"/admin/app/{app.body['name']}/instance/{app.id}"
