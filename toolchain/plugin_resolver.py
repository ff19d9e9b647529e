"""Which provider plugin runs: the one given, else the installed one, else the official download,
else ours.

Given is an executable by the environment: `PULUMI_OKTA_PLUGIN=/path/to/pulumi-resource-okta`,
`PULUMI_AWS_PLUGIN` likewise. It is used as it is; the stack file's settings lead it to the sandbox.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from toolchain import network
from toolchain.engine import Engine

NAMES = ("okta", "aws")
REPLACEMENTS = Path(__file__).parents[1] / "offline_plugins" / "bin"
"""One folder a plugin, so that only what is chosen gets on PATH."""


@dataclass(frozen=True)
class Plugin:
    """A provider plugin that the engine will start."""

    name: str
    version: str
    origin: Literal["given", "installed", "downloaded", "replacement"]
    given: Path | None = None
    """The executable, where one was given."""

    @property
    def title(self) -> str:
        how = {
            "given": f"given: {self.given}",
            "installed": "official, installed",
            "downloaded": "official, downloaded just now",
            "replacement": "replacement, not official; see docs/reference/offline-plugins.md",
        }
        return f"{self.name} {self.version} ({how[self.origin]})"

    @property
    def path_entry(self) -> Path | None:
        """What must be on PATH for the engine to find it."""
        if self.given:
            return self.given.parent
        return REPLACEMENTS / self.name if self.origin == "replacement" else None


class NoPluginError(Exception):
    """The plugin that was given can't be started. The text says why and what to do."""


def choose(engine: Engine, say: Callable[[str], None]) -> list[Plugin]:
    """A plugin for each provider, at the version of its SDK unless one is given. Raises
    NoPluginError."""
    return [_choose(name, version(f"pulumi-{name}"), engine, say) for name in NAMES]


def _choose(name: str, wanted: str, engine: Engine, say: Callable[[str], None]) -> Plugin:
    if place := os.environ.get(variable(name)):
        return _given(name, Path(place))
    if installed(name, wanted):
        return Plugin(name, wanted, "installed")
    if not network.downloads_unreachable() and _download(name, wanted, engine, say):
        return Plugin(name, wanted, "downloaded")
    return Plugin(name, wanted, "replacement")


def variable(name: str) -> str:
    """The environment variable that gives a provider's plugin."""
    return f"PULUMI_{name.upper()}_PLUGIN"


def _given(name: str, place: Path) -> Plugin:
    binary = f"pulumi-resource-{name}"
    # The engine looks for this name on PATH.
    if place.name != binary or not place.is_file() or not os.access(place, os.X_OK):
        raise NoPluginError(
            f"{variable(name)}={place}: not an executable file called {binary}. Fix: name one, "
            "or unset the variable."
        )
    place = place.absolute()
    asked = subprocess.run(
        [place, "--version"], capture_output=True, text=True, check=False, timeout=60,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    said = asked.stdout.strip() if asked.returncode == 0 else ""
    return Plugin(name, said or "of unknown version", "given", place)


def installed(name: str, wanted: str) -> bool:
    """In Pulumi's plugin folder, whole, or put on PATH by the user."""
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    place = home / "plugins" / f"resource-{name}-v{wanted}"
    whole = place.is_dir() and not place.with_name(f"{place.name}.partial").exists()
    on_path = shutil.which(f"pulumi-resource-{name}")
    ours = on_path is not None and Path(on_path).resolve().is_relative_to(REPLACEMENTS.resolve())
    return whole or (on_path is not None and not ours)


def _download(name: str, wanted: str, engine: Engine, say: Callable[[str], None]) -> bool:
    say(f"Downloading the {name} plugin {wanted} …")
    done = subprocess.run(
        [engine.path, "plugin", "install", "resource", name, wanted],
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=600,
        env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
    )  # fmt: skip
    if done.returncode:
        say(f"The {name} plugin can't be downloaded: {done.stderr.strip()[-300:]}")
    return done.returncode == 0
