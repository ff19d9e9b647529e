"""2xx, groups: who is assigned to the app, and what is pushed through it."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from okta_idc.rules.registry import Draft, rule


@dataclass(frozen=True, slots=True)
class GroupRoles:
    """Names (or ids) of groups by role, in the order in which they are declared."""

    assign: tuple[str, ...] = ()
    push: tuple[str, ...] = ()


@rule(
    "OIC-201",
    "A group is either assigned or pushed, never both",
    source="AWS page, Considerations: «Using the same Okta group for both assignments and group "
    "push is not currently supported»; Okta: members are lost",
    remedy="keep it in `push`, and assign a separate group that has the same people.",
    good=GroupRoles(assign=("aws-access",), push=("aws-admins",)),
    bad=GroupRoles(assign=("aws-access", "aws-admins"), push=("aws-admins",)),
)
def one_role_per_group(roles: GroupRoles) -> Iterator[Draft]:
    """Subject: the groups in their roles."""
    for index, name in enumerate(roles.push):
        if name in roles.assign:
            yield f"push[{index}]", name, f"is assigned too (assign[{roles.assign.index(name)}])."


@rule(
    "OIC-202",
    "A group is named once in each role",
    source="Okta API, group push mappings: one mapping for a source group",
    remedy="remove the repetition.",
    good=GroupRoles(push=("aws-admins", "aws-finance")),
    bad=GroupRoles(push=("aws-admins", "aws-admins")),
)
def named_once(roles: GroupRoles) -> Iterator[Draft]:
    """Subject: the groups in their roles."""
    for role, names in (("assign", roles.assign), ("push", roles.push)):
        for name, times in Counter(names).items():
            if times > 1:
                last = len(names) - 1 - names[::-1].index(name)
                yield f"{role}[{last}]", name, f"is named {times} times."


@dataclass(frozen=True, slots=True)
class WantedGroups:
    """Names looked for, by their place in the settings, and what Okta answered: name → ids."""

    places: Mapping[str, str]
    found: Mapping[str, Collection[str]]


@rule(
    "OIC-203",
    "A group named in the settings exists in Okta, under exactly this name, once",
    source="Okta API: q matches prefixes; the provider takes a lone prefix hit for a match",
    remedy="write the name as Okta shows it (Directory → Groups), or create the group first.",
    good=WantedGroups({"push[0]": "aws-admins"}, {"aws-admins": ("00g1",)}),
    bad=WantedGroups({"push[0]": "aws-admin"}, {"aws-admins": ("00g1",)}),
)
def group_exists(wanted: WantedGroups) -> Iterator[Draft]:
    """Subject: the names wanted and the groups found."""
    for place, name in wanted.places.items():
        ids = wanted.found.get(name, ())
        if len(ids) == 1:
            continue
        if ids:
            yield place, name, f"is the name of {len(ids)} groups in Okta."
        else:
            close = get_close_matches(name, list(wanted.found), n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            yield place, name, f"is not a group in Okta.{hint}"
