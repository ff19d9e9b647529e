"""Waiting is bounded, interactive by default, and ends once the condition is met."""

import asyncio
from pathlib import Path

import pytest

from components import _polling as module
from components._polling import WaitPolicy, is_interactive
from okta_idc.settings.models import WaitMode


@pytest.fixture
def no_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(module, "TTY", tmp_path / "no-terminal" / "tty")
    return tmp_path


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A file in place of the terminal."""
    monkeypatch.delenv("CI", raising=False)
    tty = tmp_path / "tty"
    tty.touch()
    monkeypatch.setattr(module, "TTY", tty)
    return tty


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Recorded waits, in seconds. The mocked clock advances only by these waits."""
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(module.asyncio, "sleep", sleep)
    monkeypatch.setattr(module.time, "monotonic", lambda: sum(waits))
    return waits


def test_auto_does_not_wait_in_ci(terminal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_interactive()
    monkeypatch.setenv("CI", "true")
    assert not is_interactive()
    assert WaitPolicy.for_mode(WaitMode.AUTO, 1).seconds == 0
    assert WaitPolicy.for_mode(WaitMode.ALWAYS, 1).seconds == 60


def test_auto_does_not_wait_without_a_terminal(no_terminal: Path) -> None:
    assert not is_interactive()
    assert WaitPolicy.for_mode(WaitMode.AUTO, 1).seconds == 0


def test_in_a_terminal_wait_auto_waits_but_wait_never_does_not(terminal: Path) -> None:
    assert WaitPolicy.for_mode(WaitMode.AUTO, 1).seconds == 60
    assert WaitPolicy.for_mode(WaitMode.NEVER, 1).seconds == 0


def test_waiting_ends_once_the_reason_is_empty(terminal: Path, waits: list[float]) -> None:
    reasons = ["off", "off", ""]

    async def read() -> str:
        return reasons.pop(0)

    assert asyncio.run(WaitPolicy(600).until_empty(read, "waiting")) == ""
    assert reasons == []
    assert sum(waits) < 60


def test_waiting_is_bounded_and_returns_the_last_reason(terminal: Path, waits: list[float]) -> None:
    reads: list[int] = []

    async def read() -> str:
        reads.append(1)
        return f"reason {len(reads)}"

    reason = asyncio.run(WaitPolicy(600).until_empty(read, "waiting"))
    assert reason == f"reason {len(reads)}"
    assert sum(waits) == pytest.approx(600, abs=1)
    assert len(reads) < 60  # each read is an Okta API call


def test_the_countdown_is_written_only_to_the_terminal(
    terminal: Path, waits: list[float], monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    shown: list[str] = []
    monkeypatch.setattr(module, "_show", shown.append)

    async def read() -> str:
        return "" if len(shown) > 3 else "off"

    asyncio.run(WaitPolicy(90).until_empty(read, "waiting for provisioning"))
    assert shown[0].startswith("waiting for provisioning: 1:30 left")
    assert shown[-1] == ""
    assert capsys.readouterr().out == ""
