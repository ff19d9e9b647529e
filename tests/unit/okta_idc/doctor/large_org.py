"""Writes an org file for the sandbox with many generated users."""

import json
from pathlib import Path
from typing import Any

import yaml

from tests.paths import ROOT


def write_large_org(path: Path, users: int, nameless: int = 0) -> None:
    """The bundled org, and `users` more users in the group `everyone`; the last `nameless` of them
    have no display name, which AWS rejects."""
    document = yaml.safe_load((ROOT / "sandbox" / "org.yaml").read_text(encoding="utf-8"))
    made = [_user(number, nameless=number >= users - nameless) for number in range(users)]
    document["users"] += made
    document["groups"].append({
        "name": "everyone",
        "description": "Generated users",
        "members": [user["login"] for user in made],
    })  # fmt: skip
    path.write_text(json.dumps(document))


def _user(number: int, *, nameless: bool) -> dict[str, Any]:
    address = f"person.{number:04}@example.com"
    names = {"firstName": "Person", "lastName": f"No {number}"}
    if not nameless:
        names["displayName"] = f"Person No {number}"
    return {"login": address, "email": address, "department": "Research",
            "costCenter": "4100", **names}  # fmt: skip
