"""Reads the recordings of the official plugin (tests/data/README.md)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from offline_plugins.property_values import UNKNOWN, Secret, Unknown
from tests.paths import DATA
from tests.unit.offline_plugins.okta.recorded_responses import SCRIPTED, corrected

WIRE = DATA / "wire"
ELIDED = "_elided"


@dataclass(frozen=True)
class Boundary:
    """One request of the engine and the official plugin's response."""

    file: str
    seq: int
    phase: str
    method: str
    request: dict[str, Any]
    response: dict[str, Any]
    error: str

    def __str__(self) -> str:
        return f"{self.file}-{self.seq}-{self.phase}-{self.method}"

    @property
    def type(self) -> str:
        """The resource's type or the lookup's token."""
        if self.method == "Invoke":
            return str(self.request["tok"])
        return str(self.request["urn"]).split("::")[2].rsplit("$", 1)[-1]

    @property
    def is_preview(self) -> bool:
        # Lookups make their calls during a preview too.
        return bool(self.request.get("preview")) and self.method != "Invoke"


@dataclass(frozen=True)
class Call:
    """One HTTP call of the official plugin, and its response."""

    seq: int
    phase: str
    method: str
    path: str
    request: Any
    status: int
    headers: dict[str, str]
    response: Any

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"


def _records(file: str) -> dict[int, dict[str, Any]]:
    lines = (WIRE / f"{file}.jsonl").read_text(encoding="utf-8").splitlines()
    return {record["seq"]: record for record in map(json.loads, lines)}


@cache
def boundary(file: str) -> tuple[Boundary, ...]:
    records = _records(file)

    def refer(reference: str) -> Any:
        _, seq, path = reference.split(" ")
        found: Any = records[int(seq)]
        for step in path.split("."):
            found = found[step]
        return found

    unfold = _unfolder("_same_as", refer)
    return tuple(
        Boundary(
            file, r["seq"], r["phase"], r["method"], _marked(unfold(r["request"])),
            _marked(unfold(r["response"] or {})), "\n".join(r.get("errors") or ()),
        )
        for r in records.values()
    )  # fmt: skip


@cache
def calls(file: str) -> tuple[Call, ...]:
    records = _records(file)
    unfold = _unfolder("_same_as_seq", lambda seq: records[seq]["response"])
    return tuple(
        Call(
            r["seq"], r["phase"], r["method"], r["path"], r["request"], r["status"],
            r.get("resp_headers") or {},
            corrected(file, r["phase"], _continued(unfold(r["response"]))),
        )
        for r in records.values()
    )  # fmt: skip


def scripted(file: str, phase: str) -> list[Call]:
    return [
        Call(index, phase, method, path, request, status, {}, response)
        for index, (method, path, request, status, response) in enumerate(
            SCRIPTED.get((file, phase), [])
        )
    ]


def files() -> tuple[str, ...]:
    return tuple(sorted(Path(path).stem for path in WIRE.glob("*.jsonl")))


def _unfolder(key: str, refer: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def unfold(value: Any) -> Any:
        if isinstance(value, dict):
            if set(value) == {key}:
                return unfold(refer(value[key]))
            return {name: unfold(item) for name, item in value.items()}
        if isinstance(value, list):
            return [unfold(item) for item in value]
        return value

    return unfold


def _continued(answer: Any) -> Any:
    """Restore a list that was cut after its third element, by continuing its numbers."""
    if not isinstance(answer, list) or len(answer) < 4:
        return answer
    *shown, rest = answer
    if not (isinstance(rest, dict) and set(rest) == {ELIDED}):
        return answer
    before, last = (re.split(r"(\d+)", json.dumps(item)) for item in shown[-2:])

    def after(step: int) -> Any:
        parts = [
            old if old == new else str(int(new) + step).zfill(len(new))
            for old, new in zip(before, last, strict=True)
        ]
        return json.loads("".join(parts))

    return [*shown, *(after(step + 1) for step in range(rest[ELIDED]))]


RENAMED = {"usersExcludeds": "usersExcluded"}
"""Names of pulumi-okta 6, which the recorded plugin used, with their names in pulumi-okta 7."""


def _marked(value: Any) -> Any:
    if value == "$unknown":
        return UNKNOWN
    if isinstance(value, dict):
        if set(value) == {"$secret"}:
            return Secret(_marked(value["$secret"]))
        return {RENAMED.get(name, name): _marked(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_marked(item) for item in value]
    return value


def written(value: Any) -> Any:
    """Secret and unknown values in the recordings' notation."""
    if isinstance(value, Unknown):
        return "$unknown"
    if isinstance(value, Secret):
        return {"$secret": written(value.value)}
    if isinstance(value, dict):
        return {name: written(item) for name, item in value.items()}
    if isinstance(value, list):
        return [written(item) for item in value]
    return value
