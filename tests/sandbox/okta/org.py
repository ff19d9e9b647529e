"""Runs a new Okta org in the test process, with a client that checks the shape of every answer.

A stub replaces the AWS side and accepts any token and any user: these tests check the emulator's
own rules; tests/sandbox/aws checks SCIM.
"""

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer, get_port_socket

from sandbox.faults import Faults
from sandbox.okta.server import create_app
from sandbox.org_file import Group, Org, User, load_org
from tests.sandbox.okta.shapes import check_answer

TOKEN = "token-of-the-tests"
SCIM_BASE = "https://scim.us-east-1.amazonaws.com/T/scim/v2"


def people(count: int) -> tuple[User, ...]:
    """Complete profiles of user0@example.com, user1@example.com, …"""
    return tuple(
        User(
            {
                "login": f"user{n}@example.com", "email": f"user{n}@example.com",
                "firstName": f"First{n}", "lastName": f"Last{n}", "displayName": f"Person {n}",
                "department": "Sales" if n % 2 else "R&D",
            }
        )
        for n in range(count)
    )  # fmt: skip


def org(users: int = 5, groups: dict[str, tuple[int, ...]] | None = None) -> Org:
    """An org with users, and groups by name with the numbers of their members."""
    members = {
        name: tuple(f"user{n}@example.com" for n in numbers)
        for name, numbers in (groups or {}).items()
    }
    found = tuple(Group(name, "", numbers) for name, numbers in members.items())
    return Org("Tests", people(users), found, load_org().aws)


@dataclass
class Answer:
    status: int
    body: Any
    """The JSON document, the text of other content, or None."""
    headers: Any

    def links(self) -> dict[str, str]:
        """The addresses in the Link headers, by relation."""
        found: dict[str, str] = {}
        for header in self.headers.getall("Link", []):
            address, rel = header.split(">; rel=")
            found[rel.strip('"')] = address.lstrip("<")
        return found


@dataclass
class Okta:
    """Client of the org; `problems` collects deviations of the answers' shapes."""

    base: str
    http: ClientSession
    scim: Faults
    sent: list[Any]
    """The bodies that the AWS side received, the newest last."""
    authorization: str = f"SSWS {TOKEN}"
    problems: list[str] = field(default_factory=list)

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        data: bytes | str | None = None,
        headers: dict[str, str] | None = None,
        injected: bool = False,
    ) -> Answer:
        """Send a request; `data` is sent unchanged, and an `injected` answer is not checked."""
        sent = {"Authorization": self.authorization, **(headers or {})}
        if body is not None:
            data, sent["Content-Type"] = json.dumps(body), "application/json"
        url = path if path.startswith("http") else self.base + path
        async with self.http.request(method, url, data=data, headers=sent) as got:
            text = await got.text()
            kind = got.content_type
            document = json.loads(text) if text and kind == "application/json" else text or None
            answer = Answer(got.status, document, got.headers)
        if not injected:
            self.problems += check_answer(method, url[len(self.base) :], answer)
        return answer

    async def ok(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.call(method, path, body)
        assert answer.status < 300, (method, path, body, answer.status, answer.body)
        return answer.body

    async def fault(self, **fault: Any) -> None:
        await self.ok("POST", "/sandbox/faults", fault)

    async def settled(self) -> None:
        waited = await self.ok("GET", "/sandbox/settled?timeout=60")
        assert waited["settled"]

    async def new_app(self, label: str = "AWS IAM Identity Center") -> Any:
        """Create an app with one attribute statement, as the plugin does."""
        statement = {
            "name": "https://aws.amazon.com/SAML/Attributes/AccessControl:Department",
            "namespace": "urn:oasis:names:tc:SAML:2.0:attrname-format:uri",
            "type": "EXPRESSION", "values": ["user.department"],
        }  # fmt: skip
        body = {
            "name": "amazon_aws_sso", "label": label, "signOnMode": "SAML_2_0",
            "settings": {"app": {"acsURL": "https://acs.example.com/saml/acs/1",
                                 "entityID": "https://idc.example.com/saml/1"},
                         "signOn": {"attributeStatements": [statement]}},
        }  # fmt: skip
        return await self.ok("POST", "/api/v1/apps?activate=true", body)

    async def connect(self, app: str) -> None:
        """Enable provisioning with all features."""
        one, on = f"/api/v1/apps/{app}", {"status": "ENABLED"}
        profile = {"authScheme": "TOKEN", "token": "t"}
        await self.ok(
            "POST", one + "/connections/default", {"baseUrl": SCIM_BASE, "profile": profile}
        )
        await self.ok("POST", one + "/connections/default/lifecycle/activate")
        wanted = {
            "create": {"lifecycleCreate": on},
            "update": {"profile": on, "lifecycleDeactivate": on,
                       "password": {**on, "change": "KEEP_EXISTING", "seed": "RANDOM"}},
        }  # fmt: skip
        await self.ok("PUT", one + "/features/USER_PROVISIONING", wanted)


def run(
    work: Callable[[Okta], Awaitable[None]],
    initial_org: Org | None = None,
    connections: str = "supported",
    aws_groups: tuple[str, ...] = (),
) -> None:
    """Run `work` on a new org; fail if any answer has a wrong shape."""

    async def go() -> None:
        scim, okta_faults, sent = Faults(), Faults(), list[Any]()
        async with TestServer(_scim(scim, aws_groups, sent), host="127.0.0.1") as aws:
            aws_url = str(aws.make_url("/")).rstrip("/")
            port = get_port_socket("127.0.0.1", 0, socket.AF_INET)
            base = f"http://127.0.0.1:{port.getsockname()[1]}"
            okta = create_app(
                initial_org or org(), base_url=base, scim_url=aws_url, token=TOKEN,
                connections=connections, latency=0, health=dict, faults=okta_faults,
            )  # fmt: skip
            server = TestServer(okta, host="127.0.0.1", socket_factory=lambda *_: port)
            async with server, ClientSession() as http:
                client = Okta(base, http, scim, sent)
                await work(client)
        assert not client.problems, "\n".join(dict.fromkeys(client.problems))

    asyncio.run(go())


def _scim(faults: Faults, groups: tuple[str, ...], sent: list[Any]) -> web.Application:
    """A SCIM endpoint that accepts everything; `groups` are its initial groups."""
    initial_groups = [{"id": f"g-{n}", "displayName": name} for n, name in enumerate(groups)]

    async def answer(request: web.Request) -> web.Response:
        if request.method == "GET":
            found = initial_groups if request.path.endswith("/Groups") else []
            return web.json_response({"Resources": found, "totalResults": len(found)})
        if request.method == "DELETE":
            return web.Response(status=204)
        body = await request.json()
        sent.append(body)
        return web.json_response({"id": f"id-{id(body)}", **body}, status=201)

    app = web.Application(middlewares=[faults.middleware("scim")])
    app.router.add_route("*", "/{rest:.*}", answer)
    return app
