"""6xx, the Identity Store compared with Okta: what is missing, left over, or unmanaged."""

from collections.abc import Iterator

from okta_idc.inventory.assigned_users import AssignedUser
from okta_idc.inventory.model import Inventory, PushGroup
from okta_idc.rules import identity_store_drift
from okta_idc.rules.binding import Binding, Location, Subject, Unavailable, known


def _group_names(found: Inventory) -> Iterator[Subject | Unavailable]:
    groups = known(found.store_groups)
    for each in found.pushed():
        if each.aws_id:
            names = identity_store_drift.GroupNames(each.name, groups[each.aws_id].name)
            yield Subject(names, Location(each.name))
        elif each.target is None:
            yield _hidden_target(each)


def _hidden_target(each: PushGroup) -> Unavailable:
    return Unavailable(
        f"Okta does not show the group in the app to which {each.name} is pushed, and AWS has none "
        "of its name. Needs an admin role that can see the app's groups."
    )


def _groups(found: Inventory) -> Iterator[Subject | Unavailable]:
    groups = {group.name for group in known(found.store_groups).values()}
    for each in found.pushed():
        mapping = each.mapping
        if mapping.get("status") != "ACTIVE" or not mapping.get("lastPush"):
            continue
        if each.target is None and not each.aws_id:
            yield _hidden_target(each)
        else:
            there = {each.name} if each.aws_id else groups
            sides = identity_store_drift.Sides((each.name,), there)
            yield Subject(sides, names={})


class _Sides:
    """The members of a push group in Okta and in AWS, by the users' logins."""

    def __init__(self, found: Inventory) -> None:
        self._found, self._persons = found, known(found.people).by_id
        self._users = known(found.store_users)
        self._by_name: dict[str, AssignedUser] = {}
        for person in self._persons.values():  # of two with one name, the provisioned one
            if person.kind == "there" or person.user_name.casefold() not in self._by_name:
                self._by_name[person.user_name.casefold()] = person

    def of(self, each: PushGroup, *, arrived: bool) -> identity_store_drift.Members:
        """`arrived`: only those of Okta's members who are in AWS. Raises Unavailable."""
        reason = Unavailable("its members were not read.")
        okta = known(self._found.members.of.get(each.source, reason))
        aws = known(self._found.store_members.get(each.aws_id, reason))
        members = (self._persons[ident] for ident in okta if ident in self._persons)
        wanted = frozenset(p.login for p in members if not arrived or p.kind == "there")
        return identity_store_drift.Members(each.name, wanted, frozenset(map(self._login, aws)))

    def _login(self, user: str) -> str:
        name = self._users[user].user_name if user in self._users else user
        person = self._by_name.get(name.casefold())
        return person.login if person else name


def _members(found: Inventory, *, arrived: bool) -> Iterator[Subject | Unavailable]:
    sides = _Sides(found)
    for each in found.pushed():
        if each.aws_id and each.mapping.get("status") == "ACTIVE":
            try:
                yield Subject(sides.of(each, arrived=arrived), names={})
            except Unavailable as reason:
                yield reason


def _missing_members(found: Inventory) -> Iterator[Subject | Unavailable]:
    """Without users who are rejected or not provisioned yet: they are not in AWS at all."""
    return _members(found, arrived=True)


def _former_members(found: Inventory) -> Iterator[Subject | Unavailable]:
    """With suspended users, who keep their membership."""
    return _members(found, arrived=False)


def _provisioned(found: Inventory) -> Iterator[Subject]:
    names = {
        p.user_name: p.login
        for p in known(found.people).by_id.values()
        if p.app_status == "PROVISIONED" and p.kind == "there"
    }
    there = [user.user_name for user in known(found.store_users).values()]
    yield Subject(identity_store_drift.Sides(tuple(names), there), names=names)


def _enabled(found: Inventory) -> Iterator[Subject]:
    users = known(found.store_users).values()
    enabled = tuple(user.user_name for user in users if user.by_scim and user.enabled)
    assigned = tuple(person.user_name for person in known(found.people).by_id.values())
    yield Subject(identity_store_drift.Sides(assigned, enabled), names={})


def _unmanaged_users(found: Inventory) -> Iterator[Subject]:
    unmanaged = [user.user_name for user in known(found.store_users).values() if not user.by_scim]
    names = {p.user_name: p.login for p in known(found.people).by_id.values() if p.kind != "there"}
    yield Subject(identity_store_drift.Sides(tuple(names), unmanaged), names=names)


def _unmanaged_groups(found: Inventory) -> Iterator[Subject]:
    unmanaged = [group.name for group in known(found.store_groups).values() if not group.by_scim]
    names = tuple(each.name for each in found.pushed() if not each.mapping.get("lastPush"))
    yield Subject(identity_store_drift.Sides(names, unmanaged), names={})


def _unmanaged(found: Inventory) -> Iterator[Subject]:
    """A group that was pushed comes from Okta even if AWS has no external ID for it."""
    pushed = {each.aws_id for each in found.pushed() if each.mapping.get("lastPush")}
    users = tuple(u.user_name for u in known(found.store_users).values() if not u.by_scim)
    groups = tuple(
        group.name
        for ident, group in known(found.store_groups).items()
        if not group.by_scim and ident not in pushed
    )
    yield Subject(identity_store_drift.Unmanaged(users, groups), names={})


def _external_ids(found: Inventory) -> Iterator[Subject]:
    persons = known(found.people).by_id
    okta = {p.user_name.casefold(): ident for ident, p in persons.items() if p.kind == "there"}
    logins = {p.user_name.casefold(): p.login for p in persons.values() if p.kind == "there"}
    for user in known(found.store_users).values():
        name = user.user_name.casefold()
        if user.by_scim and name in okta and user.external_id != okta[name]:
            subject = identity_store_drift.ExternalIds({name: user.external_id}, {name: okta[name]})
            yield Subject(subject, Location(logins[name]))


BINDINGS = (
    Binding(identity_store_drift.group_renamed, _group_names),
    Binding(identity_store_drift.group_missing, _groups),
    Binding(identity_store_drift.member_missing, _missing_members),
    Binding(identity_store_drift.extra_member, _former_members),
    Binding(identity_store_drift.user_missing, _provisioned),
    Binding(identity_store_drift.unassigned_user_enabled, _enabled),
    Binding(identity_store_drift.unmanaged_user_conflict, _unmanaged_users),
    Binding(identity_store_drift.unmanaged_group_conflict, _unmanaged_groups),
    Binding(identity_store_drift.unmanaged_principals, _unmanaged),
    Binding(identity_store_drift.external_id, _external_ids),
)
