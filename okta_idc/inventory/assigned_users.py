"""Users assigned to the app: read page by page, kept as ids and names.

A page is dropped once a listener has seen its users, so memory holds a few names of each user,
whatever the profiles hold.
"""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import cast

from okta_idc.clients.json_path import Json, get_path, get_text

ACTIVE = frozenset({"ACTIVE", "PROVISIONED", "PASSWORD_EXPIRED", "RECOVERY", "LOCKED_OUT"})
"""Okta statuses of users who are provisioned; STAGED, SUSPENDED and DEPROVISIONED are not."""


@dataclass(slots=True)
class AssignedUser:
    """What is kept of an app user. `login` is the Okta login, `user_name` the app username."""

    login: str
    user_name: str
    email: str
    status: str
    """Okta status: ACTIVE, SUSPENDED, …"""
    kind: str
    """`there` (provisioned), `refused` (by AWS), `inactive` (in Okta), or `waiting`."""
    app_status: str
    scope: str


@dataclass
class AssignedUsers:
    """All assigned users by Okta user id. `listener` gets each user once, as Okta shows it."""

    listener: Callable[[AssignedUser, Json], None] = lambda _user, _shown: None
    by_id: dict[str, AssignedUser] = field(default_factory=dict[str, AssignedUser])

    def add(self, page: Iterable[Json]) -> None:
        """Keep the users of a page. A user who is listed twice counts once."""
        for shown in page:
            ident = str(shown.get("id"))
            if ident not in self.by_id:
                user = _assigned_user(shown)
                self.by_id[sys.intern(ident)] = user
                self.listener(user, shown)


def okta_profile(shown: Json) -> Json | None:
    """The profile of the Okta user (`expand=user`); None if Okta does not show it."""
    found = get_path(shown, "_embedded", "user", "profile")
    return cast(Json, found) if isinstance(found, dict) else None


def user_name(shown: Json) -> str:
    """The app username, which is the NameID and the SCIM userName."""
    return get_text(shown, "credentials", "userName") or get_text(shown, "id")


def _assigned_user(shown: Json) -> AssignedUser:
    name = _interned(user_name(shown))
    status = get_text(shown, "_embedded", "user", "status") or "ACTIVE"
    return AssignedUser(
        login=_interned((okta_profile(shown) or {}).get("login")) or name,
        user_name=name,
        email=_interned(get_path(shown, "profile", "email")),
        status=_interned(status),
        kind=_kind(shown, status),
        app_status=_interned(shown.get("status")),
        scope=_interned(shown.get("scope")),
    )


def _kind(shown: Json, status: str) -> str:
    if shown.get("syncState") == "ERROR":
        return "refused"
    if status not in ACTIVE:
        return "inactive"
    return "waiting" if shown.get("status") == "STAGED" else "there"


def _interned(value: object) -> str:
    """A text, stored once however often it occurs; empty for anything else."""
    return sys.intern(value) if isinstance(value, str) else ""
