"""Compares what Okta sends of each user with what the Identity Store has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from okta_idc.inventory.assigned_users import AssignedUser
from okta_idc.inventory.model import Inventory, StoreUser
from okta_idc.inventory.sent_values import by_attribute
from okta_idc.inventory.unavailable import known
from okta_idc.rules.identity import Arrival, Difference

MIN_USERS = 5
"""With at least this many users, an attribute that all of them lack on one side is a fault of the
attribute, not of the users."""
_CASELESS = ("userName", "email")
"""Attributes of which AWS ignores the case."""
_COMPARED = ("provisioned", "refused")


@dataclass(frozen=True)
class Identities:
    """The users whose values differ, and the attributes that all users lack on one side: `hidden`
    in Okta (the number of users who have a value in AWS), and those that do not arrive in AWS."""

    different: tuple[tuple[AssignedUser, tuple[Difference, ...]], ...]
    hidden: Mapping[str, int]
    absent: tuple[Arrival, ...]


def identities(found: Inventory) -> Identities:
    """Raises Unavailable if the users of one side are not known."""
    different = [(user, _differences(user.sent, other.values)) for user, other in _pairs(found)]
    hidden = _lacking(different, okta=True)
    for name in [name for name in hidden if found.mapped(name) == []]:
        del hidden[name]  # empty, because it is not mapped
    absent = _lacking(different, okta=False)
    users = known(found.users).by_id.values()
    _remove_present(hidden, (user.sent for user in users if user.kind in _COMPARED))
    _remove_present(absent, (user.values for user in known(found.store_users).values()))
    rest = (
        (user, tuple(d for d in own if d.attribute not in (absent if d.okta else hidden)))
        for user, own in different
    )
    arrivals = (Arrival(name, number, arrives=False) for name, number in absent.items())
    return Identities(tuple(each for each in rest if each[1]), hidden, tuple(arrivals))


def _pairs(found: Inventory) -> Iterator[tuple[AssignedUser, StoreUser]]:
    """Users with other values in AWS. Okta's record of the AWS ID decides who is who, then the
    external ID, then the username, unless AWS has another user of Okta under that name."""
    users, store = known(found.users).by_id, known(found.store_users)
    unlinked: list[tuple[str, AssignedUser]] = []
    for ident, user in users.items():
        if user.kind not in _COMPARED:
            continue
        other = store.get(user.aws_id)
        if other is None:
            unlinked.append((ident, user))
        elif other.values and other.values != user.sent:
            yield user, other
    if not unlinked:
        return
    linked = {user.aws_id for user in users.values()}
    created = [u for at, u in store.items() if u.by_scim and u.values and at not in linked]
    by_external = {user.external_id: user for user in created}
    others = (user for user in created if user.external_id not in users)
    by_name = {user.user_name.casefold(): user for user in others}
    for ident, user in unlinked:
        other = by_external.get(ident) or by_name.get(user.user_name.casefold())
        if other and other.values != user.sent:
            yield user, other


def _differences(sent: str, stored: str) -> tuple[Difference, ...]:
    actual = by_attribute(stored)
    return tuple(
        Difference(name, value, actual[name])
        for name, value in by_attribute(sent).items()
        if value != actual[name]
        and not (name in _CASELESS and value.casefold() == actual[name].casefold())
    )


def _lacking(
    different: list[tuple[AssignedUser, tuple[Difference, ...]]], *, okta: bool
) -> dict[str, int]:
    """The number of users who lack an attribute on one side only, if at least MIN_USERS do."""
    numbers: dict[str, int] = {}
    for _, differences in different:
        for each in differences:
            if not (each.okta if okta else each.actual):
                numbers[each.attribute] = numbers.get(each.attribute, 0) + 1
    return {name: number for name, number in numbers.items() if number >= MIN_USERS}


def _remove_present(lacking: dict[str, int], users: Iterator[str]) -> None:
    """Remove the attributes of which any user has a value."""
    for values in users:
        if not lacking:
            return
        if values:
            own = by_attribute(values)
            for name in [name for name in lacking if own[name]]:
                del lacking[name]
