"""Bindings of app.Saml: addresses, username format, sign-on policy, attribute statements.

Only apps for IAM Identity Center are checked.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from okta_idc.rules import (
    attribute_statements,
    attributes,
    conflicting_resources,
    endpoints,
    user_names,
)
from okta_idc.rules.attributes import Attribute
from okta_idc.rules.binding import Location
from okta_idc.rules.registry import Rule

from .binding import Subjects, all_parts, of_resource, subject
from .properties import Inputs
from .saml import addresses, is_identity_center, statement
from .stack_graph import SAML


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


def _sign_on(saml: Inputs) -> conflicting_resources.SignOn:
    skip = saml.flag("skipAuthenticationPolicy") or False
    return conflicting_resources.SignOn(saml.text("authenticationPolicy"), skip)


def attribute(inputs: Inputs) -> Attribute | None:
    """The attribute for access control that a statement sends, if any. Raises Unavailable."""
    read = statement(inputs)
    return read.attribute if read else None


def _bind(subjects: Callable[[Inputs], Subjects], *rules: Rule[Any]) -> None:
    """Apply these rules to each app that is for IAM Identity Center."""

    def of_federation_app(saml: Inputs) -> Subjects:
        return subjects(saml) if is_identity_center(saml) else iter(())

    of_resource(*rules, types=[SAML])(of_federation_app)


_bind(partial(_of_app, lambda saml: addresses(saml)[0], "acsURL"), endpoints.acs_url)
_bind(partial(_of_app, lambda saml: addresses(saml)[1], "entityID"), endpoints.issuer_url)
_bind(partial(_of_app, _both_addresses, ""), endpoints.one_region)
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
    attributes.evaluable,
)
_bind(partial(_of_all_statements, statement), attribute_statements.unique_names)
_bind(partial(_of_all_statements, attribute), attributes.unique_keys, attributes.attribute_count)


def keys_sent(saml: Inputs) -> Iterator[tuple[str, str]]:
    """Key and path of each attribute for access control that the app sends. Raises Unavailable."""
    for inputs in saml.each("attributeStatements"):
        if read := attribute(inputs):
            yield read.key, inputs.path
