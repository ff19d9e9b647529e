"""3xx and 6xx, people together: what must differ between them, and whom AWS refused.

Single profiles are checked while pages arrive (`okta_idc.doctor.user_checks`).
"""

from collections.abc import Iterator

from okta_idc.doctor.bindings.binding import Case, Question
from okta_idc.inventory.model import Inventory
from okta_idc.inventory.unavailable import known
from okta_idc.rules import identity_store_drift, uniqueness


def _user_names(found: Inventory) -> Iterator[Case]:
    persons = known(found.people).by_id.values()
    labels = [person.login for person in persons]
    names = tuple(person.user_name for person in persons)
    yield Case(names, labels={"": labels}, place="userName", personal=True)


def _emails(found: Inventory) -> Iterator[Case]:
    persons = known(found.people).by_id.values()
    labels = [person.login for person in persons]
    emails = tuple(person.email for person in persons)
    yield Case(emails, labels={"": labels}, place="email", personal=True)


def _external_ids(found: Inventory) -> Iterator[Case]:
    """As AWS has them; an id of somebody whom SCIM did not make is nobody's business."""
    users = [user for user in known(found.store_users).values() if user.external_id]
    labels = [user.user_name for user in users]
    idents = tuple(user.external_id for user in users)
    yield Case(idents, labels={"": labels}, place="externalId", personal=True)


def _refused(found: Inventory) -> Iterator[Case]:
    states = {
        person.login: "ERROR"
        for person in known(found.people).by_id.values()
        if person.kind == "refused"
    }
    yield Case(identity_store_drift.Provisioning(states), place="", by_value=True)


QUESTIONS = (
    Question(uniqueness.unique_user_names, _user_names),
    Question(uniqueness.unique_emails, _emails),
    Question(uniqueness.unique_external_ids, _external_ids),
    Question(identity_store_drift.provisioning_failed, _refused),
)
