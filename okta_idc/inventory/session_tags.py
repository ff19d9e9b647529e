"""Reads the attribute statements that an app sends, and the session tags among them."""

from collections.abc import Iterable

from okta_idc.clients.json_path import Json, get_list, get_text
from okta_idc.rules.attribute_statements import Statement
from okta_idc.rules.attributes import Attribute


def statements_of(app: Json) -> tuple[Statement, ...]:
    """The attribute statements in an app's SAML settings."""
    default = Statement("")
    return tuple(
        Statement(
            get_text(each, "name"),
            tuple(str(value) for value in get_list(each, "values")),
            get_text(each, "namespace") or default.namespace,
            get_text(each, "type") or default.type,
        )
        for each in get_list(app, "settings", "signOn", "attributeStatements")
    )


def attributes_of(statements: Iterable[Statement]) -> tuple[Attribute, ...]:
    """The attributes for access control among the statements."""
    return tuple(attribute for each in statements if (attribute := each.attribute))
