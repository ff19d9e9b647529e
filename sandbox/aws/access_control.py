"""Attributes for access control of the organization's instance, for the API and the console.

An instance has one configuration (docs/research/identity-center.md#attributes-for-access-control).
"""

from typing import Any

MAX_ATTRIBUTES = 50
"""Maximum of AccessControlAttributeList in botocore's sso-admin model."""
Attribute = dict[str, Any]


class AccessControl:
    """The configuration: `attributes` is None while the feature is disabled, and can be empty."""

    def __init__(self) -> None:
        self.attributes: list[Attribute] | None = None

    def put(self, attributes: list[Attribute]) -> None:
        """Enable the feature with these attributes, or replace them; ValueError if invalid."""
        keys = [attribute["Key"] for attribute in attributes]
        duplicates = sorted({key for key in keys if keys.count(key) > 1})
        if duplicates:
            raise ValueError(f"Duplicate attribute keys: {', '.join(duplicates)}")
        self.attributes = attributes

    def disable(self) -> None:
        self.attributes = None
