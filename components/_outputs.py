"""Types of structured outputs, and functions that combine outputs or drop their dependencies."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypedDict, TypeVar, cast

from pulumi import UNKNOWN, Input, Output, Resource

T = TypeVar("T")
V = TypeVar("V")


class AssignmentGroupOutput(TypedDict):
    """An assignment group."""

    name: str
    """Name in Okta."""
    id: str
    """ID in Okta, `00g…`."""


class PushGroupOutput(TypedDict):
    """A push group in Okta and AWS."""

    name: str
    """Name in Okta and in AWS."""
    sourceGroupId: str
    """ID in Okta, `00g…`."""
    mappingId: str | None
    """ID of the push mapping in Okta; absent until the stack that pushes the group has run."""
    awsGroupId: str | None
    """ID in the Identity Store; absent until AWS has the group."""


def output_dict(outputs: Mapping[str, Input[str]]) -> Output[dict[str, str]]:
    """A dictionary of outputs as one output."""
    return cast(Output[dict[str, str]], Output.from_input(dict(outputs)))


def as_one(values: Mapping[str, V]) -> Mapping[str, V]:
    """A mapping that the SDK takes for a single value.

    The SDK makes an Output of each entry of a dictionary, a list, or a tuple whenever an Output of
    one is combined with others. What each of many resources looks up would take the square of
    their number.
    """
    return MappingProxyType(values)


def without_dependencies(output: Output[T]) -> Output[T]:
    """The same value without its dependencies on resources."""
    nothing: asyncio.Future[set[Resource]] = asyncio.Future()
    nothing.set_result(set())
    value: Any = asyncio.ensure_future(output.future())
    known, secret = map(asyncio.ensure_future, (output.is_known(), output.is_secret()))
    return Output(nothing, value, known, secret)


def unknown() -> Output[Any]:
    """An output that this preview does not know."""
    pending: Any = [asyncio.Future() for _ in range(4)]
    for future, value in zip(pending, (set[Resource](), UNKNOWN, False, False), strict=True):
        future.set_result(value)
    return Output(*pending)
