"""Users assigned to the app: read page by page, kept as IDs, names and the values that Okta sends.

A page is dropped after the listener has received its users, so memory use does not depend on the
number of attributes that Okta does not send.
"""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import cast

from okta_idc.clients.json_path import Json, get_object, get_path, get_text
from okta_idc.inventory.sent_values import sent_values
from okta_idc.rules.groups import ACTIVE
from okta_idc.rules.scim_attempts import AttemptLog

_NEVER = "9"
"""Later than any time in a response of Okta."""


@dataclass(slots=True)
class AssignedUser:
    """An app user without its profile. `login` is the Okta login, `user_name` the app username."""

    login: str
    user_name: str
    email: str
    status: str
    """Okta status: ACTIVE, SUSPENDED, …"""
    kind: str
    """`provisioned`, `refused` (by AWS), `inactive` (in Okta), or `waiting`."""
    app_status: str
    scope: str
    sync: str
    """syncState of the app user; SYNCING if Okta changed the app user while users were read."""
    aws_id: str
    """ID of the Identity Store user, if Okta knows it."""
    sent: str
    """What Okta sends (`sent_values`)."""


@dataclass
class AssignedUsers:
    """All assigned users by Okta user ID. `listener` gets each user and app user once. `since` is
    when the reading began, as in Okta's responses. `log` holds the provisioning attempts."""

    listener: Callable[[AssignedUser, Json], None] = lambda _user, _app_user: None
    by_id: dict[str, AssignedUser] = field(default_factory=dict[str, AssignedUser])
    log: AttemptLog = field(default_factory=AttemptLog)
    since: str = _NEVER

    def add(self, page: Iterable[Json]) -> None:
        """Add the users of a page. A user who is listed twice counts once."""
        for app_user in page:
            ident = str(app_user.get("id"))
            if ident not in self.by_id:
                user = _assigned_user(app_user, self.since)
                self.by_id[sys.intern(ident)] = user
                self.log.add(app_user)
                self.listener(user, app_user)


def okta_profile(app_user: Json) -> Json | None:
    """The profile of the Okta user (`expand=user`); None if Okta does not show it."""
    found = get_path(app_user, "_embedded", "user", "profile")
    return cast(Json, found) if isinstance(found, dict) else None


def user_name(app_user: Json) -> str:
    """The app username, which is the NameID and the SCIM userName."""
    return get_text(app_user, "credentials", "userName") or get_text(app_user, "id")


def _assigned_user(app_user: Json, since: str) -> AssignedUser:
    name = _interned(user_name(app_user))
    okta_user = get_object(app_user, "_embedded", "user")
    status = get_text(okta_user, "status") or "ACTIVE"
    profile = get_object(app_user, "profile")
    changed = get_text(app_user, "lastUpdated") >= since
    return AssignedUser(
        login=_interned(get_path(okta_user, "profile", "login")) or name,
        user_name=name,
        email=_interned(profile.get("email")),
        status=_interned(status),
        kind=_kind(app_user, status),
        app_status=_interned(app_user.get("status")),
        scope=_interned(app_user.get("scope")),
        sync="SYNCING" if changed else _interned(app_user.get("syncState")),
        aws_id=_interned(app_user.get("externalId")),
        sent=sent_values(name, profile),
    )


def _kind(app_user: Json, status: str) -> str:
    if app_user.get("syncState") == "ERROR":
        return "refused"
    if status not in ACTIVE:
        return "inactive"
    return "waiting" if app_user.get("status") == "STAGED" else "provisioned"


def _interned(value: object) -> str:
    """The text, interned to save memory; empty for any other type."""
    return sys.intern(value) if isinstance(value, str) else ""
