"""Which provider plugin runs: the installed one, else the official download, else ours."""

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
REPLACEMENTS = Path(__file__).parents[1] / "bin"
"""One folder a plugin, so that only what is chosen gets on PATH."""


@dataclass(frozen=True)
class Plugin:
    """A provider plugin that the engine will start."""

    name: str
    version: str
    origin: Literal["installed", "downloaded", "replacement"]

    @property
    def title(self) -> str:
        how = {
            "installed": "official, installed",
            "downloaded": "official, downloaded just now",
            "replacement": "replacement, not the official plugin; see docs/replacement-plugins.md",
        }
        return f"{self.name} {self.version} ({how[self.origin]})"

    @property
    def path_entry(self) -> Path | None:
        """What must be on PATH for the engine to find it."""
        return REPLACEMENTS / self.name if self.origin == "replacement" else None


def choose(engine: Engine, say: Callable[[str], None]) -> list[Plugin]:
    """A plugin for each provider, at the version of its SDK."""
    return [_choose(name, version(f"pulumi-{name}"), engine, say) for name in NAMES]


def _choose(name: str, wanted: str, engine: Engine, say: Callable[[str], None]) -> Plugin:
    if installed(name, wanted):
        return Plugin(name, wanted, "installed")
    if not network.downloads_unreachable() and _download(name, wanted, engine, say):
        return Plugin(name, wanted, "downloaded")
    return Plugin(name, wanted, "replacement")


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
