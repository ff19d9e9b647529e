"""Fixtures: the wheel, virtual environments and a sandbox installed from it, and the engine."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.package.harness import (
    SECONDS,
    Project,
    Tools,
    Venv,
    checked,
    installer_env,
    make_venv,
    minimal_env,
    uv,
)
from tests.paths import ROOT
from toolchain import engine as engines
from toolchain import plugin_resolver


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution as in a release."""
    folder = tmp_path_factory.mktemp("dist")
    checked(uv(), "build", "-q", "--out-dir", folder, ROOT, cwd=folder, env=installer_env())
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def venv(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Venv]:
    """A function that returns the virtual environment of the wheel with these extras."""
    made: dict[str, Venv] = {}

    def get(extras: str = "") -> Venv:
        if extras not in made:
            folder = tmp_path_factory.mktemp(f"venv-{extras.replace(',', '-') or 'cli'}") / "venv"
            made[extras] = make_venv(folder, wheel, extras)
        return made[extras]

    return get


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Tools:
    found = engines.find(say)
    plugins = plugin_resolver.choose(found, say)
    return Tools(found, plugins, tmp_path_factory.mktemp("plugins"))


@pytest.fixture(scope="module")
def sandbox(
    venv: Callable[[str], Venv], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    """The addresses of a sandbox that runs from the wheel with the extra [sandbox]."""
    folder = tmp_path_factory.mktemp("sandbox")
    ready, log = folder / "ready.json", folder / "output.txt"
    with log.open("wb") as output:
        running = subprocess.Popen(
            [venv("sandbox").python, "-m", "okta_idc.sandbox", "serve", "--port", "0",
             "--latency", "0", "--connections", "supported", "--ready-file", ready, "--until-eof"],
            cwd=folder, env=minimal_env(folder), stdin=subprocess.PIPE, stdout=output,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        until = time.monotonic() + SECONDS
        while not ready.exists():
            assert running.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.05)
        yield json.loads(ready.read_text())
    finally:
        running.terminate()
        running.wait(20)


@pytest.fixture(scope="module")
def project(
    tools: Tools, sandbox: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Project]:
    """A function that creates an empty project outside the clone, configured for the sandbox."""

    def make(venv: Venv, *more_path: Path, **options: Any) -> Project:
        folder = tmp_path_factory.mktemp("outside") / "acme"
        return Project(folder, tools, venv, sandbox, *more_path, **options)

    return make
