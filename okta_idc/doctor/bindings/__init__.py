"""Binds every rule that the doctor enforces to its subjects in the inventory.

If a subject needs a part of the inventory that is Unavailable, the rule is unknown or skipped; the
rule is still applied to its other subjects.
"""

from okta_idc.doctor.bindings import (
    account_access,
    app,
    attributes,
    groups,
    identity_store,
    scim_secret,
    users,
)
from okta_idc.doctor.report import Report
from okta_idc.doctor.user_checks import UserChecks
from okta_idc.inventory.model import Inventory, Part
from okta_idc.rules.binding import Binding

_MODULES = (scim_secret, app, attributes, groups, users, identity_store, account_access)
BINDINGS: tuple[Binding[Inventory], ...] = tuple(each for m in _MODULES for each in m.BINDINGS)

PARTS = ~(Part.NAMESAKES | Part.GROUP_ACCESS)
"""The parts of the inventory that the bindings need."""


def judge(found: Inventory, users: UserChecks) -> Report:
    """The report on an inventory: applies every rule, and adds the findings on single users."""
    report = Report()
    users.report(found, report)
    for binding in BINDINGS:
        report.run(binding, found)
    return report
