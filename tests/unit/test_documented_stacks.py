"""Every stack file in the documentation is valid."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from okta_idc.rules.instance_attributes import AccessControlDeclared, access_control_declared
from okta_idc.settings import load_settings
from tests.paths import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "guide").rglob("*.md"))]
KEY = "okta-identity-center:federation"
_BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)


def stack_files() -> Iterator[Any]:
    for page in PAGES:
        for number, text in enumerate(_BLOCK.findall(page.read_text(encoding="utf-8")), start=1):
            if KEY in text:
                yield pytest.param(text, id=f"{page.stem}-{number}")
    for name in ("example", "dev"):
        yield pytest.param((ROOT / f"Pulumi.{name}.yaml").read_text(encoding="utf-8"), id=name)


def test_the_readme_shows_a_stack_file_for_each_stage() -> None:
    assert sum("README" in str(each.id) for each in stack_files()) == 5


@pytest.mark.parametrize("text", stack_files())
def test_a_documented_stack_file_is_valid(text: str) -> None:
    config = yaml.safe_load(text)["config"]
    assert {"okta:orgName", "okta:baseUrl", "aws:region"} <= set(config)
    settings = load_settings(config[KEY])
    keys = tuple(each.key for each in settings.attribute_statements)
    enabled = settings.access_control_attributes is not None
    assert not access_control_declared(AccessControlDeclared(keys, enabled))
