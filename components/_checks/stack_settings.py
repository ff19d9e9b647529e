"""Resolves access rules, and what of a fleet is in this stack, before anything is declared.

The rest of the program sees settings that list accounts and groups, and this stack's share of them
(docs/decisions/0037-resolve-access-rules-first.md, 0038-divide-a-federation-among-stacks.md).
Previews do the same. Without rules and without a fleet, nothing is read of Okta, AWS, or the state.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pulumi
from pulumi import Resource

from okta_idc.access_rules import changes
from okta_idc.access_rules.resolution import Grant, Resolution, has_rules, resolve
from okta_idc.clients.aws import AwsError
from okta_idc.clients.okta import OktaError
from okta_idc.clients.okta_auth import CredentialsError
from okta_idc.fleet.placement import UNITS, Placement, Share, UnknownUnitError, share_of
from okta_idc.fleet.resources import (
    ACCOUNT_ACCESS,
    ACCOUNT_ASSIGNMENT,
    PERMISSION_SET,
    PLACED,
    PUSH_MAPPING,
    Recorded,
    grants,
    places,
)
from okta_idc.fleet.stack_files import (
    PLACES_KNOWN,
    StackFileError,
    recorded_parts,
    stack_folder,
)
from okta_idc.rules import fleet
from okta_idc.settings import PROJECT, Settings, SettingsError
from okta_idc.settings.models import Fleet
from okta_idc.settings.parts import CORE, parts_of, stack_name

from .._clients import directory
from .._errors import ValidationError, raise_findings
from .._state import Names, State, read_state_now

_UNREAD = (
    "the accounts and groups that rules select cannot be read: {error} Nothing was changed. "
    "docs/reference/permissions.md lists the permissions."
)

_GRANTS = ACCOUNT_ACCESS, PERMISSION_SET, ACCOUNT_ASSIGNMENT
_OTHER_PROGRAM = (
    f"only the program of the project {PROJECT} declares the other parts of a fleet: they would "
    "have no stack. Remove it."
)
_NO_STATE = (
    "cannot read the stack's state, so it is unknown what this run would remove. "
    "Nothing was changed. Run it again with an engine that returns the state."
)


@dataclass(frozen=True)
class StackSettings:
    """The settings of the whole federation, with lists instead of rules, and what of them is in
    this stack."""

    whole: Settings
    share: Share
    placement: Placement
    part: str = CORE
    _written: Callable[[str], str] = str

    def written(self, path: str) -> str:
        """The path in the settings as they are written, by the path in the settings of `share`."""
        return self._written(self.share.written(path))

    @property
    def has_rest(self) -> bool:
        """Whether this stack has the assignments that no other one has, and applications."""
        return self.placement.rest == self.part

    def pushes(self, key: str) -> bool:
        """Whether this stack has the push mapping of a group."""
        return self.placement.group(key) == self.part

    def has_account(self, ident: str) -> bool:
        """Whether this stack has the assignments in an account."""
        return self.placement.account(ident) == self.part


def resolve_settings(
    parent: Resource, name: str, settings: Settings, part: str = CORE, core: str = ""
) -> StackSettings:
    """The settings with what their rules select, and the share of this stack. Logs a line for each
    account and group that rules newly select or no longer select. `name`: of the federation;
    `part`: of the stack, in the fleet of the stack `core`.

    Raises ValidationError if a rule selects nothing or too much (OIC-562 to OIC-566), if too much
    access would be removed (OIC-568), if the stack has resources of another one (OIC-572), or may
    declare what a former part still has (OIC-573), and if Okta or AWS cannot be read.
    """
    _check_former_parts(parent, settings.fleet, core)
    found = directory(parent)
    placement = Placement(settings.fleet, lambda: found)
    if not has_rules(settings) and settings.fleet is None:
        return StackSettings(settings, share_of(settings, placement, part), placement)
    if settings.fleet is not None and pulumi.get_project() != PROJECT:
        raise ValidationError.at("fleet", _OTHER_PROGRAM)
    if (state := read_state_now(parent)) is None:
        raise ValidationError.at("", _NO_STATE)
    names = [each.name for each in settings.account_access.permission_sets]
    deployed = frozenset(grants(_recorded(state, _GRANTS), name, names))
    try:
        resolution = resolve(settings, found, deployed.__contains__)
        whole = resolution.settings
        _check_places(state, placement, name, part, core)
        share = share_of(whole, placement, part)
        result = StackSettings(whole, share, placement, part, resolution.written)
        reasons = {each: why for each, why in resolution.reasons.items()
                   if result.has_account(each[2])}  # fmt: skip
        patterns = {key: path for key, path in resolution.patterns.items() if result.pushes(key)}
    except UnknownUnitError as error:
        raise ValidationError.at(UNITS, str(error)) from None
    except SettingsError as error:
        raise ValidationError(*error.problems) from None
    except (AwsError, OktaError, CredentialsError) as error:
        raise ValidationError.at("", _UNREAD.format(error=_sentence(error))) from None
    for path, finding in resolution.warnings if part == CORE else ():
        pulumi.log.warn(finding.text(path), parent)
    own = replace(resolution, reasons=reasons, patterns=patterns)
    _report(parent, name, settings, own, state, deployed)
    return result


def _recorded(state: State, kinds: Iterable[str]) -> Iterator[Recorded]:
    for kind in kinds:
        for resource, outputs in state.of_type(kind, "").items():
            yield Recorded(state.urns[kind, resource], kind, resource, outputs)


def _check_former_parts(parent: Resource, fleet_: Fleet | None, core: str) -> None:
    """Raises OIC-573. `okta-idc fleet` has read the states, and runs what they permit."""
    if os.environ.get(PLACES_KNOWN) == "true" or pulumi.get_project() != PROJECT:
        return
    try:
        recorded = recorded_parts(stack_folder(Path.cwd(), os.environ), PROJECT, core)
    except StackFileError as error:
        pulumi.log.warn(f"unknown: whether another stack is a part of this one. {error}", parent)
        return
    present = parts_of(fleet_)
    former = tuple(stack_name(core, each) for each in recorded if each not in present)
    raise_findings(fleet.former_parts_are_moved(fleet.FormerParts(core, former)), "fleet")


def _check_places(state: State, placement: Placement, name: str, part: str, core: str) -> None:
    """Raises OIC-572 if another stack of the fleet must have a resource of this one."""
    elsewhere: dict[str, tuple[str, ...]] = {}
    for each, wanted in places(_recorded(state, PLACED), placement, name, part):
        if wanted != part:
            stack = stack_name(core, wanted)
            elsewhere[stack] = (*elsewhere.get(stack, ()), each.name)
    raise_findings(fleet.resources_are_in_their_stack(fleet.Misplaced(core, elsewhere)), "fleet")


def _report(
    parent: Resource,
    name: str,
    settings: Settings,
    found: Resolution,
    state: State,
    deployed: frozenset[Grant],
) -> None:
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


def _sentence(error: Exception) -> str:
    return f"{str(error).strip().rstrip('.')}."
