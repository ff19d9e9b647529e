"""One app user as Okta's API shows it: names, status, and how far it has got to AWS."""

from typing import Any, cast

from okta_idc.clients.json_path import get_path, get_text

Json = dict[str, Any]

ACTIVE = frozenset({"ACTIVE", "PROVISIONED", "PASSWORD_EXPIRED", "RECOVERY", "LOCKED_OUT"})
"""Okta's states of a person who is provisioned; STAGED, SUSPENDED and DEPROVISIONED are not."""


def okta_profile(person: Json) -> Json | None:
    """The profile of the Okta user behind it (`expand=user`); None if it is not shown."""
    found = get_path(person, "_embedded", "user", "profile")
    return cast(Json, found) if isinstance(found, dict) else None


def okta_status(person: Json) -> str:
    return get_text(person, "_embedded", "user", "status") or "ACTIVE"


def user_name(person: Json) -> str:
    """The app user name, which is NameID and SCIM userName."""
    return get_text(person, "credentials", "userName") or get_text(person, "id")


def kind(person: Json, status: str = "") -> str:
    """`there`, `refused`, `inactive` or `waiting`; `status` in Okta, if it is known already."""
    if person.get("syncState") == "ERROR":
        return "refused"
    if (status or okta_status(person)) not in ACTIVE:
        return "inactive"
    return "waiting" if person.get("status") == "STAGED" else "there"
