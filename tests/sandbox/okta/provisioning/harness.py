"""Runs Okta and the real SCIM endpoint in the test process, connected through HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from sandbox.aws.scim import create_scim_app
from sandbox.aws.store import IdentityStore
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.okta.server import create_app
from sandbox.org_file import Group, Org, User, load_org
from sandbox.request_log import RequestLog
from sandbox.settings import Settings

AWS = load_org().aws
TOKEN = "token-of-scim"
BASE_URL = f"https://scim.{AWS.region}.amazonaws.com/{AWS.tenant}/scim/v2"
LABEL = "AWS IAM Identity Center"
ON = {
    "create": {"lifecycleCreate": {"status": "ENABLED"}},
    "update": {"profile": {"status": "ENABLED"}, "lifecycleDeactivate": {"status": "ENABLED"}},
}


def person(name: str, **more: Any) -> User:
    """A user: `ada` is Ada Example, ada@example.com. Accepts `status` and profile attributes."""
    status = more.pop("status", "ACTIVE")
    profile = {
        "login": f"{name}@example.com",
        "email": f"{name}@example.com",
        "firstName": name.capitalize(),
        "lastName": "Example",
        "displayName": f"{name.capitalize()} Example",
    }
    return User({k: v for k, v in (profile | more).items() if v is not None}, status)


def org(*people: User, **groups: str) -> Org:
    """An org: `org(person("ada"), admins="ada")` has the group admins with the member ada."""
    found = tuple(
        Group(name, "", tuple(f"{member}@example.com" for member in members.split()))
        for name, members in groups.items()
    )
    return Org("Tests", people, found, AWS)


@dataclass
class Harness:
    okta: TestClient[Any, Any]
    store: IdentityStore
    clock: Clock
    latency: float
    sent: list[tuple[str, str, Any]] = field(default_factory=list)
    """Every SCIM request: method, path after /v2 with its query, document."""
    app: str = ""

    async def call(self, method: str, path: str, body: Any = None, status: int = 0) -> Any:
        """Send a request and return the answer; expects a status below 400, or `status`."""
        headers = {"Authorization": "SSWS sandbox-okta-token"}
        async with self.okta.request(method, path, json=body, headers=headers) as answer:
            text = await answer.text()
            assert answer.status == status if status else answer.status < 400, text
            return await answer.json() if text else None

    async def connect(self) -> None:
        """Create an app with provisioning and all features enabled."""
        app = {"name": "amazon_aws_sso", "label": LABEL, "signOnMode": "SAML_2_0"}
        self.app = (await self.call("POST", "/api/v1/apps", app))["id"]
        await self.token(TOKEN)
        await self.features(**ON)

    async def token(self, token: str, status: int = 200) -> Any:
        body = {"baseUrl": BASE_URL, "profile": {"authScheme": "TOKEN", "token": token}}
        path = f"/api/v1/apps/{self.app}/connections/default?activate=true"
        return await self.call("POST", path, body, status)

    async def features(self, **fields: Any) -> None:
        await self.call("PUT", f"/api/v1/apps/{self.app}/features/USER_PROVISIONING", fields)

    async def group(self, name: str) -> str:
        """The ID of an Okta group."""
        found = await self.call("GET", "/api/v1/groups")
        return next(
            g["id"] for g in found if (g["profile"]["name"], g["type"]) == (name, "OKTA_GROUP")
        )

    async def assign(self, group: str) -> None:
        await self.call("PUT", f"/api/v1/apps/{self.app}/groups/{await self.group(group)}", {})

    async def unassign(self, group: str) -> None:
        await self.call("DELETE", f"/api/v1/apps/{self.app}/groups/{await self.group(group)}")

    async def push(self, group: str, **fields: Any) -> str:
        """Push a group, by default to a new group of the same name; return the mapping's ID."""
        body = {"sourceGroupId": await self.group(group), "status": "ACTIVE"}
        target = fields or {"targetGroupName": group}
        return (await self.call("POST", self.mappings, body | target))["id"]

    @property
    def mappings(self) -> str:
        return f"/api/v1/apps/{self.app}/group-push/mappings"

    async def mapping(self, ident: str) -> Any:
        return await self.call("GET", f"{self.mappings}/{ident}")

    async def set_mapping(self, ident: str, status: str) -> None:
        await self.call("PATCH", f"{self.mappings}/{ident}", {"status": status})

    async def push_again(self, ident: str) -> None:
        await self.set_mapping(ident, "INACTIVE")
        await self.set_mapping(ident, "ACTIVE")
        await self.settle()

    async def add_member(self, group: str, name: str) -> None:
        path = f"/api/v1/groups/{await self.group(group)}/users/{await self.user(name)}"
        await self.call("PUT", path)

    async def remove_member(self, group: str, name: str) -> None:
        path = f"/api/v1/groups/{await self.group(group)}/users/{await self.user(name)}"
        await self.call("DELETE", path)

    async def user(self, name: str) -> str:
        return (await self.call("GET", f"/api/v1/users/{name}@example.com"))["id"]

    async def change(self, name: str, **profile: Any) -> None:
        await self.call("POST", f"/api/v1/users/{await self.user(name)}", {"profile": profile})

    async def lifecycle(self, name: str, to: str) -> None:
        await self.call("POST", f"/api/v1/users/{await self.user(name)}/lifecycle/{to}")

    async def app_user(self, name: str) -> Any:
        return await self.call("GET", f"/api/v1/apps/{self.app}/users/{await self.user(name)}")

    async def settle(self) -> None:
        """Wait until no task is pending; advances the clock instead of waiting for the latency."""
        wait = 0.01 if self.latency else 60
        for _ in range(1000):
            if (await self.call("GET", f"/sandbox/settled?timeout={wait}"))["settled"]:
                return
            self.clock.advance(self.latency)
        raise AssertionError("provisioning does not settle")

    async def refusals(self) -> dict[str, str]:
        """The current error messages by the name of the user or group."""
        return {item["name"]: item["error"] for item in await self.call("GET", "/sandbox/refusals")}

    async def fault(self, **effect: Any) -> None:
        await self.call("POST", "/sandbox/faults", effect)

    async def setting(self, **fields: str) -> None:
        await self.call("POST", "/sandbox/settings", fields)

    def aws_user(self, name: str) -> Any:
        """The Identity Store record of a user, or None."""
        users = self.store.users.values()
        return next((u for u in users if u["UserName"] == f"{name}@example.com"), None)

    def enabled(self) -> set[str]:
        """The first part of the user names of all enabled users in AWS."""
        users = self.store.users.values()
        return {u["UserName"].split("@")[0] for u in users if u["UserStatus"] == "ENABLED"}

    def groups(self) -> dict[str, set[str]]:
        """The groups in AWS by name, with the first part of their members' user names."""
        return {
            group["DisplayName"]: {
                self.store.user(user)["UserName"].split("@")[0]
                for user in self.store.members(group["GroupId"])
            }
            for group in self.store.groups.values()
        }

    def aws_group(self, name: str) -> str:
        return next(k for k, g in self.store.groups.items() if g["DisplayName"] == name)

    def requests(self) -> list[str]:
        """Method and resource type of every SCIM request so far: `PATCH /Groups`."""
        return [f"{method} /{path.split('/')[1].split('?')[0]}" for method, path, _ in self.sent]


