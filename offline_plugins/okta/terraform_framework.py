"""Behaviour of resources that use Terraform's plugin framework: Connection, Features, PushGroup.

Check returns the inputs unchanged; defaults first appear in Create's outputs. Diff names the
changed inputs and the computed outputs that depend on them, without a detailed diff
(docs/research/okta-provider.md#the-two-halves-of-the-plugin).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from offline_plugins.okta.api import Okta, OktaError
from offline_plugins.okta.resource import Properties, auto_name
from offline_plugins.provider_server import (
    UNKNOWN,
    Checked,
    Diff,
    Failure,
    ProviderError,
    Resource,
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

    def make(self, okta: Okta, planned: Properties) -> Properties:
        """Create the object and return its outputs."""
        raise NotImplementedError

    def change(self, okta: Okta, id: str, olds: Properties, planned: Properties) -> Properties:
        """Update the object and return its outputs."""
        raise NotImplementedError

    def plan(self, news: Properties, olds: Properties) -> Properties:
        return {**self.defaults, **news}

    def check(self, resource: Resource, news: Properties, olds: Properties, seed: bytes) -> Checked:
        if self.has_automatic_name:
            news = {**news, "name": news.get("name") or auto_name(resource, olds, seed)}
        failures = [
            one_of_failure(resource.name, name, name, news[name], values)
            for name, values in self.allowed.items()
            if isinstance(news.get(name), str) and news[name] not in values
        ]
        return Checked(news, failures)

    def diff(self, id: str, olds: Properties, news: Properties) -> Diff:
        return compare_inputs(
            self.plan(news, olds), olds, names=sorted(self.inputs),
            computed=self.changed_by_update, replaced_by=self.replaced_by,
        )  # fmt: skip

    def create(self, okta: Okta, resource: Resource, inputs: Properties, preview: bool) -> State:
        planned = self.plan(inputs, {})
        if preview:
            return State("", {**dict.fromkeys(self.computed, UNKNOWN), **planned})
        outputs = self.make(okta, planned)
        return State(outputs["id"], outputs)

    def update(
        self, okta: Okta, resource: Resource, id: str, olds: Properties, news: Properties,
        preview: bool,
    ) -> Properties:  # fmt: skip
        planned = self.plan(news, olds)
        if not preview:
            return self.change(okta, id, olds, planned)
        known = {name: olds[name] for name in self.computed if name in olds} | {"id": id}
        return {**known, **planned, **dict.fromkeys(self.changed_by_update, UNKNOWN)}


def one_of_failure(
    at_name: str, path: str, attribute: str, value: Any, allowed: Iterable[str]
) -> Failure:
    listed = " ".join(f'"{item}"' for item in allowed)
    return Failure(
        f"Invalid Attribute Value Match. Attribute {attribute} value must be one of: "
        f"[{listed}], got: \"{value}\". Examine values at '{at_name}.{path}'."
    )


def compare_inputs(
    planned: Properties,
    olds: Properties,
    *,
    names: Iterable[str],
    computed: tuple[str, ...] = (),
    replaced_by: frozenset[str] = frozenset(),
    same: Callable[[Any, Any], bool] = lambda new, old: new == old,
) -> Diff:
    changed = [name for name in names if not same(planned.get(name), olds.get(name))]
    if not changed:
        return Diff(False)
    return Diff(
        True,
        diffs=sorted({*changed, *computed}),
        replaces=sorted(name for name in changed if name in replaced_by),
    )


def without_nulls(properties: Properties) -> Properties:
    """The outputs without nulls, which the plugin framework omits."""
    return {name: value for name, value in properties.items() if value is not None}
