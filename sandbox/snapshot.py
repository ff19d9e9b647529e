"""Snapshots: the Okta org, the Identity Store and the instance ID, in one file.

Defines the file format. A snapshot excludes faults, the request log, the clock, and other objects
in AWS (permission sets, assignments, other secrets), which moto keeps.

A snapshot holds no token. The sandbox derives its SCIM token from the instance ID, so the ID is
enough to restore the secret; `$scim_token` marks the apps that use this token. Other tokens are
dropped, and the connection of their app fails until you enter the token again.
"""

import dataclasses
import json
import os
import re
from pathlib import Path
from typing import Any

from . import org_file
from .aws.store import IdentityStore
from .okta import entities
from .okta.certificate import restore_signing_key, signing_key
from .okta.entities import App
from .okta.model import Model
from .org_file import Org

Json = dict[str, Any]
FORMAT = 2
_TOKEN_PLACEHOLDER = "$scim_token"
_DATACLASSES: dict[str, Any] = {
    name: kind
    for module in (entities, org_file)
    for name, kind in vars(module).items()
    if isinstance(kind, type) and dataclasses.is_dataclass(kind)
}
_STORE_FIELDS = ("users", "groups", "memberships", "_count")
_EXCLUDED_FIELDS = ("org", "settings")


class SnapshotError(ValueError):
    """The state cannot be saved or the file cannot be read; one line that says what to do."""


def create_snapshot(model: Model, store: IdentityStore, instance_info: Json, token: str) -> Json:
    """Return the state as JSON. `instance_info` holds ID and start; `token` is the SCIM token."""
    state = {
        name: value
        for name, value in vars(model).items()
        if name not in _EXCLUDED_FIELDS and not callable(value)
    }
    with store.lock:
        tables = {name: _to_json(getattr(store, name)) for name in _STORE_FIELDS}
    snapshot = {
        "format": FORMAT,
        "id": instance_info["id"],
        "started": instance_info["started"],
        "settings": model.settings.view(),
        "org": _to_json(model.org),
        "okta": _to_json(state, token),
        "certificate": signing_key(),
        "identity_store": tables,
    }
    # A token may occur anywhere in the state, so the check covers the whole text.
    if token in json.dumps(snapshot):
        raise SnapshotError(
            "An Okta object contains the SCIM token as plain text. Remove it first."
        )
    return snapshot


def restore_snapshot(snapshot: Json, model: Model, store: IdentityStore, token: str) -> None:
    """Restore the state of the org and the Identity Store."""
    state = _from_json(snapshot["okta"], token)
    tables = {name: _from_json(value, token) for name, value in snapshot["identity_store"].items()}
    if set(tables) != set(_STORE_FIELDS) or any(not hasattr(model, name) for name in state):
        raise SnapshotError(
            "The snapshot was taken by another version of the sandbox. Take a new one."
        )
    restore_signing_key(snapshot["certificate"])
    for name, value in state.items():
        setattr(model, name, value)
    for name, value in tables.items():
        setattr(store, name, value)


def write_snapshot(path: Path, snapshot: Json) -> None:
    """Write the file atomically and readable by its owner only."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        temporary.touch(mode=0o600, exist_ok=False)
        temporary.write_text(json.dumps(snapshot), encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        raise SnapshotError(f"{path}: cannot be written ({error.strerror}).") from None


def read_snapshot(path: Path) -> Json:
    try:
        snapshot = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SnapshotError(f"{path}: cannot be read ({error.strerror}).") from None
    except (ValueError, RecursionError):
        raise SnapshotError(f"{path}: is not a snapshot of a sandbox.") from None
    keys = {"format", "id", "started", "settings", "org", "okta", "certificate", "identity_store"}
    if not isinstance(snapshot, dict) or set(snapshot) != keys:
        raise SnapshotError(f"{path}: is not a snapshot of a sandbox.")
    if snapshot["format"] != FORMAT or not re.fullmatch(r"[0-9a-f]{16}", str(snapshot["id"])):
        raise SnapshotError(
            f"{path}: was taken by another version of the sandbox. Take a new snapshot."
        )
    for key in ("settings", "org", "okta", "certificate", "identity_store"):
        if not isinstance(snapshot[key], dict):
            raise SnapshotError(f"{path}: {key} is not an object. Take a new snapshot.")
    return snapshot


def snapshot_org(snapshot: Json) -> Org:
    return _from_json(snapshot["org"], "")


def _to_json(value: Any, token: str = "") -> Any:
    """Convert to JSON; dataclasses, sets and tuples become objects whose `$` names the type."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, dict):
        if "$" in value or not all(isinstance(key, str) for key in value):
            raise SnapshotError(f"A snapshot cannot hold the keys {sorted(map(str, value))[:5]}.")
        return {key: _to_json(item, token) for key, item in value.items()}
    if isinstance(value, list):
        return [_to_json(item, token) for item in value]
    if isinstance(value, tuple):
        return {"$": "tuple", "items": [_to_json(item, token) for item in value]}
    if isinstance(value, set):
        return {"$": "set", "items": sorted(_to_json(item, token) for item in value)}
    kind = type(value).__name__
    if _DATACLASSES.get(kind) is not type(value):
        raise SnapshotError(f"A snapshot cannot hold a {kind}.")
    fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    if isinstance(value, App) and value.token is not None:
        fields["token"] = _TOKEN_PLACEHOLDER if value.token == token else None
    return {"$": kind, **{name: _to_json(item, token) for name, item in fields.items()}}


def _from_json(value: Any, token: str) -> Any:
    if isinstance(value, list):
        return [_from_json(item, token) for item in value]
    if not isinstance(value, dict):
        return value
    fields = {key: _from_json(item, token) for key, item in value.items() if key != "$"}
    kind = value.get("$")
    if kind is None:
        return fields
    if kind in ("tuple", "set"):
        return tuple(fields["items"]) if kind == "tuple" else set(fields["items"])
    if kind == "App" and fields.get("token") == _TOKEN_PLACEHOLDER:
        fields["token"] = token
    try:
        return _DATACLASSES[kind](**fields)
    except (KeyError, TypeError):
        raise SnapshotError(
            f"The snapshot has a {kind} of another version of the sandbox. Take a new one."
        ) from None
