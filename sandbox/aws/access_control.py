"""Attributes for access control of the organization's instance, for the API and the console.

An instance has one configuration (docs/research/identity-center.md#attributes-for-access-control).
"""

import re
from typing import Any

# Limits of AccessControlAttribute in botocore's sso-admin model.
_MAX_ATTRIBUTES = 50
_KEY = re.compile(r"[\w .:/=+\-@]{1,128}")
_SOURCE = re.compile(r"""[\w .:/=+\-@[\]{}$\\"]{1,256}""")
Attribute = dict[str, Any]


class AccessControl:
    """The configuration: `attributes` is None while the feature is disabled, and can be empty."""

    def __init__(self) -> None:
        self.attributes: list[Attribute] | None = None

    def put(self, attributes: list[Attribute]) -> None:
        """Enable the feature with these attributes, or replace them; ValueError if invalid."""
        keys = [attribute["Key"] for attribute in attributes]
        sources = [source for attribute in attributes for source in attribute["Value"]["Source"]]
        if len(attributes) > _MAX_ATTRIBUTES:
            raise ValueError(f"Use at most {_MAX_ATTRIBUTES} attributes.")
        if not all(map(_KEY.fullmatch, keys)):
            raise ValueError("Key: use 1 to 128 letters, digits, spaces and _.:/=+-@ only.")
        if not all(map(_SOURCE.fullmatch, sources)):
            raise ValueError("Value: use an attribute of the user, for example ${path:userName}.")
        duplicates = sorted({key for key in keys if keys.count(key) > 1})
        if duplicates:
            raise ValueError(f"Duplicate attribute keys: {', '.join(duplicates)}")
        self.attributes = attributes

    def disable(self) -> None:
        self.attributes = None
