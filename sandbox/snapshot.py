"""The sandbox in a file: the Okta org, the Identity Store, and what the SCIM secret is made from.

Owns the file's form. Not in it: faults, the journal, the clock, and what else was made in AWS
(permission sets, assignments, other secrets), which lives in moto.

No token is written. The sandbox's own SCIM token follows from the instance's id, so the id is
enough to start again with the same secret; where an app has that token, `$scim_token` stands. A
token of any other origin is left out, and the app's connection then fails until it is given anew.
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
FORMAT = 1
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
    """The state can't be kept, or the file can't be used; one line that says what to do."""


def create_snapshot(model: Model, store: IdentityStore, instance_info: Json, token: str) -> Json:
    """All there is, as JSON. `card` is the instance's id and start; `token` its SCIM token."""
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
    # Nobody knows where a token may have been put, so the last word is the text's.
    if token in json.dumps(snapshot):
        raise SnapshotError("The SCIM token stands in Okta as a plain text; take it out first.")
    return snapshot


def restore_snapshot(snapshot: Json, model: Model, store: IdentityStore, token: str) -> None:
    """Make this org and this store what they were."""
    state = _from_json(snapshot["okta"], token)
    tables = {name: _from_json(value, token) for name, value in snapshot["identity_store"].items()}
    if set(tables) != set(_STORE_FIELDS) or any(not hasattr(model, name) for name in state):
        raise SnapshotError("The snapshot is of another version of the sandbox; take a new one.")
    restore_signing_key(snapshot["certificate"])
    for name, value in state.items():
        setattr(model, name, value)
    for name, value in tables.items():
        setattr(store, name, value)


def write_snapshot(path: Path, snapshot: Json) -> None:
    """Whole or not at all, and for nobody else to read."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        temporary.touch(mode=0o600, exist_ok=False)
        temporary.write_text(json.dumps(snapshot), encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        raise SnapshotError(f"{path}: can't be written ({error.strerror}).") from None


def read_snapshot(path: Path) -> Json:
    try:
        snapshot = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SnapshotError(f"{path}: can't be read ({error.strerror}).") from None
    except (ValueError, RecursionError):
        raise SnapshotError(f"{path}: is no snapshot of a sandbox.") from None
    keys = {"format", "id", "started", "settings", "org", "okta", "certificate", "identity_store"}
    if not isinstance(snapshot, dict) or set(snapshot) != keys:
        raise SnapshotError(f"{path}: is no snapshot of a sandbox.")
    if snapshot["format"] != FORMAT or not re.fullmatch(r"[0-9a-f]{16}", str(snapshot["id"])):
        raise SnapshotError(f"{path}: is a snapshot of another version; take a new one.")
    for key in ("settings", "org", "okta", "certificate", "identity_store"):
        if not isinstance(snapshot[key], dict):
            raise SnapshotError(f"{path}: {key} is no object; take a new snapshot.")
    return snapshot


def snapshot_org(snapshot: Json) -> Org:
    return _from_json(snapshot["org"], "")


def _to_json(value: Any, token: str = "") -> Any:
    """JSON for it. Records, sets and tuples are objects with a `$` that says which."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, dict):
        if "$" in value or not all(isinstance(key, str) for key in value):
            raise SnapshotError(f"A key of {sorted(map(str, value))[:5]} can't be kept.")
        return {key: _to_json(item, token) for key, item in value.items()}
    if isinstance(value, list):
        return [_to_json(item, token) for item in value]
    if isinstance(value, tuple):
        return {"$": "tuple", "items": [_to_json(item, token) for item in value]}
    if isinstance(value, set):
        return {"$": "set", "items": sorted(_to_json(item, token) for item in value)}
    kind = type(value).__name__
    if _DATACLASSES.get(kind) is not type(value):
        raise SnapshotError(f"A {kind} can't be kept in a snapshot.")
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
            f"The snapshot has a {kind} of another version of the sandbox; take a new one."
        ) from None
