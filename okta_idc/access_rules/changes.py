"""What rules newly select, and what they no longer select, compared with the last deployment."""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass

from okta_idc.access_rules.resolution import Grant, Resolution
from okta_idc.rules import Finding, access_selection
from okta_idc.rules.access_selection import RemovedAccess
from okta_idc.rules.group_name_patterns import parsed
from okta_idc.rules.registry import count
from okta_idc.settings import Settings
from okta_idc.text import printable

MOST_LINES = 20
"""Changes that are listed one by one."""


@dataclass(frozen=True)
class Changes:
    """Access that rules newly select, and that they no longer select, with what is deployed."""

    new: frozenset[Grant]
    lost: frozenset[Grant]


def compare(written: Settings, found: Resolution, deployed: Collection[Grant]) -> Changes:
    """The changes since the last deployment. Access that is removed from the lists in the settings
    is no change by a rule."""
    sets = found.settings.account_access.permission_sets
    declared = {(each.name, *pair) for each in sets for pair in each.pairs()}
    is_ruled = _ruled(written)
    lost = frozenset(each for each in deployed if each not in declared and is_ruled(each))
    return Changes(frozenset(found.reasons.keys() - set(deployed)), lost)


def removals(written: Settings, changes: Changes, found: Resolution) -> list[Finding]:
    """OIC-568, if the run would remove more assignments than allowed."""
    access, numbers = written.account_access, defaultdict[str, int](int)
    for _, _, account in sorted(changes.lost):
        if account not in access.confirm_removed_accounts:
            numbers[_named(account, found)] += 1
    removed = RemovedAccess(numbers, access.max_removed_assignments)
    return access_selection.removals_within_limit(removed)


def lines(changes: Changes, found: Resolution) -> list[str]:
    """One line for each account that rules newly select or no longer select."""
    by_account: dict[tuple[str, str], list[Grant]] = defaultdict(list)
    for grant in sorted(changes.new):
        by_account[grant[2], f"is new ({found.reasons[grant]}), and gets"].append(grant)
    for grant in sorted(changes.lost):
        by_account[grant[2], "is no longer selected, and loses"].append(grant)
    listed = [
        printable(f"Account {_named(account, found)} {change} {_access(grants)}.", 500)
        for (account, change), grants in by_account.items()
    ]
    return _shortened(listed, "account")


def _shortened(listed: list[str], noun: str) -> list[str]:
    if (more := len(listed) - MOST_LINES) > 0:
        listed[MOST_LINES:] = [f"{count(more, f'further {noun}')} changed. See the resources."]
    return listed


def group_lines(
    written: Settings, changes: Changes, found: Resolution, pushed: Collection[str]
) -> list[str]:
    """One line for each group that patterns newly match, unless its name gives it access, and for
    each that they no longer match. `pushed`: the push groups of the last deployment."""
    with_access = {group for _, group, _ in changes.new}
    declared = {each.key for each in found.settings.push_groups}
    patterns = parsed(_patterns(written))
    listed = [
        printable(f"Group {name} is new ({path}), and is pushed.", 500)
        for name, path in found.patterns.items()
        if name not in pushed and name not in with_access
    ]
    listed += [
        printable(f"Group {name} no longer matches, and its push mapping is removed.", 500)
        for name in sorted(pushed)
        if name not in declared and any(each.matches(name) for each in patterns)
    ]
    return _shortened(listed, "group")


def _access(grants: list[Grant]) -> str:
    """`Developer for aws-developers and aws-testers`."""
    by_set: dict[str, list[str]] = defaultdict(list)
    for name, group, _ in grants:
        by_set[name].append(group)
    return "; ".join(f"{name} for {', '.join(groups)}" for name, groups in by_set.items())


def _named(account: str, found: Resolution) -> str:
    name = found.names.get(account)
    return f"{printable(name)} ({account})" if name else account


def _ruled(written: Settings) -> Callable[[Grant], bool]:
    """Whether a rule decides about the accounts of a group in a permission set."""
    patterns = [each for each in parsed(_patterns(written)) if each.captures]
    sets = {each.name: each for each in written.account_access.permission_sets}
    selected = {
        (name, group)
        for name, declared in sets.items()
        for _, each in declared.combinations()
        if each.account_selectors
        for group in each.groups
    }

    def is_ruled(grant: Grant) -> bool:
        name, group, _ = grant
        by_name = name in sets and any(each.matches(group) for each in patterns)
        return by_name or (name, group) in selected

    return is_ruled


def _patterns(written: Settings) -> list[str]:
    return [each.pattern for each in written.push_group_patterns]
