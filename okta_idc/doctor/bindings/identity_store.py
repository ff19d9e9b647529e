"""6xx, the Identity Store compared with Okta: missing, extra and unmanaged users and groups."""

from collections.abc import Iterator
from functools import partial

from okta_idc.inventory.differences import (
    check_settled,
    compared_members,
    enabled_users,
    missing_users,
)
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
    check_settled(found)
    groups = {group.name for group in known(found.store_groups).values()}
    for each in found.pushed():
        if each.mapping.get("status") != "ACTIVE" or not each.mapping.get("lastPush"):
            continue
        if each.target is None and not each.aws_id:
            yield _hidden_target(each)
        else:
            actual = {each.name} if each.aws_id else groups
            yield Subject(identity_store_drift.Sides((each.name,), actual), names={})


def _members(found: Inventory, *, provisioned_only: bool) -> Iterator[Subject | Unavailable]:
    """The members of each push group in Okta and in AWS, by login. `provisioned_only`: only Okta's
    members who are provisioned."""
    check_settled(found)
    for each in compared_members(found):
        if isinstance(each, Unavailable):
            yield each
            continue
        wanted = each.provisioned if provisioned_only else each.assigned
        subject = identity_store_drift.Members(each.group.name, wanted, each.in_aws)
        yield Subject(subject, names={})


def _provisioned(found: Inventory) -> Iterator[Subject]:
    check_settled(found)
    names = {user.user_name: user.login for user in missing_users(found)}
    yield Subject(identity_store_drift.Sides(tuple(names), ()), names=names)


def _enabled(found: Inventory) -> Iterator[Subject]:
    check_settled(found)
    enabled = tuple(user.user_name for user in enabled_users(found))
    yield Subject(identity_store_drift.Sides((), enabled), names={})


def _unmanaged_users(found: Inventory) -> Iterator[Subject]:
    unmanaged = [user.user_name for user in known(found.store_users).values() if not user.by_scim]
    assigned = known(found.users).by_id.values()
    names = {user.user_name: user.login for user in assigned if user.kind != "provisioned"}
    yield Subject(identity_store_drift.Sides(tuple(names), unmanaged), names=names)


def _unmanaged_groups(found: Inventory) -> Iterator[Subject]:
    unmanaged = [group.name for group in known(found.store_groups).values() if not group.by_scim]
    names = tuple(each.name for each in found.pushed() if not each.mapping.get("lastPush"))
    yield Subject(identity_store_drift.Sides(names, unmanaged), names={})


def _unmanaged(found: Inventory) -> Iterator[Subject]:
    """Excludes pushed groups: they come from Okta even if AWS has no external ID for them."""
    pushed = {each.aws_id for each in found.pushed() if each.mapping.get("lastPush")}
    users = tuple(u.user_name for u in known(found.store_users).values() if not u.by_scim)
    groups = known(found.store_groups).items()
    names = tuple(g.name for ident, g in groups if not g.by_scim and ident not in pushed)
    yield Subject(identity_store_drift.Unmanaged(users, names), names={})


def _external_ids(found: Inventory) -> Iterator[Subject]:
    assigned = known(found.users).by_id.items()
    provisioned = ((ident, user) for ident, user in assigned if user.kind == "provisioned")
    okta = {user.user_name.casefold(): (ident, user.login) for ident, user in provisioned}
    for user in known(found.store_users).values():
        name = user.user_name.casefold()
        if user.by_scim and name in okta and user.external_id != okta[name][0]:
            ident, login = okta[name]
            subject = identity_store_drift.ExternalIds({name: user.external_id}, {name: ident})
            yield Subject(subject, Location(login))


BINDINGS = (
    Binding(identity_store_drift.group_renamed, _group_names),
    Binding(identity_store_drift.group_missing, _groups),
    # Users who are rejected or not provisioned yet are not in AWS at all.
    Binding(identity_store_drift.member_missing, partial(_members, provisioned_only=True)),
    # Suspended users keep their membership.
    Binding(identity_store_drift.extra_member, partial(_members, provisioned_only=False)),
    Binding(identity_store_drift.user_missing, _provisioned),
    Binding(identity_store_drift.unassigned_user_enabled, _enabled),
    Binding(identity_store_drift.unmanaged_user_conflict, _unmanaged_users),
    Binding(identity_store_drift.unmanaged_group_conflict, _unmanaged_groups),
    Binding(identity_store_drift.unmanaged_principals, _unmanaged),
    Binding(identity_store_drift.external_id, _external_ids),
)
