"""Adds the routes and the middleware of all console pages.

Okta's port serves both consoles, the AWS console under /aws-console, because moto, a separate WSGI
application, uses the AWS port.
"""

from aiohttp import web

from ..aws.access_control import AccessControl
from ..aws.identity_center import IdentityCenter
from ..aws.secrets import Secrets
from ..aws.store import IdentityStore
from ..okta.http import OrgContext
from .app_page import AppPage
from .applications import Applications
from .assignments import Assignments
from .aws_directory import Directory
from .aws_secrets import SecretPages
from .aws_settings import Settings
from .pages import Pages
from .provisioning import Provisioning
from .push_groups import PushGroups
from .sign_on import SignOn


def add_console(
    app: web.Application,
    context: OrgContext,
    center: IdentityCenter,
    store: IdentityStore,
    access_control: AccessControl,
) -> None:
    """Add the console pages to an application that has not started yet."""
    pages = Pages(context.base)
    app.middlewares.insert(0, pages.middleware)
    app.router.add_get("/admin/console.css", pages.stylesheet)
    for section in (
        *(kind(pages, context) for kind in (Applications, AppPage, SignOn, Provisioning,
                                         Assignments, PushGroups)),
        Settings(pages, center, access_control), Directory(pages, store),
        SecretPages(pages, Secrets(center.aws)),
    ):  # fmt: skip
        for method, path, handler in section.routes():
            app.router.add_route(method, path, handler)
