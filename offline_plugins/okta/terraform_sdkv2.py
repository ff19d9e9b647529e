"""Behaviour of resources that use Terraform's SDKv2, for example Saml, GroupAssignment and Group.

Check adds defaults and lists them in `__defaults`. Diff compares the planned with the recorded
outputs and returns a detailed diff. If an operation fails after the object was created, the state
keeps the resource with the error (docs/research/okta-provider.md#the-two-halves-of-the-plugin).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from offline_plugins.okta.api import OktaError
from offline_plugins.provider_server import (
    ChangeKind,
    Diff,
    Failure,
    PartialStateError,
    ProviderError,
    Resource,
    State,
)

Properties = dict[str, Any]
DEFAULTS_KEY = "__defaults"


def with_defaults(news: Properties, defaults: Properties) -> Properties:
    """The inputs with the schema's defaults, and the names of those that were added."""
    defaults = {name: value for name, value in defaults.items() if value is not None}
    added = sorted(name for name in defaults if news.get(name) is None)
    given = {name: value for name, value in news.items() if value is not None}
    return {**given, **{name: defaults[name] for name in added}, DEFAULTS_KEY: added}


def json_failures(inputs: Properties, name: str, attribute: str) -> list[Failure]:
    """The failure of an input that must be JSON. `attribute` is its name in Terraform."""
    text = inputs.get(name)
    if isinstance(text, str):
        try:
            json.loads(text)
        except ValueError:
            return [Failure(f'"{attribute}" contains an invalid JSON', name)]
    return []


def without_defaults_key(item: Properties) -> Properties:
    return {name: value for name, value in item.items() if name != DEFAULTS_KEY}


def is_empty(value: Any) -> bool:
    """Whether SDKv2 treats the value as not set."""
    return value is None or value in ("", [], {}) or value is False or (value == 0)


def is_same(new: Any, old: Any) -> bool:
    if isinstance(new, list) and isinstance(old, list):
        return len(new) == len(old) and all(map(is_same, new, old))
    if isinstance(new, dict) and isinstance(old, dict):
        names = {name for name in (*new, *old) if name != DEFAULTS_KEY}
        return all(is_same(new.get(name), old.get(name)) for name in names)
    return new == old or (is_empty(new) and is_empty(old))


def is_same_json(new: Any, old: Any) -> bool:
    """Whether two JSON documents are equal. A missing key, null and false are equal."""
    try:
        return _without_unset(json.loads(new)) == _without_unset(json.loads(old))
    except (TypeError, ValueError):
        return new == old


def _without_unset(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_unset(v) for k, v in value.items() if v is not None and v is not False}
    if isinstance(value, list):
        return [_without_unset(item) for item in value]
    return value


def detailed_diff(
    planned: Properties, olds: Properties, names: list[str], *, replaced_by: frozenset[str],
    json_texts: frozenset[str] = frozenset(), defaults: frozenset[str] = frozenset(),
    sets: frozenset[str] = frozenset(),
) -> dict[str, ChangeKind]:  # fmt: skip
    """The kind of change, by path.

    `defaults` are names that the schema never leaves unset; `sets` are lists without an order.
    """
    changes: dict[str, ChangeKind] = {}
    for name in names:
        new, old = planned.get(name), olds.get(name)
        if is_same_json(new, old) if name in json_texts and new and old else is_same(new, old):
            continue
        if isinstance(new, list) and isinstance(old, list) and new and old:
            suffix = "_REPLACE" if name in replaced_by else ""
            compared = _set_items if name in sets else _items
            items: Any = {path: k + suffix for path, k in compared(name, new, old).items()}
            changes |= items
            continue
        kind = "UPDATE"
        if old is None or (is_empty(old) and isinstance(new, list)):
            kind = "ADD"
        elif is_empty(new) and (isinstance(old, list) or name not in defaults):
            kind = "DELETE"
        replaces = name in replaced_by
        changes[name] = "UPDATE_REPLACE" if replaces else kind  # type: ignore[assignment]
    if changes:
        # Only an import leaves these null, and they do not count as a change on their own.
        changes |= {
            name: "ADD" for name in sorted(defaults) if name in olds and olds[name] is None
            and name not in changes
        }  # fmt: skip
    return changes


