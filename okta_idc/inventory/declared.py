"""What is declared, as far as the doctor was told: to compare with what is there."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from okta_idc.inventory.unavailable import Unavailable
from okta_idc.rules.attribute_statements import Statement

TO_APP = ("PUSH_NEW_USERS", "PUSH_PROFILE_UPDATES", "PUSH_USER_DEACTIVATION")
"""Okta's names of the features that provision people (docs/research/aws-setup-page.md#step-2)."""

_NO_STACK = "nothing is declared to compare with: give --stack or --outputs."
_NO_SETTINGS = "the stack's settings are not known: give --settings."


def _none(text: str) -> Unavailable:
    return Unavailable(text, wanted=False)


@dataclass(frozen=True)
class DeclaredGroup:
    """A group of the stack: its name there, and ids as the last `up` had them; "" if unknown."""

    name: str
    id: str = ""
    aws_id: str = ""


@dataclass(frozen=True)
class Declared:
    """Each part is known or a Unavailable. `mode` is api, console, or empty."""

    push: tuple[DeclaredGroup, ...] | Unavailable = field(default_factory=lambda: _none(_NO_STACK))
    assign: tuple[DeclaredGroup, ...] | Unavailable = field(
        default_factory=lambda: _none(_NO_STACK)
    )
    settings: Mapping[str, str] | Unavailable = field(default_factory=lambda: _none(_NO_SETTINGS))
    """`acsURL`, `entityID`, `label` and `userNameTemplate` of the app."""
    statements: tuple[Statement, ...] | Unavailable = field(
        default_factory=lambda: _none(_NO_SETTINGS)
    )
    features: tuple[str, ...] = TO_APP
    policy: str | Unavailable = field(
        default_factory=lambda: _none("which sign-on policy is meant is not known: give --policy.")
    )
    mode: str = ""
