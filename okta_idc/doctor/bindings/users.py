"""3xx and 6xx, all users together: unique attributes, and users that AWS rejected.

Single profiles are checked while the pages arrive (`okta_idc.inventory.assigned_users`).
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TypeVar

from okta_idc.doctor.bindings.scim_secret import PROVISIONING, attempts
from okta_idc.inventory.assigned_users import AssignedUser
from okta_idc.inventory.model import Inventory
from okta_idc.rules import Rule, identity_store_drift, scim_attempts, uniqueness
from okta_idc.rules.binding import Binding, Location, Subject, known, numbered

T = TypeVar("T")


def _sharing(users: Collection[T], value: Callable[[T], str]) -> Iterator[T]:
    """The users whose value another user has too. The others cannot break a rule on unique values,
    and an org has many of them."""
    keys = [value(user).casefold() for user in users]
    counts = Counter(keys)
    return (user for user, key in zip(users, keys, strict=True) if counts[key] > 1)


def _unique(
    rule: Rule[tuple[str, ...]], value: Callable[[AssignedUser], str], path: str
) -> Binding[Inventory]:
    """A rule on one attribute of all assigned users."""

    def subjects(found: Inventory) -> Iterator[Subject]:
        # Of several users with the same value, AWS has the provisioned one: name the others.
        users = sorted(
            _sharing(known(found.users).by_id.values(), value),
            key=lambda user: user.kind != "provisioned",
        )
        parts = numbered(Location(user.login, path) for user in users)
        yield Subject(tuple(map(value, users)), parts=parts)

    return Binding(rule, subjects)


def _external_ids(found: Inventory) -> Iterator[Subject]:
    """The external IDs in AWS. Users that SCIM did not create may have none."""
    in_aws = [user for user in known(found.store_users).values() if user.external_id]
    users = list(_sharing(in_aws, lambda user: user.external_id))
    parts = numbered(Location(user.user_name, "externalId") for user in users)
    yield Subject(tuple(user.external_id for user in users), parts=parts)


@dataclass(frozen=True, slots=True)
class Explained:
    """An inventory, and the IDs of the rejected users for whom a finding explains the rejection."""

    inventory: Inventory
    idents: frozenset[str]


def _rejected(found: Explained) -> Iterator[Subject]:
    users = known(found.inventory.users).by_id.items()
    refused = {ident: user.login for ident, user in users if user.kind == "refused"}
    explained = frozenset(refused[ident] for ident in found.idents)
    states = dict.fromkeys(refused.values(), "ERROR")
    yield Subject(identity_store_drift.Provisioning(states, explained), names={})


def _attempts(found: Explained) -> Iterator[Subject]:
    yield Subject(attempts(found.inventory, found.idents), Location(PROVISIONING, "SCIM requests"))


BINDINGS = (
    _unique(uniqueness.unique_user_names, lambda user: user.user_name, "userName"),
    _unique(uniqueness.unique_emails, lambda user: user.email, "email"),
    Binding(uniqueness.unique_external_ids, _external_ids),
)

UNEXPLAINED = (
    Binding(identity_store_drift.provisioning_failed, _rejected),
    Binding(scim_attempts.provisioning_succeeds, _attempts),
)
"""Rules on what the other findings leave unexplained."""
