"""Okta groups by name, by id, or created here: all look-ups in a few calls, exact matches only.

Owns the groups that are created here, and the rule that fills each of them if one is given.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NotRequired, TypedDict, cast
from urllib.parse import quote_plus

import pulumi_okta as okta
from pulumi import InvokeOutputOptions, Output, Resource, ResourceOptions

from okta_idc.rules import groups as rules

from .._errors import ValidationError, raise_findings
from .._lookup_errors import readable

_LONGEST = 6000
"""Characters of a search in the address, encoded: the usual bound is 8 kB for all of it. How much
Okta takes is not published."""
_DELETED = (
    "If it was deleted in Okta, its push mapping went with it: take the group out of `push`, and "
    "its PushGroup out of the state (`pulumi stack --show-urns`, `pulumi state delete URN "
    "--force`)."
)
RULE_NAME_LENGTH = 50
"""Of a group rule's name, at most (docs/research/okta-api.md#group-rules)."""


class GroupArgs(TypedDict):
    """One Okta group; exactly one of `name`, `id` and `create` is given."""

    name: NotRequired[str]
    """The name of a group that is there, exactly as Okta shows it."""
    id: NotRequired[str]
    """The id of a group that is there, 00g…"""
    create: NotRequired[str]
    """The name of a group that is made here, and deleted with the stack."""
    description: NotRequired[str]
    """Of a group made here."""
    rule: NotRequired[str]
    """An Okta expression; whoever it is true for is a member of the group made here."""
    priority: NotRequired[int]
    """Of an assignment: 1 is the first. On all assignments, or on none."""
    retire: NotRequired[bool]
    """Of a push: the group in AWS is deleted once the push is removed from the declaration."""
    import_id: NotRequired[str]
    """What is there already: `app id/group id` of an assignment, which is imported; `app
    id/mapping id` of a push, which is left to itself (see PushGroups)."""
    aws_group_id: NotRequired[str]
    """Of a push that is there already: the group's id in IAM Identity Center."""


@dataclass(frozen=True)
class Group:
    """A group that is there, or will be, and how it was asked for."""

    id: Output[str]
    name: Output[str]
    asked: GroupArgs
    members_of: tuple[Output[str], ...] = ()
    """Of a group that a rule fills with the members of others: the ids of those."""
    rules: tuple[Resource, ...] = ()
    """The rules that fill it. Whatever needs its members depends on them, and not on their ids:
    one that a preview does not know yet would seem to be another group."""


def group_key(group: GroupArgs) -> str:
    """What the group is called in the declaration: the name or id that was given."""
    return group.get("name") or group.get("id") or group.get("create") or ""


def output_dict(outputs: Mapping[str, Output[str]]) -> Output[dict[str, str]]:
    """Many outputs as one; also of none."""
    return cast(Output[dict[str, str]], Output.from_input(dict(outputs)))


def names_filters(names: Iterable[str]) -> list[str]:
    """Okta's search expressions for groups with any of these names: one, or as few as fit into
    addresses."""
    return _joined(_named(name) for name in names)


def _joined(terms: Iterable[str]) -> list[str]:
    found: list[str] = []
    for term in terms:
        longer = f"{found[-1]} or {term}" if found else term
        if found and len(quote_plus(longer)) <= _LONGEST:
            found[-1] = longer
        else:
            found.append(term)
    return found


def _named(name: str) -> str:
    return f'profile.name eq "{_quote(name)}"'


def _quote(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"')


def find_groups(
    places: Mapping[str, GroupArgs], opts: InvokeOutputOptions | None = None
) -> Output[dict[str, tuple[str, str]]]:
    """Id and name by group_key, of the groups that are not made here (`push[0]` → group).

    Fails with ValidationError (OIC-203) for a name that no group has, or more than one, and for an
    id that Okta does not know.
    """
    names = list(dict.fromkeys(g["name"] for g in places.values() if "name" in g))
    ids = list(dict.fromkeys(g["id"] for g in places.values() if "id" in g))
    asked = [_named(name) for name in names]
    asked += [f'id eq "{_quote(ident)}"' for ident in ids]
    answers = [_search(expression, opts) for expression in _joined(asked)]

    def judge(found: Sequence[_Found]) -> Output[dict[str, tuple[str, str]]]:
        groups = {ident: name for part in found for ident, name in part.items()}
        by_name = _by_name(groups)
        named = {place: g["name"] for place, g in places.items() if "name" in g}
        gone = [
            f"{place}: {g['id']!r} is not a group in Okta. Fix: take another id, or name it."
            for place, g in places.items()
            if "id" in g and g["id"] not in groups
        ]
        if gone:
            raise ValidationError("\n".join((*gone, _DELETED)))
        missing = [name for name in names if name not in by_name]
        if missing:  # one more call, to say which was probably meant
            near = " or ".join(f'profile.name sw "{_quote(name[:4])}"' for name in missing[:5])
            return _search(near, opts).apply(lambda near: _refuse(named, {**groups, **near}))
        raise_findings(rules.group_exists(rules.WantedGroups(named, by_name)))
        by_label = {name: (by_name[name][0], name) for name in names}
        return Output.from_input(by_label | {ident: (ident, groups[ident]) for ident in ids})

    return Output.all(*answers).apply(judge)


_Found = Mapping[str, str]  # name by id


def _search(expression: str, opts: InvokeOutputOptions | None) -> Output[_Found]:
    def answered(answer: okta.GetGroupsResult) -> _Found:
        return {group.id: group.name for group in answer.groups}

    # Without the type, each pushed group would be found twice: its namesake is the app's group.
    search = f'(type eq "OKTA_GROUP" or type eq "BUILT_IN") and ({expression})'
    return readable(okta.get_groups_output(search=search, opts=opts)).apply(answered)


def _by_name(groups: _Found) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for ident, name in groups.items():
        found.setdefault(name, []).append(ident)
    return found


def _refuse(places: Mapping[str, str], groups: _Found) -> dict[str, tuple[str, str]]:
    findings = rules.group_exists(rules.WantedGroups(places, _by_name(groups)))
    if findings:
        raise ValidationError("\n".join((*(finding.text() for finding in findings), _DELETED)))
    raise ValidationError("A group was missing and is there now. Fix: run again.")


def resolve_groups(
    prefix: str,
    wanted: Iterable[GroupArgs],
    found: Output[dict[str, tuple[str, str]]],
    after: Output[object],
    opts: ResourceOptions,
) -> dict[str, Group]:
    """Every group by its key; declares the groups to be created once `after` is known."""
    return {
        group_key(group): _create(prefix, group, after, opts)
        if "create" in group
        else _taken(group, found)
        for group in wanted
    }


def _taken(group: GroupArgs, found: Output[dict[str, tuple[str, str]]]) -> Group:
    key = group_key(group)
    return Group(
        found.apply(lambda known: known[key][0]), found.apply(lambda known: known[key][1]), group
    )


def _create(prefix: str, group: GroupArgs, after: Output[object], opts: ResourceOptions) -> Group:
    name = group_key(group)
    made = okta.group.Group(
        f"{prefix}-{name}",
        name=after.apply(lambda _: name),
        description=group.get("description", ""),
        opts=opts,
    )
    if not (expression := group.get("rule")):
        return Group(made.id, made.name, group)
    rule = okta.group.Rule(
        f"{prefix}-{name}",
        name=name[:RULE_NAME_LENGTH],
        group_assignments=[made.id],
        expression_value=expression,
        status="ACTIVE",
        opts=opts,
    )
    return Group(made.id, made.name, group, rules=(rule,))
