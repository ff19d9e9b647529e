"""What all unit tests share."""

import itertools
from pathlib import Path

import pytest

from okta_idc import text
from okta_idc.clients import pace


@pytest.fixture(autouse=True)
def no_concealed_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials of one test are not masked in the output of another one."""
    monkeypatch.setattr(text, "_concealed", set[str]())


_numbers = itertools.count()


@pytest.fixture(scope="session")
def paces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("paces")


@pytest.fixture(autouse=True)
def own_pace(paces: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls of one test do not wait for those of another one, or of a program on this machine."""
    path = paces / str(next(_numbers))
    monkeypatch.setattr(pace, "_file", lambda: path)
