"""The plugin itself: its configuration, its look-ups, and the refusal of everything else."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import Any

from offline_plugins.aws import services  # noqa: F401 # declares LOOK_UPS and RESOURCES
from offline_plugins.aws.account import Account
from offline_plugins.aws.registry import LOOK_UPS, RESOURCES, AwsResource
from offline_plugins.provider_server import (
    Checked,
    Diff,
    Failure,
    Properties,
    Provider,
    ProviderError,
    Resource,
    Secret,
    State,
)

SECRETS = ("accessKey", "secretKey", "token")
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


class AwsPlugin(Provider):
    name = "aws"
    version = version("pulumi-aws")
    settings = SETTINGS

    def __init__(self) -> None:
        self._configured: Account | None = None

    def check_config(self, news: Properties, olds: Properties) -> Checked:
        """Seals the secrets, and rewrites nested settings as the bridge does."""
        inputs = {name: _compact(value) for name, value in news.items()}
        sealed = {
            name: Secret(inputs[name])
            for name in SECRETS
            if inputs.get(name) and not isinstance(inputs[name], Secret)
        }
        return Checked({**inputs, **sealed})

    def configure(self, inputs: Properties) -> None:
        self._configured = Account(inputs)

    def invoke(self, token: str, args: Properties) -> Properties | list[Failure]:
        if token not in LOOK_UPS:
            raise ProviderError(self._not_here(token))
        look_up = LOOK_UPS[token]
        return look_up.failures(args) or look_up.answer(self._account, args)

    def check(self, at: Resource, news: Properties, olds: Properties, *, seed: bytes) -> Checked:
        return self._resource(at.type).check(at, news, olds, seed)

    def diff(
        self, at: Resource, resource_id: str, olds: Properties, news: Properties,
        old_inputs: Properties, ignore_changes: list[str],
    ) -> Diff:  # fmt: skip
        return self._resource(at.type).diff(resource_id, olds, news)

    def create(self, at: Resource, inputs: Properties, *, preview: bool) -> State:
        return self._resource(at.type).create(self._account, at, inputs, preview)

    def read(
        self, at: Resource, resource_id: str, olds: Properties, inputs: Properties
    ) -> State | None:
        return self._resource(at.type).read(self._account, at, resource_id, olds, inputs)

    def update(
        self, at: Resource, resource_id: str, olds: Properties, news: Properties,
        old_inputs: Properties, *, preview: bool,
    ) -> Properties:  # fmt: skip
        return self._resource(at.type).update(self._account, at, resource_id, olds, news, preview)

    def delete(
        self, at: Resource, resource_id: str, olds: Properties, old_inputs: Properties
    ) -> None:
        self._resource(at.type).delete(self._account, at, resource_id, olds)

    @property
    def _account(self) -> Account:
        if self._configured is None:
            raise ProviderError("The AWS provider was not configured")
        return self._configured

    def _resource(self, kind: str) -> AwsResource:
        if kind not in RESOURCES:
            raise ProviderError(self._not_here(kind))
        return RESOURCES[kind]

    def _not_here(self, token: str) -> str:
        return (
            f"{token} is not in the replacement AWS plugin, which only knows what the sandbox "
            "needs (docs/reference/offline-plugins.md). Fix: install the real one: pulumi plugin "
            f"install resource aws {self.version}"
        )


def _compact(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.dumps(json.loads(value), separators=(",", ":"))
        except ValueError:
            return value
    return value
