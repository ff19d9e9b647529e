"""Shortens the stack traces that Pulumi's SDK records with each resource.

The SDK sends every frame down to the language host, and the engine writes the frames to the state
with each step: a third of the state of a large federation
(docs/reference/benchmarks.md#what-grows-in-the-engine), with paths of the machine that ran the
update. The frames next to the declaration remain, the first of which is the source position.
"""

import functools
import sys
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

FRAMES = 8
"""Six are of the SDK, which it removes: from `register_resource` to the resource's class."""
_LIMIT = "tracebacklimit"


def shorten_stack_traces(
    constructor: Callable[Concatenate[T, P], None],
) -> Callable[Concatenate[T, P], None]:
    """A constructor whose resources are recorded with at most two frames. Tracebacks of its errors
    are complete: they are formatted after it returns."""

    @functools.wraps(constructor)
    def shortened(self: T, /, *args: P.args, **kwargs: P.kwargs) -> None:
        before = getattr(sys, _LIMIT, None)
        setattr(sys, _LIMIT, FRAMES)
        try:
            constructor(self, *args, **kwargs)
        finally:
            if before is None:
                delattr(sys, _LIMIT)
            else:
                setattr(sys, _LIMIT, before)

    return shortened
