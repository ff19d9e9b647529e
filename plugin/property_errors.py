"""Reports the errors of components as property errors instead of stack traces.

The SDK answers a program in YAML, TypeScript or Go with a Python stack trace for an error of a
component's constructor, and with "Unexpected <class …>" for a RunError of a lookup. Only an
`InputPropertiesError` reaches the user as text (docs/research/pulumi-python-host.md).
"""

import json
import re
import sys
from typing import Any, cast

import pulumi
from pulumi.errors import InputPropertyErrorDetails
from pulumi.provider import Provider, server
from pulumi.provider.experimental.util import camel_case

_INVALID = "The arguments are not valid (snake_case names are camelCase in this program):"


class PropertyErrorServicer(server.ProviderServicer):
    """The SDK's servicer, which returns errors for the user as property errors."""

    async def _construct(self, request: Any, context: Any) -> Any:
        try:
            return await cast(Any, super())._construct(request, context)
        except Exception as error:
            raise as_property_errors(error, self.provider.schema, request.type) from None


def as_property_errors(error: Exception, schema: str | None, component: str) -> Exception:
    """An InputPropertiesError for a RunError, wherever it was raised; other errors unchanged.
    It names the properties at the paths of the `findings`; without a path it is a message alone."""
    cause = error.inner if isinstance(error, server.ComponentInitError) else error
    if isinstance(cause, pulumi.InputPropertyError | pulumi.InputPropertiesError):
        return cause
    if not isinstance(cause, pulumi.RunError):
        return error
    described: Any = json.loads(schema or "{}")
    details: list[InputPropertyErrorDetails] = [
        {
            "property_path": _property_path(finding.path, described, component),
            "reason": finding.message,
        }
        for finding in getattr(cause, "findings", ())
        if finding.path
    ]  # a list even if it is empty: gRPC would fail to send None
    return pulumi.InputPropertiesError(_INVALID if details else str(cause), details)


def serve(provider: Provider) -> None:
    """`component_provider_host` with property errors: serves until the engine ends the process."""
    server.ProviderServicer = PropertyErrorServicer  # the name of the class that `main` starts
    server.main(provider, sys.argv[1:])


def _property_path(path: str, schema: dict[str, Any], component: str) -> str:
    """The path in camel case, as far as the component's inputs have it: keys of maps stay."""
    node: dict[str, Any] = {"properties": schema["resources"][component]["inputProperties"]}

    def spell(part: re.Match[str]) -> str:
        nonlocal node
        node = schema["types"].get(node.get("$ref", "").removeprefix("#/types/"), node)
        if part[0].startswith("["):
            node = node.get("items", {})
            return part[0]
        name = camel_case(part[0])
        known = node.get("properties", {}).get(name)
        node = known or {}
        return name if known else part[0]

    return re.sub(r"\[\d+\]|[^.\[\]]+", spell, path)
