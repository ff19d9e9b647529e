"""The Pulumi provider that serves the public components, and its package schema.

`python -m plugin.provider` in a clone prints the schema; `make docs` writes it to schema.json.
"""

import inspect
import json
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pulumi
from pulumi.provider.experimental.component import ComponentProvider

NAME = "okta-identity-center"


def provider(components: ModuleType, version: str) -> ComponentProvider:
    """The provider of every component that the module exports."""
    exported = [getattr(components, name) for name in components.__all__]
    public = [each for each in exported if inspect.isclass(each)]
    classes = [each for each in public if issubclass(each, pulumi.ComponentResource)]
    return ComponentProvider(classes, NAME, version=version)


def schema(components: ModuleType, version: str) -> dict[str, Any]:
    """The schema as `pulumi package get-schema` prints it: without descriptions of elements."""

    def clean(node: Any) -> Any:
        if isinstance(node, list):
            return [clean(each) for each in node]
        if not isinstance(node, dict):
            return node
        cleaned = {key: clean(value) for key, value in node.items()}
        for key in ("items", "additionalProperties"):
            if isinstance(element := cleaned.get(key), dict):
                element.pop("description", None)
        return cleaned

    return clean(json.loads(provider(components, version).schema or "{}"))


def main() -> None:
    import components

    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    print(json.dumps(schema(components, project["version"]), indent=2, sort_keys=True))


if __name__ == "__main__":
    main()