def _set_items(name: str, new: list[Any], old: list[Any]) -> dict[str, ChangeKind]:
    """Changes of a set: removed items by their old position, added items by their new position."""
    changes: dict[str, ChangeKind] = {
        f"{name}[{index}]": "DELETE" for index, item in enumerate(old) if item not in new
    }
    for index, item in enumerate(new):
        if item not in old:
            path = f"{name}[{index}]"
            changes[path] = "UPDATE" if path in changes else "ADD"
    return changes


def _items(name: str, new: list[Any], old: list[Any]) -> dict[str, ChangeKind]:
    changes: dict[str, ChangeKind] = {}
    for index in range(max(len(new), len(old))):
        path = f"{name}[{index}]"
        if index >= len(old):
            changes[path] = "ADD"
        elif index >= len(new):
            changes[path] = "DELETE"
        elif isinstance(new[index], dict) and isinstance(old[index], dict):
            fields = {*new[index], *old[index]} - {DEFAULTS_KEY}
            for field in sorted(fields):
                one, other = new[index].get(field), old[index].get(field)
                if is_same(one, other):
                    continue
                if isinstance(one, list) and isinstance(other, list):
                    changes |= _items(f"{path}.{field}", one, other)
                else:
                    changes[f"{path}.{field}"] = "UPDATE"
        elif new[index] != old[index]:
            changes[path] = "UPDATE"
    return changes


def to_diff(
    changes: dict[str, ChangeKind], stables: list[str], *, delete_before_replace: bool = False
) -> Diff:
    replaces = sorted(
        {_top_level_name(path) for path, kind in changes.items() if kind.endswith("REPLACE")}
    )
    tops = sorted({_top_level_name(path) for path in changes})
    return Diff(
        bool(changes),
        diffs=tops,
        replaces=replaces,
        stables=[name for name in stables if name not in tops],
        detailed=changes,
        delete_before_replace=delete_before_replace and bool(replaces),
    )


def _top_level_name(path: str) -> str:
    return path.split("[", 1)[0].split(".", 1)[0]


def refreshed_inputs(
    inputs: Properties, outputs: Properties, json_texts: frozenset[str]
) -> Properties:
    """The recorded inputs after a refresh, with the server's values where they differ."""
    read: Properties = {}
    for name, value in inputs.items():
        if name == DEFAULTS_KEY:
            if value:
                read[name] = value
        elif name in json_texts and is_same_json(value, outputs.get(name)):
            read[name] = value
        elif isinstance(value, list) and is_same(value, outputs.get(name)):
            read[name] = [_without_empty_defaults_key(item) for item in value]
        else:
            read[name] = outputs.get(name, value)
    return read


def _without_empty_defaults_key(item: Any) -> Any:
    if isinstance(item, dict) and item.get(DEFAULTS_KEY) == []:
        return {name: value for name, value in item.items() if name != DEFAULTS_KEY}
    return item


class StepError(Exception):
    """One of several calls of an operation failed. The text names the call."""

    def __init__(self, text: str, *, gone: bool = False) -> None:
        super().__init__(text)
        self.gone = gone


@contextmanager
def step(text: str, *, may_be_gone: bool = False) -> Iterator[None]:
    try:
        yield
    except OktaError as error:
        gone = may_be_gone and error.status == 404
        raise StepError(f"{text}: {error}", gone=gone) from None


def bridge_error(verb: str, about: str, text: object) -> ProviderError:
    """An error in the bridge's format: `creating URN: 1 error occurred:` and a list of one."""
    start = f"{verb} {about}: " if verb else ""
    return ProviderError(f"{start}1 error occurred:\n\t* {text}\n\n")


@contextmanager
def bridge_errors(verb: str = "", about: str = "") -> Iterator[None]:
    """Report a failed step in the bridge's format."""
    try:
        yield
    except StepError as error:
        raise bridge_error(verb, about, error) from None


@contextmanager
def partial_state_errors(
    verb: str, resource: Resource, id: str, outputs: Properties
) -> Iterator[None]:
    """Report a failed step in the bridge's format, and record the outputs in the state."""
    try:
        yield
    except StepError as error:
        text = str(bridge_error(verb, resource.urn, error))
        raise PartialStateError(text, State(id, outputs)) from None
