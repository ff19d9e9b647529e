"""The map and the difference as a tree on a terminal."""

from collections.abc import Iterable
from typing import TypeVar

from rich.console import Console
from rich.text import Text

from okta_idc.access_map.difference import MapDifference
from okta_idc.access_map.model import Access, AccessMap
from okta_idc.rules.registry import count
from okta_idc.text import printable

T = TypeVar("T")
_GROUPS, _SETS, _PLACES, _PEOPLE = 25, 10, 5, 5
"""Entries of each list, without `everything`."""
_ALL = "(--all lists them)"
_MISSING, _EXTRA = "red", "yellow"


def print_map(console: Console, shown: AccessMap, title: str, *, everything: bool = False) -> None:
    """Print each group with its people, permission sets, accounts, and applications."""
    _say(console, f"{title}: {_totals(shown)}", "bold")
    groups = shown.all_groups
    by_group = _by_group(shown.access)
    for group in _first(groups, _GROUPS, everything):
        label = Text.assemble((printable(group), "bold"), f"  {_people(shown, group, everything)}")
        if shown.groups is not None and group not in shown.groups:
            label.append("  not a push group", _EXTRA)
        _print_group(console, label, by_group.get(group, []), everything)
    _rest(console, len(groups), _GROUPS, "group", everything)
    print_unknown(console, shown.unknown)


def print_difference(console: Console, found: MapDifference, *, everything: bool = False) -> None:
    """Print what is declared and not there, and what is there and not declared."""
    sides = (
        ("Declared, and not in AWS", found.missing, found.missing_groups, "-", _MISSING),
        ("In AWS, and not declared", found.extra, found.extra_groups, "+", _EXTRA),
    )
    for title, access, new_groups, sign, color in sides:
        by_group = _by_group(access)
        groups = sorted({*by_group, *new_groups})
        if not groups:
            continue
        _say(console, f"{title}: {count(access.assignments, 'assignment')} of "
             f"{count(len(groups), 'group')}", f"bold {color}")  # fmt: skip
        for group in _first(groups, _GROUPS, everything):
            label = Text.assemble((f"{sign} {printable(group)}", f"bold {color}"))
            if group in new_groups:
                label.append("  push group")
            if group in found.live.people:
                label.append(f"  {_people(found.live, group, everything)}")
            _print_group(console, label, by_group.get(group, []), everything)
        _rest(console, len(groups), _GROUPS, "group", everything)
    print_unknown(console, found.unknown)
    number = count(found.number, "difference") if found else "No difference"
    _say(console, f"{number} between the declared and the live access.", "bold")


def print_unknown(console: Console, reasons: Iterable[str]) -> None:
    """Print what could not be read, and which right is missing."""
    for reason in reasons:
        _say(console, f"unknown: {printable(reason, 500)}", "magenta")


def _totals(shown: AccessMap) -> str:
    accounts, applications = shown.access.accounts, shown.access.applications
    places = frozenset[str]().union(*(accounts or {}).values())
    apps = frozenset[str]().union(*(applications or {}).values())
    parts = [count(len(shown.all_groups), "group")]
    if shown.people:
        people = frozenset[str]().union(*shown.people.values())
        parts.append(_count_people(len(people)))
    if accounts is not None:
        parts.append(count(len({name for _, name in accounts}), "permission set"))
        parts.append(count(len(places), "account"))
    if apps:
        parts.append(count(len(apps), "application"))
    return ", ".join(parts)


def _by_group(access: Access) -> dict[str, list[tuple[str, frozenset[str]]]]:
    found: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for (group, name), places in sorted((access.accounts or {}).items()):
        found.setdefault(group, []).append((name, places))
    for group, places in (access.applications or {}).items():
        found.setdefault(group, []).append(("applications", places))
    return found


def _print_group(
    console: Console, label: Text, uses: list[tuple[str, frozenset[str]]], everything: bool
) -> None:
    """Print a group and its uses. Not as rich's Tree, which cuts lines at the console's width."""
    lines = [label]
    for name, places in _first(uses, _SETS, everything):
        shown = _listed(places, _PLACES, everything)
        lines.append(Text.assemble(("├── ", "dim"), (printable(name), "cyan"), f"  {shown}"))
    if rest := len(uses) - len(_first(uses, _SETS, everything)):
        lines.append(Text(f"├── … and {count(rest, 'more permission set')} {_ALL}", "dim"))
    if len(lines) > 1:
        lines[-1] = Text.assemble(("└", "dim"), lines[-1][1:])
    label.rstrip()
    for each in lines:
        console.print(each, soft_wrap=True)


def _people(shown: AccessMap, group: str, everything: bool) -> str:
    if group not in shown.people:
        return "people unknown" if shown.unknown else ""
    people = shown.people[group]
    number = _count_people(len(people))
    return f"{number}: {_listed(people, _PEOPLE, everything)}" if people else number


def _listed(names: Iterable[str], limit: int, everything: bool) -> str:
    ordered = sorted(names)
    shown = ", ".join(map(printable, _first(ordered, limit, everything)))
    rest = len(ordered) - len(_first(ordered, limit, everything))
    return f"{shown}, and {rest:,} more" if rest else shown


def _first(listed: list[T], limit: int, everything: bool) -> list[T]:
    return listed if everything else listed[:limit]


def _rest(console: Console, number: int, limit: int, noun: str, everything: bool) -> None:
    if number > limit and not everything:
        _say(console, f"… and {count(number - limit, f'more {noun}')} {_ALL}", "dim")


def _count_people(number: int) -> str:
    return "1 person" if number == 1 else f"{number:,} people"


def _say(console: Console, text: str, style: str = "") -> None:
    console.print(Text(text, style), soft_wrap=True)
