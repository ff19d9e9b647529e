"""The base class of AWS resource types, which declare their inputs.

Implements defaults, automatic names, replacements, previews, imports, refreshes, and the state
after a failed update or a creation that failed once AWS had created the object. A subclass
implements the AWS calls.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from offline_plugins.aws.account import Account
from offline_plugins.aws.calls import NOT_FOUND_CODES
from offline_plugins.aws.equivalence import (
    Equivalence,
    is_same,
    is_same_policy,
    json_object_error,
    keep_equivalent,
    normalize_json,
)
from offline_plugins.aws.registry import TerraformSdk
from offline_plugins.aws.service import AwsError, Service
from offline_plugins.property_values import UNKNOWN, has_unknown
from offline_plugins.provider import (
    ChangeKind,
    Checked,
    Diff,
    Failure,
    PartialStateError,
    Properties,
    ProviderError,
    Request,
    State,
)

DEFAULTS_KEY = "__defaults"
"""The bridge's key for the list of inputs that Check has added."""


@dataclass(frozen=True)
class Input:
    """One input. If absent, it has its default, or AWS's value if it is computed, or none."""

    required: bool = False
    replaces: bool = False
    default: Any = None
    computed: bool = False
    same: Equivalence = is_same
    normalize: Callable[[Any], Any] = lambda value: value
    validate: Callable[[Any], str] = lambda _: ""
    """Returns the error; an empty text if the value is valid."""


REQUIRED = Input(required=True)
IMMUTABLE = Input(required=True, replaces=True)
OPTIONAL = Input()
REGION = Input(computed=True, replaces=True)
POLICY = Input(
    required=True, same=is_same_policy, normalize=normalize_json, validate=json_object_error
)


