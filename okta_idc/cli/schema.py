"""`okta-idc schema`: the JSON Schema of a stack file, for editors."""

import json
from typing import Any

import typer

from okta_idc.settings import PROJECT, ROOT, Settings
from okta_idc.settings.review import REVIEW, ReviewSettings

_FILE = {
    "type": "string",
    "description": "Path of a YAML file with these settings, from the project's folder; for more "
    "than 128 KiB.",
}


def schema() -> None:
    """Print the JSON Schema of a stack file's settings.

    Example: okta-idc schema > docs/reference/stack.schema.json
    """
    typer.echo(text(), nl=False)


def text() -> str:
    """The schema of Pulumi.STACK.yaml. Keys of other projects are not restricted."""
    federation: dict[str, Any] = Settings.model_json_schema()
    definitions = federation.pop("$defs")
    parts = {
        f"{PROJECT}:{ROOT}": {"anyOf": [federation, _FILE]},
        f"{PROJECT}:{REVIEW}": ReviewSettings.model_json_schema(),
    }
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Stack file of okta-identity-center",
        "type": "object",
        "properties": {"config": {"type": "object", "properties": parts}},
        "$defs": definitions,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
