"""Outputs: several as one, and a value without its dependencies."""

import asyncio
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from pulumi import Output, Resource

T = TypeVar("T")


def output_dict(outputs: Mapping[str, Output[str]]) -> Output[dict[str, str]]:
    """A dictionary of outputs as one output."""
    return cast(Output[dict[str, str]], Output.from_input(dict(outputs)))


def without_dependencies(output: Output[T]) -> Output[T]:
    """The same value at the same time, without the resources that it depends on."""
    nothing: asyncio.Future[set[Resource]] = asyncio.Future()
    nothing.set_result(set())
    value: Any = asyncio.ensure_future(output.future())
    known, secret = map(asyncio.ensure_future, (output.is_known(), output.is_secret()))
    return Output(nothing, value, known, secret)
