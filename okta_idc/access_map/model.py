"""The access map: users, push groups, permission sets, accounts, and applications.

Accounts are sets by group and permission set, not single assignments: 2,000 groups with 500
accounts each have a million assignments.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

Key = TypeVar("Key")

Pair = tuple[str, str]
"""A group and a permission set, by name."""
Accounts = Mapping[Pair, frozenset[str]]
Applications = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Access:
    """Account IDs by group and permission set, and ARNs of applications by group. A part that is
    not known is None."""

    accounts: Accounts | None = field(default_factory=dict[Pair, frozenset[str]])
    applications: Applications | None = field(default_factory=dict[str, frozenset[str]])

    def __post_init__(self) -> None:
        """Drop empty entries, so that equal access is equal."""
        for name, part in (("accounts", self.accounts), ("applications", self.applications)):
            if part is not None:
                kept = {key: places for key, places in part.items() if places}
                object.__setattr__(self, name, kept)

    def __sub__(self, other: "Access") -> "Access":
        """What this access has and the other lacks. A part that one side does not know has no
        difference."""
        return Access(_minus(self.accounts, other.accounts),
                      _minus(self.applications, other.applications))  # fmt: skip

    def __or__(self, other: "Access") -> "Access":
        """What either has."""
        return Access(_plus(self.accounts, other.accounts),
                      _plus(self.applications, other.applications))  # fmt: skip

    def __bool__(self) -> bool:
        return bool(self.accounts or self.applications)

    @property
    def groups(self) -> frozenset[str]:
        """The groups that have access."""
        return frozenset(group for group, _ in self.accounts or ()) | frozenset(
            self.applications or ()
        )

    @property
    def assignments(self) -> int:
        """The number of account and application assignments."""
        parts = (self.accounts or {}).values(), (self.applications or {}).values()
        return sum(len(each) for part in parts for each in part)


def _minus(
    mine: Mapping[Key, frozenset[str]] | None, others: Mapping[Key, frozenset[str]] | None
) -> dict[Key, frozenset[str]]:
    if mine is None or others is None:
        return {}
    return {key: mine[key] - others.get(key, frozenset()) for key in mine}


def _plus(
    mine: Mapping[Key, frozenset[str]] | None, others: Mapping[Key, frozenset[str]] | None
) -> dict[Key, frozenset[str]]:
    found = dict(mine or {})
    for key, places in (others or {}).items():
        found[key] = found[key] | places if key in found else places
    return found


@dataclass(frozen=True)
class AccessMap:
    """One side: what is declared, or what is there. `groups`: the push groups, or None if they are
    not known. `people`: names of the members by group; a group whose members are not known is
    missing. `unknown`: why parts are not known, each reason once."""

    access: Access
    groups: frozenset[str] | None = frozenset()
    people: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    unknown: tuple[str, ...] = ()

    @property
    def all_groups(self) -> list[str]:
        """The push groups and all other groups that have access, by name."""
        return sorted((self.groups or frozenset()) | self.access.groups)
