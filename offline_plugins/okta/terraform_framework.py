"""Behaviour of resources that use Terraform's plugin framework: Connection, Features, PushGroup.

Check returns the inputs unchanged; defaults first appear in Create's outputs. Diff names the
changed inputs and the computed outputs that depend on them, without a detailed diff
(docs/research/okta-provider.md#the-two-halves-of-the-plugin).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from offline_plugins.provider_server import Diff, Failure

Properties = dict[str, Any]


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
