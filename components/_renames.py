"""Carries resources over to a new name, so that a renamed group or user changes nothing.

A resource is named after its group. If an earlier run declared the same group under another name,
an alias leads the engine from the new name to the recorded resource.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pulumi import Alias, Input, Output, ResourceOptions

from ._state import State


class Renames:
    """Aliases for resources of one type: `prefix` begins their names, `declared` are all names."""

    def __init__(
        self, state: Output[State | None], kind: str, prefix: str, declared: Iterable[str]
    ) -> None:
        self._state, self._kind, self._prefix = state, kind, prefix
        self._declared = frozenset(declared)

    def options(self, opts: ResourceOptions, name: str, **same: Input[str]) -> ResourceOptions:
        """`opts` with an alias to the recorded resource with the outputs `same`, if it has a name
        that is no longer declared, and none has this name."""

        def find(known: list[Any]) -> Alias:
            state: State | None = known[0]
            if state is None or state.one(self._kind, name):
                return Alias(name=name)
            wanted: Mapping[str, str] = known[1]
            for old in state.names(self._kind, tuple(wanted), tuple(wanted.values())):
                if old.startswith(self._prefix) and old not in self._declared:
                    return Alias(name=old)
            return Alias(name=name)

        alias: Any = Output.all(self._state, same).apply(find)
        return ResourceOptions.merge(opts, ResourceOptions(aliases=[alias]))
