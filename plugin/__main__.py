"""The plugin: serves the components to Pulumi programs in YAML, TypeScript, Go, C# and Java.

Pulumi installs requirements.txt, the released wheel, beside this file and starts it.
"""

from importlib import import_module
from importlib.metadata import version

from property_errors import serve
from provider import NAME, provider

if __name__ == "__main__":
    serve(provider(import_module("okta_idc.components"), version(NAME)))
