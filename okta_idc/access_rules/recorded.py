"""What one program has read of the organization and of Okta, in a file for the programs after it.

`okta-idc fleet` resolves the rules before a run. Without the file, each stack would read the same
again: one call for every 20 accounts, and two for each organizational unit. The file counts while
the process that wrote it runs.
"""

import json
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from okta_idc.access_rules.directory import Directory, OktaGroup
from okta_idc.clients.json_path import get_list, get_object
from okta_idc.clients.organization import Account, Unit

VARIABLE = "OIC_FLEET_DIRECTORY"
"""The variable with the file's path, for the programs that `okta-idc fleet` starts."""


class RecordedDirectory:
    """Answers from what was read before, and reads the rest. Its methods raise what those of
    `source` do."""

    def __init__(self, source: Directory) -> None:
        self._source = source
        self._accounts: dict[str, Account] = {}
        self._units: dict[str, Unit | None] = {}
        self._known_units: Sequence[str] = ()
        self._tags: dict[str, dict[str, str]] = {}
        self._groups: dict[str, list[OktaGroup]] = {}

    @classmethod
    def load(cls, source: Directory, environment: Mapping[str, str]) -> "RecordedDirectory":
        """With the file that the environment names. One that cannot be read, or whose writer has
        ended, is like none."""
        with suppress(KeyError, OSError, ValueError, TypeError, RecursionError):
            text = Path(environment[VARIABLE]).read_text(encoding="utf-8")
            document = get_object(json.loads(text))
            os.kill(int(document["writer"]), 0)
            return cls(source)._with(document)
        return cls(source)

    def _with(self, read: Mapping[str, Any]) -> "RecordedDirectory":
        """With the content of a file. Raises TypeError if it is another one."""
        listed = get_object(read, "accounts").items()
        self._accounts = {ident: Account(ident, name, state) for ident, (name, state) in listed}
        self._units = {
            name: each and Unit(frozenset(each[0]), frozenset(each[1]))
            for name, each in get_object(read, "units").items()
        }
        self._known_units = get_list(read, "known_units")
        self._tags = {ident: dict(each) for ident, each in get_object(read, "tags").items()}
        self._groups = {
            key: [OktaGroup(ident, name) for ident, name in each]
            for key, each in get_object(read, "groups").items()
        }
        return self

    def save(self, path: Path) -> None:
        """Write what was read into a new file that only its owner can read. Raises OSError."""
        document = {
            "writer": os.getpid(),
            "accounts": {ident: [each.name, each.state] for ident, each in self._accounts.items()},
            "units": {
                name: each and [sorted(each.direct), sorted(each.inside)]
                for name, each in self._units.items()
            },
            "known_units": list(self._known_units),
            "tags": self._tags,
            "groups": {
                key: [[each.id, each.name] for each in listed]
                for key, listed in self._groups.items()
            },
        }
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(document, file)

    def accounts(self) -> Mapping[str, Account]:
        if not self._accounts:
            self._accounts = dict(self._source.accounts())
        return self._accounts

    def unit(self, name: str) -> Unit | None:
        if name not in self._units:
            self._units[name] = self._source.unit(name)
            self._known_units = sorted(self._source.known_units())
        return self._units[name]

    def known_units(self) -> Iterable[str]:
        return self._known_units

    def tags(self, accounts: Collection[str]) -> Mapping[str, Mapping[str, str]]:
        if unread := [each for each in accounts if each not in self._tags]:
            read = self._source.tags(unread)
            self._tags |= {ident: dict(tags) for ident, tags in read.items()}
        return {each: self._tags[each] for each in accounts}

    def groups(self, prefixes: Collection[str]) -> Collection[OktaGroup]:
        key = json.dumps(sorted(set(prefixes)))
        if key not in self._groups:
            self._groups[key] = list(self._source.groups(prefixes))
        return self._groups[key]
