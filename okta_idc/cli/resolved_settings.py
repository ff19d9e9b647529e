"""The settings with the accounts and groups that their rules select."""

from collections.abc import Callable, Mapping
from typing import Any

from okta_idc.access_rules.directory import Directory
from okta_idc.access_rules.live import LiveDirectory
from okta_idc.access_rules.resolution import Grant, Resolution, has_rules, resolve
from okta_idc.cli.schema import PROJECT
from okta_idc.cli.stack import InputError, org_url
from okta_idc.clients.aws_config import AwsConfig
from okta_idc.clients.okta import Okta
from okta_idc.clients.okta_auth import Credentials
from okta_idc.clients.organization import Organization
from okta_idc.fleet.placement import UNITS, Placement, UnknownUnitError
from okta_idc.fleet.resources import part_with
from okta_idc.fleet.stack_files import PART, load_part
from okta_idc.recovery.declared import Declared
from okta_idc.settings import ROOT, Settings, SettingsError
from okta_idc.settings.parts import CORE


def resolved(
    settings: Settings,
    config: Mapping[str, Any],
    outputs: Mapping[str, Any] | None = None,
    *,
    url: str = "",
    region: str = "",
    endpoint: str = "",
    is_assigned: Callable[[Grant], bool] = lambda _: True,
) -> Settings:
    """Settings that list what rules select; nothing is read if there is no rule. `config` is the
    stack's configuration, `outputs` its outputs; the other options precede both.

    Without `is_assigned`, accounts that are not active count as if they had all that rules select.
    Raises InputError, AwsError, and OktaError.
    """
    if not has_rules(settings):
        return settings
    region = region or str((outputs or {}).get("region") or "")
    directory = live_directory(config, outputs, url=url, region=region, endpoint=endpoint)
    return resolution(settings, directory, is_assigned).settings


def resolution(
    settings: Settings, directory: Directory, is_assigned: Callable[[Grant], bool]
) -> Resolution:
    """What rules select, with the reasons. Raises InputError, AwsError, and OktaError."""
    try:
        return resolve(settings, directory, is_assigned, ROOT)
    except SettingsError as error:
        raise InputError(str(error)) from None


def declared_by_stack(
    listed: list[Declared], settings: Settings, config: Mapping[str, Any], endpoint: str = ""
) -> list[Declared]:
    """Those resources of a federation that the stack of this configuration declares: without a
    fleet all of them. Raises InputError and AwsError."""
    if settings.fleet is None:
        return listed
    given = config.get(f"{PROJECT}:{PART}")
    placement = Placement(settings.fleet, lambda: live_directory(config, endpoint=endpoint))
    try:
        part = load_part(given, PROJECT).name if given is not None else CORE
        return [each for each in listed if part_with(each.type, each.key, placement) == part]
    except SettingsError as error:
        raise InputError(str(error)) from None
    except UnknownUnitError as error:
        raise InputError(f"{ROOT}.{UNITS}: {error}") from None


def live_directory(
    config: Mapping[str, Any],
    outputs: Mapping[str, Any] | None = None,
    *,
    url: str = "",
    region: str = "",
    endpoint: str = "",
) -> LiveDirectory:
    """The organization in AWS and the org in Okta, which are read on demand."""
    aws = AwsConfig.read(config)

    def okta() -> Okta:
        return Okta(org_url(url, {**(outputs or {})}, config), Credentials.read(config).auth())

    return LiveDirectory(lambda: Organization(region or None, endpoint or None, aws), okta)
