"""What the pack asks: a module for each kind of resource turns inputs into the subjects of rules.
No module has a rule of its own.

The pack imports this package as `asks`, its tests as `policies.pack`; hence the relative imports.
"""

from pulumi_policy import Policy

from . import account_access, app, groups, provisioning
from .binding import QUESTIONS
from .remediations import FIXES

__all__ = [
    "DESCRIPTION",
    "NAME",
    "QUESTIONS",
    "account_access",
    "app",
    "groups",
    "policies",
    "provisioning",
]

NAME = "okta-identity-center"
DESCRIPTION = "What must hold between Okta and AWS IAM Identity Center."


def policies() -> list[Policy]:
    """All policies, by id of their rule; those that mend come last."""
    asked = [question.policy() for _, question in sorted(QUESTIONS.items())]
    return [*asked, *(fix.policy() for fix in FIXES)]
