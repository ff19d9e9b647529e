"""The progress of one run, from the event log that the engine writes."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from okta_idc.clients.json_path import get_object, get_text

_CREATES = frozenset({"create", "import", "create-replacement", "import-replacement"})
_UPDATES = frozenset({"update", "replace"})
_DELETES = frozenset({"delete", "delete-replaced", "discard", "discard-replaced"})
_UNCHANGED = frozenset({"same", "read", "refresh", "read-replacement"})
_COLORS = re.compile(r"<\{%.*?%\}>")
_MOST_ERRORS = 200
"""Errors of one run that are kept; the log file has all."""


@dataclass
class Changes:
    """Numbers of resources by what happens to them."""

    creates: int = 0
    updates: int = 0
    deletes: int = 0
    same: int = 0

    @classmethod
    def of(cls, operations: Counter[str]) -> "Changes":
        """From numbers by the engine's names of operations. The two steps of a replacement count
        as one update."""
        steps = Counter(operations)
        if steps["replace"]:
            for step in ("create-replacement", "delete-replaced"):
                steps[step] = 0

        def total(names: frozenset[str]) -> int:
            return sum(number for name, number in steps.items() if name in names)

        return cls(total(_CREATES), total(_UPDATES), total(_DELETES), total(_UNCHANGED))

    def plus(self, other: "Changes") -> "Changes":
        """What both changed; `same` is the other's, which is later."""
        return Changes(
            self.creates + other.creates,
            self.updates + other.updates,
            self.deletes + other.deletes,
            other.same,
        )

    @property
    def number(self) -> int:
        """The resources that change."""
        return self.creates + self.updates + self.deletes


@dataclass
class Progress:
    """What the events so far say. `errors`: the engine's messages and the violations of mandatory
    policies, each once."""

    done: int = 0
    errors: list[str] = field(default_factory=list[str])
    _steps: dict[str, str] = field(default_factory=dict[str, str])
    _summary: Counter[str] | None = None

    @property
    def changes(self) -> Changes:
        """The numbers of the engine's summary; until there is one, of the finished steps."""
        return Changes.of(self._summary or Counter(self._steps.values()))

    def read(self, line: str) -> None:
        """Reads one line of the log; ignores a line that is not an event."""
        if '"severity":"debug"' in line:  # most lines, which nothing here needs
            return
        try:
            event: dict[str, Any] = {**json.loads(line)}
        except (ValueError, TypeError, RecursionError):
            return
        if "diagnosticEvent" in event:
            self._diagnostic(get_object(event, "diagnosticEvent"))
        elif "policyEvent" in event:
            self._policy(get_object(event, "policyEvent"))
        elif "summaryEvent" in event:
            changes = get_object(event, "summaryEvent", "resourceChanges")
            self._summary = Counter({str(key): int(value) for key, value in changes.items()})
        elif "resOutputsEvent" in event:
            self._step(get_object(event, "resOutputsEvent", "metadata"))

    def _step(self, metadata: dict[str, Any]) -> None:
        urn, operation = get_text(metadata, "urn"), get_text(metadata, "op")
        self._steps[f"{urn} {operation}"] = operation
        self.done = len(self._steps)

    def _diagnostic(self, event: dict[str, Any]) -> None:
        if get_text(event, "severity") == "error":
            self._error(get_text(event, "message"), get_text(event, "urn"))

    def _policy(self, event: dict[str, Any]) -> None:
        if get_text(event, "enforcementLevel") == "mandatory":
            policy, message = get_text(event, "policyName"), get_text(event, "message")
            self._error(f"policy {policy}: {message}", get_text(event, "resourceUrn"))

    def _error(self, message: str, urn: str) -> None:
        text, name = _COLORS.sub("", message).strip(), urn.rpartition("::")[2]
        if not text:
            return
        shown = f"{name}: {text}" if name else text
        if shown not in self.errors and len(self.errors) < _MOST_ERRORS:
            self.errors.append(shown)


class EventLog:
    """Reads a log while the engine appends to it."""

    def __init__(self, path: Path, progress: Progress) -> None:
        self._path, self._progress = path, progress
        self._offset, self._rest = 0, b""

    def poll(self) -> None:
        """Read the lines that are complete since the last time."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                new = file.read()
        except FileNotFoundError:
            return
        self._offset += len(new)
        *lines, self._rest = (self._rest + new).split(b"\n")
        for line in lines:
            self._progress.read(line.decode("utf-8", "replace"))
