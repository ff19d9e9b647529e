"""A provider in plain Python: its operations, their requests and results.

Values are plain Python, `Secret(v)` and `UNKNOWN`. provider_server.py serves a provider to the
engine.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeVar

from offline_plugins.property_values import Secret, reveal

Properties = dict[str, Any]
ChangeKind = Literal["ADD", "ADD_REPLACE", "DELETE", "DELETE_REPLACE", "UPDATE", "UPDATE_REPLACE"]
Api = TypeVar("Api")
ApiArgument = TypeVar("ApiArgument", contravariant=True)


class ProviderError(Exception):
    """An operation failed. The text is shown to the user."""


class PartialStateError(ProviderError):
    """The operation failed after it had changed the resource. The engine records `state`."""

    def __init__(self, message: str, state: State) -> None:
        super().__init__(message)
        self.state = state


@dataclass(frozen=True)
class Failure:
    """An input that Check rejects."""

    reason: str
    property: str = ""


@dataclass(frozen=True)
class Checked:
    """The result of Check: the inputs with defaults, and the failures."""

    inputs: Properties
    failures: list[Failure] = field(default_factory=list[Failure])


@dataclass(frozen=True)
class Diff:
    """The result of Diff. `detailed` is None if the provider returns no detailed diff."""

    changes: bool
    diffs: list[str] = field(default_factory=list[str])
    replaces: list[str] = field(default_factory=list[str])
    stables: list[str] = field(default_factory=list[str])
    detailed: dict[str, ChangeKind] | None = None
    input_diff: bool = False
    delete_before_replace: bool = False


@dataclass(frozen=True)
class State:
    """The id, the outputs and, from Read, the inputs of a resource."""

    id: str
    outputs: Properties
    inputs: Properties | None = None


@dataclass(frozen=True)
class Request:
    """A request about a resource. What an operation does not have is empty."""

    urn: str
    type: str
    name: str
    id: str = ""
    olds: Properties = field(default_factory=dict[str, Any])
    """The recorded outputs; for Check, the recorded inputs. Empty for an import."""
    inputs: Properties = field(default_factory=dict[str, Any])
    """The new inputs; for Read, the recorded ones. Empty for an import."""
    preview: bool = False
    seed: bytes = b""
    proposed_name: str | None = ""
    """The automatic name from the stack's `pulumi:autonaming`; None if automatic names are off."""
    warn: Callable[[str], None] = lambda _: None
    """Shows the user a warning about the resource."""


class ResourceType(Protocol[ApiArgument]):
    """The operations of one resource type. `api` is the configured API client."""

    def check(self, request: Request, /) -> Checked: ...

    def diff(self, request: Request, /) -> Diff: ...

    def create(self, api: ApiArgument, request: Request, /) -> State: ...

    def read(self, api: ApiArgument, request: Request, /) -> State | None:
        """The current state; None if the resource no longer exists."""
        ...

    def update(self, api: ApiArgument, request: Request, /) -> Properties: ...

    def delete(self, api: ApiArgument, request: Request, /) -> None: ...


class LookUp(Protocol[ApiArgument]):
    """One function of the package's schema."""

    def failures(self, args: Properties, /) -> list[Failure]:
        """The arguments that the lookup rejects."""
        ...

    def invoke(self, api: ApiArgument, args: Properties, /) -> Properties | list[Failure]: ...


class Provider(Generic[Api]):
    """A provider with these resource types and lookups, by their tokens.

    A subclass sets `api` in `configure`. The engine sends secret inputs in plain text, as it does
    to bridged plugins.
    """

    name = "provider"
    title = "provider"
    """The provider's name in messages."""
    version = "0.0.0"
    settings: Mapping[str, Properties] = {}
    """The configuration as properties of a package schema. A program that configures a provider
    of its own, or a component that has one as an argument, is checked against it."""
    not_configured = "The provider was not configured"
    api: Api | None = None

    def __init__(
        self,
        resource_types: Mapping[str, ResourceType[Api]],
        lookups: Mapping[str, LookUp[Api]],
    ) -> None:
        self._resource_types = resource_types
        self._lookups = lookups

    def check_config(self, news: Properties) -> Checked:
        """Mark the secrets, and compact the JSON of nested settings as the bridge does."""
        return Checked({name: self._checked(name, value) for name, value in news.items()})

    def _checked(self, setting: str, value: Any) -> Any:
        if self.settings.get(setting, {}).get("secret"):
            return Secret(value) if value and not isinstance(value, Secret) else value
        if isinstance(value, str) and value[:1] in ("[", "{"):
            with contextlib.suppress(ValueError):
                return json.dumps(json.loads(value), separators=(",", ":"))
        return value

    def diff_config(self, news: Properties, olds: Properties) -> Diff:
        changed = sorted(k for k in {*news, *olds} if reveal(news.get(k)) != reveal(olds.get(k)))
        detailed: dict[str, ChangeKind] = {
            k: "UPDATE" if k in news and k in olds else "ADD" if k in news else "DELETE"
            for k in changed
        }
        return Diff(bool(changed), changed, detailed=detailed, input_diff=True)

    def configure(self, inputs: Properties) -> None: ...

    def cancel(self) -> None:
        """End waits for rate limits and retries early. Current calls finish."""

    def check(self, request: Request) -> Checked:
        return self.resource_type(request).check(request)

    def invoke(self, token: str, args: Properties) -> Properties | list[Failure]:
        if token not in self._lookups:
            raise ProviderError(self._not_supported(token))
        lookup = self._lookups[token]
        return lookup.failures(args) or lookup.invoke(self.client, args)

    @property
    def client(self) -> Api:
        if self.api is None:
            raise ProviderError(self.not_configured)
        return self.api

    def resource_type(self, request: Request) -> ResourceType[Api]:
        if request.type not in self._resource_types:
            raise ProviderError(self._not_supported(request.type))
        return self._resource_types[request.type]

    def _not_supported(self, token: str) -> str:
        return (
            f"{token} is not supported by the replacement {self.title} plugin, which covers only "
            "what the sandbox needs (docs/reference/offline-plugins.md). Install the official "
            f"plugin: pulumi plugin install resource {self.name} {self.version}"
        )
