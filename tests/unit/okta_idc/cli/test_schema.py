"""The JSON Schema of the stack files: up to date, and true of the files that ship."""

import json

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner

from okta_idc.cli.main import app
from tests.paths import ROOT

FILE = ROOT / "docs" / "reference" / "stack.schema.json"


def test_the_file_is_what_the_command_prints() -> None:
    printed = CliRunner().invoke(app, ["schema"]).output
    assert FILE.read_text(encoding="utf-8") == printed, "run: make docs"


@pytest.mark.parametrize("stack", ["dev", "example"])
def test_the_shipped_stack_files_conform_and_name_it(stack: str) -> None:
    text = (ROOT / f"Pulumi.{stack}.yaml").read_text()
    jsonschema.validate(yaml.safe_load(text), json.loads(FILE.read_text(encoding="utf-8")))
    assert "yaml-language-server: $schema=docs/reference/stack.schema.json" in text


def test_a_wrong_key_does_not_conform() -> None:
    document = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())
    document["config"]["okta-identity-center:federation"]["pusch"] = []
    with pytest.raises(jsonschema.ValidationError, match="pusch"):
        jsonschema.validate(document, json.loads(FILE.read_text(encoding="utf-8")))


def test_every_setting_is_described() -> None:
    def undescribed(schema: dict, path: str) -> list[str]:
        return [
            f"{path}.{name}"
            for name, field in schema.get("properties", {}).items()
            if "description" not in field and "$ref" not in field
        ]

    document = json.loads(FILE.read_text(encoding="utf-8"))
    missing = undescribed(
        document["properties"]["config"]["properties"]["okta-identity-center:federation"], "root"
    )
    for name, model in document["$defs"].items():
        missing += undescribed(model, name)
    assert missing == []
