"""3xx and 6xx, all users together: what must differ between them, and users that AWS rejected.

Single profiles are checked while the pages arrive (`okta_idc.inventory.assigned_users`).
"""

from collections.abc import Iterator

from okta_idc.inventory.model import Inventory
from okta_idc.rules import Rule, identity_store_drift, uniqueness
from okta_idc.rules.binding import Binding, Location, Subject, known, numbered


def _unique(rule: Rule[tuple[str, ...]], attribute: str, path: str) -> Binding[Inventory]:
    """A rule on an attribute of everyone who is assigned."""

    def subjects(found: Inventory) -> Iterator[Subject]:
        persons = known(found.people).by_id.values()
        values = tuple(str(getattr(person, attribute)) for person in persons)
        yield Subject(values, parts=numbered(Location(person.login, path) for person in persons))

    return Binding(rule, subjects)


def _external_ids(found: Inventory) -> Iterator[Subject]:
    """The IDs that AWS has. Users that SCIM did not create may have none."""
    users = [user for user in known(found.store_users).values() if user.external_id]
    parts = numbered(Location(user.user_name, "externalId") for user in users)
    yield Subject(tuple(user.external_id for user in users), parts=parts)


def _rejected(found: Inventory) -> Iterator[Subject]:
    persons = known(found.people).by_id.values()
    states = {person.login: "ERROR" for person in persons if person.kind == "refused"}
    yield Subject(identity_store_drift.Provisioning(states), names={})


BINDINGS = (
    _unique(uniqueness.unique_user_names, "user_name", "userName"),
    _unique(uniqueness.unique_emails, "email", "email"),
    Binding(uniqueness.unique_external_ids, _external_ids),
    Binding(identity_store_drift.provisioning_failed, _rejected),
)
