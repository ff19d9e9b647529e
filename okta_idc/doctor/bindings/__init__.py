"""The rules' questions, put to what was found. A test holds that each rule of the doctor's is here.

A question makes a rule's subjects of the evidence. Where it reads a part that is a Unavailable,
the rule is unknown, or not asked; where a single case is a Unavailable, the others are asked all
the same."""

from okta_idc.doctor.bindings import (
    account_access,
    app,
    attributes,
    groups,
    identity_store,
    scim_secret,
    users,
)
from okta_idc.doctor.bindings.binding import Question
from okta_idc.doctor.report import Report
from okta_idc.inventory.assigned_users import STREAMED
from okta_idc.inventory.model import Inventory
from okta_idc.inventory.unavailable import Unavailable

QUESTIONS: tuple[Question, ...] = (
    *scim_secret.QUESTIONS, *app.QUESTIONS, *attributes.QUESTIONS, *groups.QUESTIONS,
    *users.QUESTIONS, *identity_store.QUESTIONS, *account_access.QUESTIONS,
)  # fmt: skip


def judge(found: Inventory) -> Report:
    """Every question, and what was found of single people while their pages came."""
    report = Report()
    if isinstance(found.people, Unavailable):
        for rule in STREAMED:
            report.cannot(rule, found.people)
    else:
        mapping = found.mapping
        mapped = mapping if isinstance(mapping, Unavailable) else frozenset(
            name for name, each in mapping.items() if each.expression
        )  # fmt: skip
        found.people.tell(report, mapped)
    for question in QUESTIONS:
        question.put(found, report)
    return report
