"""The lookups and resource types that the modules of services/ declare, by their tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from offline_plugins.aws.account import Account
from offline_plugins.aws.service import Service
from offline_plugins.provider import Failure, Properties, ProviderError, ResourceType

Read = Callable[[Service, Properties], Properties]
"""A function of the service's client and the arguments. Returns the results but the Region."""
TerraformSdk = Literal["sdkv2", "framework"]
"""The Terraform SDK of the official plugin's implementation. The two word errors differently."""


@dataclass(frozen=True)
class AwsLookUp:
    """A lookup, and the arguments that it accepts."""

    token: str
    service: str
    """botocore's service name."""
    read: Read
    sdk: TerraformSdk
    required: frozenset[str]
    optional: frozenset[str]

    def failures(self, args: Properties) -> list[Failure]:
        missing = [
            Failure(f"Missing required argument. {self.token} needs {name!r}", name)
            for name in sorted(self.required)
            if args.get(name) is None
        ]
        unknown = [
            Failure(f"Invalid or unknown key. {self.token} has no argument {name!r}", name)
            for name in sorted(args)
            if name not in self.required | self.optional
        ]
        return missing + unknown

    def invoke(self, account: Account, args: Properties) -> Properties:
        region = args.get("region") or account.region
        try:
            found = self.read(account.service(self.service, region), args)
        except ProviderError as error:
            if self.sdk == "framework":
                raise
            raise ProviderError(
                f"invoking {self.token}: 1 error occurred:\n\t* {error}\n\n"
            ) from None
        # In Terraform's SDKv2, each result has an ID.
        own_id = {"id": region} if self.sdk == "sdkv2" else {}
        return {**own_id, **found, "region": region}


LOOK_UPS: dict[str, AwsLookUp] = {}
RESOURCES: dict[str, ResourceType[Account]] = {}


def lookup(
    token: str,
    service: str,
    sdk: TerraformSdk,
    *,
    required: tuple[str, ...] = (),
    optional: tuple[str, ...] = (),
) -> Callable[[Read], Read]:
    """Registers a function as the lookup of this token. Each lookup accepts a Region."""

    def register(read: Read) -> Read:
        LOOK_UPS[token] = AwsLookUp(
            token, service, read, sdk, frozenset(required), frozenset({*optional, "region"})
        )
        return read

    return register


def resource(cls: type[Any]) -> type[Any]:
    """Registers a class as the resource type of its `kind`."""
    RESOURCES[cls.kind] = cls()
    return cls
