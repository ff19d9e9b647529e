"""Decides which stack of a fleet has a push group, a permission set, or an account."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property

from okta_idc.access_rules.directory import Directory
from okta_idc.rules.suggestions import did_you_mean
from okta_idc.settings import Settings
from okta_idc.settings.models import AccountAssignments, Fleet, PermissionSet, StacksByName
from okta_idc.settings.parts import CORE, PREFIXES, part_of, rest_of

UNITS = "fleet.accounts.organizational_units"
"""The setting that can name a unit that does not exist."""


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

    def account(self, ident: str) -> str:
        """The part with the assignments in an account, also in one that the organization does not
        have."""
        cut, prefix = self.fleet and self.fleet.accounts, PREFIXES["accounts"]
        if cut is None:
            return self.rest
        if cut.count is not None:
            return part_of(prefix, _number(ident, cut.count))
        unit = self._units.get(ident)
        return self.rest if unit is None else part_of(prefix, unit)

    def check_units(self) -> None:
        """Raises UnknownUnitError for a unit that does not exist."""
        self.account("")

    @property
    def rest(self) -> str:
        """The part with application assignments, and with the account assignments that no other
        part has."""
        return rest_of(self.fleet)

    @cached_property
    def _units(self) -> Mapping[str, str]:
        """The innermost listed organizational unit by account ID."""
        cut = self.fleet and self.fleet.accounts
        return _innermost(self.directory(), cut.organizational_units if cut else ())

    def _by_name(self, kind: str, cut: StacksByName | None, name: str) -> str:
        if cut is None:
            return CORE
        if cut.count is not None:
            return part_of(PREFIXES[kind], _number(name, cut.count))
        fitting = [each for each in cut.prefixes if name.startswith(each)]
        return part_of(PREFIXES[kind], max(fitting, key=len)) if fitting else CORE


class UnknownUnitError(ValueError):
    """An organizational unit of the fleet does not exist. `known`: those next to it."""

    def __init__(self, unit: str, known: Iterable[str] = ()) -> None:
        super().__init__(
            f"the organizational unit {unit!r} does not exist.{did_you_mean(unit, known)} Correct "
            "the path of names from the root (`Workloads/Dev`) or the ID (`ou-…`). If the unit was "
            "deleted, remove it; `okta-idc fleet` then moves its accounts."
        )
        self.unit = unit


@cache
def _number(name: str, count: int) -> int:
    """The stack with the highest hash. Another `count` moves as few objects as possible."""

    def weight(number: int) -> bytes:
        return hashlib.sha256(f"{name}\0{number}".encode()).digest()

    return max(range(1, count + 1), key=weight)


def _innermost(directory: Directory, units: Iterable[str]) -> dict[str, str]:
    accounts: dict[str, frozenset[str]] = {}
    for name in units:
        if (unit := directory.unit(name)) is None:
            raise UnknownUnitError(name, directory.known_units())
        accounts[name] = unit.nested
    # A unit with more accounts is not inside one with fewer.
    ordered = sorted(accounts, key=lambda name: len(accounts[name]), reverse=True)
    return {account: name for name in ordered for account in accounts[name]}


@dataclass(frozen=True)
class Share:
    """What one stack has of the account access."""

    settings: Settings
    """The settings with the permission sets and accounts of this stack alone."""
    owned_sets: frozenset[str]
    """Names of the permission sets that this stack manages; of others, it has assignments."""
    places: Mapping[str, str] = field(default_factory=dict[str, str])
    """Paths in the settings of the whole federation, by those in `settings`, where they differ."""

    def written(self, path: str) -> str:
        """The path in the settings of the whole federation."""
        known, rest = path, ""
        while known and known not in self.places:
            known, dot, last = known.rpartition(".")
            rest = f"{dot}{last}{rest}"
        return self.places.get(known, known) + rest


def share_of(settings: Settings, placement: Placement, part: str) -> Share:
    """The share of one part in settings without rules."""
    access = settings.account_access
    if settings.fleet is None:
        return Share(settings, frozenset(each.name for each in access.permission_sets))
    kept: list[PermissionSet] = []
    owned: set[str] = set()
    places: dict[str, str] = {}
    for index, declared in enumerate(access.permission_sets):
        was, now = _set_path(index), _set_path(len(kept))
        own, *further = (
            _within(each, placement, part, (f"{was}{below}", f"{now}{below}"), places)
            for below, each in declared.combinations()
        )
        each = declared.model_copy(update={"accounts": own.accounts, "assignments": further})
        if placement.permission_set(each.name) == part:
            owned.add(each.name)
        elif not each.pairs():
            continue
        places[now] = was
        kept.append(each)
    applications = access.applications if part == placement.rest else []
    update = {"permission_sets": kept, "applications": applications}
    own = settings.model_copy(update={"account_access": access.model_copy(update=update)})
    return Share(own, frozenset(owned), places)


def _set_path(index: int) -> str:
    return f"account_access.permission_sets[{index}]"


def _within(
    given: AccountAssignments,
    placement: Placement,
    part: str,
    paths: tuple[str, str],
    places: dict[str, str],
) -> AccountAssignments:
    """The accounts of the part; records their places."""
    accounts: list[str] = []
    for index, account in enumerate(given.accounts):
        if placement.account(account) == part:
            was, now = paths
            places[f"{now}.accounts[{len(accounts)}]"] = f"{was}.accounts[{index}]"
            accounts.append(account)
    return given.model_copy(update={"accounts": accounts})
