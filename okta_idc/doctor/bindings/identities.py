"""6xx, attributes of users that differ between Okta and the Identity Store, by cause; 3xx, users in
AWS without an email address.

`okta_idc.doctor.mapping_checks` compares the app users with the profile mapping.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from okta_idc.doctor.mapping_checks import hidden_attribute
from okta_idc.inventory.assigned_users import AssignedUser
from okta_idc.inventory.identities import Identities, identities
from okta_idc.inventory.model import Inventory
from okta_idc.inventory.sent_values import by_attribute
from okta_idc.inventory.unavailable import Unavailable, known
from okta_idc.rules import Rule, identity, profiles
from okta_idc.rules.binding import Binding, Location, Subject
from okta_idc.rules.identity import Difference

_UPDATES = "PUSH_PROFILE_UPDATES"
_OF_MAPPING = (identity.mapped_on_creation, identity.still_mapped)


@dataclass(frozen=True, slots=True)
class Compared:
    """An inventory, and its users compared with the Identity Store."""

    inventory: Inventory
    users: Identities | Unavailable


def compare(found: Inventory) -> Compared:
    """Compares once for all rules."""
    try:
        return Compared(found, identities(found))
    except Unavailable as reason:
        return Compared(found, reason)


def _caused_by(rule: Rule[Any], compared: Compared) -> Iterator[Subject | Unavailable]:
    """Each user with the differences that the rule covers."""
    users, found = known(compared.users), compared.inventory
    known(found.app)
    if rule in _OF_MAPPING:
        known(found.mapping)
    for name, number in users.hidden.items():
        yield Unavailable(hidden_attribute(name, number))
    for user, differences in users.different:
        if own := tuple(d for d in differences if _cause(found, user, d) is rule):
            yield Subject(own, Location(user.login))


def _cause(found: Inventory, user: AssignedUser, difference: Difference) -> Rule[Any]:
    """What affects all attributes of the user comes first."""
    if user.kind == "refused":
        return identity.update_refused
    features: Iterable[Any] = known(found.app).get("features") or ()
    if features and _UPDATES not in features:  # none are shown while provisioning is off
        return identity.updates_disabled
    if user.sync in ("OUT_OF_SYNC", "SYNCING"):
        return identity.update_pending
    mapped = found.mapped(difference.attribute)
    if difference.attribute == "userName" or isinstance(mapped, Unavailable):
        return identity.changed_in_aws
    if not mapped:
        return identity.still_mapped
    pushed = any(each.push for each in mapped)
    return identity.changed_in_aws if pushed else identity.mapped_on_creation


def _absent(compared: Compared) -> Iterator[Subject]:
    for arrival in known(compared.users).absent:
        yield Subject(arrival, Location("the profile mapping"))


def _emails(compared: Compared) -> Iterator[Subject]:
    """The email addresses in AWS of the users for whom Okta sends none."""
    found = compared.inventory
    store, users = known(found.store_users), known(found.users).by_id
    sent = {ident for ident, user in users.items() if user.email.strip()}
    unlinked = {
        ident: user
        for ident, user in store.items()
        if user.by_scim and user.values and user.external_id not in sent
    }
    if not unlinked:
        return
    linked = {users[ident].aws_id for ident in sent}
    names = {users[ident].user_name.casefold() for ident in sent}
    for ident, user in unlinked.items():
        if ident not in linked and user.user_name.casefold() not in names:
            yield Subject(by_attribute(user.values)["email"], Location(user.user_name))


BINDINGS = (
    *(
        Binding(rule, partial(_caused_by, rule))
        for rule in (
            identity.update_refused, identity.update_pending, identity.updates_disabled,
            identity.mapped_on_creation, identity.changed_in_aws, identity.still_mapped,
        )
    ),
    Binding(identity.attribute_arrives, _absent),
    Binding(profiles.email_present, _emails),
)  # fmt: skip
