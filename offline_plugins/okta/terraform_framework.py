"""Behaviour of resources that use Terraform's plugin framework: Connection, Features, PushGroup.

Check returns the inputs unchanged; defaults first appear in Create's outputs. Diff names the
changed inputs and the computed outputs that depend on them, without a detailed diff
(docs/research/okta-provider.md#the-two-halves-of-the-plugin).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from offline_plugins.okta.api import Okta, OktaError
from offline_plugins.okta.resource import auto_name
from offline_plugins.property_values import UNKNOWN, reveal
from offline_plugins.provider import (
    Checked,
    Diff,
    Failure,
    Properties,
    ProviderError,
    Request,
    State,
)


@contextmanager
def status_errors(text: str) -> Iterator[None]:
    """Report an error response as this text and the status line."""
    try:
        yield
    except OktaError as error:
        raise ProviderError(f"{text}: {error.status_line}") from None


class FrameworkResource:
    """A resource type whose outputs are its inputs, with defaults, and computed values."""

    type: ClassVar[str]
    inputs: ClassVar[frozenset[str]]
    defaults: ClassVar[Properties] = {}
    computed: ClassVar[tuple[str, ...]] = ("id",)
    changed_by_update: ClassVar[tuple[str, ...]] = ()
    """Computed outputs that are unknown before an update."""
    replaced_by: ClassVar[frozenset[str]] = frozenset()
    has_automatic_name: ClassVar[bool] = False
    allowed: ClassVar[dict[str, tuple[str, ...]]] = {}
    """The allowed values of inputs."""
    left: ClassVar[str] = ""
    """What stays in Okta after a deletion; empty if `remove` deletes the object."""

    def make(self, okta: Okta, planned: Properties) -> Properties:
        """Create the object and return its outputs."""
        raise NotImplementedError

    def fetch(self, okta: Okta, id: str, known: Properties) -> Properties:
        """The outputs that Okta has."""
        raise NotImplementedError

    def change(self, okta: Okta, id: str, olds: Properties, planned: Properties) -> Properties:
        """Update the object and return its outputs. By default, as at creation."""
        return self.make(okta, planned)

    def remove(self, okta: Okta, id: str, olds: Properties) -> None:
        """Delete the object."""
        raise NotImplementedError

    def parse_import_id(self, id: str) -> tuple[str, Properties]:
        """The id for the state, and the known properties, from the id given to `pulumi import`."""
        return id, {}

    def plan(self, news: Properties, olds: Properties) -> Properties:
        return {**self.defaults, **news}

    def check(self, request: Request) -> Checked:
        news = request.inputs
        if self.has_automatic_name:
            news = {**news, "name": news.get("name") or auto_name(request)}
        failures = [
            one_of_failure(request.name, name, name, news[name], values)
            for name, values in self.allowed.items()
            if isinstance(news.get(name), str) and news[name] not in values
        ]
        return Checked(news, failures)

    def diff(self, request: Request) -> Diff:
        planned = reveal(self.plan(request.inputs, request.olds))
        olds = reveal(request.olds)
        changed = [name for name in self.inputs if planned.get(name) != olds.get(name)]
        return Diff(
            bool(changed),
            diffs=sorted({*changed, *self.changed_by_update}) if changed else [],
            replaces=sorted(self.replaced_by.intersection(changed)),
        )

    def create(self, okta: Okta, request: Request) -> State:
        planned = self.plan(request.inputs, {})
        if request.preview:
            return State("", {**dict.fromkeys(self.computed, UNKNOWN), **planned})
        outputs = self.make(okta, planned)
        return State(outputs["id"], outputs)

    def read(self, okta: Okta, request: Request) -> State | None:
        made, known = request.id, request.olds
        if not known:
            made, known = self.parse_import_id(made)
        outputs = self.fetch(okta, made, known)
        found = {**request.inputs, **outputs}
        # A refresh updates the recorded inputs and adds none.
        names = sorted(request.inputs or self.inputs)
        return State(made, outputs, {name: found[name] for name in names if name in found})

    def update(self, okta: Okta, request: Request) -> Properties:
        olds = request.olds
        planned = self.plan(request.inputs, olds)
        if not request.preview:
            return self.change(okta, request.id, olds, planned)
        known = {name: olds[name] for name in self.computed if name in olds} | {"id": request.id}
        return {**known, **planned, **dict.fromkeys(self.changed_by_update, UNKNOWN)}

    def delete(self, okta: Okta, request: Request) -> None:
        if not self.left:
            self.remove(okta, request.id, request.olds)
            return
        request.warn(
            f"This resource cannot be deleted via Terraform: {self.left} stay in Okta as they are."
        )


def split_import_id(id: str, form: str) -> tuple[str, str]:
    first, _, second = id.partition("/")
    if not first or not second:
        raise ProviderError(f"Expected import ID format '{form}', got '{id}'")
    return first, second


def one_of_failure(
    at_name: str, path: str, attribute: str, value: Any, allowed: Iterable[str]
) -> Failure:
    listed = " ".join(f'"{item}"' for item in allowed)
    return Failure(
        f"Invalid Attribute Value Match. Attribute {attribute} value must be one of: "
        f"[{listed}], got: \"{value}\". Examine values at '{at_name}.{path}'."
    )


def without_nulls(properties: Properties) -> Properties:
    """The outputs without nulls, which the plugin framework omits."""
    return {name: value for name, value in properties.items() if value is not None}
