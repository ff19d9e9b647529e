"""Selects accounts of the organization by their properties."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from okta_idc.access_rules.directory import Directory
from okta_idc.clients.organization import Account
from okta_idc.rules import Finding, access_selection
from okta_idc.rules.access_selection import NamedUnit, Selected
from okta_idc.settings.models import AccountAssignments, AccountSelector

ACTIVE = "ACTIVE"
NEVER_USED = "PENDING_ACTIVATION"
"""The state of an account that cannot have access yet."""


@dataclass
class Selection:
    """Accounts that selectors select, by ID: the path of the selector, and its text."""

    by_account: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    problems: list[tuple[str, Finding]] = field(default_factory=list[tuple[str, Finding]])


def select(path: str, declared: AccountAssignments, directory: Directory) -> Selection:
    """The accounts that the selectors below `path` select, without those that are excluded."""
    found = Selection()
    for where, selector in _listed(path, "account_selectors", declared.account_selectors):
        for account in sorted(_matching(where, selector, directory, found, must_match=True)):
            found.by_account.setdefault(account, (where, describe(selector)))
    for where, selector in _listed(path, "excluded_accounts", declared.excluded_accounts):
        # A tag that marks exceptions may be on no account today.
        must_match = not selector.tags
        for account in _matching(where, selector, directory, found, must_match=must_match):
            found.by_account.pop(account, None)
    return found


def describe(selector: AccountSelector) -> str:
    """The selector as text: `organizational unit Workloads/Dev, tag env=dev`."""
    unit = selector.organizational_unit
    inside = "" if selector.nested else " without nested units"
    parts = (
        f"account {selector.id}" if selector.id else "",
        f"account name {selector.name}" if selector.name else "",
        f"organizational unit {unit}{inside}" if unit else "",
        *(f"tag {key}={value}" for key, value in selector.tags.items()),
    )
    return ", ".join(filter(None, parts))


def _listed(
    path: str, key: str, selectors: Sequence[AccountSelector]
) -> Iterator[tuple[str, AccountSelector]]:
    for index, each in enumerate(selectors):
        yield f"{path}.{key}[{index}]", each


def _matching(
    path: str,
    selector: AccountSelector,
    directory: Directory,
    found: Selection,
    *,
    must_match: bool,
) -> set[str]:
    """IDs of the accounts with all properties of the selector; records why there are none."""
    accounts = directory.accounts()
    matching = {ident for ident, account in accounts.items() if _is_named(account, selector)}
    if name := selector.organizational_unit:
        if (unit := directory.unit(name)) is None:
            missing = NamedUnit(name, exists=False, known=tuple(directory.known_units()))
            where = f"{path}.organizational_unit"
            found.problems += ((where, each) for each in access_selection.unit_exists(missing))
            return set()
        matching &= unit.nested if selector.nested else unit.direct
    if selector.tags:
        wanted = selector.tags.items()
        tags = directory.tags(sorted(matching))
        matching = {ident for ident in matching if wanted <= tags[ident].items()}
    if must_match:
        names = tuple(account.name for account in accounts.values())
        selected = Selected(describe(selector), len(matching), selector.name or "", names)
        found.problems += ((path, each) for each in access_selection.selector_matches(selected))
    return matching


def _is_named(account: Account, selector: AccountSelector) -> bool:
    return selector.id in (None, account.id) and selector.name in (None, account.name)