class StillClock(Clock):
    """A clock that only `advance` moves, however slow the machine is."""

    def now(self) -> float:
        return 1_800_000_000 + self.ahead


@asynccontextmanager
async def harness(
    people: Org, *, latency: float = 0, still: bool = False, **settings: str
) -> AsyncIterator[Harness]:
    chosen = Settings(connections="supported", **settings)
    clock = StillClock(chosen) if still else Clock(chosen)
    shared: dict[str, Any] = {
        "settings": chosen, "clock": clock, "faults": Faults(clock),
        "request_log": RequestLog(clock),
    }  # fmt: skip
    store = IdentityStore(AWS.identity_store_id, AWS.tenant)
    scim = create_scim_app(store, tenant=AWS.tenant, token=TOKEN, **shared)
    sent: list[tuple[str, str, Any]] = []

    @web.middleware
    async def record_request(request: web.Request, handler: Any) -> web.StreamResponse:
        document = await request.json() if await request.read() else None
        sent.append((request.method, request.path_qs.split("/v2", 1)[1], document))
        return await handler(request)

    scim.middlewares.insert(0, record_request)
    async with TestServer(scim, host="127.0.0.1") as server:
        okta = create_app(
            people,
            base_url="http://127.0.0.1",
            scim_url=str(server.make_url("")).rstrip("/"),
            latency=latency,
            health=dict,
            **shared,
        )
        async with TestClient(TestServer(okta, host="127.0.0.1")) as client:
            created = Harness(client, store, clock, latency, sent)
            await created.connect()
            sent.clear()
            yield created
