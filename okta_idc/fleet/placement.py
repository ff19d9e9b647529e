"""Decides which stack of a fleet has a push group, a permission set, or an account."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from okta_idc.access_rules.directory import Directory
from okta_idc.settings import Settings
from okta_idc.settings.models import Fleet, StacksByName
from okta_idc.settings.parts import CORE, PREFIXES, part_of


@dataclass
class Placement:
    """The part of each object, by what identifies it. Without a fleet, all are in the core.

    Only `account` reads the directory, and only for organizational units; it raises AwsError, and
    UnknownUnitError for a unit that does not exist.
    """

    fleet: Fleet | None
    directory: Callable[[], Directory]

    def group(self, key: str) -> str:
        """The part with the push mapping of a group, by the name or ID that the settings use."""
        return self._by_name("push_groups", self.fleet and self.fleet.push_groups, key)

    def permission_set(self, name: str) -> str:
        """The part with a permission set and its policies."""
        return self._by_name("permission_sets", self.fleet and self.fleet.permission_sets, name)

    def account(self, ident: str) -> str | None:
        """The part with the assignments in an account. None if the organization has no such
        account, whose assignments stay where they are."""
        cut, prefix = self.fleet and self.fleet.accounts, PREFIXES["accounts"]
        if cut is None:
            return CORE
        if cut.count is not None:
            return part_of(prefix, _number(ident, cut.count))
        unit = self._units.get(ident)
        if unit is not None:
            return part_of(prefix, unit)
        return CORE if ident in self._directory.accounts() else None

    @cached_property
    def _directory(self) -> Directory:
        return self.directory()

    @cached_property
    def _units(self) -> Mapping[str, str]:
        """The innermost listed organizational unit by account ID."""
        cut = self.fleet and self.fleet.accounts
        return _innermost(self._directory, cut.organizational_units if cut else ())

    def _by_name(self, kind: str, cut: StacksByName | None, name: str) -> str:
        if cut is None:
            return CORE
        if cut.count is not None:
            return part_of(PREFIXES[kind], _number(name, cut.count))
        fitting = [each for each in cut.prefixes if name.startswith(each)]
        return part_of(PREFIXES[kind], max(fitting, key=len)) if fitting else CORE


class UnknownUnitError(ValueError):
    """An organizational unit of the fleet does not exist."""

    def __init__(self, unit: str) -> None:
        super().__init__(f"the organizational unit {unit!r} does not exist")
        self.unit = unit


def _number(name: str, count: int) -> int:
    """The stack with the highest hash. Another `count` moves as few objects as possible."""

    def weight(number: int) -> bytes:
        return hashlib.sha256(f"{name}\0{number}".encode()).digest()

    return max(range(1, count + 1), key=weight)


def _innermost(directory: Directory, units: Iterable[str]) -> dict[str, str]:
    accounts: dict[str, frozenset[str]] = {}
    for name in units:
        if (unit := directory.unit(name)) is None:
            raise UnknownUnitError(name)
        accounts[name] = unit.nested
    # A unit with more accounts is not inside one with fewer.
    ordered = sorted(accounts, key=lambda name: len(accounts[name]), reverse=True)
    return {account: name for name in ordered for account in accounts[name]}


def restricted(settings: Settings, placement: Placement, part: str) -> Settings:
    """The account access of one part: the accounts that it has, in all permission sets that the
    part has, or that have assignments in it."""
    access = settings.account_access
    sets = [
        each.model_copy(
            update={
                "accounts": _within(each.accounts, placement, part),
                "assignments": [
                    further.model_copy(
                        update={"accounts": _within(further.accounts, placement, part)}
                    )
                    for further in each.assignments
                ],
            }
        )
        for each in access.permission_sets
    ]
    kept = [each for each in sets if placement.permission_set(each.name) == part or each.pairs()]
    applications = access.applications if part == CORE else []
    return settings.model_copy(
        update={
            "account_access": access.model_copy(
                update={"permission_sets": kept, "applications": applications}
            )
        }
    )


def _within(accounts: Iterable[str], placement: Placement, part: str) -> list[str]:
    return [each for each in accounts if placement.account(each) in (part, None)]
