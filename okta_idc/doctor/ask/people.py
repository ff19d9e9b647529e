"""3xx and 6xx, people together: what must differ between them, and whom AWS refused.

What is wrong with one person alone is judged while the pages come (`okta_idc.doctor.people`).
"""

from collections.abc import Iterator

from okta_idc.doctor.ask.question import Case, Question
from okta_idc.doctor.evidence import Evidence
from okta_idc.doctor.gap import known
from okta_idc.rules import people, store_drift


def _user_names(found: Evidence) -> Iterator[Case]:
    persons = known(found.people).persons.values()
    labels = [person.login for person in persons]
    names = tuple(person.user_name for person in persons)
    yield Case(names, labels={"": labels}, place="userName", personal=True)


def _emails(found: Evidence) -> Iterator[Case]:
    persons = known(found.people).persons.values()
    labels = [person.login for person in persons]
    emails = tuple(person.email for person in persons)
    yield Case(emails, labels={"": labels}, place="email", personal=True)


def _external_ids(found: Evidence) -> Iterator[Case]:
    """As AWS has them; an id of somebody whom SCIM did not make is nobody's business."""
    users = [user for user in known(found.store_users).values() if user.external_id]
    labels = [user.user_name for user in users]
    idents = tuple(user.external_id for user in users)
    yield Case(idents, labels={"": labels}, place="externalId", personal=True)


def _refused(found: Evidence) -> Iterator[Case]:
    states = {
        person.login: "ERROR"
        for person in known(found.people).persons.values()
        if person.kind == "refused"
    }
    yield Case(store_drift.Provisioning(states), place="", by_value=True)


QUESTIONS = (
    Question(people.unique_user_names, _user_names),
    Question(people.unique_emails, _emails),
    Question(people.unique_external_ids, _external_ids),
    Question(store_drift.provisioning_failed, _refused),
)
