"""The Pulumi provider that serves the public components, and its package schema.

`python -m plugin.provider` in a clone prints the schema; `make docs` writes it to schema.json.
"""

import inspect
import json
import sys
from importlib import import_module
from types import ModuleType
from typing import Any, cast

import pulumi
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.experimental.util import camel_case

NAME = "okta-identity-center"


def provider(components: ModuleType, version: str) -> ComponentProvider:
    """The provider of every component that the module exports."""
    public = filter(inspect.isclass, (getattr(components, name) for name in components.__all__))
    classes = [each for each in public if issubclass(each, pulumi.ComponentResource)]
    served = ComponentProvider(classes, NAME, version=version)
    schema = json.loads(served.schema or "{}", object_hook=_tidy)
    models = import_module("okta_idc.settings.models")
    _describe(schema, import_module("okta_idc.settings").Settings, "IdentityCenterFederation")
    for name, model in {**vars(models), "SamlApp": models.App}.items():
        if inspect.isclass(model) and hasattr(model, "model_fields"):
            _describe(schema, model, name)
    served.schema = json.dumps(schema, indent=2, sort_keys=True)
    return served


def _describe(schema: dict[str, Any], model: Any, name: str) -> None:
    """Adds the descriptions of the settings model to the schema's types and resources."""
    for section, keys in (("types", (name, f"{name}Settings")), ("resources", (name,))):
        for part in filter(None, (schema[section].get(f"{NAME}:index:{key}") for key in keys)):
            part.setdefault("description", inspect.cleandoc(model.__doc__))
            inputs = part.get("inputProperties") or part["properties"]
            for key, field in model.model_fields.items():
                if (known := inputs.get(camel_case(key))) is not None:
                    text, default = inspect.cleandoc(field.description), field.default
                    if isinstance(default, str | int | float | list) and default not in ("", []):
                        text += f" Default: {json.dumps(default)}."
                    known.setdefault("description", text)


def _tidy(node: dict[str, Any]) -> dict[str, Any]:
    """An object of the schema without the indentation of docstrings, without the copy of a list's
    or map's description on its elements, and without empty lists of required inputs, which the
    engine omits."""
    for element in (node.get("items"), node.get("additionalProperties")):
        if isinstance(element, dict):
            cast(dict[str, Any], element).pop("description", None)
    if isinstance(text := node.get("description"), str):
        node["description"] = inspect.cleandoc(text)
    if node.get("requiredInputs") == []:
        del node["requiredInputs"]
    return node


if __name__ == "__main__":
    from okta_idc.version import kit_version

    sys.stdout.write(f"{provider(import_module('components'), kit_version()).schema}\n")
