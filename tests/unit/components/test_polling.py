"""Waiting: bounded, only with a person present unless told otherwise, and it goes on by itself."""

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
    """A file stands for the terminal."""
    monkeypatch.delenv("CI", raising=False)
    tty = tmp_path / "tty"
    tty.touch()
    monkeypatch.setattr(module, "TTY", tty)
    return tty


@pytest.fixture
def seconds_asked(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Time passes by waiting alone."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(module.asyncio, "sleep", sleep)
    monkeypatch.setattr(module.time, "monotonic", lambda: sum(waited))
    return waited


def test_a_pipeline_never_waits_by_itself(terminal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_interactive()
    monkeypatch.setenv("CI", "true")
    assert not is_interactive()
    assert WaitPolicy.for_person(WaitMode.AUTO, 1).seconds == 0
    assert WaitPolicy.for_person(WaitMode.ALWAYS, 1).seconds == 60


def test_without_a_terminal_nobody_is_there(no_terminal: Path) -> None:
    assert not is_interactive()
    assert WaitPolicy.for_person(WaitMode.AUTO, 1).seconds == 0


def test_with_a_person_present_auto_waits_and_never_does_not(terminal: Path) -> None:
    assert WaitPolicy.for_person(WaitMode.AUTO, 1).seconds == 60
    assert WaitPolicy.for_person(WaitMode.NEVER, 1).seconds == 0


def test_it_goes_on_as_soon_as_there_is_no_reason_left(
    terminal: Path, seconds_asked: list[float]
) -> None:
    reasons = ["off", "off", ""]

    async def look() -> str:
        return reasons.pop(0)

    assert asyncio.run(WaitPolicy(600).until_empty(look, "waiting")) == ""
    assert reasons == []
    assert sum(seconds_asked) < 60


def test_it_is_bounded_and_gives_the_last_reason(
    terminal: Path, seconds_asked: list[float]
) -> None:
    looks: list[int] = []

    async def look() -> str:
        looks.append(1)
        return f"reason {len(looks)}"

    reason = asyncio.run(WaitPolicy(600).until_empty(look, "waiting"))
    assert reason == f"reason {len(looks)}"
    assert sum(seconds_asked) == pytest.approx(600, abs=1)
    assert len(looks) < 60  # each costs a call under the app


def test_the_countdown_is_shown_on_the_terminal_alone(
    terminal: Path, seconds_asked: list[float], monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    shown: list[str] = []
    monkeypatch.setattr(module, "_show", shown.append)

    async def look() -> str:
        return "" if len(shown) > 3 else "off"

    asyncio.run(WaitPolicy(90).until_empty(look, "waiting for provisioning"))
    assert shown[0].startswith("waiting for provisioning: 1:30 left")
    assert shown[-1] == ""
    assert capsys.readouterr().out == ""
