"""A provider that forwards each call to the resource type or the lookup of its token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, Protocol, TypeVar

from offline_plugins.provider_server import (
    Checked,
    Diff,
    Failure,
    Properties,
    Provider,
    ProviderError,
    Resource,
    State,
)

Api = TypeVar("Api")
ApiArgument = TypeVar("ApiArgument", contravariant=True)


class ResourceType(Protocol[ApiArgument]):
    """The operations of one resource type. `api` is the configured API client."""

    def check(
        self, resource: Resource, news: Properties, olds: Properties, seed: bytes, /
    ) -> Checked: ...

    def diff(self, id: str, olds: Properties, news: Properties, /) -> Diff: ...

    def create(
        self, api: ApiArgument, resource: Resource, inputs: Properties, preview: bool, /
    ) -> State: ...

    def read(
        self, api: ApiArgument, resource: Resource, id: str, olds: Properties, inputs: Properties, /
    ) -> State | None: ...

    def update(
        self, api: ApiArgument, resource: Resource, id: str, olds: Properties, news: Properties,
        preview: bool, /,
    ) -> Properties: ...  # fmt: skip

    def delete(
        self, api: ApiArgument, resource: Resource, id: str, olds: Properties, /
    ) -> None: ...


class LookUp(Protocol[ApiArgument]):
    """One function of the package's schema."""

    def failures(self, args: Properties, /) -> list[Failure]:
        """The arguments that the lookup rejects."""
        ...

    def invoke(self, api: ApiArgument, args: Properties, /) -> Properties | list[Failure]: ...


class ResourceProvider(Provider, Generic[Api]):
    """A provider with these resource types and lookups, by their tokens.

    A subclass sets `api` in `configure`.
    """

    title = "provider"
    """The provider's name in messages."""

    def __init__(
        self,
        resource_types: Mapping[str, ResourceType[Api]],
        lookups: Mapping[str, LookUp[Api]],
        not_configured: str,
    ) -> None:
        self._resource_types = resource_types
        self._lookups = lookups
        self._not_configured = not_configured
        self.api: Api | None = None

    def check(
        self, resource: Resource, news: Properties, olds: Properties, *, seed: bytes
    ) -> Checked:
        return self._type(resource).check(resource, news, olds, seed)

    def diff(
        self, resource: Resource, resource_id: str, olds: Properties, news: Properties,
        old_inputs: Properties, ignore_changes: list[str],
    ) -> Diff:  # fmt: skip
        return self._type(resource).diff(resource_id, olds, news)

    def create(self, resource: Resource, inputs: Properties, *, preview: bool) -> State:
        return self._type(resource).create(self._client, resource, inputs, preview)

    def read(
        self, resource: Resource, resource_id: str, olds: Properties, inputs: Properties
    ) -> State | None:
        return self._type(resource).read(self._client, resource, resource_id, olds, inputs)

    def update(
        self, resource: Resource, resource_id: str, olds: Properties, news: Properties,
        old_inputs: Properties, *, preview: bool,
    ) -> Properties:  # fmt: skip
        kind = self._type(resource)
        return kind.update(self._client, resource, resource_id, olds, news, preview)

    def delete(
        self, resource: Resource, resource_id: str, olds: Properties, old_inputs: Properties
    ) -> None:
        self._type(resource).delete(self._client, resource, resource_id, olds)

    def invoke(self, token: str, args: Properties) -> Properties | list[Failure]:
        if token not in self._lookups:
            raise ProviderError(self._not_supported(token))
        lookup = self._lookups[token]
        return lookup.failures(args) or lookup.invoke(self._client, args)

    @property
    def _client(self) -> Api:
        if self.api is None:
            raise ProviderError(self._not_configured)
        return self.api

    def _type(self, resource: Resource) -> ResourceType[Api]:
        if resource.type not in self._resource_types:
            raise ProviderError(self._not_supported(resource.type))
        return self._resource_types[resource.type]

    def _not_supported(self, token: str) -> str:
        return (
            f"{token} is not supported by the replacement {self.title} plugin, which covers only "
            "what the sandbox needs (docs/reference/offline-plugins.md). Install the official "
            f"plugin: pulumi plugin install resource {self.name} {self.version}"
        )
