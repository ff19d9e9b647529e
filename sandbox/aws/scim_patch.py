"""Applies SCIM PATCH requests as AWS does (docs/research/scim.md#group-changes)."""

import copy
import re
from dataclasses import dataclass, field
from typing import Any

from .scim_rules import ENTERPRISE, TEXTS, VALUES, InvalidError, member_ids

_USER_ATTRIBUTES = {*TEXTS, *VALUES, "active", "externalId", "name"} - {"roles"}
_FILTERED = re.compile(r'(\w+)\[(\w+) eq "?([^"\]]*)"?\](?:\.(\w+))?')
_MEMBER = re.compile(r'members\[value eq "([^"]+)"\]')


@dataclass
class GroupChange:
    """The changes that a PATCH of a group requests."""

    attributes: dict[str, Any] = field(default_factory=dict)
    add: list[str] = field(default_factory=list)
    remove: list[str] = field(default_factory=list)
    replace: list[str] | None = None


def operations(body: object) -> list[dict[str, Any]]:
    found = body.get("Operations") if isinstance(body, dict) else None
    if not isinstance(found, list) or not found:
        raise InvalidError("Operations is required")
    for op in found:
        if not isinstance(op, dict) or not isinstance(op.get("op"), str):
            raise InvalidError("op is required")
        op["op"] = op["op"].casefold()
        if op["op"] not in ("add", "replace", "remove"):
            raise InvalidError(f"Unknown op {op['op']}")
        if op.get("path") is not None and not isinstance(op["path"], str):
            raise InvalidError("path must be a string")
        if op["op"] == "remove" and not op.get("path"):
            raise InvalidError("Missing path in PATCH request")
        if op["op"] != "remove" and op.get("value") is None:
            raise InvalidError("value is required")
    return found


def patched_user(document: dict[str, Any], body: object) -> dict[str, Any]:
    """Return the user after the operations, not yet validated as a whole."""
    doc = copy.deepcopy(document)
    touched: list[str] = []
    for op in operations(body):
        path, value = op.get("path"), op.get("value")
        if path:
            changes = {path: value}
        elif isinstance(value, dict):
            changes = {key: item for key, item in value.items() if key not in ("id", "schemas")}
        else:
            raise InvalidError("value must be an object when there is no path")
        for key, item in changes.items():
            touched.append(key)
            _change_user(doc, op["op"], key, item)
    if any(touched.count(key) > 1 for key in ("userName", "active")):
        raise InvalidError("More than one operation on userName or active")
    return doc


def _change_user(doc: dict[str, Any], op: str, path: str, value: Any) -> None:
    if op == "remove" and path in ("userName", "active"):
        raise InvalidError(f"{path} cannot be removed")
    target, key = doc, path
    if path.startswith(ENTERPRISE + ":"):
        target, key = doc.setdefault(ENTERPRISE, {}), path[len(ENTERPRISE) + 1 :]
    elif match := _FILTERED.fullmatch(path):
        _change_value(doc, op, match, value)
        return
    elif path != ENTERPRISE:
        head, _, tail = path.partition(".")
        if head not in _USER_ATTRIBUTES:
            raise InvalidError(f"Attribute {head} cannot be patched")
        if tail:
            if head != "name":
                raise InvalidError(f"Path {path} is not supported")
            target, key = doc.setdefault("name", {}), tail
    if not isinstance(target, dict):
        raise InvalidError(f"Path {path} does not lead to an object")
    if op == "remove":
        target.pop(key, None)
    elif op == "add" and isinstance(target.get(key), dict) and isinstance(value, dict):
        target[key] = {**target[key], **value}
    else:
        target[key] = value


def _change_value(doc: dict[str, Any], op: str, match: re.Match[str], value: Any) -> None:
    head, part, value_filter, tail = match.groups()
    if head not in VALUES or head == "roles":
        raise InvalidError(f"Attribute {head} cannot be patched")
    items = doc.get(head) if isinstance(doc.get(head), list) else []
    items = [item for item in items if isinstance(item, dict)] if items else []
    found = [item for item in items if str(item.get(part)).casefold() == value_filter.casefold()]
    for item in found:
        if op == "remove":
            item.pop(tail, None) if tail else items.remove(item)
        elif tail:
            item[tail] = value
        elif isinstance(value, dict):
            item.update(value)
        else:
            raise InvalidError(f"{head} must be an object")
    doc[head] = items


def group_change(body: object, member_replace: str) -> GroupChange:
    """Read a group's PATCH; `member_replace` selects how a replacement of all members is treated
    (docs/research/scim.md#group-changes)."""
    change = GroupChange()
    for op in operations(body):
        path, value = op.get("path"), op.get("value")
        if not path:
            if not isinstance(value, dict):
                raise InvalidError("value must be an object when there is no path")
            # Okta's rename: replace {id, displayName} without a path.
            for key, item in value.items():
                if key not in ("id", "schemas"):
                    _change_group(change, op["op"], key, item, member_replace)
        else:
            _change_group(change, op["op"], path, value, member_replace)
    if len(change.add) + len(change.remove) + len(change.replace or ()) > 100:
        raise InvalidError("List attribute members exceeds allowed limit of 100")
    return change


def _change_group(change: GroupChange, op: str, path: str, value: Any, member_replace: str) -> None:
    if match := _MEMBER.fullmatch(path):
        if op != "remove":
            raise InvalidError("A member filter is allowed for remove only")
        change.remove.append(match[1])
    elif path == "members" and op == "add":
        change.add += member_ids(value)
    elif path == "members" and op == "remove" and value:
        change.remove += member_ids(value)
    elif path == "members":
        if member_replace == "reject":
            raise InvalidError("Replacing or removing all members is not supported")
        if member_replace == "apply":
            change.replace = member_ids(value) if value else []
    elif path in ("displayName", "externalId"):
        if op == "remove" and path == "displayName":
            raise InvalidError("displayName cannot be removed")
        change.attributes[path] = None if op == "remove" else value
    else:
        raise InvalidError(f"Attribute {path} cannot be patched")