class AwsResourceType:
    """A resource type. Subclasses declare inputs and implement `make`, `find` and `remove`."""

    kind: ClassVar[str]
    service: ClassVar[str]
    """botocore's service name."""
    sdk: ClassVar[TerraformSdk] = "sdkv2"
    inputs: ClassVar[dict[str, Input]]
    computed: ClassVar[tuple[str, ...]] = ()
    """Outputs that are not inputs."""
    name_length: ClassVar[int] = 0
    """The maximum length of an automatic name; 0 if the type has no automatic name."""

    def make(self, aws: Service, wanted: Properties) -> str:
        """Create the object and return its id."""
        raise NotImplementedError

    def finish(
        self, aws: Service, id: str, olds: Properties, wanted: Properties
    ) -> Properties | None:
        """Complete a creation (`olds` is empty) or an update, and return the outputs."""
        return self.find(aws, id, wanted)

    def look(self, aws: Service, id: str, known: Properties) -> Properties | None:
        """The outputs; None if the object, or what it belongs to, does not exist."""
        try:
            return self.find(aws, id, known)
        except AwsError as refused:
            if refused.code not in NOT_FOUND_CODES:
                raise
            return None

    def find(self, aws: Service, id: str, known: Properties) -> Properties | None:
        """The outputs; None if the object does not exist.

        `known` has the properties from the state or the program; it is empty for an import.
        """
        raise NotImplementedError

    def change(self, aws: Service, id: str, olds: Properties, wanted: Properties) -> None:
        """Update the object."""
        raise ProviderError(f"{self.kind} cannot be changed")

    def remove(self, aws: Service, id: str, olds: Properties) -> None:
        """Delete the object."""
        raise NotImplementedError

    def parse_import_id(self, id: str) -> tuple[str, Properties]:
        """The id for the state, and the known properties, from the id given to `pulumi import`."""
        return id, {}

    def check(self, request: Request) -> Checked:
        given = {name: value for name, value in request.inputs.items() if value is not None}
        given.pop(DEFAULTS_KEY, None)
        failures = [*self._missing_inputs(given), *self._unsupported_inputs(given)]
        defaults = {n: i.default for n, i in self._all.items() if i.default is not None}
        if self.name_length:
            defaults["name"] = self._auto_name(request)
        added = sorted(defaults.keys() - given.keys())
        for name, wanted in self._all.items():
            if name in given and not has_unknown(given[name]):
                if error := wanted.validate(given[name]):
                    failures.append(Failure(f'"{name}" {error}', name))
                else:
                    given[name] = wanted.normalize(given[name])
        return Checked({**given, **{n: defaults[n] for n in added}, DEFAULTS_KEY: added}, failures)

    def diff(self, request: Request) -> Diff:
        olds, news = request.olds, request.inputs
        changes: dict[str, ChangeKind] = {}
        for name, wanted in self._all.items():
            new, old = news.get(name), olds.get(name)
            if new is None and wanted.computed:
                continue
            if has_unknown(new) or not wanted.same(new, old):
                kind = "DELETE" if new is None else "UPDATE" if old else "ADD"
                changes[name] = "UPDATE_REPLACE" if wanted.replaces else kind
        replaces = sorted(name for name, kind in changes.items() if kind.endswith("REPLACE"))
        # A name that the program sets and keeps is not free until the old object is deleted.
        own_name = "name" in self._all and "name" not in news.get(DEFAULTS_KEY, [])
        return Diff(
            bool(changes), diffs=sorted(changes), replaces=replaces, detailed=changes,
            delete_before_replace=bool(replaces) and own_name and "name" not in changes,
        )  # fmt: skip

    def create(self, account: Account, request: Request) -> State:
        planned = self._planned(account, request.inputs)
        if request.preview:
            computed = (n for n, i in self._all.items() if i.computed)
            unknown = dict.fromkeys((*self.computed, *computed), UNKNOWN)
            return State("", {**unknown, **planned})
        aws = account.service(self.service, planned["region"])
        with self._errors("creating", request):
            made = self.make(aws, planned)
        with self._errors("creating", request, State(made, planned)):
            return State(made, self._settled(aws, made, {}, planned))

    def read(self, account: Account, request: Request) -> State | None:
        olds, inputs = request.olds, request.inputs
        imports = not olds and not inputs
        region = olds.get("region") or inputs.get("region") or account.region
        made, known = request.id, {**inputs, **olds}
        if imports:
            made, known = self.parse_import_id(made)
        with self._errors("refreshing", request):
            found = self.look(account.service(self.service, region), made, known)
        if found is None:
            return None
        outputs = self._outputs(found, region, known)
        names = self._all if imports else [name for name in self._all if name in inputs]
        read = {name: outputs[name] for name in names if outputs.get(name) not in (None, "", {})}
        if imports:
            read.pop("region")
        return State(made, outputs, {**read, DEFAULTS_KEY: inputs.get(DEFAULTS_KEY, [])})

    def update(self, account: Account, request: Request) -> Properties:
        olds, planned = request.olds, self._planned(account, request.inputs)
        computed = {n for n, i in self._all.items() if i.computed}
        wanted = {**{n: olds[n] for n in (*self.computed, *computed) if n in olds}, **planned}
        if request.preview:
            return wanted
        aws = account.service(self.service, planned["region"])
        with self._errors("updating", request, State(request.id, wanted)):
            self.change(aws, request.id, olds, wanted)
            return self._settled(aws, request.id, olds, wanted)

    def delete(self, account: Account, request: Request) -> None:
        aws = account.service(self.service, request.olds.get("region") or account.region)
        with self._errors("deleting", request):
            try:
                self.remove(aws, request.id, request.olds)
            except AwsError as error:
                if error.code not in NOT_FOUND_CODES:
                    raise

    @contextmanager
    def _errors(self, verb: str, request: Request, left: State | None = None) -> Iterator[None]:
        """Report errors in the format of the resource's SDK, and record the state that is left.

        Terraform's SDKv2 records the planned values even if AWS has rejected the update
        (docs/research/aws-provider.md#failed-updates).
        """
        try:
            yield
        except ProviderError as error:
            text = str(error)
            if self.sdk == "sdkv2":
                text = f"{verb} {request.urn}: 1 error occurred:\n\t* {error}\n\n"
            raise (PartialStateError(text, left) if left else ProviderError(text)) from None

    def _settled(self, aws: Service, id: str, olds: Properties, wanted: Properties) -> Properties:
        found = self.finish(aws, id, olds, wanted)
        if found is None:
            raise ProviderError(f"{id} was not found afterwards")
        return self._outputs(found, wanted["region"], wanted)

    @property
    def _all(self) -> dict[str, Input]:
        return {**self.inputs, "region": REGION}

    def _planned(self, account: Account, inputs: Properties) -> Properties:
        given = {name: value for name, value in inputs.items() if name != DEFAULTS_KEY}
        tags = {"tagsAll": given.get("tags") or {}} if "tags" in self.inputs else {}
        return {"region": account.region, **tags, **given}

    def _outputs(self, found: Properties, region: str, known: Properties) -> Properties:
        """What AWS has. A known value that is equivalent to AWS's value is kept."""
        outputs = {"region": region, **{n: v for n, v in found.items() if v is not None}}
        for name, wanted in self.inputs.items():
            if wanted.same is not is_same and outputs.get(name):
                normal = wanted.normalize(outputs[name])
                outputs[name] = keep_equivalent(known.get(name), normal, wanted.same)
        return outputs

    def _missing_inputs(self, given: Properties) -> list[Failure]:
        return [
            Failure(f"Missing required argument. {self.kind} needs {name!r}", name)
            for name, wanted in self._all.items()
            if wanted.required and name not in given
        ]

    def _unsupported_inputs(self, given: Properties) -> list[Failure]:
        return [
            Failure(
                f"{self.kind}: the input {name!r} is not supported by the replacement AWS plugin "
                "(docs/reference/offline-plugins.md). Omit it, or use the official plugin.",
                name,
            )
            for name in sorted(given.keys() - self._all.keys())
        ]

    def _auto_name(self, request: Request) -> str:
        """The recorded automatic name, otherwise the resource's name with seven hex digits."""
        olds = request.olds
        if "name" in olds.get(DEFAULTS_KEY, []) and olds.get("name"):
            return olds["name"]
        tail = f"-{hashlib.sha256(request.seed + request.urn.encode()).hexdigest()[:7]}"
        return f"{request.name[: self.name_length - len(tail)]}{tail}"
