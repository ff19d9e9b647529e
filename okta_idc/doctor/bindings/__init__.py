"""Binds every rule of the doctor's to its subjects in the inventory.

Where a subject needs a part of the inventory that is Unavailable, the rule is unknown or skipped;
where a single subject is Unavailable, the rule is still applied to the others.
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
"""What the bindings read."""


def judge(found: Inventory, users: UserChecks) -> Report:
    """Applies every rule, and adds what the checks of single users found while pages arrived."""
    report = Report()
    users.report(found, report)
    for binding in BINDINGS:
        report.run(binding, found)
    return report
