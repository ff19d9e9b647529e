"""The journal of a run: what is about to be created, written before each call.

A line is JSON. A name that was not recorded as removed may exist, whatever happened to the process.
The file holds marked names and IDs, never a body or a token.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from okta_idc.clients.json_path import get_text

MARK = "okta-idc-probe-"
"""Begins the name of everything that a run creates. Nothing else is ever removed."""


class JournalError(Exception):
    """The journal cannot be written or read, so nothing is created."""


@dataclass(frozen=True)
class Entry:
    """An object that may exist. `kind` is `app`, `group`, `rule`, `user`, `policy`, `scim user`, or
    `scim group`."""

    kind: str
    name: str


class Journal:
    """The journal file; None keeps the entries in memory only."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._open: dict[Entry, str] = dict.fromkeys(_read(path), "") if path else {}

    def begin(self, entry: Entry) -> None:
        """Record an object that is about to be created. Raises JournalError."""
        self._write("create", entry)
        self._open[entry] = ""

    def end(self, entry: Entry) -> None:
        """Record that an object does not exist (any more)."""
        self._write("removed", entry)
        self._open.pop(entry, None)

    def entries(self, kind: str = "") -> list[Entry]:
        """The objects that may exist."""
        return [each for each in self._open if kind in ("", each.kind)]

    def close(self) -> None:
        """Delete the file, if nothing may exist."""
        if self.path and not self._open:
            self.path.unlink(missing_ok=True)

    def _write(self, what: str, entry: Entry) -> None:
        if not entry.name.startswith(MARK):
            raise JournalError(f"{entry.kind}: the name has no mark. Nothing was created.")
        if not self.path:
            return
        line = json.dumps({"event": what, "kind": entry.kind, "name": entry.name}) + "\n"
        try:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.fchmod(descriptor, 0o600)
                os.write(descriptor, line.encode())
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise JournalError(f"{self.path}: cannot be written: {error.strerror}.") from None


def _read(path: Path) -> Iterator[Entry]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError):
        raise JournalError(f"{path}: cannot be read. Move it away, or pass --record.") from None
    found: dict[Entry, None] = {}
    for line in lines:
        try:
            document = json.loads(line)
        except (ValueError, RecursionError):
            continue  # the process ended while it wrote the line, before the call
        entry = Entry(get_text(document, "kind"), get_text(document, "name"))
        if not entry.name.startswith(MARK):
            continue
        if get_text(document, "event") == "create":
            found[entry] = None
        else:
            found.pop(entry, None)
    yield from found
