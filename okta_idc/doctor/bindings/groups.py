"""2xx and 6xx, groups in Okta: roles, names, members, and drift."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from okta_idc.inventory.declared import DeclaredGroup
from okta_idc.inventory.differences import check_settled
from okta_idc.inventory.model import Inventory
from okta_idc.rules import assignments, groups, push_drift
from okta_idc.rules.binding import Binding, Location, Subject, Unavailable, known, numbered
from okta_idc.rules.characters import unjudged


def _sources(found: Inventory) -> dict[str, str]:
    """Names of the push groups by their IDs."""
    ids = (mapping["sourceGroupId"] for mapping in known(found.pushes))
    return {ident: known(found.groups).name(ident) for ident in ids}


def _roles(found: Inventory) -> Iterator[Subject]:
    names = known(found.groups)
    assigned, pushed = tuple(known(found.assigned)), tuple(_sources(found))
    parts = numbered(map(names.name, assigned), "assignments.groups")
    parts |= numbered(map(names.name, pushed), "push_groups")
    yield Subject(groups.GroupRoles(assigned, pushed), parts=parts, names=_sources(found))


def _each_name(found: Inventory) -> Iterator[Subject | Unavailable]:
    shown = known(found.groups).names
    for ident, name in _sources(found).items():
        if ident in shown:
            yield Subject(name, Location(name, "name"))
        else:
            yield Unavailable(
                f"Okta does not show the push group {ident}: it was deleted, or is hidden. Needs "
                "an admin role that can see it."
            )


def _each_judged_name(found: Inventory) -> Iterator[Subject | Unavailable]:
    for subject in _each_name(found):
        if isinstance(subject, Subject) and (reason := unjudged(subject.value)):
            yield Unavailable(f"{subject.location.name} {reason}")
        else:
            yield subject


def _all_names(found: Inventory) -> Iterator[Subject]:
    names = tuple(_sources(found).values())
    yield Subject(names, parts=numbered(Location(name, "name") for name in names))


def _each_push_group(
    subject: Callable[[Inventory, str, frozenset[str]], Subject], found: Inventory
) -> Iterator[Subject | Unavailable]:
    """The subject for each push group, made by `subject` from its name and members."""
    for ident, name in _sources(found).items():
        members = found.members.by_group.get(ident, Unavailable("its members were not read."))
        yield members if isinstance(members, Unavailable) else subject(found, name, members)


def _assigned_members(found: Inventory, name: str, members: frozenset[str]) -> Subject:
    check_settled(found)
    # Only members who are not assigned break the rule, so the others are skipped. OIC-208 covers
    # the inactive ones.
    others = members.difference(known(found.users).by_id, found.members.inactive)
    return Subject(groups.PushedMembers(name, others, ()), names=found.members.logins)


def _active_members(found: Inventory, name: str, members: frozenset[str]) -> Subject:
    inactive = found.members.inactive
    status = {ident: inactive[ident] for ident in members if ident in inactive}
    return Subject(groups.MemberStatus(name, status), names=found.members.logins)


def _size(_: Inventory, name: str, members: frozenset[str]) -> Subject:
    return Subject((name, len(members)), parts={name: Location(name, "members")})


def _by_name(found: Inventory) -> Iterator[Subject]:
    """The declared names. A group that the stack creates exists since the last update."""
    wanted = {f"push group {g.name}": g.name for g in known(found.declared.push)}
    wanted |= {f"assignment group {g.name}": g.name for g in known(found.declared.assign)}
    yield Subject(groups.WantedGroups(wanted, known(found.groups).by_name))


def _mappings(found: Inventory) -> Iterator[Subject]:
    names = known(found.groups)
    for mapping in known(found.pushes):
        name, error = names.name(mapping["sourceGroupId"]), str(mapping.get("errorSummary") or "")
        subject = push_drift.FoundMapping(name, str(mapping.get("status")), error)
        yield Subject(subject, parts={name: Location(name, "push mapping")})


def _declared_mappings(found: Inventory) -> Iterator[Subject]:
    declared = _names(found, known(found.declared.push))
    return (each for each in _mappings(found) if each.value.group in declared)


def _names(found: Inventory, declared: Iterable[DeclaredGroup]) -> frozenset[str]:
    """The current names in Okta if the IDs are known, else the declared names."""
    names = known(found.groups).names
    return frozenset(names.get(group.id, group.name) for group in declared)


def _pushed(found: Inventory) -> Iterator[Subject]:
    actual = frozenset(_sources(found).values())
    return _compared(found, known(found.declared.push), actual, "push mappings")


def _assigned(found: Inventory) -> Iterator[Subject]:
    actual = frozenset(map(known(found.groups).name, known(found.assigned)))
    return _compared(found, known(found.declared.assign), actual, "assignments")


def _compared(
    found: Inventory, declared: Iterable[DeclaredGroup], actual: frozenset[str], what: str
) -> Iterator[Subject]:
    wanted = _names(found, declared)
    if wanted and not actual and wanted.isdisjoint(known(found.groups).by_name):
        raise Unavailable(
            f"Okta shows no {what}, and none of the declared groups: they were deleted, or are "
            "hidden. Needs okta.groups.read, and an admin role that can see the groups."
        )
    yield Subject(push_drift.Groups(wanted, actual), names={})


def _individual_users(found: Inventory) -> Iterator[Subject]:
    logins = tuple(user.login for user in known(found.users).by_id.values() if user.scope == "USER")
    yield Subject(assignments.Assignees(logins), parts=numbered(logins))


BINDINGS = (
    Binding(groups.one_role_per_group, _roles),
    Binding(groups.members_are_assigned, partial(_each_push_group, _assigned_members)),
    Binding(groups.group_exists, _by_name),
    Binding(groups.group_name, _each_judged_name),
    Binding(groups.group_name_forbidden, _each_name),
    Binding(groups.group_names_differ, _all_names),
    Binding(groups.members_are_active, partial(_each_push_group, _active_members)),
    Binding(assignments.assigned_through_groups, _individual_users),
    Binding(groups.group_size, partial(_each_push_group, _size)),
    Binding(push_drift.mapping_in_error, _mappings),
    Binding(push_drift.mapping_inactive, _declared_mappings),
    Binding(push_drift.mapping_missing, _pushed),
    Binding(push_drift.mapping_unmanaged, _pushed),
    Binding(push_drift.assignment_missing, _assigned),
    Binding(push_drift.assignment_unmanaged, _assigned),
)
