"""What experiments create: marked objects, in the journal before the call; and what they share.

Everything is removed at the end of the run (removal.py), so nothing here deletes for tidiness.
"""

import secrets
import string
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from okta_idc.clients.json_path import Json, get_list, get_object, get_text
from okta_idc.clients.okta import Answer
from okta_idc.probe.access import Access, Aws
from okta_idc.probe.journal import MARK, Entry, Journal

CATALOG_APP = "amazon_aws_sso"
ScimAnswer = tuple[int, Json]
Console = Callable[[str, str], Awaitable[None]]
"""Shows a person what to do in the Admin Console, with the app's ID and label; returns once the app
shows that provisioning is enabled, or when the time for it is over."""
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
_PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
_ENABLED = {"status": "ENABLED"}


class NotTriedError(Exception):
    """The experiment cannot be tried. `reason` is one of `record.REASONS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class ScimApp:
    """An app with provisioning. `features_api`: whether GET `features` answers."""

    id: str
    connection: str
    features_api: bool


@dataclass(frozen=True)
class Person:
    """A user in Okta, assigned to the app through a group, and provisioned to AWS."""

    id: str
    login: str
    scim_id: str


class Lab:
    """The objects of one run. `console` is None if no person can help."""

    def __init__(
        self, access: Access, journal: Journal, run: str, console: Console | None = None
    ) -> None:
        self.access, self.okta, self.journal = access, access.okta, journal
        self.mark, self._console = f"{MARK}{run}", console
        self._count = 0
        self._shared: dict[str, Any] = {}

    def name(self, what: str) -> str:
        """A new marked name."""
        self._count += 1
        return f"{self.mark}-{what}{self._count}"

    async def shared(self, key: str, make: Callable[[], Awaitable[Any]]) -> Any:
        """What several experiments use, made once. A failure is remembered, too."""
        if key not in self._shared:
            try:
                self._shared[key] = await make()
            except Exception as error:
                self._shared[key] = error
        if isinstance(found := self._shared[key], Exception):
            raise found
        return found

    async def post(self, kind: str, name: str, path: str, body: Json, **query: str) -> Answer:
        """Try to create a marked object; the journal has it before."""
        entry = Entry(kind, name)
        self.journal.begin(entry)
        answer = await self.okta.answer("POST", path, body, **query)
        if not answer.is_success:
            self.journal.end(entry)
        return answer

    async def create(self, kind: str, name: str, path: str, body: Json, **query: str) -> str:
        """Create a marked object and return its ID. Raises NotTriedError."""
        return created(await self.post(kind, name, path, body, **query))

    async def group(self) -> str:
        name = self.name("group")
        profile = {"name": name, "description": "Temporary"}
        return await self.create("group", name, "/api/v1/groups", {"profile": profile})

    async def user(self) -> tuple[str, str]:
        """ID and login of a user who is active, without an email."""
        login = f"{self.name('user')}@example.com"
        alphabet = string.ascii_letters + string.digits
        password = "".join(secrets.choice(alphabet) for _ in range(24)) + "aA1!"
        profile = {
            "login": login, "email": login, "firstName": "Probe", "lastName": "Temporary",
            "displayName": login.partition("@")[0], "title": "before",
        }  # fmt: skip
        body = {"profile": profile, "credentials": {"password": {"value": password}}}
        return await self.create("user", login, "/api/v1/users", body, activate="true"), login

    async def member(self, group: str) -> tuple[str, str]:
        """ID and login of a new user in the group."""
        ident, login = await self.user()
        await self.ok("PUT", f"/api/v1/groups/{group}/users/{ident}")
        return ident, login

    def app_body(self, name: str, sign_on: Json | None = None, notes: Json | None = None) -> Json:
        settings: Json = {"app": {}, "signOn": sign_on or {}}
        if notes:
            settings["notes"] = notes
        return {"name": CATALOG_APP, "label": name, "signOnMode": "SAML_2_0", "settings": settings}

    async def app(self, what: str = "app") -> str:
        name = self.name(what)
        return await self.create("app", name, "/api/v1/apps", self.app_body(name))

    async def post_rule(self, expression: str, group: str, name: str = "") -> Answer:
        name = name or self.name("rule")
        body: Json = {
            "type": "group_rule", "name": name,
            "conditions": {
                "expression": {"value": expression, "type": "urn:okta:expression:1.0"},
                "people": {"users": {"exclude": []}, "groups": {"exclude": []}},
            },
            "actions": {"assignUserToGroups": {"groupIds": [group]}},
        }  # fmt: skip
        return await self.post("rule", name, "/api/v1/groups/rules", body)

    async def active_rule(self, expression: str, group: str) -> str:
        rule = created(await self.post_rule(expression, group))
        await self.ok("POST", f"/api/v1/groups/rules/{rule}/lifecycle/activate")
        return rule

    async def ok(self, method: str, path: str, body: Any = None, **query: str) -> Json:
        """The object that Okta returns. Raises NotTriedError if Okta refuses the preparation."""
        answer = await self.okta.answer(method, path, body, **query)
        if not answer.is_success:
            raise NotTriedError("set_up_refused")
        return get_object({"body": answer.body}, "body")

    async def is_member(self, group: str, user: str) -> bool:
        members = await self.okta.every(f"/api/v1/groups/{group}/users", limit=200)
        return any(each.get("id") == user for each in members)

    @property
    def aws(self) -> Aws:
        if self.access.aws is None:
            raise NotTriedError("needs_instance")
        return self.access.aws

    async def scim(self, method: str, path: str, body: Any = None, **query: str) -> ScimAnswer:
        status, document = await self.aws.scim.call(method, path, body, **query)
        return status, get_object({"body": document}, "body")

    def scim_user_body(self, name: str, **more: Any) -> Json:
        return {
            "schemas": [USER], "userName": name, "displayName": name.partition("@")[0],
            "name": {"givenName": "Probe", "familyName": "Temporary"}, "active": True, **more,
        }  # fmt: skip

    async def post_scim_user(self, name: str = "", **more: Any) -> ScimAnswer:
        name = name or f"{self.name('aws-user')}@example.com"
        entry = Entry("scim user", name)
        _ = self.aws
        self.journal.begin(entry)
        status, body = await self.scim("POST", "/Users", self.scim_user_body(name, **more))
        if status >= 300:
            self.journal.end(entry)
        return status, body

    async def scim_user(self) -> str:
        """The ID of a new user in AWS. Raises NotTriedError."""
        return _scim_created(await self.post_scim_user())

    async def scim_group(self, name: str) -> str:
        """The ID of a new group in AWS. Raises NotTriedError."""
        _ = self.aws
        self.journal.begin(Entry("scim group", name))
        body = {"schemas": [GROUP], "displayName": name}
        return _scim_created(await self.scim("POST", "/Groups", body))

    async def change_members(self, group: str, op: str, *users: str) -> int:
        """The status of a PATCH that adds or replaces members in AWS."""
        value = [{"value": each} for each in users]
        operation = {"op": op, "path": "members", "value": value}
        body = {"schemas": [_PATCH], "Operations": [operation]}
        return (await self.scim("PATCH", f"/Groups/{group}", body))[0]

    async def is_scim_member(self, group: str, user: str) -> bool:
        filtered = f'id eq "{group}" and members eq "{user}"'
        _, page = await self.scim("GET", "/Groups", filter=filtered)
        return bool(get_list(page, "Resources"))

    async def scim_user_named(self, name: str) -> Json:
        """The user in AWS with this name; empty if there is none."""
        _, page = await self.scim("GET", "/Users", filter=f'userName eq "{name}"')
        return _first(page)

    async def scim_group_named(self, name: str) -> str:
        """The ID of the group in AWS with this name; empty if there is none."""
        _, page = await self.scim("GET", "/Groups", filter=f'displayName eq "{name}"')
        return get_text(_first(page), "id")

    async def connection(self) -> tuple[Answer, Answer]:
        """Okta's answers to a read and a write of a new app's connection, without a real token."""
        return await self.shared("connection", self._connection)

    async def _connection(self) -> tuple[Answer, Answer]:
        path = f"/api/v1/apps/{await self.app('app-connection')}/connections/default"
        read = await self.okta.answer("GET", path)
        body = {
            "baseUrl": "https://scim.us-east-1.amazonaws.com/okta-idc-probe/scim/v2",
            "profile": {"authScheme": "TOKEN", "token": "okta-idc-probe"},
        }
        return read, await self.okta.answer("POST", path, body, activate="false")

    async def provisioned(self) -> ScimApp:
        """The app with provisioning. Raises NotTriedError."""
        return await self.shared("provisioned", self._provisioned)

    async def _provisioned(self) -> ScimApp:
        aws = self.aws
        supported = connection_of(*await self.connection()) == "supported"
        label = self.name("app-provisioned")
        app = await self.create("app", label, "/api/v1/apps", self.app_body(label))
        path = f"/api/v1/apps/{app}"
        if supported:
            body = {
                "baseUrl": aws.endpoint, "profile": {"authScheme": "TOKEN", "token": aws.token},
            }  # fmt: skip
            answer = await self.okta.answer(
                "POST", f"{path}/connections/default", body, activate="true"
            )
            if not answer.is_success:
                raise NotTriedError("needs_provisioning")
            capabilities = {
                "create": {"lifecycleCreate": _ENABLED},
                "update": {"lifecycleDeactivate": _ENABLED, "profile": _ENABLED},
            }
            await self.okta.answer("PUT", f"{path}/features/USER_PROVISIONING", capabilities)
        elif self._console:
            await self._console(app, label)
        features = await self.okta.answer("GET", f"{path}/features")
        if not supported and not get_list(await self.ok("GET", path), "features"):
            raise NotTriedError("needs_provisioning")
        return ScimApp(app, "supported" if supported else "unsupported", features.is_success)

    async def person(self) -> Person:
        """A user whom the app has provisioned. Raises NotTriedError."""
        return await self.shared("person", self._person)

    async def _person(self) -> Person:
        app, group = await self.provisioned(), await self.group()
        ident, login = await self.member(group)
        self.journal.begin(Entry("scim user", login))  # Okta creates the user in AWS
        await self.ok("PUT", f"/api/v1/apps/{app.id}/groups/{group}", {})
        if not await self.access.until(lambda: self._exists(login)):
            raise NotTriedError("needs_provisioned_user")
        return Person(ident, login, get_text(await self.scim_user_named(login), "id"))

    async def _exists(self, login: str) -> bool:
        return get_object(await self.scim_user_named(login), "name") != {}

    async def post_mapping(self, app: ScimApp, source: str, **target: str) -> Answer:
        """Try to push a group to a target: `targetGroupName` or `targetGroupId`."""
        if name := target.get("targetGroupName"):
            self.journal.begin(Entry("scim group", name))  # Okta creates the group in AWS
        body = {"sourceGroupId": source, "status": "ACTIVE", **target}
        return await self.okta.answer("POST", self.mappings(app), body)

    def mappings(self, app: ScimApp) -> str:
        return f"/api/v1/apps/{app.id}/group-push/mappings"

    async def delete_mapping(self, app: ScimApp, mapping: str, *, target: bool) -> None:
        """Delete a push mapping; `target`: also the group in AWS."""
        path = f"{self.mappings(app)}/{mapping}"
        await self.ok("PATCH", path, {"status": "INACTIVE"})
        await self.ok("DELETE", path, deleteTargetGroup="true" if target else "false")


def created(answer: Answer) -> str:
    """The ID of the created object. Raises NotTriedError if Okta refused it."""
    if not answer.is_success:
        raise NotTriedError("set_up_refused")
    return get_text(answer.body, "id")


def connection_of(read: Answer, write: Answer) -> str:
    """The outcome of the experiment `connections`."""
    refused = (400, 403, 404, 405)
    if read.status in refused and write.status in refused:
        return "refused"
    if read.is_success and write.is_success:
        status = get_text(write.body, "status")
        if status == "UNKNOWN":
            return "unknown"
        if status in ("ENABLED", "DISABLED"):
            return "supported"
    return "unforeseen"


def _first(page: Json) -> Json:
    """The first resource of a SCIM list; empty if there is none."""
    found = get_list(page, "Resources")
    return get_object({"first": found[0]}, "first") if found else {}


def _scim_created(answer: ScimAnswer) -> str:
    if answer[0] >= 300:
        raise NotTriedError("set_up_refused")
    return get_text(answer[1], "id")
