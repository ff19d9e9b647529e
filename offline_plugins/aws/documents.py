"""Values that say the same in other words: JSON, IAM policies, lists whose order says nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Same = Callable[[Any, Any], bool]


def is_same(new: Any, old: Any) -> bool:
    """Equal; nothing, and what stands for nothing, are one and the same, at every depth."""
    if isinstance(new, dict) and isinstance(old, dict):
        return all(is_same(new.get(name), old.get(name)) for name in {*new, *old})
    if isinstance(new, list) and isinstance(old, list):
        return len(new) == len(old) and all(map(is_same, new, old))
    return new == old or not (new or old)


def is_same_set(new: Any, old: Any) -> bool:
    return _text(_sorted(new or [])) == _text(_sorted(old or []))


def is_same_json(new: Any, old: Any) -> bool:
    return _text(_parsed(new)) == _text(_parsed(old))


def is_same_policy(new: Any, old: Any) -> bool:
    """IAM policies: one text and a list of one are alike, and so are lists in another order."""
    return _text(_policy(_parsed(new))) == _text(_policy(_parsed(old)))


def normal_json(value: Any) -> Any:
    """As the real plugin keeps and sends a document: sorted and without white space."""
    parsed = _parsed(value)
    if isinstance(parsed, dict | list):
        return json.dumps(parsed, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return value


def not_json(value: Any) -> str:
    """What is wrong with a text that must be a JSON object; empty if nothing is."""
    return "" if isinstance(_parsed(value), dict) else "contains an invalid JSON policy"


def kept(known: Any, found: Any, same: Same) -> Any:
    """The known words, where AWS says the same in others."""
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
    """In Python 1 and true are equal; in JSON they are not."""
    return json.dumps(value, sort_keys=True, default=str)
