"""A resource's properties, read so that nothing in them can crash a policy.

What has the wrong type is absent (the provider itself refuses it). What is not known before the
update raises Undecided with its place, so that a rule is never asked about a guess.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, cast

from pulumi_policy import proxy
from pulumi_policy.proxy import UnknownValueError

from okta_idc.rules.registry import join_path


class Unknown(Enum):
    """The one value that stands for all that cannot be seen: mostly before the update."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN
_MARKERS = {value for name, value in vars(proxy).items() if name.startswith("UNKNOWN_")}
_MARKERS.add("[secret]")  # what `pulumi policy analyze` shows of a secret that it cannot decrypt


class Undecided(Exception):  # noqa: N818 - an answer, and no error
    """A rule cannot be asked yet. `place` is the property that is not known before the update."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


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
class Place:
    """Where something stands: a path or a resource's name, and the resource's URN where a stack is
    asked."""

    text: str = ""
    urn: str = ""


NOWHERE = Place()


@dataclass(frozen=True)
class Inputs:
    """Properties of a resource, or of an object in one; `place` is the path to it."""

    values: Mapping[str, Any] | Unknown
    place: str = ""

    def at(self, name: str) -> str:
        """The path of a property, as findings show it."""
        return join_path(self.place, name)

    def text(self, name: str) -> str | None:
        """A text; None where there is none."""
        value = self._get(name)
        return value if isinstance(value, str) else None

    def peek(self, name: str) -> str | None:
        """A text, if it is known."""
        try:
            return self.text(name)
        except Undecided:
            return None

    def flag(self, name: str) -> bool | None:
        """True or false; None where neither stands."""
        value = self._get(name)
        return value if isinstance(value, bool) else None

    def number(self, name: str) -> int | None:
        """A whole number: the engine sends every number as a float."""
        value = self._get(name)
        if isinstance(value, float) and value.is_integer():
            return int(value)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def inner(self, name: str) -> "Inputs":
        """An object; an empty one where there is none."""
        return _inputs(self._get(name), self.at(name))

    def each(self, name: str) -> list["Inputs"]:
        """The objects of a list, those that are not known too: they raise when they are read."""
        return [_inputs(v, f"{self.at(name)}[{i}]") for i, v in enumerate(self._list(name))]

    def texts(self, name: str) -> list[str]:
        """The texts of a list."""
        values = self._list(name)
        if UNKNOWN in values:
            raise Undecided(self.at(f"{name}[{values.index(UNKNOWN)}]"))
        return [value for value in values if isinstance(value, str)]

    def _list(self, name: str) -> list[Any]:
        value = self._get(name)
        return cast(list[Any], value) if isinstance(value, list) else []

    def _get(self, name: str) -> Any:
        if self.values is UNKNOWN:
            raise Undecided(self.place)
        value = self.values.get(name)
        if value is UNKNOWN:
            raise Undecided(self.at(name))
        return value


def _inputs(value: Any, place: str) -> Inputs:
    known = isinstance(value, dict) or value is UNKNOWN
    return Inputs(cast(Mapping[str, Any], value) if known else {}, place)
