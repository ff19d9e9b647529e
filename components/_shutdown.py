"""A quiet end for a program that the engine stops.

When an operation fails or the user presses Ctrl-C, the engine reports it, cancels the program's
pending calls and sends SIGINT. Either would print a traceback that says nothing after the engine's
own error (docs/research/pulumi-python-host.md).
"""

import signal
import sys
from collections.abc import Callable
from typing import Any

import grpc
from pulumi.runtime import settings

REASON_SHOWN = 32
"""The exit code by which Pulumi's Python host knows that the user has been given the reason."""
_STOPPED = (grpc.StatusCode.CANCELLED, grpc.StatusCode.UNAVAILABLE)


class _Monitor:
    """The engine's resource monitor; a call that the engine cancels ends the program."""

    def __init__(self, monitor: Any) -> None:
        self._monitor = monitor

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._monitor, name)

        def end_when_stopped(*args: Any, **options: Any) -> Any:
            try:
                return call(*args, **options)
            except grpc.RpcError as error:
                if _is_stopped(error):
                    sys.exit(REASON_SHOWN)
                raise

        return end_when_stopped


def exit_when_stopped() -> None:
    """Make the program exit without a traceback once the engine stops it. To be called first."""
    signal.signal(signal.SIGINT, lambda _signal, _frame: sys.exit(REASON_SHOWN))
    bag: Any = settings.SETTINGS
    if bag.monitor is not None:
        bag.monitor = _Monitor(bag.monitor)


def _is_stopped(error: Any) -> bool:
    return error.code() in _STOPPED or str(error.details()).endswith("context canceled")
