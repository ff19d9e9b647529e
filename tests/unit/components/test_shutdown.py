"""A program exits without a traceback when the engine cancels the run."""

import signal
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from pulumi.runtime.settings import SETTINGS

from components import exit_when_stopped


class FakeRpcError(grpc.RpcError):
    def __init__(self, code: grpc.StatusCode, details: str) -> None:
        self._code, self._details = code, details

    def code(self) -> grpc.StatusCode:
        return self._code

    def details(self) -> str:
        return self._details


class Monitor:
    """A resource monitor that returns or raises the same answer for every call."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def Invoke(self, request: str) -> str:  # noqa: N802 # name defined by gRPC
        if isinstance(self.answer, Exception):
            raise self.answer
        return f"{self.answer} to {request}"


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    monitor, handler = SETTINGS.monitor, signal.getsignal(signal.SIGINT)
    yield
    SETTINGS.monitor = monitor
    signal.signal(signal.SIGINT, handler)


def invoke(answer: Any) -> Any:
    SETTINGS.monitor = Monitor(answer)  # type: ignore[assignment]
    exit_when_stopped()
    return SETTINGS.monitor.Invoke("request")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "answer",
    [
        FakeRpcError(grpc.StatusCode.CANCELLED, "context canceled"),
        FakeRpcError(grpc.StatusCode.UNAVAILABLE, "Socket closed"),
        FakeRpcError(grpc.StatusCode.UNKNOWN, "Invoke: getProviderFromSource: context canceled"),
    ],
    ids=["cancelled", "unavailable", "cancelled-in-provider"],
)
def test_a_cancelled_call_ends_the_program(answer: FakeRpcError) -> None:
    with pytest.raises(SystemExit) as end:
        invoke(answer)
    assert end.value.code == 32


def test_other_errors_and_results_pass_unchanged() -> None:
    error = FakeRpcError(grpc.StatusCode.UNKNOWN, "invoking okta:index/getGroups:getGroups: no")
    with pytest.raises(FakeRpcError) as raised:
        invoke(error)
    assert raised.value is error
    assert invoke("answer") == "answer to request"


def test_an_interrupt_ends_the_program_without_a_traceback() -> None:
    exit_when_stopped()
    with pytest.raises(SystemExit) as end:
        signal.raise_signal(signal.SIGINT)
    assert end.value.code == 32


def test_a_program_without_an_engine_is_unchanged() -> None:
    SETTINGS.monitor = None
    exit_when_stopped()
    assert SETTINGS.monitor is None
