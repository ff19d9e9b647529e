"""The Pulumi provider that serves the public components, and its package schema.

`python -m plugin.provider` in a clone prints the schema; `make docs` writes it to schema.json.
"""

import inspect
import json
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pulumi
from pulumi.provider.experimental.component import ComponentProvider

NAME = "okta-identity-center"


def provider(components: ModuleType, version: str) -> ComponentProvider:
    """The provider of every component that the module exports."""
    exported = [getattr(components, name) for name in components.__all__]
    public = [each for each in exported if inspect.isclass(each)]
    classes = [each for each in public if issubclass(each, pulumi.ComponentResource)]
    made = ComponentProvider(classes, NAME, version=version)
    made.schema = json.dumps(_clean(json.loads(made.schema or "{}")), indent=2, sort_keys=True)
    return made


def _clean(node: Any) -> Any:
    """The schema without the indentation of docstrings, and without the copy of a list's or map's
    description on its elements."""
    if isinstance(node, str):
        return inspect.cleandoc(node)
    if isinstance(node, list):
        return [_clean(each) for each in cast(list[Any], node)]
    if not isinstance(node, dict):
        return node
    cleaned = {key: _clean(value) for key, value in cast(dict[str, Any], node).items()}
    for key in ("items", "additionalProperties"):
        if isinstance(element := cleaned.get(key), dict):
            cast(dict[str, Any], element).pop("description", None)
    return cleaned


if __name__ == "__main__":
    import components as _components

    _project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    sys.stdout.write(f"{provider(_components, _project['version']).schema}\n")
