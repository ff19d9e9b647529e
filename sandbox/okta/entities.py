"""Data of an app: app users, push mappings, connection."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def now_in_seconds() -> str:
    """The time without milliseconds, as in push mappings (a recording of a real org)."""
    return now()[:19] + "Z"


@dataclass
class AppUser:
    """A user assigned to an app."""

    id: str
    name: str
    scope: str = "GROUP"
    """USER for an individual assignment, GROUP for a user assigned through groups only."""
    profile_override: Json = field(default_factory=dict)
    """Attributes set on the app user; they override mapped attributes."""
    name_override: str = ""
    """A user name set on the app user; empty to use the app's user name template."""
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
        """Record that the user has this status in AWS."""
        self.updated = self.synced = now()
        if self.status != status:
            self.status, self.status_changed = status, self.updated
        self.sync, self.error, self.scim_status = "SYNCHRONIZED", None, None

    def mark_failed(self, error: str, scim_status: int | None) -> None:
        self.sync, self.error, self.scim_status = "ERROR", error, scim_status
        self.updated = now()


@dataclass
class PushMapping:
    """A group push mapping of an app."""

    id: str
    source: str
    target: str
    status: str
    error: str | None = None
    scim_status: int | None = None
    pushed: str | None = None
    rename: str | None = None
    """The name that the next push gives to the target group."""
    created: str = field(default_factory=now_in_seconds)
    updated: str = field(default_factory=now_in_seconds)

    def mark_failed(self, error: str, scim_status: int | None) -> None:
        self.status, self.error, self.scim_status = "ERROR", error, scim_status
        self.updated = now_in_seconds()


@dataclass
class App:
    """An app with its assignments, push mappings and provisioning settings."""

    id: str
    body: Json
    status: str
    policy: str
    created: str = field(default_factory=now)
    updated: str = field(default_factory=now)
    keys: list[Json] = field(default_factory=list)
    base_url: str | None = None
    # The only copy of the SCIM token; no API answer shows it.
    token: str | None = field(default=None, repr=False)
    auth_scheme: str = "TOKEN"
    connection: str = "DISABLED"
    capabilities: Json = field(default_factory=dict)
    mapping_id: str = ""
    user_type: str = ""
    custom_attributes: Json = field(default_factory=dict)
    """Custom attributes in the schema of the app's users."""
    claims: dict[str, Json] = field(default_factory=dict)
    attribute_mappings: dict[str, Json] = field(default_factory=dict)
    """Expression and pushStatus of each attribute of the app's users, by name."""
    groups: dict[str, Json] = field(default_factory=dict)
    users: dict[str, AppUser] = field(default_factory=dict)
    mappings: dict[str, PushMapping] = field(default_factory=dict)
    scim_user_ids: dict[str, str] = field(default_factory=dict)
    """IDs in AWS of all users provisioned so far, including unassigned ones."""

    def is_enabled(self, *path: str) -> bool:
        value: Any = self.capabilities
        for part in path:
            value = value.get(part, {})
        return self.connection == "ENABLED" and value.get("status") == "ENABLED"
