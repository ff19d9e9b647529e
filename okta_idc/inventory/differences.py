"""Differences between Okta's users and groups and those in AWS, by ID.

Okta and AWS are read at different moments, so a difference can be a change in between
(`okta_idc.inventory.recheck`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from okta_idc.inventory.assigned_users import AssignedUser
from okta_idc.inventory.model import Inventory, PushGroup, StoreUser
from okta_idc.inventory.unavailable import Unavailable, known

T = TypeVar("T")
Pair = tuple[str, str]
_NOT_READ = Unavailable("its members were not read.")


@dataclass(frozen=True, slots=True)
class Differences:
    """Members of push groups who are not assigned (group and user ID), assigned users who are not
    in AWS (username), users enabled in AWS who are not assigned (external ID, or username), members
    who are on one side only (group ID and login), and push groups that are not in AWS (name)."""

    unassigned: frozenset[Pair] = frozenset()
    missing: frozenset[str] = frozenset()
    enabled: frozenset[Pair] = frozenset()
    members: frozenset[Pair] = frozenset()
    groups: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return any((self.unassigned, self.missing, self.enabled, self.members, self.groups))


def differences(found: Inventory) -> Differences:
    """All differences. A part that could not be read has none."""
    return Differences(
        frozenset(_readable(unassigned_members(found))),
        frozenset(user.user_name for user in _readable(missing_users(found))),
        frozenset((u.external_id, u.user_name) for u in _readable(enabled_users(found))),
        frozenset(_readable(_members(found))),
        frozenset(_readable(_groups(found))),
    )


def check_settled(found: Inventory) -> None:
    """Raises Unavailable if the two sides changed with every reading."""
    if found.in_progress:
        raise found.in_progress


@dataclass(frozen=True, slots=True)
class ComparedMembers:
    """A push group with the logins of its members: those in Okta who are assigned, those of them
    who are provisioned, and those in AWS."""

    group: PushGroup
    assigned: frozenset[str]
    provisioned: frozenset[str]
    in_aws: frozenset[str]


def compared_members(found: Inventory) -> Iterator[ComparedMembers | Unavailable]:
    """Each active push group. Raises Unavailable."""
    users, store_users = known(found.users).by_id, known(found.store_users)
    # If two users have the same username, the provisioned user wins.
    ordered = sorted(users.values(), key=lambda user: user.kind == "provisioned")
    logins = {user.user_name.casefold(): user.login for user in ordered}
    linked = {user.aws_id: user.login for user in ordered if user.aws_id}

    def login_of(ident: str) -> str:
        """The login of a user in AWS; the username if Okta has no such user."""
        name = store_users[ident].user_name if ident in store_users else ident
        return linked.get(ident) or logins.get(name.casefold(), name)

    for each in found.pushed():
        if not each.aws_id or each.mapping.get("status") != "ACTIVE":
            continue
        try:
            okta = known(found.members.by_group.get(each.source, _NOT_READ))
            aws = known(found.store_members.get(each.aws_id, _NOT_READ))
        except Unavailable as reason:
            yield reason
            continue
        members = [users[ident] for ident in okta if ident in users]
        yield ComparedMembers(
            each,
            frozenset(user.login for user in members),
            frozenset(user.login for user in members if user.kind == "provisioned"),
            frozenset(map(login_of, aws)),
        )


def unassigned_members(found: Inventory) -> Iterator[Pair]:
    """Group ID and user ID of the members of push groups who are not assigned and not inactive.
    Raises Unavailable."""
    assigned, inactive = known(found.users).by_id, found.members.inactive
    for group, members in found.members.by_group.items():
        if not isinstance(members, Unavailable):
            rest = members.difference(assigned)
            yield from ((group, ident) for ident in rest if ident not in inactive)


def _readable(pairs: Iterator[T]) -> Iterator[T]:
    try:
        yield from pairs
    except Unavailable:
        return


def missing_users(found: Inventory) -> Iterator[AssignedUser]:
    """Users provisioned according to Okta whom AWS has neither under the ID that Okta knows nor
    under their username. Raises Unavailable."""
    store = known(found.store_users)
    actual = {user.user_name.casefold() for user in store.values()}
    for user in known(found.users).by_id.values():
        provisioned = user.kind == "provisioned" and user.app_status == "PROVISIONED"
        if provisioned and user.aws_id not in store and user.user_name.casefold() not in actual:
            yield user


def enabled_users(found: Inventory) -> Iterator[StoreUser]:
    """Users that SCIM created, who are enabled in AWS and not assigned, neither by ID nor by
    username. Raises Unavailable."""
    users = known(found.users).by_id.values()
    names = {user.user_name.casefold() for user in users}
    linked = {user.aws_id for user in users}
    for ident, user in known(found.store_users).items():
        known_to_okta = ident in linked or user.user_name.casefold() in names
        if user.by_scim and user.enabled and not known_to_okta:
            yield user


def _members(found: Inventory) -> Iterator[Pair]:
    for each in compared_members(found):
        if not isinstance(each, Unavailable):
            for login in (each.provisioned - each.in_aws) | (each.in_aws - each.assigned):
                yield each.group.source, login


def _groups(found: Inventory) -> Iterator[str]:
    for each in found.pushed():
        active = each.mapping.get("status") == "ACTIVE" and each.mapping.get("lastPush")
        if active and not each.aws_id:
            yield each.name
