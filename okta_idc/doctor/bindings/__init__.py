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
from okta_idc.inventory.assigned_users import STREAMED
from okta_idc.inventory.model import Inventory
from okta_idc.rules.binding import Binding, Unavailable

BINDINGS: tuple[Binding[Inventory], ...] = (
    *scim_secret.BINDINGS, *app.BINDINGS, *attributes.BINDINGS, *groups.BINDINGS,
    *users.BINDINGS, *identity_store.BINDINGS, *account_access.BINDINGS,
)  # fmt: skip


def judge(found: Inventory) -> Report:
    """Applies every rule, and adds what was found of single people while their pages arrived."""
    report = Report()
    if isinstance(found.people, Unavailable):
        for rule in STREAMED:
            report.mark_unknown(rule, found.people)
    else:
        mapping = found.mapping
        mapped = mapping if isinstance(mapping, Unavailable) else frozenset(
            name for name, each in mapping.items() if each.expression
        )  # fmt: skip
        found.people.tell(report, mapped)
    for binding in BINDINGS:
        report.run(binding, found)
    return report
