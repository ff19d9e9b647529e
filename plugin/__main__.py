"""The plugin: serves the components to Pulumi programs in YAML, TypeScript, Go, C# and Java.

Pulumi installs requirements.txt, the released wheel, beside this file and starts it.
"""

import inspect
from importlib.metadata import version

import pulumi
from property_errors import serve
from pulumi.provider.experimental.component import ComponentProvider

from okta_idc import components

DISTRIBUTION = NAME = "okta-identity-center"


def public_components() -> list[type[pulumi.ComponentResource]]:
    """Every component that okta_idc.components exports."""
    exported = (getattr(components, name) for name in components.__all__)
    return [
        each
        for each in exported
        if inspect.isclass(each) and issubclass(each, pulumi.ComponentResource)
    ]


if __name__ == "__main__":
    serve(ComponentProvider(public_components(), NAME, version=version(DISTRIBUTION)))
