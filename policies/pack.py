"""The policies of the pack. A module for each kind of resource binds rules to their subjects, and
defines no rules itself."""

from pulumi_policy import Policy

from . import account_access, app, group_rules, groups, provisioning, single_objects
from .binding import BINDINGS
from .remediations import FIXES

__all__ = [
    "BINDINGS", "account_access", "app", "group_rules", "groups", "policies", "provisioning",
    "single_objects",
]  # fmt: skip


def policies() -> list[Policy]:
    """All policies by the ID of their rule; the remediations come last."""
    checks = [binding.policy() for _, binding in sorted(BINDINGS.items())]
    return [*checks, *(fix.policy() for fix in FIXES)]
