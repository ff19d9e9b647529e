"""Of an app.Saml: addresses, username format, sign-on policy, attribute statements.

Asked of apps for IAM Identity Center only; what other SAML apps do is nobody's business here.
"""

from collections.abc import Iterator
from functools import partial

from okta_idc.rules import (
    attribute_statements,
    attributes,
    conflicting_resources,
    endpoints,
    user_names,
)
from okta_idc.rules.attributes import Attribute

from .binding import Ask, Asks, known, of_resource, together
from .properties import Inputs, Place
from .saml import addresses, is_identity_center, statement
from .stack_graph import SAML

_STATEMENTS = "attributeStatements"


@of_resource(endpoints.acs_url, types=[SAML])
def acs_url(saml: Inputs) -> Asks:
    if is_identity_center(saml):
        yield Ask(lambda: addresses(saml)[0], Place("acsURL"))


@of_resource(endpoints.issuer_url, types=[SAML])
def issuer_url(saml: Inputs) -> Asks:
    if is_identity_center(saml):
        yield Ask(lambda: addresses(saml)[1], Place("entityID"))


@of_resource(endpoints.one_region, types=[SAML])
def region(saml: Inputs) -> Asks:
    def subject() -> endpoints.SamlAddresses | None:
        acs, issuer = addresses(saml)
        return None if acs is None or issuer is None else endpoints.SamlAddresses(acs, issuer)

    if is_identity_center(saml):
        yield Ask(subject)


@of_resource(
    user_names.user_name_template,
    user_names.user_name_unique,
    user_names.user_name_is_address,
    types=[SAML],
)
def user_name(saml: Inputs) -> Asks:
    """Where no template is given the provider takes ${source.login}, which is sound."""
    if is_identity_center(saml):
        yield Ask(lambda: saml.text("userNameTemplate"), Place("userNameTemplate"))


@of_resource(conflicting_resources.leaves_policy, types=[SAML])
def sign_on(saml: Inputs) -> Asks:
    def subject() -> conflicting_resources.SignOn:
        skip = saml.flag("skipAuthenticationPolicy") or False
        return conflicting_resources.SignOn(saml.text("authenticationPolicy"), skip)

    if is_identity_center(saml):
        yield Ask(subject)


@of_resource(
    attribute_statements.name_format,
    attribute_statements.statement_name,
    attribute_statements.one_value,
    attribute_statements.statement_lengths,
    types=[SAML],
)
def each_statement(saml: Inputs) -> Asks:
    for inputs in _statements_of(saml):
        yield Ask(partial(statement, inputs), Place(inputs.place))


@of_resource(
    attributes.attribute_key, attributes.attribute_value, attributes.worked_out, types=[SAML]
)
def each_attribute(saml: Inputs) -> Asks:
    for inputs in _statements_of(saml):
        yield Ask(partial(attribute, inputs), Place(inputs.place))


@of_resource(attribute_statements.unique_names, types=[SAML])
def all_statements(saml: Inputs) -> Asks:
    found, undecided = known(
        (Place(each.place), partial(statement, each)) for each in _statements_of(saml)
    )
    yield from undecided
    yield together(found)


@of_resource(attributes.unique_keys, attributes.attribute_count, types=[SAML])
def all_attributes(saml: Inputs) -> Asks:
    found, undecided = known(
        (Place(each.place), partial(attribute, each)) for each in _statements_of(saml)
    )
    yield from undecided
    yield together(found)


def attribute(inputs: Inputs) -> Attribute | None:
    """The attribute for access control that a statement is, if it is one. Raises Undecided."""
    read = statement(inputs)
    return read.attribute if read else None


def _statements_of(saml: Inputs) -> list[Inputs]:
    return saml.each(_STATEMENTS) if is_identity_center(saml) else []


def keys_sent(saml: Inputs) -> Iterator[tuple[str, str]]:
    """Key and place of each attribute for access control that the app sends. Raises Undecided."""
    for inputs in saml.each(_STATEMENTS):
        if read := attribute(inputs):
            yield read.key, inputs.place
