"""The version, from one place: pyproject.toml."""

import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

DISTRIBUTION = "okta-identity-center"
_PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def kit_version() -> str:
    """The version of the installed distribution, or of the clone that this file is in."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return str(tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["project"]["version"])
