"""56x, access by rule: accounts and groups that the settings select by their properties."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from okta_idc.rules import group_name_patterns
from okta_idc.rules.registry import (
    EnforcementPoint,
    Severity,
    Violation,
    component_rule,
    count,
    rule,
    shorten,
)
from okta_idc.rules.suggestions import did_you_mean

_KIT = "this kit: docs/decisions/0037-resolve-access-rules-first.md"
_ORGANIZATIONS = "AWS Organizations API, ListAccounts and ListOrganizationalUnitsForParent"


@dataclass(frozen=True, slots=True)
class Selector:
    """The properties that a selector of accounts names, as text."""

    properties: tuple[str, ...]


@component_rule(
    "OIC-560",
    "A selector of accounts names no property",
    source=_KIT,
    remedy="Add `name`, `organizational_unit`, `tags`, or `id`. To select every account of the "
    "organization, name the root: `organizational_unit: /`.",
    good=Selector(("organizational_unit",)),
    bad=Selector(()),
)
def selector_names_property(selector: Selector) -> Iterator[Violation]:
    """Subject: one selector."""
    if not selector.properties:
        yield "", None, "has no property that an account must have."


@dataclass(frozen=True, slots=True)
class Exclusions:
    """Account IDs that are listed and that are excluded, the number of selectors, and of
    exclusions."""

    accounts: tuple[str, ...] = ()
    selectors: int = 0
    excluded: int = 0
    excluded_ids: tuple[str, ...] = ()


@component_rule(
    "OIC-561",
    "Accounts are excluded that no selector selects",
    source=_KIT,
    remedy="Exclusions apply to `account_selectors` only. Remove the exclusion, or the account.",
    good=Exclusions(("210987654321",), selectors=1, excluded=1, excluded_ids=("123456789012",)),
    bad=Exclusions(("210987654321",), selectors=1, excluded=1, excluded_ids=("210987654321",)),
)
def exclusions_apply(declared: Exclusions) -> Iterator[Violation]:
    """Subject: the accounts, selectors, and exclusions of one list of groups."""
    if declared.excluded and not declared.selectors:
        yield "excluded_accounts", None, "is set without `account_selectors`."
    for account in declared.excluded_ids:
        if account in declared.accounts:
            yield "excluded_accounts", account, "is also listed under `accounts`."


@dataclass(frozen=True, slots=True)
class NamedUnit:
    """An organizational unit as the settings name it, and the names of those that exist next to the
    place where it should be. `exists`: whether it was found."""

    name: str
    exists: bool
    known: tuple[str, ...] = ()


@component_rule(
    "OIC-562",
    "An organizational unit does not exist",
    source=_ORGANIZATIONS,
    remedy="Correct the path of names from the root (`Workloads/Dev`) or the ID (`ou-…`). If the "
    "unit was deleted, remove the selector; its accounts then lose this access.",
    good=NamedUnit("Workloads/Dev", exists=True),
    bad=NamedUnit("Workloads/Dve", exists=False, known=("Workloads/Dev", "Workloads/Prod")),
)
def unit_exists(unit: NamedUnit) -> Iterator[Violation]:
    """Subject: one organizational unit that a selector names."""
    if not unit.exists:
        hint = did_you_mean(unit.name, unit.known)
        yield "", unit.name, f"is not an organizational unit of the organization.{hint}"


@dataclass(frozen=True, slots=True)
class Selected:
    """A selector as text, the number of accounts that have its properties, the account name that it
    names, and all names of accounts."""

    selector: str
    accounts: int
    name: str = ""
    names: tuple[str, ...] = ()


@component_rule(
    "OIC-563",
    "A selector matches no account",
    source=_KIT + ": a selection that is empty by mistake would remove access, and an exclusion "
    "that is empty by mistake would grant it",
    remedy="Correct the selector, or remove it.",
    good=Selected("organizational unit Workloads/Dev", accounts=3),
    bad=Selected("name 'dev7'", accounts=0, name="dev7", names=("dev-7", "prod")),
)
def selector_matches(selected: Selected) -> Iterator[Violation]:
    """Subject: one selector or exclusion, compared with the organization."""
    if not selected.accounts:
        hint = did_you_mean(selected.name, selected.names) if selected.name else ""
        yield "", selected.selector, f"matches no account of the organization.{hint}"


@component_rule(
    "OIC-564",
    "A pattern of group names is invalid",
    source=_KIT,
    remedy="Write, for example, `aws-*` or `app_aws_{account}_{permission_set}`.",
    good="app_aws_{account}_{permission_set}",
    bad="*-aws",
)
def pattern_is_valid(pattern: str) -> Iterator[Violation]:
    """Subject: one pattern."""
    try:
        group_name_patterns.parse(pattern)
    except ValueError as error:
        yield "", pattern, str(error)


@dataclass(frozen=True, slots=True)
class MatchedGroups:
    """A pattern, the number of groups whose names match it, and its limit."""

    pattern: str
    groups: int
    limit: int


@component_rule(
    "OIC-565",
    "A pattern matches no group, or more than its limit",
    source=_KIT + ": who can create a group in Okta can otherwise push any number of groups",
    remedy="Correct the pattern. If all these groups should be pushed, raise its `limit`.",
    good=MatchedGroups("aws-*", groups=12, limit=50),
    bad=MatchedGroups("a*", groups=812, limit=50),
)
def pattern_within_limit(matched: MatchedGroups) -> Iterator[Violation]:
    """Subject: one pattern, compared with the groups in Okta."""
    if not matched.groups:
        yield "", matched.pattern, "matches no group in Okta."
    elif matched.groups > matched.limit:
        number = count(matched.groups, "group")
        yield "", matched.pattern, f"matches {number}; the limit is {matched.limit}."


@dataclass(frozen=True, slots=True)
class NamedAccess:
    """Names of groups that match a pattern with `{account}` and `{permission_set}`, each with the
    accounts and permission sets that the name can mean."""

    groups: Mapping[str, tuple[str, ...]]


_ACCESS = NamedAccess({"app_aws_dev_Admin": ("Admin in dev",)})


@component_rule(
    "OIC-566",
    "A group's name means several accounts or permission sets",
    source=_KIT,
    remedy="Rename the group in Okta with the account's ID, or rename the permission set.",
    good=_ACCESS,
    bad=NamedAccess({"app_aws_a_b_Admin": ("Admin in a_b", "b_Admin in a")}),
)
def name_is_unambiguous(named: NamedAccess) -> Iterator[Violation]:
    """Subject: the groups of one pattern."""
    for group, meanings in named.groups.items():
        if len(meanings) > 1:
            yield "", group, f"can mean {' or '.join(map(shorten, meanings))}."


@rule(
    "OIC-567",
    "A group's name means no account and permission set",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.COMPONENT,),
    source=_KIT,
    remedy="Rename the group in Okta, or declare the permission set. Until then, it is not pushed.",
    good=_ACCESS,
    bad=NamedAccess({"app_aws_dve_Admin": ()}),
)
def name_means_access(named: NamedAccess) -> Iterator[Violation]:
    """Subject: the groups of one pattern."""
    for group, meanings in named.groups.items():
        if not meanings:
            yield "", group, "contains no active account with a declared permission set."


@dataclass(frozen=True, slots=True)
class RemovedAccess:
    """Account assignments that rules no longer select: their number by account, and the limit.
    Accounts whose removal is confirmed are not in it."""

    accounts: Mapping[str, int]
    limit: int = 10


@component_rule(
    "OIC-568",
    "Rules no longer select more account assignments than may be removed",
    source=_KIT + ": an account that is moved, or a tag that is removed, changes no line of the "
    "settings",
    remedy="If these accounts should lose this access, list them in "
    "`account_access.confirm_removed_accounts`, or raise `account_access.max_removed_assignments`, "
    "for this run.",
    good=RemovedAccess({"210987654321": 2}),
    bad=RemovedAccess({"210987654321": 8, "123456789012": 4}),
)
def removals_within_limit(removed: RemovedAccess) -> Iterator[Violation]:
    """Subject: one run."""
    total = sum(removed.accounts.values())
    if total > removed.limit:
        listed = ", ".join(f"{name} ({number})" for name, number in removed.accounts.items())
        yield (
            "",
            None,
            f"{count(total, 'account assignment')} would be removed, and the limit is "
            f"{removed.limit}: {shorten(listed)}.",
        )


@rule(
    "OIC-569",
    "A selected account is not active",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.COMPONENT,),
    source="docs/research/identity-center.md#accounts-of-the-organization",
    remedy="Access that the account has stays declared, because AWS cannot change it while the "
    "account is suspended; new access is not assigned. Exclude the account to end both.",
    good={"dev (210987654321)": "ACTIVE"},
    bad={"dev (210987654321)": "SUSPENDED"},
)
def selected_is_active(states: Mapping[str, str]) -> Iterator[Violation]:
    """Subject: states of the selected accounts by name."""
    for account, state in states.items():
        if state != "ACTIVE":
            yield "", account, f"has the state {state}."
