"""Ends a program without a traceback when the engine stops it.

When an operation fails or the user presses Ctrl-C, the engine reports the error, cancels the
program's pending calls and sends SIGINT. The cancellation and the signal would each add a useless
traceback to the engine's error (docs/research/pulumi-python-host.md).
"""

import signal
import sys
from collections.abc import Callable
from typing import Any

import grpc
from pulumi.runtime import settings

REASON_SHOWN = 32
"""Exit code that tells Pulumi's Python host that the error has been reported."""
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
    """Make the program exit without a traceback once the engine stops it. Call it first."""
    signal.signal(signal.SIGINT, lambda _signal, _frame: sys.exit(REASON_SHOWN))
    sdk: Any = settings.SETTINGS
    if sdk.monitor is not None:
        sdk.monitor = _Monitor(sdk.monitor)


def _is_stopped(error: Any) -> bool:
    return error.code() in _STOPPED or str(error.details()).endswith("context canceled")
