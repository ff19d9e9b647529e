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
from offline_plugins.okta.resource import auto_name
from offline_plugins.property_values import UNKNOWN, has_unknown
from offline_plugins.provider import (
    ChangeKind,
    Checked,
    Diff,
    Failure,
    PartialStateError,
    Properties,
    ProviderError,
    Request,
    State,
)

DEFAULTS_KEY = "__defaults"


def with_defaults(news: Properties, defaults: Properties) -> Properties:
    """The inputs with the schema's defaults, and the names of those that were added."""
    defaults = {name: value for name, value in defaults.items() if value is not None}
    added = sorted(name for name in defaults if news.get(name) is None)
    given = {name: value for name, value in news.items() if value is not None}
    return {**given, **{name: defaults[name] for name in added}, DEFAULTS_KEY: added}


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


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


def _top_level_name(path: str) -> str:
    return path.split("[", 1)[0].split(".", 1)[0]


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
    verb: str, request: Request, id: str, outputs: Properties
) -> Iterator[None]:
    """Report a failed step in the bridge's format, and record the outputs in the state."""
    try:
        yield
    except StepError as error:
        text = str(bridge_error(verb, request.urn, error))
        raise PartialStateError(text, State(id, outputs)) from None


class SdkV2Resource:
    """A resource type. A subclass declares its schema and implements the calls."""

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
    kept: ClassVar[frozenset[str]] = frozenset()
    """Inputs that keep their recorded value if the program omits them."""
    sets: ClassVar[frozenset[str]] = frozenset()
    replaced_by: ClassVar[frozenset[str]] = frozenset()
    delete_before_replace: ClassVar[bool] = False
    import_format: ClassVar[str] = ""
    """The format of an import ID with two parts."""

    def plan(self, news: Properties, olds: Properties) -> Properties:
        """The outputs that follow from the inputs."""
        planned = {name: news.get(name) for name in self.inputs}
        for name, value in planned.items():
            if value is None and name in self.kept:
                planned[name] = olds.get(name)
            elif value is None and name in self.booleans:
                planned[name] = False
        return planned

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
        """The recorded inputs after a refresh, with the server's values where they differ."""
        read: Properties = {}
        for name, value in inputs.items():
            if name == DEFAULTS_KEY:
                if value:
                    read[name] = value
            elif name in self.json_texts and is_same_json(value, outputs.get(name)):
                read[name] = value
            elif isinstance(value, list) and is_same(value, outputs.get(name)):
                read[name] = [
                    without_defaults_key(item)
                    if isinstance(item, dict) and not item.get(DEFAULTS_KEY) else item
                    for item in value
                ]  # fmt: skip
            else:
                read[name] = outputs.get(name, value)
        return read

    def check(self, request: Request) -> Checked:
        name = {"name": auto_name(request)} if self.has_automatic_name else {}
        inputs = with_defaults(request.inputs, {**self.defaults, **name})
        for given, defaults in self.list_defaults.items():
            if isinstance(inputs.get(given), list):
                inputs[given] = [
                    with_defaults(item, defaults) if isinstance(item, dict) else item
                    for item in inputs[given]
                ]
        failures = [
            Failure(f'"{attribute}" contains an invalid JSON', given)
            for given, attribute in self.json_attributes.items()
            if isinstance(inputs.get(given), str) and not _is_json(inputs[given])
        ]
        return Checked(inputs, failures)

    def diff(self, request: Request) -> Diff:
        changes = self.changes(request.olds, request.inputs)
        tops = sorted({_top_level_name(path) for path in changes})
        replacing = {_top_level_name(path) for path, kind in changes.items() if "REPLACE" in kind}
        return Diff(
            bool(changes),
            diffs=tops,
            replaces=sorted(replacing),
            stables=[name for name in sorted(self.replaced_by) if name not in tops],
            detailed=changes,
            delete_before_replace=self.delete_before_replace and bool(replacing),
        )

    def changes(self, olds: Properties, news: Properties) -> dict[str, ChangeKind]:
        """The kind of change, by path."""
        planned = self.plan(news, olds)
        changes: dict[str, ChangeKind] = {}
        for name in sorted(self.inputs):
            new, old = planned.get(name), olds.get(name)
            same = is_same_json if name in self.json_texts and new and old else is_same
            if same(new, old):
                continue
            if isinstance(new, list) and isinstance(old, list) and new and old:
                suffix = "_REPLACE" if name in self.replaced_by else ""
                compared = _set_items if name in self.sets else _items
                items: Any = {path: k + suffix for path, k in compared(name, new, old).items()}
                changes |= items
                continue
            kind = "UPDATE"
            if name in self.replaced_by:
                kind = "UPDATE_REPLACE"
            elif old is None or (is_empty(old) and isinstance(new, list)):
                kind = "ADD"
            elif is_empty(new) and (isinstance(old, list) or name not in self.booleans):
                kind = "DELETE"
            changes[name] = kind
        if changes:
            # Only an import leaves these null, and they do not count as a change on their own.
            nulls = {n for n in self.booleans if n in olds and olds[n] is None}
            changes |= dict.fromkeys(sorted(nulls - changes.keys()), "ADD")
        return changes

    def create(self, okta: Okta, request: Request) -> State:
        planned = self.plan(request.inputs, {})
        if request.preview:
            unknown = {*self.computed, "id", *(n for n in self.sets if has_unknown(planned[n]))}
            return State("", {**planned, **dict.fromkeys(unknown, UNKNOWN)})
        with bridge_errors():
            made = self.make(okta, planned)
        with partial_state_errors("creating", request, made, self.recorded(made, planned)):
            return State(made, self.finish(okta, made, planned))

    def read(self, okta: Okta, request: Request) -> State | None:
        olds, parts = request.olds, [request.id]
        if self.import_format and not olds:
            parts = request.id.split("/")
            if len(parts) != 2 or not all(parts):
                text = "invalid resource import specifier. Use: terraform import"
                raise bridge_error("importing", request.urn, f"{text} {self.import_format}")
        try:
            outputs = (
                self.fetch(okta, request.id, olds) if olds else self.fetch_imported(okta, parts)
            )
        except StepError as error:
            if error.gone:
                return None
            raise bridge_error("refreshing", request.urn, error) from None
        if olds or request.inputs:
            return State(outputs["id"], outputs, self.refreshed_inputs(request.inputs, outputs))
        return State(outputs["id"], outputs, {DEFAULTS_KEY: [], **self.imported_inputs(outputs)})

    def update(self, okta: Okta, request: Request) -> Properties:
        made, olds = request.id, request.olds
        computed = {name: olds[name] for name in self.computed if name in olds}
        planned = {**computed, **self.plan(request.inputs, olds), "id": made}
        if request.preview:
            return planned
        with partial_state_errors("updating", request, made, self.recorded(made, planned)):
            return self.change(okta, made, olds, planned)

    def delete(self, okta: Okta, request: Request) -> None:
        with bridge_errors("deleting", request.urn):
            self.remove(okta, request.id, request.olds)
