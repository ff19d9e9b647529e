"""Binds every rule that the doctor enforces to its subjects in the inventory.

If a subject needs a part of the inventory that is Unavailable, the rule is unknown or skipped; the
rule is still applied to its other subjects.
"""

from okta_idc.doctor.bindings import (
    access_drift,
    account_access,
    app,
    attributes,
    aws_environment,
    group_rules,
    groups,
    identities,
    identity_store,
    scim_secret,
    users,
)
from okta_idc.doctor.bindings.users import UNEXPLAINED, Explained
from okta_idc.doctor.report import Report
from okta_idc.doctor.user_checks import UserChecks
from okta_idc.inventory.model import Inventory, Part
from okta_idc.inventory.unavailable import Unavailable
from okta_idc.rules import Severity, identity_store_drift, profiles, uniqueness
from okta_idc.rules.binding import Binding

_MODULES = (
    scim_secret, app, attributes, groups, group_rules, users, identity_store, account_access,
    access_drift, aws_environment,
)  # fmt: skip
BINDINGS: tuple[Binding[Inventory], ...] = tuple(each for m in _MODULES for each in m.BINDINGS)

PARTS = ~(Part.NAMESAKES | Part.GROUP_ACCESS)
"""The parts of the inventory that the bindings need."""


EXPLAINING = frozenset(
    rule.id
    for rule in (
        *profiles.PER_PROFILE, uniqueness.unique_user_names, uniqueness.unique_emails,
        identity_store_drift.unmanaged_user_conflict,
    )
    if rule.severity is Severity.BLOCKING
)  # fmt: skip
"""The rules that AWS applies to a user. Each explains why it rejects one."""


def judge(found: Inventory, users: UserChecks) -> Report:
    """The report on an inventory: applies every rule, and adds the findings on single users."""
    report = Report()
    users.report(found, report)
    compared = identities.compare(found)
    for binding in identities.BINDINGS:
        report.run(binding, compared)
    for binding in BINDINGS:
        report.run(binding, found)
    explained = _explained(found, report)
    for binding in UNEXPLAINED:
        report.run(binding, explained)
    report.people = _people(found, report)
    return report


def _explained(found: Inventory, report: Report) -> Explained:
    names = {each.name for each in report.found if each.rule.id in EXPLAINING}
    users = () if isinstance(found.users, Unavailable) else found.users.by_id.items()
    refused = ((ident, user.login) for ident, user in users if user.kind == "refused")
    return Explained(found, frozenset(ident for ident, login in refused if login in names))


def _people(found: Inventory, report: Report) -> frozenset[str]:
    """The names in the report that are logins or usernames."""
    names = {each.name for each in report.found}
    users = () if isinstance(found.users, Unavailable) else found.users.by_id.values()
    in_aws = () if isinstance(found.store_users, Unavailable) else found.store_users.values()
    logins = (user.login for user in users)
    known = (*found.members.logins.values(), *(user.user_name for user in in_aws))
    return frozenset(names.intersection(logins)) | names.intersection(known)
