"""2xx and 6xx, groups in Okta: roles, names, members, and what became of what is declared."""

from collections.abc import Iterable, Iterator

from okta_idc.doctor.bindings.binding import Case, Question
from okta_idc.inventory.declared import DeclaredGroup
from okta_idc.inventory.model import Inventory
from okta_idc.inventory.unavailable import Unavailable, known
from okta_idc.rules import assignments, groups, push_drift


def _sources(found: Inventory) -> dict[str, str]:
    """The push groups: name by id."""
    names = known(found.groups)
    return {m["sourceGroupId"]: names.name(m["sourceGroupId"]) for m in known(found.pushes)}


def _roles(found: Inventory) -> Iterator[Case]:
    names = known(found.groups)
    assigned, pushed = tuple(known(found.assigned)), tuple(_sources(found))
    labels = {
        "assign": [names.name(ident) for ident in assigned],
        "push": [names.name(ident) for ident in pushed],
    }
    subject = groups.GroupRoles(assigned, pushed)
    yield Case(subject, by_value=True, names=_sources(found), labels=labels)


def _each_name(found: Inventory) -> Iterator[Case | Unavailable]:
    shown = known(found.groups).names
    for ident, name in _sources(found).items():
        if ident in shown:
            yield Case(name, name, "name")
        else:
            yield Unavailable(
                f"Okta does not show the push group {ident}: it was deleted, or is hidden. Needs "
                "an admin role that can see it."
            )


def _all_names(found: Inventory) -> Iterator[Case]:
    names = tuple(_sources(found).values())
    yield Case(names, labels={"": names}, place="name")


def _members(found: Inventory) -> Iterator[tuple[str, frozenset[str] | Unavailable]]:
    for ident, name in _sources(found).items():
        yield name, found.members.of.get(ident, Unavailable("its members were not looked at."))


def _assigned_members(found: Inventory) -> Iterator[Case | Unavailable]:
    assigned = known(found.people).by_id
    for name, members in _members(found):
        if isinstance(members, Unavailable):
            yield members
        else:
            # Only who is not assigned makes a finding, so nobody else is handed over.
            subject = groups.PushedMembers(name, members.difference(assigned), ())
            yield Case(subject, by_value=True, names=found.members.logins)


def _active_members(found: Inventory) -> Iterator[Case | Unavailable]:
    inactive = found.members.inactive
    for name, members in _members(found):
        if isinstance(members, Unavailable):
            yield members
        else:
            status = {ident: inactive[ident] for ident in members if ident in inactive}
            subject = groups.MemberStatus(name, status)
            yield Case(subject, by_value=True, names=found.members.logins)


def _sizes(found: Inventory) -> Iterator[Case | Unavailable]:
    for name, members in _members(found):
        if isinstance(members, Unavailable):
            yield members
        else:
            yield Case((name, len(members)), name, "members")


def _by_name(found: Inventory) -> Iterator[Case]:
    """The names that are declared; of a group made by the stack it is there since the last run."""
    by_name = known(found.groups).by_name
    wanted = {f"push {g.name}": g.name for g in known(found.declared.push)}
    wanted |= {f"assign {g.name}": g.name for g in known(found.declared.assign)}
    yield Case(groups.WantedGroups(wanted, by_name))


def _mappings(found: Inventory) -> Iterator[Case]:
    names = known(found.groups)
    for mapping in known(found.pushes):
        name, error = names.name(mapping["sourceGroupId"]), str(mapping.get("errorSummary") or "")
        subject = push_drift.FoundMapping(name, str(mapping.get("status")), error)
        yield Case(subject, name, "push mapping")


def _declared_mappings(found: Inventory) -> Iterator[Case]:
    declared = _names(found, known(found.declared.push))
    return (case for case in _mappings(found) if case.who in declared)


def _names(found: Inventory, declared: Iterable[DeclaredGroup]) -> frozenset[str]:
    """As Okta calls them now, if they are known by their ids."""
    names = known(found.groups).names
    return frozenset(names.get(group.id, group.name) for group in declared)


def _pushed(found: Inventory) -> Iterator[Case]:
    declared, there = known(found.declared.push), frozenset(_sources(found).values())
    yield _compared(found, declared, there, "push mappings")


def _assigned(found: Inventory) -> Iterator[Case]:
    names = known(found.groups)
    there = frozenset(names.name(ident) for ident in known(found.assigned))
    yield _compared(found, known(found.declared.assign), there, "assignments")


def _compared(
    found: Inventory, declared: Iterable[DeclaredGroup], there: frozenset[str], what: str
) -> Case:
    wanted = _names(found, declared)
    seen = known(found.groups).by_name
    if wanted and not there and not any(name in seen for name in wanted):
        raise Unavailable(
            f"Okta shows no {what}, and none of the groups that are declared: they are gone, or "
            "hidden. Needs okta.groups.read, and an admin role that can see the groups."
        )
    return Case(push_drift.Groups(wanted, there), by_value=True)


def _person_by_person(found: Inventory) -> Iterator[Case]:
    logins = tuple(p.login for p in known(found.people).by_id.values() if p.scope == "USER")
    yield Case(assignments.Assignees(logins), place="", by_value=True)


QUESTIONS = (
    Question(groups.one_role_per_group, _roles),
    Question(groups.members_are_assigned, _assigned_members),
    Question(groups.group_exists, _by_name),
    Question(groups.group_name, _each_name),
    Question(groups.group_name_forbidden, _each_name),
    Question(groups.group_names_differ, _all_names),
    Question(groups.members_are_active, _active_members),
    Question(assignments.assigned_through_groups, _person_by_person),
    Question(groups.group_size, _sizes),
    Question(push_drift.mapping_in_error, _mappings),
    Question(push_drift.mapping_inactive, _declared_mappings),
    Question(push_drift.mapping_gone, _pushed),
    Question(push_drift.mapping_by_hand, _pushed),
    Question(push_drift.assignment_gone, _assigned),
    Question(push_drift.assignment_by_hand, _assigned),
)
