"""The consoles put together: routes of all pages, and the guard before them.

Both are served on Okta's port, AWS's under /aws-console: the AWS port belongs to moto, a WSGI
application in threads of its own, which would need this guard a second time.
"""

from aiohttp import web

from ..aws.identity_center import IdentityCenter
from ..aws.store import IdentityStore
from ..okta.http import OrgContext
from .applications import Applications
from .assignments import Assignments
from .aws_directory import Directory
from .aws_settings import Settings
from .pages import Pages
from .provisioning import Provisioning
from .push_groups import PushGroups
from .sign_on import SignOn


def add_console(
    app: web.Application, context: OrgContext, center: IdentityCenter, store: IdentityStore
) -> None:
    """Serve the pages from this application; call it before the application starts."""
    pages = Pages(context.base)
    app.middlewares.insert(0, pages.middleware)
    app.router.add_get("/admin/console.css", pages.stylesheet)
    for part in (
        *(kind(pages, context) for kind in (Applications, SignOn, Provisioning, Assignments,
                                         PushGroups)),
        Settings(pages, center), Directory(pages, store),
    ):  # fmt: skip
        for method, path, handler in part.routes():
            app.router.add_route(method, path, handler)
