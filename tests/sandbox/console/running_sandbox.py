"""Runs Okta, SCIM and the consoles on free ports of 127.0.0.1, in a thread of the test process."""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from aiohttp import web

from sandbox.aws.access_control import AccessControl
from sandbox.aws.identity_center import IdentityCenter
from sandbox.aws.scim import create_scim_app
from sandbox.aws.store import IdentityStore
from sandbox.console.site import add_console
from sandbox.okta.server import ORG_CONTEXT, create_app
from sandbox.org_file import Org, load_org
from sandbox.server import open_ports

ORG = load_org()
APP = {
    "name": "amazon_aws_sso", "label": "AWS IAM Identity Center", "signOnMode": "SAML_2_0",
    "settings": {
        "app": {
            "acsURL": "https://us-east-1.sso.signin.aws/platform/saml/acs/0123456789-sandbox",
            "entityID": "https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067a1b2c3",
        },
        "signOn": {"attributeStatements": [
            {"type": "EXPRESSION",
             "name": "https://aws.amazon.com/SAML/Attributes/AccessControl:Department",
             "namespace": "urn:oasis:names:tc:SAML:2.0:attrname-format:uri",
             "values": ["user.department"]},
        ]},
    },
}  # fmt: skip


class RunningSandbox:
    def __init__(self, okta: str, center: IdentityCenter, store: IdentityStore) -> None:
        self.okta, self.center, self.store = okta, center, store
        self.access_control = AccessControl()
        self.server: web.Application | None = None
        self.http = httpx.Client(base_url=okta, timeout=60)

    def api(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.http.request(
            method, f"/api/v1{path}", json=body,
            headers={"Authorization": "SSWS sandbox-okta-token"},
        )  # fmt: skip
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def settings(self, **changes: str) -> None:
        self.http.post("/sandbox/settings", json=changes).raise_for_status()

    @property
    def app(self) -> dict[str, Any]:
        return self.api("GET", "/apps")[0]

    @property
    def root(self) -> str:
        return f"/admin/app/amazon_aws_sso/instance/{self.app['id']}"

    def get(self, path: str) -> str:
        answer = self.http.get(path, follow_redirects=True)
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, path: str, files: Any = None, **fields: Any) -> httpx.Response:
        """Send a form as a console page does, and follow the redirect."""
        page = self.get("/aws-console/settings/identity-source/external")
        secret = re.search(r'name="csrf" value="([^"]+)"', page)
        assert secret
        data = {"csrf": secret[1], **fields}
        headers = {"Origin": self.okta}
        return self.http.post(path, data=data, files=files, headers=headers, follow_redirects=True)

    def connect(self, *features: str) -> str:
        """Do all console steps until provisioning is enabled; return the token."""
        self.center.external = True
        token = self.center.enable()
        answer = self.post(
            f"{self.root}/provisioning/integration", save="", enable="on", api_token=token,
            base_url=self.center.endpoint.rstrip("/"),
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
        self.post(f"{self.root}/provisioning/to-app", **dict.fromkeys(features, "on"))
        return token

    def settled(self) -> None:
        assert self.http.get("/sandbox/settled?timeout=50").json()["settled"]

    def group(self, name: str) -> str:
        found = self.api("GET", f"/groups?q={name}")
        return next(g["id"] for g in found if g["profile"]["name"] == name)

    def routes(self, method: str) -> list[str]:
        """The paths of all pages, with real IDs."""
        assert self.server
        known = {
            "name": "amazon_aws_sso", "app": self.app["id"], "kind": "people",
            "key": "exk" + self.app["id"][3:],
        }  # fmt: skip
        found = []
        for route in self.server.router.routes():
            path = route.resource.canonical if route.resource else ""
            if route.method == method and path.startswith(("/admin", "/aws-console", "/app/")):
                for name, value in known.items():
                    path = path.replace("{" + name + "}", value)
                found.append(path)
        return found


@contextmanager
def running_sandbox(port: int = 0, org: Org = ORG) -> Iterator[RunningSandbox]:
    ports = open_ports(port)
    ports.pop("aws").close()
    okta, scim = (f"http://127.0.0.1:{ports[name].getsockname()[1]}" for name in ("okta", "scim"))
    store = IdentityStore(ORG.aws.identity_store_id, ORG.aws.tenant)
    sandbox = RunningSandbox(okta, IdentityCenter(ORG.aws), store)
    loop, ready = asyncio.new_event_loop(), threading.Event()
    stop = asyncio.Event()

    async def serve() -> None:
        sandbox.server = create_app(org, base_url=okta, scim_url=scim, latency=0, health=dict)
        add_console(
            sandbox.server, sandbox.server[ORG_CONTEXT], sandbox.center, store,
            sandbox.access_control,
        )  # fmt: skip
        scim_app = create_scim_app(store, tenant=ORG.aws.tenant, token="-", center=sandbox.center)
        runners = [web.AppRunner(app, access_log=None) for app in (sandbox.server, scim_app)]
        for runner, name in zip(runners, ("okta", "scim"), strict=True):
            await runner.setup()
            await web.SockSite(runner, ports[name]).start()
        ready.set()
        await stop.wait()
        for runner in reversed(runners):
            await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(60)
        sandbox.api("POST", "/apps", APP)
        yield sandbox
    finally:
        sandbox.http.close()
        loop.call_soon_threadsafe(stop.set)
        thread.join(60)
        loop.close()
