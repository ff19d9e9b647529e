"""The org's state: people, groups, apps, assignments and push mappings. No HTTP, no SCIM.

What Okta does later goes to `enqueue` as (kind, app, subject), in the order of asking.
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


def seconds() -> str:
    """The times of push mappings carry no milliseconds (a recording of a real org)."""
    return now()[:19] + "Z"


@dataclass
class AppUser:
    id: str
    name: str
    status: str = "STAGED"
    sync: str = "OUT_OF_SYNC"
    scim_id: str | None = None
    error: str | None = None
    scim_status: int | None = None
    synced: str | None = None
    created: str = field(default_factory=now)
    updated: str = field(default_factory=now)
    changed: str = field(default_factory=now)

    def become(self, status: str) -> None:
        """Arrived in AWS in this status."""
        self.updated = self.synced = now()
        if self.status != status:
            self.status, self.changed = status, self.updated
        self.sync, self.error, self.scim_status = "SYNCHRONIZED", None, None

    def refuse(self, error: str, scim_status: int | None) -> None:
        self.sync, self.error, self.scim_status = "ERROR", error, scim_status
        self.updated = now()


@dataclass
class Mapping:
    id: str
    source: str
    target: str
    status: str
    error: str | None = None
    scim_status: int | None = None
    pushed: str | None = None
    created: str = field(default_factory=seconds)
    updated: str = field(default_factory=seconds)

    def refuse(self, error: str, scim_status: int | None) -> None:
        self.status, self.error, self.scim_status = "ERROR", error, scim_status
        self.updated = seconds()


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
    capabilities: Json = field(default_factory=dict)
    groups: dict[str, Json] = field(default_factory=dict)
    direct: dict[str, None] = field(default_factory=dict)
    """Who is assigned one by one (scope USER), whatever groups they are in."""
    users: dict[str, AppUser] = field(default_factory=dict)
    mappings: dict[str, Mapping] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    """Ids in AWS of everybody who ever arrived there, also of who is unassigned by now."""

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
        """Of an app's group: whom Okta has pushed into it."""
        self.apps: dict[str, App] = {}
        self.policies: dict[str, Json] = {}
        self.scim_ids: dict[str, str] = {}  # APP_GROUP id -> id in AWS
        self.failures: list[Json] = []  # what failed of which no object is left to say it
        self.enqueue: Callable[[str, App, Any], None] = lambda *_: None
        self._count = 0
        self.policy = self.add_policy("Any two factors", "The default", system=True)["id"]
        self.user_type = self.ident("oty")
        logins = {u.profile["login"]: self.add_user(dict(u.profile), u.status) for u in org.users}
        for group in org.groups:
            ident = self.add_group(group.name, group.description or "")["id"]
            self.members[ident] = {logins[login]["id"]: None for login in group.members}

    @property
    def supported(self) -> bool:
        return self.connections == "supported"

    def ident(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}sbx{self._count:014d}"

    def new_kid(self) -> str:
        return uuid.uuid5(uuid.NAMESPACE_OID, self.ident("kid")).hex

    def fail(self, kind: str, name: str, error: str, scim_status: int | None) -> None:
        self.failures.append(
            {"kind": kind, "name": name, "error": error, "scim_status": scim_status}
        )

    def add_policy(self, name: str, description: str, *, system: bool) -> Json:
        ident, time = self.ident("rst"), now()
        self.policies[ident] = {
            "id": ident, "name": name, "description": description, "system": system,
            "priority": len(self.policies) + 1, "created": time, "lastUpdated": time,
        }  # fmt: skip
        return self.policies[ident]

    def find_policy(self, ident: str) -> Json:
        if ident not in self.policies:
            raise missing(ident, "Policy")
        return self.policies[ident]

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

    def change_user(
        self, user: Json, *, profile: Json | None = None, status: str | None = None
    ) -> None:
        if profile is not None:
            user["profile"] = profile
        if status:
            user["status"], user["statusChanged"] = status, now()
        user["lastUpdated"] = now()
        for app in self.apps.values():
            if user["id"] in app.users:
                self.enqueue("user", app, user["id"])

    def add_group(self, name: str, description: str, source: str | None = None) -> Json:
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

    def check_group(self, profile: Json, but: str = "") -> tuple[str, str]:
        """A group's name and description, if it may have them."""
        name, description = profile.get("name"), profile.get("description")
        if not isinstance(name, str) or not 1 <= len(name) <= 255:
            raise invalid("name", "name: The field must hold 1 to 255 characters")
        if not isinstance(description, str | None):
            raise invalid("description", "description: must be a text")
        for group in self.groups.values():
            same = group["type"] == "OKTA_GROUP" and group["profile"]["name"] == name
            if same and group["id"] != but:
                cause = "name: An object with this field already exists in the current organization"
                raise invalid("name", cause)
        return name, description or ""

    def change_group(self, group: Json, name: str, description: str) -> None:
        group["profile"] = {"name": name, "description": description}
        group["lastUpdated"] = now()

    def group(self, ident: str) -> Json:
        if ident not in self.groups:
            raise missing(ident, "UserGroup")
        return self.groups[ident]

    def set_member(self, group_id: str, user_id: str, member: bool) -> None:
        """Put somebody into a group or out of it.

        The push goes first: of a group that is assigned too, it overtakes the new user's creation
        (okta-api.md §6), which is why one group in both roles is not supported.
        """
        self.group(group_id)["lastMembershipUpdated"] = now()
        self.user(user_id)
        if member:
            self.members[group_id][user_id] = None
        else:
            self.members[group_id].pop(user_id, None)
        for app in self.apps.values():
            for mapping in app.mappings.values():
                if mapping.source == group_id and mapping.status == "ACTIVE":
                    self.enqueue("member", app, (mapping, user_id, member))
            if group_id in app.groups:
                self.assign(app)

    def delete_group(self, ident: str) -> None:
        self.group(ident)
        for app in self.apps.values():
            if any(ident == m.source or ident == m.target for m in app.mappings.values()):
                raise invalid("group", "The group is used in a group push mapping.")
        del self.groups[ident], self.members[ident]
        for app in self.apps.values():
            if app.groups.pop(ident, None):
                self.assign(app)

    def drop_target(self, app: App, ident: str) -> None:
        """Delete an app's group, in Okta and in AWS."""
        group = self.groups.pop(ident, None)
        self.members.pop(ident, None)
        if group and (scim_id := self.scim_ids.pop(ident, None)):
            self.enqueue("drop", app, (scim_id, group["profile"]["name"]))

    def app(self, ident: str) -> App:
        if ident not in self.apps:
            raise missing(ident, "AppInstance")
        return self.apps[ident]

    def assign(self, app: App) -> None:
        """Make app users agree with the assigned groups; provisioning follows."""
        wanted = {u: None for g in app.groups for u in self.members.get(g, {})} | app.direct
        template = app.body["credentials"]["userNameTemplate"]["template"]
        for ident in wanted:
            if ident not in app.users:
                name = user_name(template, self.users[ident]["profile"])
                app.users[ident] = AppUser(ident, name)
                self.enqueue("user", app, ident)
        for ident in [i for i in app.users if i not in wanted]:
            self.enqueue("remove", app, app.users.pop(ident))
            for mapping in app.mappings.values():
                if mapping.status == "ACTIVE" and ident in self.members[mapping.source]:
                    self.enqueue("member", app, (mapping, ident, False))

    def delete_app(self, app: App) -> None:
        if app.status == "ACTIVE":
            raise OktaError(403, "E0000056", "Delete application forbidden.",
                            "The application must be inactive.")  # fmt: skip
        for app_user in app.users.values():
            self.enqueue("remove", app, app_user)
        del self.apps[app.id]
        for ident in [i for i, g in self.groups.items() if g.get("source", {}).get("id") == app.id]:
            del self.groups[ident], self.members[ident]
