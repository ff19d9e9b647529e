"""What one program has read of the organization and of Okta, in a file for the programs after it.

`okta-idc fleet` resolves the rules before a run. Without the file, each stack would read the same
again: one call for every 20 accounts, and two for each organizational unit.
"""

import json
import os
from collections.abc import Collection, Iterable, Mapping
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

    def __init__(self, source: Directory, read: Mapping[str, Any] | None = None) -> None:
        self._source = source
        self._read: dict[str, Any] = {
            "accounts": {}, "units": {}, "known_units": [], "tags": {}, "groups": {},
            **(read or {}),
        }  # fmt: skip

    @classmethod
    def load(cls, source: Directory, environment: Mapping[str, str]) -> "RecordedDirectory":
        """With the file that the environment names; a file that cannot be read is like none."""
        try:
            text = Path(environment[VARIABLE]).read_text(encoding="utf-8")
            return cls(source, get_object(json.loads(text)))
        except (KeyError, OSError, ValueError):
            return cls(source)

    def save(self, path: Path) -> None:
        """Write what was read into a new file that only its owner can read. Raises OSError."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(self._read, file)

    def accounts(self) -> Mapping[str, Account]:
        if not (known := get_object(self._read, "accounts")):
            found = self._source.accounts()
            known = {ident: [each.name, each.state] for ident, each in found.items()}
            self._read["accounts"] = known
        return {ident: Account(ident, *each) for ident, each in known.items()}

    def unit(self, name: str) -> Unit | None:
        known = get_object(self._read, "units")
        if name not in known:
            unit = self._source.unit(name)
            known[name] = unit and [sorted(unit.direct), sorted(unit.inside)]
            self._read["known_units"] = sorted(self._source.known_units())
        return known[name] and Unit(*map(frozenset, known[name]))

    def known_units(self) -> Iterable[str]:
        return get_list(self._read, "known_units")

    def tags(self, accounts: Collection[str]) -> Mapping[str, Mapping[str, str]]:
        known = get_object(self._read, "tags")
        if unread := [each for each in accounts if each not in known]:
            known.update({ident: dict(tags) for ident, tags in self._source.tags(unread).items()})
        return {each: known[each] for each in accounts}

    def groups(self, prefixes: Collection[str]) -> Collection[OktaGroup]:
        known, key = get_object(self._read, "groups"), json.dumps(sorted(set(prefixes)))
        if key not in known:
            known[key] = [[each.id, each.name] for each in self._source.groups(prefixes)]
        return [OktaGroup(*each) for each in known[key]]
