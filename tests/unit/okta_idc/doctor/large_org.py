"""Writes an org file for the sandbox with many generated users."""

import dataclasses
import json
from pathlib import Path
from typing import Any

from sandbox.org_file import load_org


def write_large_org(path: Path, users: int, nameless: int = 0) -> None:
    """The bundled org, and `users` more users in the group `everyone`; the last `nameless` of them
    have no display name, which AWS rejects."""
    org = load_org()
    known: list[dict[str, Any]] = [
        {**user.profile, "status": user.status} for user in org.users
    ]  # fmt: skip
    made = [_user(number, nameless=number >= users - nameless) for number in range(users)]
    groups = [dataclasses.asdict(group) for group in org.groups]
    everyone = {
        "name": "everyone",
        "description": "Generated users",
        "members": [u["login"] for u in made],
    }
    document = {
        "name": org.name,
        "users": [*known, *made],
        "groups": [*groups, everyone],
        "aws": dataclasses.asdict(org.aws),
    }
    path.write_text(json.dumps(document))


def _user(number: int, *, nameless: bool) -> dict[str, Any]:
    address = f"person.{number:04}@example.com"
    names = {"firstName": "Person", "lastName": f"No {number}"}
    if not nameless:
        names["displayName"] = f"Person No {number}"
    return {"login": address, "email": address, "department": "Research",
            "costCenter": "4100", **names}  # fmt: skip
