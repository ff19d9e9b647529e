"""Okta: the list of applications, and what all pages of one application share."""

from typing import Any

from aiohttp import web

from ..okta.http import Route, Wire
from ..okta.model import App
from .pages import Pages, redirect

ONE = "/admin/app/{name}/instance/{app}"
"""Where Okta's own console has an application, so that links differ in the host alone."""
MOST = 50
"""Rows on one page; whoever is not among them is found with the search field."""


class Tab:
    """A tab of an application."""

    def __init__(self, pages: Pages, wire: Wire) -> None:
        self.pages, self.wire, self.model = pages, wire, wire.model

    def show(self, template: str, app: App, tab: str, **context: Any) -> web.Response:
        return self.pages.show(
            template, app=app, label=app.body["label"], tab=tab, root=root(app), **context
        )

    def name(self, group: str) -> str:
        return self.model.groups[group]["profile"]["name"]


class Applications(Tab):
    def routes(self) -> list[Route]:
        return [
            ("GET", "/admin", self.home),
            ("GET", "/admin/", self.home),
            ("GET", "/admin/apps/active", self.list),
            ("GET", ONE, self.first),
            ("GET", ONE + "/", self.first),
        ]

    async def home(self, _: web.Request) -> web.Response:
        return redirect("/admin/apps/active")

    async def list(self, _: web.Request) -> web.Response:
        apps = [(app, root(app)) for app in self.model.apps.values()]
        return self.pages.show("okta/applications.html", apps=apps)

    async def first(self, request: web.Request) -> web.Response:
        return redirect(root(self.wire.app(request)) + "/sign-on")


def root(app: App) -> str:
    return f"/admin/app/{app.body['name']}/instance/{app.id}"
