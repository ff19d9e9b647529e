"""The configuration that the stack declares, to compare with the actual one."""

from collections.abc import Mapping
from dataclasses import dataclass

from okta_idc.inventory.unavailable import Unavailable
from okta_idc.rules.access_drift import DeclaredAccess
from okta_idc.rules.attribute_statements import Statement

FEATURES = {
    "create_users": "PUSH_NEW_USERS",
    "update_user_attributes": "PUSH_PROFILE_UPDATES",
    "deactivate_users": "PUSH_USER_DEACTIVATION",
}
"""Okta's name of each provisioning feature by setting (docs/research/aws-setup-page.md#step-2)."""

_NO_STACK, _NO_SETTINGS, _NO_POLICY = (
    Unavailable(text, applicable=False)
    for text in (
        "no declared configuration is known to compare with. Pass --stack or --outputs.",
        "the stack's settings are not known. Pass --settings.",
        "the declared sign-on policy is not known. Pass --policy.",
    )
)


@dataclass(frozen=True)
class DeclaredGroup:
    """A group of the stack: its declared name, and its IDs as of the last `up` ("": unknown)."""

    name: str
    id: str = ""
    aws_id: str = ""


@dataclass(frozen=True)
class Declared:
    """Declared parts, each known or Unavailable. `mode` is `api`, `console`, or empty.

    `settings` are `acsURL`, `entityID`, `label` and `userNameTemplate` of the app.
    """

    push: tuple[DeclaredGroup, ...] | Unavailable = _NO_STACK
    assign: tuple[DeclaredGroup, ...] | Unavailable = _NO_STACK
    settings: Mapping[str, str] | Unavailable = _NO_SETTINGS
    statements: tuple[Statement, ...] | Unavailable = _NO_SETTINGS
    features: tuple[str, ...] = tuple(FEATURES.values())
    policy: str | Unavailable = _NO_POLICY
    access: DeclaredAccess | Unavailable = _NO_SETTINGS
    rules: tuple[str, ...] | Unavailable = _NO_SETTINGS
    """Names of the group rules."""
    mode: str = ""
