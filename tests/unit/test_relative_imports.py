"""Packages that the wheel ships under another name use relative imports."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.paths import ROOT

PACKAGES = ("components", "policies", "sandbox")
FILES = [
    file
    for package in PACKAGES
    for file in sorted((ROOT / package).rglob("*.py"))
    if file != ROOT / "policies" / "__main__.py"  # not in the wheel
]


def imported(file: Path) -> Iterator[str]:
    """Top-level names of a file's absolute imports."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_packaged_modules_import_their_package_relatively(file: Path) -> None:
    assert not {*PACKAGES, "toolchain", "plugin", "offline_plugins"} & set(imported(file))
