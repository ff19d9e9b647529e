"""Compares values with the SDK's annotations and with AWS's service models."""

import inspect
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.model import Shape


def assert_matches(value: Any, hint: Any, place: str) -> None:
    """Assert that `value` matches the SDK's annotation, at every depth."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        if value is not None:
            assert_matches(value, next(a for a in inner if a is not type(None)), place)
    elif origin is Sequence:
        assert isinstance(value, list), place
        for position, item in enumerate(value):
            assert_matches(item, inner[0], f"{place}[{position}]")
    elif origin is Mapping:
        assert isinstance(value, dict), place
        for name, item in value.items():
            assert_matches(item, inner[1], f"{place}.{name}")
    elif hint in (str, int, bool):
        assert isinstance(value, hint), place
    else:
        getters = [g.fget for _, g in inspect.getmembers(hint, lambda m: isinstance(m, property))]
        names = {g._pulumi_name: typing.get_type_hints(g)["return"] for g in getters if g}  # type: ignore[attr-defined]
        assert names, f"{place}: {hint} is not a result of the SDK"
        assert set(value) <= set(names), place
        for name, wanted in names.items():
            assert_matches(value.get(name), wanted, f"{place}.{name}")


class Reading(dict[str, Any]):
    """A response that rejects access to members that AWS's model does not have."""

    def __init__(self, values: Mapping[str, Any], shape: Shape | None) -> None:
        super().__init__(values)
        self._members: dict[str, Shape] = getattr(shape, "members", {})

    def __getitem__(self, name: str) -> Any:
        return self._shaped(name, super().__getitem__(name))

    def get(self, name: str, default: Any = None) -> Any:
        return self._shaped(name, super().get(name, default))

    def _shaped(self, name: str, value: Any) -> Any:
        assert name in self._members, (
            f"{name} is not a member; the members are {sorted(self._members)}"
        )
        return read(value, self._members[name])


def read(value: Any, shape: Any) -> Any:
    if shape.type_name == "structure" and value is not None:
        return Reading(value, shape)
    if shape.type_name == "list" and value is not None:
        return [read(item, shape.member) for item in value]
    return value


def members_only(params: Any, shape: Any, place: str) -> None:
    if shape.type_name == "structure" and not shape.is_document_type:
        for name, value in params.items():
            assert name in shape.members, f"{place}.{name}"
            members_only(value, shape.members[name], f"{place}.{name}")
    elif shape.type_name == "list":
        for item in params:
            members_only(item, shape.member, f"{place}[]")
