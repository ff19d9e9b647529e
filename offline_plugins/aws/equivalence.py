"""Equivalence of values: JSON, IAM policies, and lists whose order does not matter."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Equivalence = Callable[[Any, Any], bool]


def is_same(new: Any, old: Any) -> bool:
    """Whether two values are equal. None and empty values are equal, at every depth."""
    if isinstance(new, dict) and isinstance(old, dict):
        return all(is_same(new.get(name), old.get(name)) for name in {*new, *old})
    if isinstance(new, list) and isinstance(old, list):
        return len(new) == len(old) and all(map(is_same, new, old))
    return new == old or not (new or old)


def is_same_set(new: Any, old: Any) -> bool:
    """Whether two lists have the same items in any order."""
    return _text(_sorted(new or [])) == _text(_sorted(old or []))


def is_same_json(new: Any, old: Any) -> bool:
    """Whether two JSON documents are equal."""
    return _text(_parsed(new)) == _text(_parsed(old))


def is_same_policy(new: Any, old: Any) -> bool:
    """Whether two IAM policies are equal. List order is ignored; a string equals a list of it."""
    return _text(_policy(_parsed(new))) == _text(_policy(_parsed(old)))


def normalize_json(value: Any) -> Any:
    """A document as the official plugin stores and sends it: sorted, without white space."""
    parsed = _parsed(value)
    if isinstance(parsed, dict | list):
        return json.dumps(parsed, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return value


def json_object_error(value: Any) -> str:
    """The error if the text is not a JSON object; empty if it is one."""
    return "" if isinstance(_parsed(value), dict) else "contains an invalid JSON policy"


def keep_equivalent(known: Any, found: Any, same: Equivalence) -> Any:
    """The known value if it is equivalent to AWS's value, otherwise AWS's value."""
    return known if known and same(known, found) else found


def _parsed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _policy(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _policy(item) for name, item in value.items()}
    if isinstance(value, list):
        items = _sorted([_policy(item) for item in value])
        return items[0] if len(items) == 1 else items
    return value


def _sorted(items: list[Any]) -> list[Any]:
    return sorted(items, key=_text)


def _text(value: Any) -> str:
    """JSON text for comparisons: in Python, 1 equals True; in JSON, it does not."""
    return json.dumps(value, sort_keys=True, default=str)
