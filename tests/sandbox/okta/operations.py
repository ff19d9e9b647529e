"""The operations of the emulator, read from its router."""

import functools
import re

from sandbox.okta.server import create_app
from sandbox.org_file import load_org


@functools.cache
def offered() -> list[tuple[str, str]]:
    """Method and path of each operation of Okta's API, with `{id}` for IDs."""
    app = create_app(load_org(), base_url="http://x", scim_url="http://x", health=dict)
    found = {
        (route.method, plain(route.resource.canonical))
        for route in app.router.routes()
        if route.resource and route.method != "HEAD"
    }
    return sorted(item for item in found if not item[1].startswith("/sandbox/"))


def plain(path: str) -> str:
    return re.sub(r"\{\w+\}", "{id}", path.rstrip("/"))
