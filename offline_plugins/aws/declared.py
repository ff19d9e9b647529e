"""A resource type that is declared by its inputs: what Check, Diff and Read have in common.

Owns defaults, automatic names, what replaces, previews, imports, refreshes, and a resource that
came to be although its creation failed. A type says how it is made, found, changed and removed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from offline_plugins.aws.account import Account
from offline_plugins.aws.calls import GONE
from offline_plugins.aws.documents import Same, is_same
from offline_plugins.aws.registry import Half
from offline_plugins.aws.service import RefusedError, Service
from offline_plugins.property_values import has_unknown
from offline_plugins.provider_server import (
    UNKNOWN,
    Checked,
    Diff,
    Failure,
    HalfMade,
    Kind,
    Properties,
    ProviderError,
    Resource,
    State,
)

ADDED = "__defaults"
"""The bridge's list of inputs that Check has added."""


@dataclass(frozen=True)
class Input:
    """One input. Not given, it is the default; or what AWS says, if it is computed; or unset."""

    required: bool = False
    replaces: bool = False
    default: Any = None
    computed: bool = False
    same: Same = is_same
    normal: Callable[[Any], Any] = lambda value: value
    wrong: Callable[[Any], str] = lambda _: ""
    """What is wrong with the value; empty if nothing is."""


REQUIRED = Input(required=True)
FIXED = Input(required=True, replaces=True)
OPTIONAL = Input()
COMPUTED = Input(computed=True, replaces=True)


