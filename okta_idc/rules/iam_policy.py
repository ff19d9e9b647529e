"""IAM policies as text: parsed, and in a canonical form in which equivalent documents are equal."""

import json
from collections.abc import Callable
from typing import Any, cast

_LISTS = frozenset({"action", "notaction", "resource", "notresource"})


def canonical_policy(text: str) -> str:
    """The policy as canonical JSON text; the text itself if it is not a JSON object.

    Equivalent are any order of statements, actions, resources and condition values; an item and a
    list of it; and any case of actions and condition keys (IAM User Guide, JSON policy elements).
    """
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(document, dict):
        return text
    members = cast(dict[str, Any], document)
    policy = {key: value for key, value in members.items() if key != "Statement"}
    statements = [_statement(each) for each in _listed(members.get("Statement"))]
    return _text(policy | {"Statement": _unordered(statements)})


def policy_document(text: str) -> dict[str, Any] | None:
    """The parsed policy; None if the text is not a policy."""
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or "Statement" not in document:
        return None
    return cast(dict[str, Any], document)


def _statement(given: Any) -> Any:
    if not isinstance(given, dict):
        return given
    found: dict[str, Any] = {}
    for key, value in cast(dict[str, Any], given).items():
        if key.lower() in _LISTS:
            lower = key.lower().endswith("action")
            found[key] = _unordered([_scalar(each, lower) for each in _listed(value)])
        elif key == "Condition":
            found[key] = _mapped(value, lambda keys: _mapped(keys, _values, lower=True))
        else:
            found[key] = value
    return found


def _mapped(given: Any, change: Callable[[Any], Any], *, lower: bool = False) -> Any:
    if not isinstance(given, dict):
        return given
    members = cast(dict[str, Any], given).items()
    return {key.lower() if lower else key: change(value) for key, value in members}


def _values(given: Any) -> list[Any]:
    return _unordered([_scalar(each) for each in _listed(given)])


def _scalar(value: Any, lower: bool = False) -> Any:
    """The value as IAM reads it: true and "true" are the same."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text.lower() if lower else text


def _listed(value: Any) -> list[Any]:
    return cast(list[Any], value) if isinstance(value, list) else [] if value is None else [value]


def _unordered(items: list[Any]) -> list[Any]:
    """The distinct items, sorted by their JSON text."""
    return [json.loads(text) for text in sorted({_text(item) for item in items})]


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
