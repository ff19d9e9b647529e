"""What a module of services/ declares: look-ups and resource types, by their tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from offline_plugins.aws.account import Account
from offline_plugins.provider_server import (
    Checked,
    Diff,
    Failure,
    Properties,
    ProviderError,
    Resource,
    State,
)

Run = Callable[[Account, Properties], Properties]
Half = Literal["sdk", "framework"]
"""Which of Terraform's two SDKs the real plugin's part is written with: they word errors apart."""


@dataclass(frozen=True)
class LookUp:
    token: str
    run: Run
    half: Half
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

    def answer(self, account: Account, args: Properties) -> Properties:
        try:
            return self.run(account, args)
        except ProviderError as error:
            if self.half == "framework":
                raise
            raise ProviderError(
                f"invoking {self.token}: 1 error occurred:\n\t* {error}\n\n"
            ) from None


class AwsResource(Protocol):
    """What a resource type implements, as host.Provider says it."""

    kind: str

    def check(self, at: Resource, news: Properties, olds: Properties, seed: bytes) -> Checked: ...

    def diff(self, id: str, olds: Properties, news: Properties) -> Diff: ...

    def create(
        self, account: Account, at: Resource, inputs: Properties, preview: bool
    ) -> State: ...

    def read(
        self, account: Account, at: Resource, id: str, olds: Properties, inputs: Properties
    ) -> State | None: ...

    def update(
        self, account: Account, at: Resource, id: str, olds: Properties, news: Properties,
        preview: bool,
    ) -> Properties: ...  # fmt: skip

    def delete(self, account: Account, at: Resource, id: str, olds: Properties) -> None: ...


LOOK_UPS: dict[str, LookUp] = {}
RESOURCES: dict[str, AwsResource] = {}


def look_up(
    token: str, half: Half, *, required: tuple[str, ...] = (), optional: tuple[str, ...] = ()
) -> Callable[[Run], Run]:
    """Declares a function as the look-up of this token, with the arguments that it takes."""

    def declare(run: Run) -> Run:
        LOOK_UPS[token] = LookUp(token, run, half, frozenset(required), frozenset(optional))
        return run

    return declare


def resource(made: type[Any]) -> type[Any]:
    """Declares a class (an AwsResource with its type as `kind`) as a resource type."""
    RESOURCES[made.kind] = made()
    return made