class Declared:
    """What a subclass declares, and what it must and may implement."""

    kind: ClassVar[str]
    service: ClassVar[str]
    """botocore's name."""
    half: ClassVar[Half] = "sdk"
    inputs: ClassVar[dict[str, Input]]
    computed: ClassVar[tuple[str, ...]] = ()
    """Outputs that are no inputs."""
    name_length: ClassVar[int] = 0
    """The most characters of an automatic name; 0: it has none."""

    def make(self, aws: Service, wanted: Properties) -> str:
        """Creates it and returns its id."""
        raise NotImplementedError

    def settle(self, aws: Service, id: str, wanted: Properties) -> None:
        """Waits until what was made or changed is so. If it fails, the resource is there."""

    def find(self, aws: Service, id: str, known: Properties) -> Properties | None:
        """Its outputs. `known` is what the state or the program says; empty at an import."""
        raise NotImplementedError

    def change(self, aws: Service, id: str, olds: Properties, wanted: Properties) -> None:
        raise ProviderError(f"{self.kind} cannot be changed")

    def remove(self, aws: Service, id: str, olds: Properties) -> None:
        raise NotImplementedError

    def imported(self, id: str) -> tuple[str, Properties]:
        """The id that the state will hold, of the one that `pulumi import` is given, and what the
        latter says."""
        return id, {}

    def check(self, at: Resource, news: Properties, olds: Properties, seed: bytes) -> Checked:
        given = {name: value for name, value in news.items() if value is not None}
        given.pop(ADDED, None)
        failures = [*self._missing(given), *self._unknown(given)]
        defaults = {n: i.default for n, i in self._all.items() if i.default is not None}
        if self.name_length:
            defaults["name"] = self._auto_name(at, olds, seed)
        added = sorted(defaults.keys() - given.keys())
        for name, wanted in self._all.items():
            if name in given and not has_unknown(given[name]):
                if wrong := wanted.wrong(given[name]):
                    failures.append(Failure(f'"{name}" {wrong}', name))
                else:
                    given[name] = wanted.normal(given[name])
        return Checked({**given, **{n: defaults[n] for n in added}, ADDED: added}, failures)

    def diff(self, id: str, olds: Properties, news: Properties) -> Diff:
        changes: dict[str, Kind] = {}
        for name, wanted in self._all.items():
            new, old = news.get(name), olds.get(name)
            if new is None and wanted.computed:
                continue
            if has_unknown(new) or not wanted.same(new, old):
                kind = "DELETE" if new is None else "UPDATE" if old else "ADD"
                changes[name] = "UPDATE_REPLACE" if wanted.replaces else kind
        replaces = sorted(name for name, kind in changes.items() if kind.endswith("REPLACE"))
        # Its name would be taken still, if the program chose it and keeps it.
        own_name = "name" in self._all and "name" not in news.get(ADDED, [])
        return Diff(
            bool(changes), diffs=sorted(changes), replaces=replaces, detailed=changes,
            delete_before_replace=bool(replaces) and own_name and "name" not in changes,
        )  # fmt: skip

    def create(self, account: Account, at: Resource, inputs: Properties, preview: bool) -> State:
        planned = self._planned(account, inputs)
        if preview:
            computed = (n for n, i in self._all.items() if i.computed)
            unknown = dict.fromkeys((*self.computed, *computed), UNKNOWN)
            return State("", {**unknown, **planned})
        aws = account.service(self.service, planned["region"])
        try:
            made = self.make(aws, planned)
        except ProviderError as error:
            raise ProviderError(self._said("creating", at, error)) from None
        try:
            self.settle(aws, made, planned)
            found = self.find(aws, made, planned)
            if found is None:
                raise ProviderError(f"{made} is not found after it was created")
        except ProviderError as error:
            raise HalfMade(self._said("creating", at, error), State(made, planned)) from None
        return State(made, self._outputs(found, planned["region"]))

    def read(
        self, account: Account, at: Resource, id: str, olds: Properties, inputs: Properties
    ) -> State | None:
        imports = not olds and not inputs
        region = olds.get("region") or inputs.get("region") or account.region
        name, known = self.imported(id) if imports else (id, {**inputs, **olds})
        try:
            found = self.find(account.service(self.service, region), name, known)
        except RefusedError as refused:
            if refused.code not in GONE:
                raise ProviderError(self._said("refreshing", at, refused)) from None
            found = None
        except ProviderError as error:
            raise ProviderError(self._said("refreshing", at, error)) from None
        if found is None:
            return None
        outputs = self._outputs(found, region)
        asked = self._all if imports else [name for name in self._all if name in inputs]
        said = {name: outputs[name] for name in asked if outputs.get(name) not in (None, "", {})}
        if imports:
            said.pop("region")
        return State(name, outputs, {**said, ADDED: inputs.get(ADDED, [])})

    def update(
        self, account: Account, at: Resource, id: str, olds: Properties, news: Properties,
        preview: bool,
    ) -> Properties:  # fmt: skip
        planned = self._planned(account, news)
        computed = {n for n, i in self._all.items() if i.computed}
        stays = {n: olds[n] for n in (*self.computed, *computed) if n in olds}
        if preview:
            return {**stays, **planned}
        aws = account.service(self.service, planned["region"])
        wanted = {**stays, **planned}
        try:
            self.change(aws, id, olds, wanted)
        except ProviderError as error:
            # The state keeps what AWS was last known to hold, so that the next run tries again.
            raise ProviderError(self._said("updating", at, error)) from None
        try:
            self.settle(aws, id, wanted)
            found = self.find(aws, id, wanted)
            if found is None:
                raise ProviderError(f"{id} is not found after it was changed")
        except ProviderError as error:
            raise HalfMade(self._said("updating", at, error), State(id, wanted)) from None
        return self._outputs(found, planned["region"])

    def delete(self, account: Account, at: Resource, id: str, olds: Properties) -> None:
        aws = account.service(self.service, olds.get("region") or account.region)
        try:
            self.remove(aws, id, olds)
        except RefusedError as refused:
            if refused.code not in GONE:
                raise ProviderError(self._said("deleting", at, refused)) from None
        except ProviderError as error:
            raise ProviderError(self._said("deleting", at, error)) from None

    @property
    def _all(self) -> dict[str, Input]:
        return {**self.inputs, "region": COMPUTED}

    def _planned(self, account: Account, inputs: Properties) -> Properties:
        given = {name: value for name, value in inputs.items() if name != ADDED}
        tags = {"tagsAll": given.get("tags") or {}} if "tags" in self.inputs else {}
        return {"region": account.region, **tags, **given}

    def _outputs(self, found: Properties, region: str) -> Properties:
        return {"region": region, **{n: v for n, v in found.items() if v is not None}}

    def _missing(self, given: Properties) -> list[Failure]:
        return [
            Failure(f"Missing required argument. {self.kind} needs {name!r}", name)
            for name, wanted in self._all.items()
            if wanted.required and name not in given
        ]

    def _unknown(self, given: Properties) -> list[Failure]:
        return [
            Failure(
                f"{self.kind}: the input {name!r} is not supported by the replacement AWS plugin "
                "(docs/reference/offline-plugins.md); leave it out, or use the real plugin",
                name,
            )
            for name in sorted(given.keys() - self._all.keys())
        ]

    def _auto_name(self, at: Resource, olds: Properties, seed: bytes) -> str:
        """The one that was made up before, or the resource's name with seven hex digits."""
        if "name" in olds.get(ADDED, []) and olds.get("name"):
            return olds["name"]
        tail = f"-{hashlib.sha256(seed + at.urn.encode()).hexdigest()[:7]}"
        return f"{at.name[: self.name_length - len(tail)]}{tail}"

    def _said(self, verb: str, at: Resource, error: ProviderError) -> str:
        if self.half == "framework":
            return str(error)
        return f"{verb} {at.urn}: 1 error occurred:\n\t* {error}\n\n"
