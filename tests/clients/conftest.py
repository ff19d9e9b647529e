"""Fixtures: a sandbox for each module, and the summaries that replace those in results.json."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients import results
from tests.clients.environments import clean_environ, environment
from tests.clients.results import Summary
from tests.paths import ROOT
from tests.sandbox_process import sandbox_process

SCRIPTS = ROOT / "tests" / "clients" / "scripts"
SECONDS = 900


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The addresses of the module's sandbox, which has to survive the client."""
    options = ("--connections", "supported", "--latency", "0")
    with sandbox_process(tmp_path_factory.mktemp("sandbox"), *options) as ready:
        yield ready


@pytest.fixture
def run_script(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """Returns a function that runs a script with the client's Python.

    The script prints a JSON object that maps each call to its error, or to an empty string.
    """

    def run(client: str, script: str, **environ: str) -> dict[str, str]:
        command = [environment(client) / "python", SCRIPTS / script]
        done = subprocess.run(
            command, cwd=tmp_path, env=clean_environ(tmp_path, **environ), check=False,
            capture_output=True, text=True, timeout=SECONDS,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-8000:]
        return json.loads(done.stdout.splitlines()[-1])

    return run


@pytest.fixture(scope="session")
def summaries() -> Iterator[list[Summary]]:
    """Append the summary of each client that behaves as expected."""
    found: list[Summary] = []
    yield found
    results.write(*found)
