"""What the stack declares, to compare with what exists."""

from collections.abc import Mapping
from dataclasses import dataclass

from okta_idc.inventory.unavailable import Unavailable
from okta_idc.rules.attribute_statements import Statement

TO_APP = ("PUSH_NEW_USERS", "PUSH_PROFILE_UPDATES", "PUSH_USER_DEACTIVATION")
"""Okta's names of the provisioning features (docs/research/aws-setup-page.md#step-2)."""


def _missing(text: str) -> Unavailable:
    return Unavailable(text, wanted=False)


_NO_STACK = _missing("nothing is declared to compare with: give --stack or --outputs.")
_NO_SETTINGS = _missing("the stack's settings are not known: give --settings.")
_NO_POLICY = _missing("which sign-on policy is meant is not known: give --policy.")


@dataclass(frozen=True)
class DeclaredGroup:
    """A group of the stack: its declared name, and its ids as of the last `up` ("": unknown)."""

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
    features: tuple[str, ...] = TO_APP
    policy: str | Unavailable = _NO_POLICY
    mode: str = ""
