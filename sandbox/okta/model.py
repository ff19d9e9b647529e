"""The org's state: people, groups, apps, assignments and push mappings. No HTTP, no SCIM.

What Okta does later goes to `jobs`, in the order in which it was asked for: (kind, app, subject).
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sandbox.okta.errors import OktaError, invalid, missing
from sandbox.provisioning.template import user_name
from sandbox.seed import Org

Json = dict[str, Any]
ACTIVE = ("ACTIVE", "PROVISIONED", "PASSWORD_EXPIRED", "RECOVERY", "LOCKED_OUT")


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class AppUser:
    id: str
    name: str
    status: str = "STAGED"
    sync: str = "OUT_OF_SYNC"
    scim_id: str | None = None
    error: str | None = None
    scim_status: int | None = None
    created: str = field(default_factory=now)
    updated: str = field(default_factory=now)


@dataclass
class Mapping:
    id: str
    source: str
    target: str
    status: str
    linked: bool
    error: str | None = None
    scim_status: int | None = None
    pushed: bool = False
    created: str = field(default_factory=now)
    updated: str = field(default_factory=now)


@dataclass
class App:
    id: str
    body: Json
    status: str
    policy: str
    created: str = field(default_factory=now)
    updated: str = field(default_factory=now)
    keys: list[Json] = field(default_factory=list)
    base_url: str | None = None
    # The SCIM token lives here and nowhere else; no view shows it.
    token: str | None = field(default=None, repr=False)
    connection: str = "DISABLED"
    scheme: str = "TOKEN"
    capabilities: Json = field(default_factory=dict)
    groups: dict[str, Json] = field(default_factory=dict)
    users: dict[str, AppUser] = field(default_factory=dict)
    mappings: dict[str, Mapping] = field(default_factory=dict)

    def on(self, *path: str) -> bool:
        value: Any = self.capabilities
        for part in path:
            value = value.get(part, {})
        return self.connection == "ENABLED" and value.get("status") == "ENABLED"


class Model:
    def __init__(self, org: Org, connections: str) -> None:
        self.org, self.connections = org, connections
        self.users: dict[str, Json] = {}
        self.groups: dict[str, Json] = {}
        self.members: dict[str, dict[str, None]] = {}
        self.apps: dict[str, App] = {}
        self.scim_ids: dict[str, str] = {}  # APP_GROUP id -> id in AWS
        self.enqueue: Callable[[str, App, Any], None] = lambda *_: None
        self._count = 0
        self.policy = self.ident("rst")
        self.user_type = self.ident("oty")
        logins = {u.profile["login"]: self.add_user(dict(u.profile), u.status) for u in org.users}
        for group in org.groups:
            ident = self.add_group(group.name, group.description)["id"]
            self.members[ident] = {logins[login]["id"]: None for login in group.members}

    def ident(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}sbx{self._count:014d}"

    def add_user(self, profile: Json, status: str) -> Json:
        ident, time = self.ident("00u"), now()
        self.users[ident] = {
            "id": ident, "status": status, "created": time, "activated": time,
            "statusChanged": time, "lastLogin": None, "lastUpdated": time,
            "passwordChanged": None, "type": {"id": self.user_type},
            "profile": {"mobilePhone": None, "secondEmail": None, **profile},
            "credentials": {"provider": {"type": "OKTA", "name": "OKTA"}},
        }  # fmt: skip
        return self.users[ident]

    def user(self, ident: str) -> Json:
        for user in (self.users.get(ident), *self.users.values()):
            if user and (user["id"] == ident or user["profile"]["login"] == ident):
                return user
        raise missing(ident, "User")

    def change_user(self, user: Json, profile: Json | None, status: str | None) -> None:
        if profile is not None:
            user["profile"] = profile
        if status:
            user["status"], user["statusChanged"] = status, now()
        user["lastUpdated"] = now()
        for app in self.apps.values():
            if user["id"] in app.users:
                self.enqueue("user", app, user["id"])

    def add_group(self, name: str, description: str | None, source: str | None = None) -> Json:
        ident, time = self.ident("00g"), now()
        self.groups[ident] = {
            "id": ident, "created": time, "lastUpdated": time, "lastMembershipUpdated": time,
            "objectClass": ["okta:user_group"], "type": "OKTA_GROUP",
            "profile": {"name": name, "description": description},
        }  # fmt: skip
        if source:
            self.groups[ident] |= {"type": "APP_GROUP", "source": {"id": source}}
        self.members[ident] = {}
        return self.groups[ident]

    def check_group(self, name: object, but: str = "") -> str:
        if not isinstance(name, str) or not 1 <= len(name) <= 255:
            raise invalid("name", "name: The field must hold 1 to 255 characters")
        for group in self.groups.values():
            same = group["type"] == "OKTA_GROUP" and group["profile"]["name"] == name
            if same and group["id"] != but:
                cause = "name: An object with this field already exists in the current organization"
                raise invalid("name", cause)
        return name

    def group(self, ident: str) -> Json:
        if ident not in self.groups:
            raise missing(ident, "UserGroup")
        return self.groups[ident]

    def set_member(self, group_id: str, user_id: str, member: bool) -> None:
        self.group(group_id)["lastMembershipUpdated"] = now()
        self.user(user_id)
        if member:
            self.members[group_id][user_id] = None
        else:
            self.members[group_id].pop(user_id, None)
        for app in self.apps.values():
            if group_id in app.groups:
                self.assign(app)
            for mapping in app.mappings.values():
                if mapping.source == group_id and mapping.status == "ACTIVE":
                    self.enqueue("member", app, (mapping, user_id, member))

    def delete_group(self, ident: str) -> None:
        self.group(ident)
        for app in self.apps.values():
            if any(ident == m.source or ident == m.target for m in app.mappings.values()):
                raise invalid("group", "The group is used in a group push mapping.")
        del self.groups[ident], self.members[ident]
        for app in self.apps.values():
            if app.groups.pop(ident, None):
                self.assign(app)

    def app(self, ident: str) -> App:
        if ident not in self.apps:
            raise missing(ident, "AppInstance")
        return self.apps[ident]

    def assign(self, app: App) -> None:
        """Make app users agree with the assigned groups; provisioning follows."""
        wanted = {u: None for g in app.groups for u in self.members.get(g, {})}
        template = app.body["credentials"]["userNameTemplate"]["template"]
        for ident in wanted:
            if ident not in app.users or app.users[ident].status == "DEPROVISIONED":
                name = user_name(template, self.users[ident]["profile"])
                old = app.users.get(ident)
                app.users[ident] = AppUser(ident, name, scim_id=old.scim_id if old else None)
                self.enqueue("user", app, ident)
        for ident in [i for i in app.users if i not in wanted]:
            self.enqueue("remove", app, app.users.pop(ident))

    def delete_app(self, app: App) -> None:
        if app.status == "ACTIVE":
            raise OktaError(403, "E0000056", "Delete application forbidden.",
                            "The application must be inactive.")  # fmt: skip
        for app_user in app.users.values():
            self.enqueue("remove", app, app_user)
        del self.apps[app.id]
        for ident in [i for i, g in self.groups.items() if g.get("source", {}).get("id") == app.id]:
            del self.groups[ident], self.members[ident]

    def new_kid(self) -> str:
        return uuid.uuid5(uuid.NAMESPACE_OID, self.ident("kid")).hex
