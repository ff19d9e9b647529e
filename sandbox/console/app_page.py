"""Okta: the page of an application, whose fragment selects a tab.

The Admin Console's own addresses name a tab in the fragment, which a browser does not send. The
page therefore contains each of these tabs, and its style sheet shows the selected one, or Sign On.
"""

from aiohttp import web

from ..okta.http import Route
from .applications import APP_PATH, Tab
from .provisioning import Provisioning
from .sign_on import SignOn


class AppPage(Tab):
    def routes(self) -> list[Route]:
        return [("GET", APP_PATH, self.get), ("GET", APP_PATH + "/", self.get)]

    async def get(self, request: web.Request) -> web.Response:
        app = self.context.app(request)
        panels = [
            SignOn(self.pages, self.context).app_panel(app),
            *Provisioning(self.pages, self.context).app_panels(app),
        ]
        return self.show("okta/app_page.html", app, "", panels=panels)
