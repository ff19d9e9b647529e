"""The rules' questions, put to what was found. A test holds that each rule of the doctor's is here.

A question makes a rule's subjects of the evidence. Where it reads a part that is a Gap, the rule
is unknown, or not asked; where a single case is a Gap, the others are asked all the same.
"""

from okta_idc.doctor.ask import access, app, attributes, groups, people, secret, store
from okta_idc.doctor.ask.question import Question
from okta_idc.doctor.evidence import Evidence
from okta_idc.doctor.gap import Gap
from okta_idc.doctor.people import STREAMED
from okta_idc.doctor.report import Report

QUESTIONS: tuple[Question, ...] = (
    *secret.QUESTIONS, *app.QUESTIONS, *attributes.QUESTIONS, *groups.QUESTIONS,
    *people.QUESTIONS, *store.QUESTIONS, *access.QUESTIONS,
)  # fmt: skip


def judge(found: Evidence) -> Report:
    """Every question, and what was found of single people while their pages came."""
    report = Report()
    if isinstance(found.people, Gap):
        for rule in STREAMED:
            report.cannot(rule, found.people)
    else:
        mapping = found.mapping
        mapped = mapping if isinstance(mapping, Gap) else frozenset(
            name for name, each in mapping.items() if each.expression
        )  # fmt: skip
        found.people.tell(report, mapped)
    for question in QUESTIONS:
        question.put(found, report)
    return report
