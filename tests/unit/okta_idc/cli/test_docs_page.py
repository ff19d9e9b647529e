"""docs/reference/cli.md describes every command and option, and no others."""

import re
from typing import Any

import pytest
import typer

from okta_idc.cli.main import app
from tests.paths import ROOT

PAGE = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
_TOP: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
COMMANDS: dict[str, Any] = {
    f"{name} {part}" if part else name: each
    for name, command in _TOP.items()
    for part, each in getattr(command, "commands", {"": command}).items()
}


def test_the_page_lists_every_command() -> None:
    assert re.findall(r"^\| \[`([\w -]+)`\]", PAGE, re.MULTILINE) == sorted(COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_page_lists_every_option_of_a_command(name: str) -> None:
    section = PAGE.split(f"\n## {name}\n")[1].split("\n## ")[0]
    cells = "".join(re.findall(r"^\| (`--[^|]*)\|", section, re.MULTILINE))
    options = {
        option
        for parameter in COMMANDS[name].load().params
        if parameter.param_type_name == "option" and not parameter.hidden
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
    assert set(re.findall(r"`(--[\w-]+)`", cells)) == options - {"--help"}
