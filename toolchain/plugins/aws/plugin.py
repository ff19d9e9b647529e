"""The plugin itself: its configuration, its look-ups, and the refusal of everything else."""

from __future__ import annotations

from importlib.metadata import version

from toolchain.plugins.aws.account import Account
from toolchain.plugins.aws.invokes import INVOKES, run
from toolchain.plugins.host import (
    Checked,
    Failure,
    Properties,
    Provider,
    ProviderError,
    Resource,
    Secret,
)

SECRETS = ("accessKey", "secretKey", "token")


class AwsPlugin(Provider):
    name = "aws"
    version = version("pulumi-aws")

    def __init__(self) -> None:
        self._account: Account | None = None

    def check_config(self, news: Properties, olds: Properties) -> Checked:
        sealed = {
            name: Secret(value)
            for name, value in news.items()
            if name in SECRETS and value and not isinstance(value, Secret)
        }
        return Checked({**news, **sealed})

    def configure(self, inputs: Properties) -> None:
        self._account = Account(inputs)

    def check(self, at: Resource, news: Properties, olds: Properties, *, seed: bytes) -> Checked:
        raise ProviderError(self._not_here(at.type))

    def invoke(self, token: str, args: Properties) -> Properties | list[Failure]:
        if token not in INVOKES:
            raise ProviderError(self._not_here(token))
        if self._account is None:
            raise ProviderError("The AWS provider was not configured")
        return run(self._account, token, args)

    def _not_here(self, token: str) -> str:
        return (
            f"{token} is not in the replacement AWS plugin, which only knows what the sandbox "
            "needs (docs/replacement-plugins.md). Fix: install the real one: pulumi plugin "
            f"install resource aws {self.version}"
        )
