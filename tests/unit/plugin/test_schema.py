"""The plugin's package schema, and the page that names the public API."""

import json
import re
from typing import Any

import pytest

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


def described() -> dict[str, str]:
    """The description of each argument, by the names of its type and of the argument."""
    return {
        f"{token.rpartition(':')[2]}.{key}": each.get("description", "")
        for section in ("types", "resources")
        for token, part in SCHEMA[section].items()
        for key, each in (part.get("inputProperties") or part.get("properties", {})).items()
    }


@pytest.mark.parametrize(
    ("argument", "default"),
    [
        ("AppSettings.label", '"AWS IAM Identity Center"'),
        ("AppSettings.usernameFormat", '"${source.login}"'),
        ("AssignmentsSettings.maxDeprovisionedUsers", "10"),
        ("IdentityCenterFederation.drift", '"report"'),
        ("IdentityCenterFederation.protect", "true"),
        ("ProvisioningSettings.gate", '"enforce"'),
        ("ProvisioningSettings.mode", '"api"'),
        ("PushGroup.retire", "false"),
        ("TokenExpiryAlarmSettings.daysBefore", "[60, 30, 14, 7, 1]"),
    ],
)
def test_an_argument_names_its_default(argument: str, default: str) -> None:
    assert described()[argument].endswith(f" Default: {default}.")


def test_arguments_are_described_in_the_terms_of_every_language() -> None:
    texts = described()
    assert all(texts.values())
    assert not [name for name, text in texts.items() if re.search(r"`[a-z.]+_[a-z_]+`", text)]
    assert not [name for name, text in texts.items() if "as objects" in text]


def test_the_page_names_every_exported_name() -> None:
    missing = [name for name in components.__all__ if f"`{name.removesuffix('Args')}`" not in PAGE]
    assert not missing


def test_the_page_names_every_component() -> None:
    assert {f"{NAME}:index:{name}" for name in names("Components")} == set(SCHEMA["resources"])


def test_the_page_names_every_output_of_the_federation() -> None:
    federation = SCHEMA["resources"][f"{NAME}:index:IdentityCenterFederation"]
    assert names("Outputs") == set(federation["properties"])
