"""Finds Okta groups by exact name or ID with few lookups, and creates others.

Manages the created groups, and the group rule that fills each of them if one is declared.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar
from urllib.parse import quote_plus

import pulumi_okta as okta
from pulumi import Input, InvokeOutputOptions, Output, Resource, ResourceOptions

from okta_idc.rules import groups as rules
from okta_idc.rules.group_rules import rule_name
from okta_idc.settings import Problem
from okta_idc.settings.models import GroupSource

from .._errors import ValidationError, caught
from .._lookup_errors import invoke, readable
from .._state import EMPTY, GROUP_ASSIGNMENT, PUSH_MAPPING, State

Declared = TypeVar("Declared", bound=GroupSource)
_LONGEST_SEARCH = 6000
"""Characters of an encoded search expression; URLs are usually limited to 8 kB."""
_DELETED = (
    "An earlier run pushed it. It no longer exists in Okta, and its push mapping was deleted with "
    "it. Remove the group from push_groups, and run: pulumi state delete '{urn}' --force"
)
_NamesById = Mapping[str, str]
RULE_OPTIONS = ResourceOptions(delete_before_replace=True)
"""Of every group rule: Okta rejects a second rule of the same name."""


@dataclass(frozen=True)
class OktaGroup:
    """A group that exists in Okta."""

    id: str
    name: str


@dataclass(frozen=True)
class Group(Generic[Declared]):
    """A declared group, whether it exists already or is created in this run."""

    id: Output[str]
    name: Output[str]
    declared: Declared
    source_ids: tuple[Output[str], ...] = ()
    """IDs of the groups whose members a group rule copies into this one."""
    rules: tuple[Resource, ...] = ()
    """The group rules that fill it. Resources that need its members depend on the rules, not on
    their IDs: an ID that is unknown in a preview would look like a replacement."""


def names_filters(names: Iterable[str]) -> list[str]:
    """As few search expressions as possible that match groups with any of these names."""
    return _joined(f"profile.name eq {_quoted(name)}" for name in names)


def ids_filters(ids: Iterable[str]) -> list[str]:
    """As few search expressions as possible that match groups with any of these IDs."""
    return _joined(f"id eq {_quoted(ident)}" for ident in ids)


def _joined(terms: Iterable[str]) -> list[str]:
    found: list[str] = []
    for term in terms:
        longer = f"{found[-1]} or {term}" if found else term
        if found and len(quote_plus(longer)) <= _LONGEST_SEARCH:
            found[-1] = longer
        else:
            found.append(term)
    return found


def _start(name: str) -> str:
    """How similar names begin: without white space, and without characters that have several
    Unicode forms."""
    letters = re.match(r"[ -~]{0,4}", unicodedata.normalize("NFC", name.strip()))
    return letters[0].strip() if letters else ""


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


@dataclass(frozen=True)
class RecordedGroup:
    """A group that an earlier run assigned or pushed: its ID in Okta, and the URN of its push
    mapping, if any."""

    id: str
    urn: str = ""


_Recorded = Mapping[str, RecordedGroup]


def recorded_groups(state: State | None, assignments: str, pushes: str) -> dict[str, RecordedGroup]:
    """The groups of the state by name. `assignments` and `pushes` begin the resources' names."""
    state = state or EMPTY
    assigned = state.of_type(GROUP_ASSIGNMENT, assignments).items()
    pushed = state.of_type(PUSH_MAPPING, pushes).items()
    return {
        **{k: RecordedGroup(str(each.get("groupId"))) for k, each in assigned},
        **{
            k: RecordedGroup(
                str(each.get("sourceGroupId")), state.urns[PUSH_MAPPING, f"{pushes}{k}"]
            )
            for k, each in pushed
        },
    }


