"""Evaluates the session tags that an app's attribute statements send for one user.

No API previews an assertion (docs/research/okta-api.md#preview-of-an-assertion). The value of an
expression that `okta_expression` does not support, or Okta does not document, is Unknown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from okta_idc.clients.json_path import Json, get_list, get_text
from okta_idc.okta_expression import Profile, Unknown, evaluate, parse
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


@dataclass(frozen=True)
class Tags:
    """One user's session tags, and why other tags could not be evaluated, both by key."""

    known: Mapping[str, str]
    unknown: Mapping[str, str]


class Tagger:
    """Evaluates the session tags of many users; parses each expression once."""

    def __init__(self, attributes: Iterable[Attribute]) -> None:
        self._parsed = [(a.key, parse(a.value)) for a in attributes]

    def tags(self, user: Profile | None, app_user: Profile | None) -> Tags:
        """The session tags of the user with these profiles; None for an unknown profile."""
        values = {key: evaluate(found, user, app_user) for key, found in self._parsed}
        return Tags(
            {key: value for key, value in values.items() if not isinstance(value, Unknown)},
            {key: value.reason for key, value in values.items() if isinstance(value, Unknown)},
        )
