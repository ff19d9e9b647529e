"""Safe accessors for a resource's properties: no value can crash a policy.

A value of the wrong type counts as absent (the provider rejects it). A value that is not known
before the update raises Unavailable with its path, so that no rule judges a guess.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, cast

from pulumi_policy import proxy
from pulumi_policy.proxy import UnknownValueError

from okta_idc.rules.binding import Unavailable
from okta_idc.rules.registry import join_path


class Unknown(Enum):
    """The value of every property that is not known, mostly before the update."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN
_MARKERS = {value for name, value in vars(proxy).items() if name.startswith("UNKNOWN_")}
_MARKERS.add("[secret]")  # what `pulumi policy analyze` shows of a secret that it cannot decrypt


def plain(value: Any) -> Any:
    """The SDK's view of properties as dicts, lists and values, with UNKNOWN for what is not known:
    where the SDK would raise, and where it shows its marker (to a remediation)."""
    if isinstance(value, Mapping):
        mapping = cast(Mapping[str, Any], value)
        return {key: _element(mapping, key) for key in mapping}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        sequence = cast(Sequence[Any], value)
        return [_element(sequence, index) for index in range(len(sequence))]
    return UNKNOWN if isinstance(value, str) and value in _MARKERS else value


def _element(values: Any, key: Any) -> Any:
    try:
        return plain(values[key])
    except UnknownValueError:
        return UNKNOWN


@dataclass(frozen=True)
class Inputs:
    """Properties of a resource, or of an object in one; `path` is the path to it."""

    values: Mapping[str, Any] | Unknown
    path: str = ""

    def at(self, name: str) -> str:
        """The path of a property, as findings show it."""
        return join_path(self.path, name)

    def text(self, name: str) -> str | None:
        """A string; None if absent."""
        value = self._get(name)
        return value if isinstance(value, str) else None

    def peek(self, name: str) -> str | None:
        """A string; None if it is absent or not known."""
        try:
            return self.text(name)
        except Unavailable:
            return None

    def flag(self, name: str) -> bool | None:
        """A boolean; None if absent."""
        value = self._get(name)
        return value if isinstance(value, bool) else None

    def number(self, name: str) -> int | None:
        """An integer; the engine sends every number as a float."""
        value = self._get(name)
        if isinstance(value, float) and value.is_integer():
            return int(value)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def inner(self, name: str) -> "Inputs":
        """An object; empty if absent."""
        return _inputs(self._get(name), self.at(name))

    def each(self, name: str) -> list["Inputs"]:
        """The objects of a list. One that is not known raises Unavailable when it is read."""
        return [_inputs(v, f"{self.at(name)}[{i}]") for i, v in enumerate(self._list(name))]

    def texts(self, name: str) -> list[str]:
        """The strings of a list."""
        values = self._list(name)
        if UNKNOWN in values:
            raise Unavailable(self.at(f"{name}[{values.index(UNKNOWN)}]"))
        return [value for value in values if isinstance(value, str)]

    def _list(self, name: str) -> list[Any]:
        value = self._get(name)
        return cast(list[Any], value) if isinstance(value, list) else []

    def _get(self, name: str) -> Any:
        if self.values is UNKNOWN:
            raise Unavailable(self.path)
        value = self.values.get(name)
        if value is UNKNOWN:
            raise Unavailable(self.at(name))
        return value


def _inputs(value: Any, path: str) -> Inputs:
    known = isinstance(value, dict) or value is UNKNOWN
    return Inputs(cast(Mapping[str, Any], value) if known else {}, path)