def find_groups(
    declared: Mapping[str, GroupSource],
    opts: InvokeOutputOptions | None = None,
    recorded: Input[Mapping[str, RecordedGroup]] | None = None,
) -> Output[dict[str, OktaGroup] | ValidationError]:
    """The existing groups by key, from the declared groups by path. A ValidationError unless each
    name matches exactly one group (OIC-203), and each ID exists. A group of a directory, such as
    Active Directory, counts if Okta has no group of its own with this name. `recorded`: what
    earlier runs used, by name; it shows which groups were renamed or deleted since."""
    named = {path: group.name for path, group in declared.items() if group.name}
    names = list(dict.fromkeys(named.values()))
    ids = list(dict.fromkeys(group.id for group in declared.values() if group.id))
    terms = {name: f"profile.name eq {_quoted(name)}" for name in names}
    terms |= {ident: f"id eq {_quoted(ident)}" for ident in ids}
    answers = [_search(expression, opts) for expression in _joined(terms.values())]

    @caught
    def existing(groups: _NamesById, earlier: _Recorded) -> dict[str, OktaGroup]:
        by_name: dict[str, list[str]] = {}
        for ident, name in groups.items():
            by_name.setdefault(name, []).append(ident)
        findings = rules.group_exists(rules.WantedGroups(named, by_name))
        problems = [
            _explained(Problem.of(finding), earlier.get(named.get(finding.path, "")), groups)
            for finding in findings
        ] + [
            Problem(
                path, f"Okta has no group with the ID {group.id!r}. Use another ID, or the name."
            )
            for path, group in declared.items()
            if group.id and group.id not in groups
        ]
        if problems:
            raise ValidationError(*problems)
        found = {name: OktaGroup(by_name[name][0], name) for name in names}
        return found | {ident: OktaGroup(ident, groups[ident]) for ident in ids}

    def match(read: Sequence[Any]) -> Any:
        earlier: _Recorded = read[-1]
        groups = {ident: name for part in read[:-1] for ident, name in part.items()}
        found = {*groups, *groups.values()}
        if not (missing := [term for key, term in terms.items() if key not in found]):
            return existing(groups, earlier)
        more = [_search_directories(expression, opts) for expression in _joined(missing)]
        return Output.all(*more).apply(lambda read: explained(groups, read, earlier))

    def explained(groups: _NamesById, more: Sequence[_NamesById], earlier: _Recorded) -> Any:
        groups = {**groups, **{ident: name for part in more for ident, name in part.items()}}
        missing = [name for name in names if name not in groups.values()]
        if not missing:
            return existing(groups, earlier)
        # One more call, for a suggestion and for the groups' present names.
        near = [f"profile.name sw {_quoted(start)}" for start in map(_start, missing[:5]) if start]
        near += [f"id eq {_quoted(earlier[n].id)}" for n in missing[:50] if n in earlier]
        similar = _search(" or ".join(near), opts)
        return similar.apply(lambda similar: existing({**groups, **similar}, earlier))

    return Output.all(*answers, recorded or {}).apply(match)


def _explained(problem: Problem, recorded: RecordedGroup | None, groups: _NamesById) -> Problem:
    """A missing group that earlier runs used was renamed or deleted since."""
    if recorded is None:
        return problem
    if new := groups.get(recorded.id):
        message = (
            f"this group is now named {new!r} in Okta (ID {recorded.id}). Write {new!r} wherever "
            "the settings name it: its assignments, its push mapping and its group in AWS are kept."
        )
        return replace(problem, message=message)
    if recorded.urn:
        return replace(problem, message=f"{problem.message}\n{_DELETED.format(urn=recorded.urn)}")
    return problem


async def member_ids(group_id: Any, parent: Resource) -> set[str]:
    """IDs of a group's members in Okta."""
    read = await invoke("okta:group/getGroup", {"id": group_id, "includeUsers": True}, parent)
    return set(read.get("users") or [])


def _search(expression: str, opts: InvokeOutputOptions | None) -> Output[_NamesById]:
    # Without the type, the search also finds the app's own copy of each pushed group.
    search = f'(type eq "OKTA_GROUP" or type eq "BUILT_IN") and ({expression})'
    found = readable(okta.get_groups_output(search=search, opts=opts))
    return found.apply(lambda answer: {group.id: group.name for group in answer.groups})


def _search_directories(expression: str, opts: InvokeOutputOptions | None) -> Output[_NamesById]:
    """The groups that Okta imported from a directory, which alone have these attributes
    (docs/research/okta-api.md#groups-of-active-directory)."""

    def imported(answer: okta.GetGroupsResult) -> dict[str, str]:
        return {
            group.id: group.name
            for group in answer.groups
            if {"dn", "windowsDomainQualifiedName"}
            & json.loads(group.custom_profile_attributes or "{}").keys()
        }

    search = f'type eq "APP_GROUP" and ({expression})'
    return readable(okta.get_groups_output(search=search, opts=opts)).apply(imported)


def resolve_groups(
    prefix: str,
    declared: Iterable[Declared],
    found: Output[dict[str, OktaGroup]],
    ready: Output[object],
    opts: ResourceOptions,
) -> dict[str, Group[Declared]]:
    """Every group by key. Declares the groups to create once `ready` is known."""
    return {
        key: _create(prefix, group, ready, opts)
        if group.create
        else Group(found[key].id, found[key].name, group)
        for key, group in ((each.key, each) for each in declared)
    }


def _create(
    prefix: str, declared: Declared, ready: Output[object], opts: ResourceOptions
) -> Group[Declared]:
    name = declared.key
    created = okta.group.Group(
        f"{prefix}-{name}",
        name=ready.apply(lambda _: name),
        description=declared.description,
        opts=opts,
    )
    if declared.rule is None:
        return Group(created.id, created.name, declared)
    rule = okta.group.Rule(
        f"{prefix}-{name}",
        name=rule_name(name),
        group_assignments=[created.id],
        expression_value=declared.rule,
        status="ACTIVE",
        opts=ResourceOptions.merge(opts, RULE_OPTIONS),
    )
    return Group(created.id, created.name, declared, rules=(rule,))
