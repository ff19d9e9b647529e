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
from okta_idc.doctor.user_checks import UserChecks
from okta_idc.inventory.model import Inventory, Part

QUESTIONS: tuple[Question, ...] = (
    *scim_secret.QUESTIONS, *app.QUESTIONS, *attributes.QUESTIONS, *groups.QUESTIONS,
    *users.QUESTIONS, *identity_store.QUESTIONS, *account_access.QUESTIONS,
)  # fmt: skip

PARTS = ~(Part.NAMESAKES | Part.GROUP_ACCESS)
"""What the questions read."""


def judge(found: Inventory, users: UserChecks) -> Report:
    """Every question, and what the checks of single users found while pages arrived."""
    report = Report()
    users.report(found, report)
    for question in QUESTIONS:
        question.put(found, report)
    return report
