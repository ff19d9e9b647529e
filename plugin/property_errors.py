"""Reports the errors of components as property errors instead of stack traces.

The SDK answers a program in YAML, TypeScript or Go with a Python stack trace for an error of a
component's constructor, and with "Unexpected <class …>" for a RunError of a lookup. Only an
`InputPropertiesError` reaches the user as text (docs/research/pulumi-python-host.md).
"""

import asyncio
import contextlib
import re
import sys
from typing import Any, cast

import grpc
import pulumi
from pulumi.errors import InputPropertyErrorDetails
from pulumi.provider import Provider, server
from pulumi.provider.experimental.util import camel_case
from pulumi.runtime._grpc_settings import (
    _GRPC_CHANNEL_OPTIONS,  # pyright: ignore[reportPrivateUsage]
)
from pulumi.runtime.proto import provider_pb2_grpc

_INVALID = "The arguments are not valid (snake_case names are camelCase in this program):"


class PropertyErrorServicer(server.ProviderServicer):
    """The SDK's servicer, which returns errors for the user as property errors."""

    async def _construct(self, request: Any, context: Any) -> Any:
        try:
            return await cast(Any, super())._construct(request, context)
        except Exception as error:
            raise as_property_errors(error, str(self.provider.schema)) from None


def as_property_errors(error: Exception, schema: str) -> Exception:
    """An InputPropertiesError for a RunError, wherever it was raised; other errors unchanged.
    It names the properties at the paths of the `findings`; without a path it is a message alone."""
    cause = error.inner if isinstance(error, server.ComponentInitError) else error
    if isinstance(cause, pulumi.InputPropertyError | pulumi.InputPropertiesError):
        return cause
    if not isinstance(cause, pulumi.RunError):
        return error
    details: list[InputPropertyErrorDetails] = [
        {"property_path": _property_path(finding.path, schema), "reason": finding.message}
        for finding in getattr(cause, "findings", ())
        if finding.path
    ]  # a list even if it is empty: gRPC would fail to send None
    return pulumi.InputPropertiesError(_INVALID if details else str(cause), details)


def serve(provider: Provider) -> None:
    """`component_provider_host` with property errors: serves until the engine ends the process."""
    engine = next(argument for argument in sys.argv[1:] if not argument.startswith("-"))

    async def run() -> None:
        listening = grpc.aio.server(options=_GRPC_CHANNEL_OPTIONS)
        servicer = PropertyErrorServicer(provider, sys.argv[1:], engine_address=engine)
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, listening)
        port = listening.add_insecure_port("127.0.0.1:0")
        await listening.start()
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        await listening.wait_for_termination()

    with contextlib.suppress(KeyboardInterrupt):  # how the engine ends a plugin
        asyncio.run(run())


def _property_path(path: str, schema: str) -> str:
    """The path in camel case, except for the keys of maps, which the schema does not have."""
    known = set(re.findall(r'"(\w+)":', schema))
    return re.sub(r"\w+", lambda part: n if (n := camel_case(part[0])) in known else part[0], path)
