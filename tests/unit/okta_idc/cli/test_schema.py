"""The JSON Schema of stack files is up to date and accepts the shipped stack files."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner

from okta_idc.cli.main import app
from okta_idc.settings.shape import RENAMED
from tests.paths import ROOT

FILE = ROOT / "docs" / "reference" / "stack.schema.json"
SCHEMA = json.loads(FILE.read_text(encoding="utf-8"))


def messages(errors: Iterable[jsonschema.ValidationError]) -> Iterator[str]:
    """The messages of errors and of their nested errors."""
    for error in errors:
        yield error.message
        yield from messages(error.context or ())


def test_the_schema_file_is_up_to_date() -> None:
    printed = CliRunner().invoke(app, ["schema"]).output
    assert FILE.read_text(encoding="utf-8") == printed, "run: make docs"


@pytest.mark.parametrize("stack", ["dev", "example"])
def test_the_shipped_stack_files_conform_to_the_schema_and_reference_it(stack: str) -> None:
    text = (ROOT / f"Pulumi.{stack}.yaml").read_text()
    jsonschema.validate(yaml.safe_load(text), SCHEMA)
    assert "yaml-language-server: $schema=docs/reference/stack.schema.json" in text


@pytest.mark.parametrize("path", ["pusch", *RENAMED])
def test_an_unknown_or_renamed_key_does_not_conform(path: str) -> None:
    document = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())
    *parents, key = path.split(".")
    node = document["config"]["okta-identity-center:federation"]
    for parent in parents:
        node = node.setdefault(parent, [{"login": "a"}] if parent == "users" else {})
        node = node[0] if isinstance(node, list) else node
    node[key] = []
    errors = messages(jsonschema.Draft202012Validator(SCHEMA).iter_errors(document))
    assert f"'{key}' was unexpected" in " ".join(errors)


@pytest.mark.parametrize(
    ("node", "key", "value"),
    [
        ("assignments", "max_deprovisioned_users", -1),
        ("token_expiry_alarm", "days_before", [365]),
        ("provisioning", "wait_timeout_minutes", 0),
    ],
)
def test_a_value_outside_its_limits_does_not_conform(node: str, key: str, value: Any) -> None:
    document = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())
    document["config"]["okta-identity-center:federation"].setdefault(node, {})[key] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, SCHEMA)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({}, ""),
        ({"max_affected": 50, "approved": "120-8f2c41d09ab3"}, ""),
        ({"max_affectd": 50}, "'max_affectd' was unexpected"),
        ({"max_affected": -1}, "-1 is less than the minimum of 0"),
        ({"approved": 1}, "1 is not of type 'string'"),
    ],
)
def test_the_reviews_settings_are_in_the_schema(given: Any, fault: str) -> None:
    document = {"config": {"okta-identity-center:review": given}}
    found = " ".join(messages(jsonschema.Draft202012Validator(SCHEMA).iter_errors(document)))
    assert fault in found
    assert bool(found) is bool(fault)


def test_every_setting_is_described() -> None:
    def undescribed(schema: dict, path: str) -> list[str]:
        return [
            f"{path}.{name}"
            for name, field in schema.get("properties", {}).items()
            if "description" not in field and "$ref" not in field
        ]

    parts = SCHEMA["properties"]["config"]["properties"]
    federation = parts["okta-identity-center:federation"]["anyOf"][0]
    missing = undescribed(federation, "root")
    review = parts["okta-identity-center:review"]
    missing += undescribed(review, "review")
    for name, model in SCHEMA["$defs"].items():
        missing += undescribed(model, name)
    assert missing == []
