"""The replacement AWS plugin: its configuration, resource types and lookups."""

from __future__ import annotations

from importlib.metadata import version

from offline_plugins.aws import services  # noqa: F401 # fills LOOK_UPS and RESOURCES
from offline_plugins.aws.account import Account
from offline_plugins.aws.registry import LOOK_UPS, RESOURCES
from offline_plugins.provider import Properties, Provider

_TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
SETTINGS: dict[str, Properties] = {
    "accessKey": {"type": "string", "secret": True},
    "assumeRoles": {"type": "array", "items": _TEXTS},
    "endpoints": {"type": "array", "items": _TEXTS},
    "maxRetries": {"type": "integer"},
    "region": {"type": "string"},
    "secretKey": {"type": "string", "secret": True},
    "skipCredentialsValidation": {"type": "boolean"},
    "skipMetadataApiCheck": {"type": "boolean"},
    "skipRequestingAccountId": {"type": "boolean"},
    "token": {"type": "string", "secret": True},
}


class AwsPlugin(Provider[Account]):
    """The resource types and lookups of pulumi-aws that this kit uses."""

    name = "aws"
    title = "AWS"
    version = version("pulumi-aws")
    settings = SETTINGS
    not_configured = "The AWS provider was not configured"

    def __init__(self) -> None:
        super().__init__(RESOURCES, LOOK_UPS)

    def configure(self, inputs: Properties) -> None:
        self.api = Account(inputs)
