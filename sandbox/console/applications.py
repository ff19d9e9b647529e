"""Okta: the list of applications, and the base class of an application's tabs."""

from typing import Any

from aiohttp import web
from markupsafe import Markup

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
            template, app=app, label=app.body["label"], tab=tab, root=app_root(app),
            layout="okta/app.html", **context,
        )  # fmt: skip

    def panel(self, template: str, app: App, tab: str, fragment: str, **context: Any) -> Markup:
        """The tab as a part of the application's page, which shows it for this fragment."""
        text = self.pages.render(
            template, app=app, label=app.body["label"], tab=tab, root=app_root(app),
            layout="okta/panel.html", fragment=fragment, **context,
        )  # fmt: skip
        return Markup(text)  # noqa: S704 — rendered with escaped values

    def name(self, group: str) -> str:
        return self.model.groups[group]["profile"]["name"]


class Applications(Tab):
    def routes(self) -> list[Route]:
        return [
            ("GET", "/admin", self.home),
            ("GET", "/admin/", self.home),
            ("GET", "/admin/apps/active", self.list),
        ]

    async def home(self, _: web.Request) -> web.Response:
        return redirect("/admin/apps/active")

    async def list(self, _: web.Request) -> web.Response:
        apps = [(app, app_root(app)) for app in self.model.apps.values()]
        return self.pages.show("okta/applications.html", apps=apps)


def app_root(app: App) -> str:
    return f"/admin/app/{app.body['name']}/instance/{app.id}"
