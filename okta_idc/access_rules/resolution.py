"""Resolves settings with rules to settings that list accounts and groups. A pure function."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from okta_idc.access_rules.accounts import ACTIVE, NEVER_USED, select
from okta_idc.access_rules.directory import Directory
from okta_idc.access_rules.group_names import Matches, match
from okta_idc.rules import Finding, access_selection
from okta_idc.settings import Problem, Settings, SettingsError
from okta_idc.settings.models import AccountAssignments, PermissionSet, PushGroup
from okta_idc.settings.rules import findings

Grant = tuple[str, str, str]
"""A permission set, a push group as declared, and an account ID."""


@dataclass
class Resolution:
    """Settings that list what their rules select."""

    settings: Settings
    reasons: dict[Grant, str] = field(default_factory=dict[Grant, str])
    """Why rules select an account for a group, as text."""
    patterns: dict[str, str] = field(default_factory=dict[str, str])
    """Paths of the patterns that add push groups, by the group's name."""
    names: dict[str, str] = field(default_factory=dict[str, str])
    """Names of accounts by ID."""
    warnings: list[tuple[str, Finding]] = field(default_factory=list[tuple[str, Finding]])
    """Findings that stop nothing, by the path that precedes theirs."""
    places: dict[str, str] = field(default_factory=dict[str, str])
    """The path of the rule, by the path of what it added."""

    def written(self, path: str) -> str:
        """The path in the settings as they are written."""
        place = path
        while place:
            if rule := self.places.get(place):
                return rule
            place = place.rpartition(".")[0]
        return path


def has_rules(settings: Settings) -> bool:
    """Whether the settings select anything by a rule."""
    sets = settings.account_access.permission_sets
    return bool(settings.push_group_patterns) or any(
        each.account_selectors for declared in sets for _, each in declared.combinations()
    )


def resolve(
    settings: Settings,
    directory: Directory,
    is_assigned: Callable[[Grant], bool] = lambda _: True,
    root: str = "",
) -> Resolution:
    """The settings with all that their rules select, and without the rules.

    Settings without rules are returned as they are, and nothing is read. `is_assigned` says which
    access exists: an account that is not active keeps it, and gets no other. Raises SettingsError
    for rules that select nothing or too much, with paths below `root`.
    """
    if not has_rules(settings):
        return Resolution(settings)
    found = Resolution(settings)
    access = settings.account_access
    names = [each.name for each in access.permission_sets]
    matches = match(settings.push_group_patterns, names, directory)
    problems = [*matches.problems]
    found.warnings += matches.warnings
    inactive: dict[str, str] = {}
    sets: list[PermissionSet] = []
    for index, each in enumerate(access.permission_sets):
        path = f"account_access.permission_sets[{index}]"
        resolver = _SetResolver(found, directory, is_assigned, each, inactive)
        own, *further = (
            resolver.combination(f"{path}{below}", given, problems)
            for below, given in each.combinations()
        )
        resolver.add_by_name(matches)
        for given, place in resolver.added:
            found.places[f"{path}.assignments[{len(further)}]"] = place
            further.append(given)
        sets.append(each.model_copy(update={**dict(own), "assignments": further}))
    listed = access_selection.selected_is_active(inactive)
    found.warnings += (("account_access", each) for each in listed)
    if found.reasons:
        found.names = {ident: each.name for ident, each in directory.accounts().items()}
    changes: dict[str, Any] = {
        "push_groups": _pushed(settings, found, matches),
        "push_group_patterns": [],
        "account_access": access.model_copy(update={"permission_sets": sets}),
    }
    found.settings = settings.model_copy(update=changes)
    if not problems:  # a rule that selects too little would cause other findings
        problems = [(path, each) for path, listed in findings(found.settings) for each in listed]
    if problems:
        raise SettingsError([_problem(found, path, each, root) for path, each in problems])
    return found


def _problem(found: Resolution, path: str, finding: Finding, root: str) -> Problem:
    within = finding.within(path).renamed(found.written)
    return Problem.of(within, root)


def _pushed(settings: Settings, found: Resolution, matches: Matches) -> list[PushGroup]:
    """The push groups: those that are listed, and those that patterns match."""
    pushed = [*settings.push_groups]
    listed = {value for each in pushed for value in (each.name, each.create, each.id)}
    for each in matches.groups:
        if not {each.group.name, each.group.id} & listed:
            found.places[f"push_groups[{len(pushed)}]"] = each.path
            found.patterns[each.group.name] = each.path
            pushed.append(PushGroup(name=each.group.name))
    return pushed


class _SetResolver:
    """Adds what rules select to one permission set, and records why.

    `added`: further combinations, each with the path of its rule. `inactive`: states of accounts
    that keep access although they are not active, by name.
    """

    def __init__(
        self,
        found: Resolution,
        directory: Directory,
        is_assigned: Callable[[Grant], bool],
        declared: PermissionSet,
        inactive: dict[str, str],
    ) -> None:
        self._found, self._directory, self._is_assigned = found, directory, is_assigned
        self._name, self._inactive = declared.name, inactive
        self.added: list[tuple[AccountAssignments, str]] = []

    def combination(
        self, path: str, declared: AccountAssignments, problems: list[tuple[str, Finding]]
    ) -> AccountAssignments:
        """Groups and accounts of the permission set, with the accounts that it selects."""
        if not declared.account_selectors:
            return declared
        selection = select(path, declared, self._directory)
        problems += selection.problems
        accounts = [*declared.accounts]
        for account, (place, reason) in selection.by_account.items():
            if account in declared.accounts:
                continue
            groups = self._granted(declared.groups, account, reason)
            if groups == declared.groups:
                self._found.places[f"{path}.accounts[{len(accounts)}]"] = place
                accounts.append(account)
            elif groups:
                given = AccountAssignments(groups=groups, accounts=[account])
                self.added.append((given, place))
        return declared.model_copy(
            update={"accounts": accounts, "account_selectors": [], "excluded_accounts": []}
        )

    def add_by_name(self, matches: Matches) -> None:
        """Adds the access that names of groups give."""
        for each in matches.groups:
            account, permission_set = each.access or ("", "")
            if permission_set != self._name:
                continue
            name = each.group.name
            if groups := self._granted([name], account, f"the name of group {name}"):
                given = AccountAssignments(groups=groups, accounts=[account])
                self.added.append((given, each.path))

    def _granted(self, groups: list[str], account: str, reason: str) -> list[str]:
        """Those groups that get or keep access to the account."""
        known = self._directory.accounts()[account]
        if known.state == NEVER_USED:
            return []
        if known.state != ACTIVE:
            groups = [each for each in groups if self._is_assigned((self._name, each, account))]
            if groups:
                self._inactive[str(known)] = known.state
        for group in groups:
            self._found.reasons.setdefault((self._name, group, account), reason)
        return groups
