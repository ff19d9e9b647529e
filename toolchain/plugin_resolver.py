"""Chooses the provider plugins: user-supplied, installed, downloaded, or the replacement.

`PULUMI_OKTA_PLUGIN=/path/to/pulumi-resource-okta` and `PULUMI_AWS_PLUGIN` supply an executable. It
runs unchanged; the stack file's settings point it at the sandbox.
"""

import hashlib
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from toolchain import cache, network
from toolchain.engine import Engine

PROVIDERS = ("okta", "aws")
REPLACEMENTS = Path(__file__).parents[1] / "offline_plugins" / "bin"
"""Has one folder for each plugin, so that only a chosen plugin is added to PATH."""


@dataclass(frozen=True)
class Plugin:
    """A provider plugin, and where it comes from."""

    name: str
    version: str
    origin: Literal["supplied", "installed", "downloaded", "replacement"]
    supplied: Path | None = None
    """The user-supplied executable."""

    @property
    def title(self) -> str:
        how = {
            "supplied": f"supplied: {self.supplied}",
            "installed": "official, installed",
            "downloaded": "official, downloaded by this run",
            "replacement": "replacement, not official; see docs/reference/offline-plugins.md",
        }
        return f"{self.name} {self.version} ({how[self.origin]})"

    @property
    def path_entry(self) -> Path | None:
        """The folder to add to PATH so that the engine finds the plugin, and nothing else in it."""
        if self.supplied:
            return _launcher(self.supplied)
        return REPLACEMENTS / self.name if self.origin == "replacement" else None


class NoPluginError(Exception):
    """The user-supplied plugin cannot be used. The text names the cause and the remedy."""


def choose(engine: Engine, say: Callable[[str], None]) -> list[Plugin]:
    """A plugin for each provider: the user-supplied one, or the version of the provider's SDK.

    Raises NoPluginError.
    """
    return [_choose(name, version(f"pulumi-{name}"), engine, say) for name in PROVIDERS]


def _choose(name: str, wanted: str, engine: Engine, say: Callable[[str], None]) -> Plugin:
    if place := os.environ.get(variable(name)):
        return _supplied(name, Path(place))
    if installed(name, wanted):
        return Plugin(name, wanted, "installed")
    if not network.downloads_unreachable() and _download(name, wanted, engine, say):
        return Plugin(name, wanted, "downloaded")
    return Plugin(name, wanted, "replacement")


def variable(name: str) -> str:
    """The environment variable that supplies a provider's plugin."""
    return f"PULUMI_{name.upper()}_PLUGIN"


def _supplied(name: str, place: Path) -> Plugin:
    binary = f"pulumi-resource-{name}"
    # The engine looks for this name on PATH.
    if place.name != binary or not place.is_file() or not os.access(place, os.X_OK):
        raise NoPluginError(
            f"{variable(name)}={place}: not an executable file named {binary}. Set the variable to "
            "such a file, or unset it."
        )
    place = place.absolute()
    done = subprocess.run(
        [place, "--version"], capture_output=True, text=True, check=False, timeout=60,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    reported = done.stdout.strip() if done.returncode == 0 else ""
    return Plugin(name, reported or "of unknown version", "supplied", place)


def installed(name: str, wanted: str) -> bool:
    """Whether the plugin is on PATH, or completely installed in Pulumi's plugin folder."""
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    place = home / "plugins" / f"resource-{name}-v{wanted}"
    complete = place.is_dir() and not place.with_name(f"{place.name}.partial").exists()
    on_path = shutil.which(f"pulumi-resource-{name}")
    ours = on_path is not None and Path(on_path).resolve().is_relative_to(REPLACEMENTS.resolve())
    return complete or (on_path is not None and not ours)


def _launcher(plugin: Path) -> Path:
    """A folder with a script of the plugin's name that runs the plugin, in the user's cache."""

    def write(folder: Path) -> None:
        script = folder / plugin.name
        script.write_text(f'#!/bin/sh\nexec {shlex.quote(str(plugin))} "$@"\n', encoding="utf-8")
        script.chmod(0o755)

    name = hashlib.sha256(str(plugin).encode()).hexdigest()[:16]
    return cache.entry(f"supplied-{name}", write, lambda: None)


def _download(name: str, wanted: str, engine: Engine, say: Callable[[str], None]) -> bool:
    say(f"Downloading the {name} plugin {wanted} …")
    done = subprocess.run(
        [engine.path, "plugin", "install", "resource", name, wanted],
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=600,
        env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
    )  # fmt: skip
    if done.returncode:
        say(f"Could not download the {name} plugin: {done.stderr.strip()[-300:]}")
    return done.returncode == 0
