"""What the org keeps of an app: its users, its pushed groups, its connection. No HTTP, no SCIM."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def now_in_seconds() -> str:
    """The times of push mappings carry no milliseconds (a recording of a real org)."""
    return now()[:19] + "Z"


@dataclass
class AppUser:
    id: str
    name: str
    scope: str = "GROUP"
    """USER for who is assigned by name, whatever groups they are in."""
    profile_override: Json = field(default_factory=dict)
    """Attributes given to this app user itself; they win over what is mapped."""
    name_override: str = ""
    """A user name given to this app user itself; empty for the app's template."""
    status: str = "STAGED"
    sync: str = "OUT_OF_SYNC"
    scim_id: str | None = None
    error: str | None = None
    scim_status: int | None = None
    synced: str | None = None
    created: str = field(default_factory=now)
    updated: str = field(default_factory=now)
    status_changed: str = field(default_factory=now)

    def mark_synchronized(self, status: str) -> None:
        """Arrived in AWS in this status."""
        self.updated = self.synced = now()
        if self.status != status:
            self.status, self.status_changed = status, self.updated
        self.sync, self.error, self.scim_status = "SYNCHRONIZED", None, None

    def mark_failed(self, error: str, scim_status: int | None) -> None:
        self.sync, self.error, self.scim_status = "ERROR", error, scim_status
        self.updated = now()


@dataclass
class PushMapping:
    id: str
    source: str
    target: str
    status: str
    error: str | None = None
    scim_status: int | None = None
    pushed: str | None = None
    rename: str | None = None
    """The name the target gets with the next push."""
    created: str = field(default_factory=now_in_seconds)
    updated: str = field(default_factory=now_in_seconds)

    def mark_failed(self, error: str, scim_status: int | None) -> None:
        self.status, self.error, self.scim_status = "ERROR", error, scim_status
        self.updated = now_in_seconds()


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
    auth_scheme: str = "TOKEN"
    connection: str = "DISABLED"
    capabilities: Json = field(default_factory=dict)
    mapping_id: str = ""
    user_type: str = ""
    custom_attributes: Json = field(default_factory=dict)
    """Attributes that somebody added to the schema of the app's users."""
    claims: dict[str, Json] = field(default_factory=dict)
    attribute_mappings: dict[str, Json] = field(default_factory=dict)
    """How attributes of the app's users come from Okta's: expression and pushStatus, by name."""
    groups: dict[str, Json] = field(default_factory=dict)
    users: dict[str, AppUser] = field(default_factory=dict)
    mappings: dict[str, PushMapping] = field(default_factory=dict)
    scim_user_ids: dict[str, str] = field(default_factory=dict)
    """Ids in AWS of everybody who ever arrived there, also of who is unassigned by now."""

    def is_enabled(self, *path: str) -> bool:
        value: Any = self.capabilities
        for part in path:
            value = value.get(part, {})
        return self.connection == "ENABLED" and value.get("status") == "ENABLED"
