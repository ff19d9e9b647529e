"""Behaviour of resources that use Terraform's SDKv2, for example Saml, GroupAssignment and Group.

Check adds defaults and lists them in `__defaults`. Diff compares the planned with the recorded
outputs and returns a detailed diff. If an operation fails after the object was created, the state
keeps the resource with the error (docs/research/okta-provider.md#the-two-halves-of-the-plugin).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from offline_plugins.okta.api import Okta, OktaError
from offline_plugins.okta.resource import Properties, auto_name
from offline_plugins.property_values import has_unknown
from offline_plugins.provider_server import (
    UNKNOWN,
    ChangeKind,
    Checked,
    Diff,
    Failure,
    PartialStateError,
    ProviderError,
    Resource,
    State,
)

DEFAULTS_KEY = "__defaults"


def with_defaults(news: Properties, defaults: Properties) -> Properties:
    """The inputs with the schema's defaults, and the names of those that were added."""
    defaults = {name: value for name, value in defaults.items() if value is not None}
    added = sorted(name for name in defaults if news.get(name) is None)
    given = {name: value for name, value in news.items() if value is not None}
    return {**given, **{name: defaults[name] for name in added}, DEFAULTS_KEY: added}


def given_or_recorded(news: Properties, olds: Properties, *names: str) -> Properties:
    """The inputs that the program sets, and the recorded values of those that it omits."""
    return {n: olds.get(n) if news.get(n) is None else news.get(n) for n in names}


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
def lookup_errors(token: str, text: str) -> Iterator[None]:
    """Report an error response to a lookup in the bridge's format."""
    try:
        yield
    except OktaError as error:
        raise bridge_error("invoking", token, f"{text}: {error}") from None


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


class SdkV2Resource:
    """A resource type. A subclass declares its schema and implements `plan` and the calls."""

    type: ClassVar[str]
    inputs: ClassVar[frozenset[str]]
    computed: ClassVar[tuple[str, ...]] = ()
    """Outputs that are unknown before the creation, in addition to `id`."""
    defaults: ClassVar[Properties] = {}
    list_defaults: ClassVar[dict[str, Properties]] = {}
    """The defaults of the items, by input."""
    has_automatic_name: ClassVar[bool] = False
    booleans: ClassVar[frozenset[str]] = frozenset()
    """Inputs that the schema never leaves unset."""
    json_texts: ClassVar[frozenset[str]] = frozenset()
    json_attributes: ClassVar[dict[str, str]] = {}
    """JSON inputs that Check validates, with their names in Terraform."""
    sets: ClassVar[frozenset[str]] = frozenset()
    replaced_by: ClassVar[frozenset[str]] = frozenset()
    delete_before_replace: ClassVar[bool] = False
    import_format: ClassVar[str] = ""
    """The format of an import ID with two parts."""

    def plan(self, news: Properties, olds: Properties) -> Properties:
        """The outputs that follow from the inputs."""
        raise NotImplementedError

    def make(self, okta: Okta, planned: Properties) -> str:
        """Create the object and return its id."""
        raise NotImplementedError

    def finish(self, okta: Okta, id: str, planned: Properties) -> Properties:
        """The outputs of a new object. If a call fails, the object is recorded."""
        return self.fetch(okta, id, planned)

    def fetch(self, okta: Okta, id: str, known: Properties) -> Properties:
        """The outputs that Okta has."""
        raise NotImplementedError

    def change(self, okta: Okta, id: str, olds: Properties, planned: Properties) -> Properties:
        """Update the object and return its outputs."""
        raise NotImplementedError

    def remove(self, okta: Okta, id: str, olds: Properties) -> None:
        """Delete the object."""
        raise NotImplementedError

    def recorded(self, id: str, planned: Properties) -> Properties:
        """The outputs for the state if a call fails. `finish` and `change` may complete them."""
        planned["id"] = id
        return planned

    def fetch_imported(self, okta: Okta, parts: list[str]) -> Properties:
        """The outputs for an import. `parts` are those of the import ID."""
        return self.fetch(okta, parts[0], {})

    def imported_inputs(self, outputs: Properties) -> Properties:
        """The inputs after an import: the values that differ from the schema's defaults."""
        return {
            name: outputs[name]
            for name in sorted(self.inputs)
            if not is_empty(outputs[name]) and outputs[name] != self.defaults.get(name)
        }

    def refreshed_inputs(self, inputs: Properties, outputs: Properties) -> Properties:
        return refreshed_inputs(inputs, outputs, self.json_texts)

    def check(self, resource: Resource, news: Properties, olds: Properties, seed: bytes) -> Checked:
        name = {"name": auto_name(resource, olds, seed)} if self.has_automatic_name else {}
        inputs = with_defaults(news, {**self.defaults, **name})
        for given, defaults in self.list_defaults.items():
            if isinstance(inputs.get(given), list):
                inputs[given] = [
                    with_defaults(item, defaults) if isinstance(item, dict) else item
                    for item in inputs[given]
                ]
        failures = (json_failures(inputs, *names) for names in self.json_attributes.items())
        return Checked(inputs, [failure for found in failures for failure in found])

    def diff(self, id: str, olds: Properties, news: Properties) -> Diff:
        return to_diff(
            self.changes(olds, news), sorted(self.replaced_by),
            delete_before_replace=self.delete_before_replace,
        )  # fmt: skip

    def changes(self, olds: Properties, news: Properties) -> dict[str, ChangeKind]:
        return detailed_diff(
            self.plan(news, olds), olds, sorted(self.inputs), replaced_by=self.replaced_by,
            json_texts=self.json_texts, defaults=self.booleans, sets=self.sets,
        )  # fmt: skip

    def create(self, okta: Okta, resource: Resource, inputs: Properties, preview: bool) -> State:
        planned = self.plan(inputs, {})
        if preview:
            unknown = {*self.computed, "id", *(n for n in self.sets if has_unknown(planned[n]))}
            return State("", {**planned, **dict.fromkeys(unknown, UNKNOWN)})
        with bridge_errors():
            made = self.make(okta, planned)
        with partial_state_errors("creating", resource, made, self.recorded(made, planned)):
            return State(made, self.finish(okta, made, planned))

    def read(
        self, okta: Okta, resource: Resource, id: str, olds: Properties, inputs: Properties
    ) -> State | None:
        parts = id.split("/") if self.import_format else [id]
        if not olds and self.import_format and (len(parts) != 2 or not all(parts)):
            text = f"invalid resource import specifier. Use: terraform import {self.import_format}"
            raise bridge_error("importing", resource.urn, text)
        try:
            outputs = self.fetch(okta, id, olds) if olds else self.fetch_imported(okta, parts)
        except StepError as error:
            if error.gone:
                return None
            raise bridge_error("refreshing", resource.urn, error) from None
        if olds or inputs:
            return State(outputs["id"], outputs, self.refreshed_inputs(inputs, outputs))
        return State(outputs["id"], outputs, {DEFAULTS_KEY: [], **self.imported_inputs(outputs)})

    def update(
        self, okta: Okta, resource: Resource, id: str, olds: Properties, news: Properties,
        preview: bool,
    ) -> Properties:  # fmt: skip
        computed = {name: olds[name] for name in self.computed if name in olds}
        planned = {**computed, **self.plan(news, olds), "id": id}
        if preview:
            return planned
        with partial_state_errors("updating", resource, id, self.recorded(id, planned)):
            return self.change(okta, id, olds, planned)

    def delete(self, okta: Okta, resource: Resource, id: str, olds: Properties) -> None:
        with bridge_errors("deleting", resource.urn):
            self.remove(okta, id, olds)
