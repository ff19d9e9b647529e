"""The engine's previews: the steps of `pulumi preview --json`, with or without `--diff`.

The document lists the steps that change something, and those of their parents. Unchanged resources
are missing, so that names and members come from a live read.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from okta_idc.clients.json_path import Json, get_list, get_object, get_text
from okta_idc.rules.suggestions import did_you_mean
from okta_idc.settings import Problem, SettingsError
from okta_idc.settings.review import REVIEW, ReviewSettings, load_review

UNKNOWN_VALUES = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # string
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
"""What the engine writes for a value that only the update knows (its sdk/go/common/resource/plugin,
rpc.go)."""
_ADDS = frozenset({"create", "create-replacement", "replace"})
_REMOVES = frozenset({"delete", "delete-replaced", "replace"})
_OTHERS = frozenset(
    {"same", "update", "read", "read-replacement", "read-discard", "discard-replaced",
     "remove-pending-replace", "refresh", "import", "import-replacement", "diff"}
)  # fmt: skip


class InvalidPreviewError(Exception):
    """The document is not the output of `pulumi preview --json`. The text says why."""


class SameStackError(Exception):
    """Several previews are of one stack, and would count twice. The text names them."""


@dataclass(frozen=True)
class Resource:
    """A resource before or after a step. `retained`: a deletion keeps the object."""

    urn: str
    type: str
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    depends_on: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """URNs by input that depends on them."""
    retained: bool = False

    @property
    def name(self) -> str:
        return self.urn.rpartition("::")[2]

    def get(self, key: str) -> Any:
        """An input, or the output of the same name; None if it is unknown or missing."""
        for part in (self.inputs, self.outputs):
            value = part.get(key)
            if value is not None:
                return None if is_unknown(value) else value
        return None

    def text(self, key: str) -> str:
        """A text; empty if it is unknown or missing."""
        value = self.get(key)
        return value if isinstance(value, str) else ""

    def is_unknown(self, key: str) -> bool:
        """Whether only the update knows the value."""
        return is_unknown(self.inputs.get(key))


@dataclass(frozen=True)
class Step:
    """One step of the engine."""

    op: str
    urn: str
    type: str
    old: Resource | None
    new: Resource | None

    @property
    def stack(self) -> str:
        """The stack, as URNs begin: `urn:pulumi:prod::okta-identity-center`."""
        return "::".join(self.urn.split("::")[:2])

    @property
    def added(self) -> Resource | None:
        """The resource that the step creates."""
        return self.new if self.op in _ADDS else None

    @property
    def removed(self) -> Resource | None:
        """The resource whose object the step deletes."""
        kept = self.old is None or self.old.retained
        return self.old if self.op in _REMOVES and not kept else None

    @property
    def updated(self) -> tuple[Resource, Resource] | None:
        """The resource before and after an update in place."""
        return (self.old, self.new) if self.op == "update" and self.old and self.new else None


def is_unknown(value: object) -> bool:
    """Whether the value, or a part of it, is only known to the update."""
    if isinstance(value, str):
        return value in UNKNOWN_VALUES
    if isinstance(value, dict):
        return any(map(is_unknown, cast(dict[str, Any], value).values()))
    return isinstance(value, list) and any(map(is_unknown, cast(list[Any], value)))


def read_preview(document: object) -> list[Step]:
    """The steps. Raises InvalidPreviewError, also for a preview that failed: it lacks steps."""
    if not isinstance(document, dict) or (
        "steps" not in document and "changeSummary" not in document
    ):
        raise InvalidPreviewError("it has no `steps`")
    given = cast(Json, document)
    if not isinstance(given.get("steps") or [], list):
        raise InvalidPreviewError("its `steps` are not a list")
    for each in get_list(given, "diagnostics"):
        if get_text(each, "severity") == "error":
            raise InvalidPreviewError("the preview failed, so that its steps are incomplete")
    if given.get("maybeCorrupt"):
        raise InvalidPreviewError("the engine marks it as possibly corrupt (`maybeCorrupt`)")
    steps = list(_steps(given))
    summary = get_object(given, "changeSummary")
    if not steps and any(op != "same" and number for op, number in summary.items()):
        raise InvalidPreviewError("it lists no steps, although its summary counts changes")
    return steps


def joined(previews: Mapping[str, Sequence[Step]]) -> list[Step]:
    """The steps of all previews, which are of different stacks: a resource has another URN in each.
    The order of the previews does not matter. Raises SameStackError; the keys name the previews."""
    names: dict[str, str] = {}
    for name, steps in previews.items():
        for stack in {each.stack for each in steps}:
            if stack in names:
                pair = " and ".join(sorted((names[stack], name)))
                shown = stack.removeprefix("urn:pulumi:").partition("::")[0]
                raise SameStackError(f"{pair} are both previews of the stack {shown}.")
            names[stack] = name
    ordered = sorted(previews.values(), key=lambda steps: [each.stack for each in steps])
    return [step for steps in ordered for step in steps]


def review_settings(document: object, project: str) -> ReviewSettings:
    """The settings of the review in the project's configuration, as the preview has it. Raises
    SettingsError."""
    config, key = get_object(document, "config"), f"{project}:{REVIEW}"
    if key not in config:
        for each in config:
            place, _, name = each.partition(":")
            if place == project and name in ReviewSettings.model_fields:
                text = f"is a setting of {key}. Write it as {key}.{name}."
                raise SettingsError([Problem(each, text)])
            if place == project and (hint := did_you_mean(name, (REVIEW,))):
                raise SettingsError([Problem(each, f"unknown key.{hint}")])
        return ReviewSettings()
    text: Any = config[key]
    try:
        raw: Any = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        raw = text  # not a mapping
    return load_review(raw, key)


def _steps(document: Json) -> Iterator[Step]:
    for each in get_list(document, "steps"):
        op, urn = get_text(each, "op"), get_text(each, "urn")
        if not urn or op not in _ADDS | _REMOVES | _OTHERS:
            raise InvalidPreviewError(f"it has a step with the unknown operation {op!r}")
        old, new = (_resource(each, key) for key in ("oldState", "newState"))
        if (op in _ADDS and not new) or (op in _REMOVES and not old):
            raise InvalidPreviewError(f"its step {op!r} of {urn} has no resource")
        kind = (new or old or Resource(urn, "")).type
        yield Step(op, urn, kind, old, new)


def _resource(step: Any, key: str) -> Resource | None:
    given = get_object(step, key)
    if not given:
        return None
    return Resource(
        urn=get_text(given, "urn") or get_text(step, "urn"),
        type=get_text(given, "type"),
        inputs=get_object(given, "inputs"),
        outputs=get_object(given, "outputs"),
        depends_on=get_object(given, "propertyDependencies"),
        retained=given.get("retainOnDelete") is True,
    )
