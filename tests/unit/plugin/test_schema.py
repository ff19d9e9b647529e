"""The plugin's package schema, and the page that names the public API."""

import json
import re
from typing import Any

import components
from tests.paths import ROOT

NAME = "okta-identity-center"
SCHEMA: dict[str, Any] = json.loads((ROOT / "plugin" / "schema.json").read_text())
PAGE = (ROOT / "docs" / "reference" / "public-api.md").read_text(encoding="utf-8")


def names(heading: str) -> set[str]:
    """The names in the first column of the table below a heading."""
    section = PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    first = re.findall(r"^\| (`[^|]+`) \|", section, re.MULTILINE)
    return {name for cell in first for name in re.findall(r"`(\w+)`", cell)}


def test_the_page_names_every_exported_name() -> None:
    missing = [name for name in components.__all__ if f"`{name.removesuffix('Args')}`" not in PAGE]
    assert not missing


def test_the_page_names_every_component() -> None:
    assert {f"{NAME}:index:{name}" for name in names("Components")} == set(SCHEMA["resources"])


def test_the_page_names_every_output_of_the_federation() -> None:
    federation = SCHEMA["resources"][f"{NAME}:index:IdentityCenterFederation"]
    assert names("Outputs") == set(federation["properties"])
