"""A sandbox with a small org for all tests of a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.pytest_plugin import Sandbox
from tests.unit.okta_idc.probe.probe_org import GUESSES, Probe, environment, write_org


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("probe")
    sandbox = Sandbox(folder, "--org", str(write_org(folder)))
    yield sandbox
    sandbox.stop()


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment().items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def probe(running: Sandbox, tmp_path: Path) -> Iterator[Probe]:
    """The probe of a sandbox that behaves as it guesses, and that must be left as it was."""
    running.settings(**GUESSES)
    found = Probe(running, tmp_path)
    before = found.state()
    yield found
    running.clear_faults()
    assert found.state() == before
    assert not (tmp_path / "journal").exists()
