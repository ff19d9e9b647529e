"""Bindings of app.Saml: addresses, username format, sign-on policy, attribute statements.

Only apps for IAM Identity Center are checked.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, cast

from okta_idc.rules import (
    app_drift,
    attribute_statements,
    attributes,
    conflicting_resources,
    endpoints,
    user_names,
)
from okta_idc.rules.attributes import Attribute
from okta_idc.rules.binding import Location
from okta_idc.rules.registry import Rule

from .binding import Subjects, all_parts, of_resource, of_stack, subject
from .properties import Inputs
from .saml import (
    SETTINGS,
    addresses,
    app_settings,
    is_catalog_app,
    is_identity_center,
    statement,
)
from .stack_graph import SAML, Resource, Stack, grouped

APP_SETTINGS = "okta:index/appSamlAppSettings:AppSamlAppSettings"
_ADDRESSED = (SAML, APP_SETTINGS)


def _of_app(read: Callable[[Inputs], object], path: str, saml: Inputs) -> Subjects:
    """The subject that `read` makes of the app."""
    return subject(partial(read, saml), Location(path))


def _of_each_statement(read: Callable[[Inputs], object], saml: Inputs) -> Subjects:
    """The subjects that `read` makes of the statements, one per statement."""
    for inputs in saml.each("attributeStatements"):
        yield from subject(partial(read, inputs), Location(inputs.path))


def _of_all_statements(read: Callable[[Inputs], object], saml: Inputs) -> Subjects:
    """One subject of what `read` makes of each statement."""
    statements = saml.each("attributeStatements")
    return all_parts((Location(each.path), partial(read, each)) for each in statements)


def _both_addresses(saml: Inputs) -> endpoints.SamlAddresses | None:
    acs, issuer = addresses(saml)
    return None if acs is None or issuer is None else endpoints.SamlAddresses(acs, issuer)


def _name_id_format(saml: Inputs) -> str | None:
    """The declared format; None for a catalog app, whose format the catalog fixes."""
    return None if is_catalog_app(saml) else saml.text("subjectNameIdFormat")


def _given_addresses(saml: Inputs) -> endpoints.SamlAddresses:
    """Both addresses; empty for one that is not given."""
    acs, issuer = addresses(saml)
    return endpoints.SamlAddresses(acs or "", issuer or "")


def _sign_on(saml: Inputs) -> conflicting_resources.SignOn:
    skip = saml.flag("skipAuthenticationPolicy") or False
    return conflicting_resources.SignOn(saml.text("authenticationPolicy"), skip)


def attribute(inputs: Inputs) -> Attribute | None:
    """The attribute for access control that a statement sends, if any. Raises Unavailable."""
    read = statement(inputs)
    return read.attribute if read else None


def _bind(
    subjects: Callable[[Inputs], Subjects], *rules: Rule[Any], types: Iterable[str] = (SAML,)
) -> None:
    """Apply these rules to each app that is for IAM Identity Center."""

    def of_federation_app(saml: Inputs) -> Subjects:
        return subjects(saml) if is_identity_center(saml) else iter(())

    of_resource(*rules, types=types)(of_federation_app)


_bind(
    partial(_of_app, lambda saml: addresses(saml)[0], "acsURL"), endpoints.acs_url, types=_ADDRESSED
)
_bind(
    partial(_of_app, lambda saml: addresses(saml)[1], "entityID"),
    endpoints.issuer_url,
    types=_ADDRESSED,
)
_bind(partial(_of_app, _both_addresses, ""), endpoints.one_region, types=_ADDRESSED)
_bind(partial(_of_app, _name_id_format, "subjectNameIdFormat"), endpoints.name_id_format)
_bind(partial(_of_app, _given_addresses, ""), endpoints.saml_domains_known, types=_ADDRESSED)
_bind(
    # The provider's default, ${source.login}, breaks none of these rules.
    partial(_of_app, lambda saml: saml.text("userNameTemplate"), "userNameTemplate"),
    user_names.user_name_template,
    user_names.user_name_unique,
    user_names.user_name_is_address,
)
_bind(partial(_of_app, _sign_on, ""), conflicting_resources.keeps_sign_on_policy)
_bind(partial(_of_each_statement, statement), *attribute_statements.PER_STATEMENT)
_bind(
    partial(_of_each_statement, attribute),
    attributes.attribute_key,
    attributes.attribute_value,
    attributes.literal_is_allowed,
    attributes.value_is_not_empty,
    attributes.app_attribute,
    attributes.evaluable,
)
_bind(partial(_of_all_statements, statement), attribute_statements.unique_names)
_bind(partial(_of_all_statements, attribute), attributes.unique_keys, attributes.attribute_count)


@of_stack(endpoints.setting_names, endpoints.has_addresses)
def setting_names(stack: Stack) -> Subjects:
    """Settings are part of the app, or a resource of their own."""
    separate = grouped(stack.of_apps(APP_SETTINGS))
    if stack.missing:
        return  # the settings of an unknown app may be those of any app
    for app in stack.federating():
        if not is_catalog_app(app.values):
            continue
        in_app, separately = SETTINGS
        places = [(app, in_app)]
        places += [(each, separately) for each in separate.get(stack.id_of(app), [])]
        resource, name = places[-1]
        yield from subject(partial(_setting_names, places), resource.at(name))


def _setting_names(places: list[tuple[Resource, str]]) -> tuple[str, ...]:
    """The names of all settings that have a value."""
    read = (app_settings(resource.values, name) for resource, name in places)
    values = (cast(dict[str, object], settings.values) for settings in read if settings)
    return tuple(name for each in values for name, value in each.items() if value is not None)


@of_stack(app_drift.one_app)
def active_apps(stack: Stack) -> Subjects:
    return all_parts((each.location, partial(_instance, each)) for each in stack.federating())


def _instance(app: Resource) -> app_drift.AppInstance | None:
    if (app.values.text("status") or "ACTIVE") != "ACTIVE":
        return None
    acs, issuer = addresses(app.values)
    return app_drift.AppInstance(app.name, acs or "", issuer or "")


def keys_sent(saml: Inputs) -> Iterator[tuple[str, str]]:
    """Key and path of each attribute for access control that the app sends. Raises Unavailable."""
    for inputs in saml.each("attributeStatements"):
        if read := attribute(inputs):
            yield read.key, inputs.path
