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


def _of_app(
    *rules: Rule[Any], path: str = ""
) -> Callable[[Callable[[Inputs], object]], Callable[[Inputs], object]]:
    """Apply these rules to what the function reads from each app."""

    def register(read: Callable[[Inputs], object]) -> Callable[[Inputs], object]:
        def subjects(saml: Inputs) -> Subjects:
            if is_identity_center(saml):
                yield from subject(lambda: read(saml), Location(path))

        of_resource(*rules, types=[SAML])(subjects)
        return read

    return register


@_of_app(endpoints.acs_url, path="acsURL")
def acs_url(saml: Inputs) -> str | None:
    return addresses(saml)[0]


@_of_app(endpoints.issuer_url, path="entityID")
def issuer_url(saml: Inputs) -> str | None:
    return addresses(saml)[1]


@_of_app(endpoints.one_region)
def both_addresses(saml: Inputs) -> endpoints.SamlAddresses | None:
    acs, issuer = addresses(saml)
    return None if acs is None or issuer is None else endpoints.SamlAddresses(acs, issuer)


@_of_app(
    user_names.user_name_template,
    user_names.user_name_unique,
    user_names.user_name_is_address,
    path="userNameTemplate",
)
def user_name_template(saml: Inputs) -> str | None:
    """The provider's default, ${source.login}, breaks none of these rules."""
    return saml.text("userNameTemplate")


@_of_app(conflicting_resources.keeps_sign_on_policy)
def sign_on(saml: Inputs) -> conflicting_resources.SignOn:
    skip = saml.flag("skipAuthenticationPolicy") or False
    return conflicting_resources.SignOn(saml.text("authenticationPolicy"), skip)


def _each(read: Callable[[Inputs], object], saml: Inputs) -> Subjects:
    """What `read` makes of each statement, one by one."""
    for inputs in _statements_of(saml):
        yield from subject(partial(read, inputs), Location(inputs.path))


def _all(read: Callable[[Inputs], object], saml: Inputs) -> Subjects:
    """What `read` makes of each statement, as one subject."""
    return all_parts((Location(each.path), partial(read, each)) for each in _statements_of(saml))


def attribute(inputs: Inputs) -> Attribute | None:
    """The attribute for access control that a statement sends, if it does. Raises Unavailable."""
    read = statement(inputs)
    return read.attribute if read else None


of_resource(
    attribute_statements.name_format,
    attribute_statements.statement_name,
    attribute_statements.one_value,
    attribute_statements.statement_lengths,
    types=[SAML],
)(partial(_each, statement))
of_resource(
    attributes.attribute_key, attributes.attribute_value, attributes.evaluable, types=[SAML]
)(partial(_each, attribute))
of_resource(attribute_statements.unique_names, types=[SAML])(partial(_all, statement))
of_resource(attributes.unique_keys, attributes.attribute_count, types=[SAML])(
    partial(_all, attribute)
)


def _statements_of(saml: Inputs) -> list[Inputs]:
    return saml.each("attributeStatements") if is_identity_center(saml) else []


def keys_sent(saml: Inputs) -> Iterator[tuple[str, str]]:
    """Key and path of each attribute for access control that the app sends. Raises Unavailable."""
    for inputs in saml.each("attributeStatements"):
        if read := attribute(inputs):
            yield read.key, inputs.path
