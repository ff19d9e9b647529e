"""The rooms that the wheel packages under another name import their own modules relatively."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.paths import ROOT

ROOMS = ("components", "policies", "sandbox")
FILES = [
    file
    for room in ROOMS
    for file in sorted((ROOT / room).rglob("*.py"))
    if file != ROOT / "policies" / "__main__.py"  # not in the wheel
]


def imported(file: Path) -> Iterator[str]:
    """The top-level names of the file's absolute imports."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_packaged_room_never_imports_a_top_level_room(file: Path) -> None:
    assert not {*ROOMS, "toolchain", "plugin", "offline_plugins"} & set(imported(file))
