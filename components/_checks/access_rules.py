"""Resolves access rules before anything is declared, in previews too.

The rest of the program sees settings that list accounts and groups
(docs/decisions/0037-resolve-access-rules-first.md). Without rules, nothing is read.
"""

from collections.abc import Iterator

import pulumi
from pulumi import Resource

from okta_idc.access_rules import changes
from okta_idc.access_rules.resolution import Grant, Resolution, has_rules, resolve
from okta_idc.clients.aws import AwsError
from okta_idc.clients.okta import OktaError
from okta_idc.clients.okta_auth import CredentialsError
from okta_idc.settings import Settings, SettingsError

from .._clients import directory
from .._errors import ValidationError, raise_findings
from .._state import (
    ACCOUNT_ASSIGNMENT,
    PERMISSION_SET,
    PUSH_MAPPING,
    Names,
    State,
    read_state_now,
)

_UNREAD = (
    "the accounts and groups that rules select cannot be read: {error} Nothing was changed. "
    "docs/reference/permissions.md lists the permissions."
)

_NO_STATE = (
    "the stack's state cannot be read, so it is unknown which access rules no longer select. "
    "Nothing was changed. Run it again with an engine that returns the state."
)


def resolve_rules(parent: Resource, name: str, settings: Settings) -> Resolution:
    """The settings with what their rules select. Logs a line for each account and group that rules
    newly select or no longer select. `name`: of the federation.

    Raises ValidationError if a rule selects nothing or too much (OIC-562 to OIC-566), if too much
    access would be removed (OIC-568), and if Okta or AWS cannot be read.
    """
    if not has_rules(settings):
        return Resolution(settings)
    if (state := read_state_now(parent)) is None:
        raise ValidationError.at("", _NO_STATE)
    deployed = frozenset(_deployed(state, f"{name}-access-"))
    try:
        found = resolve(settings, directory(parent), deployed.__contains__)
    except SettingsError as error:
        raise ValidationError(*error.problems) from None
    except (AwsError, OktaError, CredentialsError) as error:
        raise ValidationError.at("", _UNREAD.format(error=_sentence(error))) from None
    for path, finding in found.warnings:
        pulumi.log.warn(finding.text(path), parent)
    compared = changes.compare(settings, found, deployed)
    raise_findings(changes.removals(settings, compared, found), "account_access")
    pushed = state.of_type(PUSH_MAPPING, Names.of(name).pushes)
    lines: list[str] = []
    if deployed:  # the first deployment is all new
        lines += changes.lines(compared, found)
    if pushed:
        lines += changes.group_lines(settings, compared, found, pushed)
    for line in lines:
        pulumi.log.info(line, parent)
    return found


def _sentence(error: Exception) -> str:
    return f"{str(error).strip().rstrip('.')}."


def _deployed(state: State, prefix: str) -> Iterator[Grant]:
    """The account assignments in the state: permission set, group as declared, and account."""
    sets = {
        outputs.get("arn"): str(outputs.get("name"))
        for outputs in state.of_type(PERMISSION_SET, prefix).values()
    }
    for name, outputs in state.of_type(ACCOUNT_ASSIGNMENT, prefix).items():
        permission_set = sets.get(outputs.get("permissionSetArn"), "")
        account = str(outputs.get("targetId"))
        if name.startswith(f"{permission_set}-") and name.endswith(f"-{account}"):
            group = name.removeprefix(f"{permission_set}-").removesuffix(f"-{account}")
            yield permission_set, group, account
