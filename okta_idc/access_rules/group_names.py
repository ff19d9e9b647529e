"""Selects Okta groups by patterns over their names, and reads access from the names."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from okta_idc.access_rules.directory import Directory, OktaGroup
from okta_idc.clients.organization import Account
from okta_idc.rules import Finding, access_selection
from okta_idc.rules.access_selection import MatchedGroups, NamedAccess
from okta_idc.rules.group_name_patterns import Pattern, parse
from okta_idc.settings.models import PushGroupPattern

_Meanings = Mapping[str, list[tuple[Account, str]]]
"""Accounts and permission sets by the name that can mean them."""


@dataclass(frozen=True)
class Matched:
    """A group that a pattern matches: the path of the pattern, and the access that the name gives,
    as account ID and permission set."""

    group: OktaGroup
    path: str
    access: tuple[str, str] | None = None


@dataclass
class Matches:
    """The groups that patterns match, and findings by path: `problems` stop a run."""

    groups: list[Matched]
    problems: list[tuple[str, Finding]]
    warnings: list[tuple[str, Finding]]


def match(
    patterns: Collection[PushGroupPattern], sets: Collection[str], directory: Directory
) -> Matches:
    """The groups that the patterns match, each once; `sets`: names of the permission sets. A group
    whose name means no account and permission set is not pushed."""
    found = Matches([], [], [])
    parsed = [parse(each.pattern) for each in patterns]
    groups = sorted(directory.groups([each.prefix for each in parsed]), key=lambda g: g.name)
    taken: set[str] = set()
    for index, (declared, pattern) in enumerate(zip(patterns, parsed, strict=True)):
        path = f"push_group_patterns[{index}]"
        theirs = [group for group in groups if pattern.matches(group.name)]
        within = MatchedGroups(declared.pattern, len(theirs), declared.limit)
        problems = access_selection.pattern_within_limit(within)
        found.problems += ((path, each) for each in problems)
        if problems:
            continue
        meanings: _Meanings = {}
        if pattern.captures:
            meanings = _meanings(pattern, theirs, sets, directory)
        named = NamedAccess({
            name: tuple(f"{permission_set} in {account}" for account, permission_set in each)
            for name, each in meanings.items()
        })  # fmt: skip
        found.problems += ((path, each) for each in access_selection.name_is_unambiguous(named))
        found.warnings += ((path, each) for each in access_selection.name_means_access(named))
        for group in theirs:
            if group.id in taken or (pattern.captures and not meanings[group.name]):
                continue
            taken.add(group.id)
            access = next(((a.id, s) for a, s in meanings.get(group.name, [])), None)
            found.groups.append(Matched(group, path, access))
    return found


def _meanings(
    pattern: Pattern, groups: Collection[OktaGroup], sets: Collection[str], directory: Directory
) -> _Meanings:
    """What each name can mean."""
    accounts: dict[str, list[Account]] = defaultdict(list)
    for each in directory.accounts().values():
        accounts[each.id].append(each)
        accounts[each.name].append(each)
    return {each.name: [*_splits(pattern, each.name, accounts, sets)] for each in groups}


def _splits(
    pattern: Pattern, name: str, accounts: Mapping[str, list[Account]], sets: Collection[str]
) -> Iterator[tuple[Account, str]]:
    for account, permission_set in pattern.splits(name):
        if permission_set in sets:
            for each in accounts.get(account, ()):
                yield each, permission_set
