"""What an app's attribute statements send for one person, worked out without Okta.

No API previews an assertion (docs/research/okta-api.md#preview-of-an-assertion). What is outside
the expressions that the rules read, or that Okta does not document, is Unknown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from okta_idc.clients.json_path import Json, get_list, get_text
from okta_idc.okta_expression import Profile, Unknown, evaluate, parse
from okta_idc.rules.attribute_statements import Statement
from okta_idc.rules.attributes import Attribute


def statements_of(app: Json) -> tuple[Statement, ...]:
    """The attribute statements in an app's SAML settings, as the API shows them."""
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
    """Those of them that are attributes for access control."""
    return tuple(attribute for each in statements if (attribute := each.attribute))


@dataclass(frozen=True)
class Tags:
    """One person's session tags, and why others could not be worked out, both by key."""

    known: Mapping[str, str]
    unknown: Mapping[str, str]


class Tagger:
    """The session tags of many people: expressions are read once."""

    def __init__(self, attributes: Iterable[Attribute]) -> None:
        self._parsed = [(a.key, parse(a.value)) for a in attributes]

    def of(self, user: Profile | None, app_user: Profile | None) -> Tags:
        """`user` and `app_user` are profiles; None if one is not known."""
        values = {key: evaluate(found, user, app_user) for key, found in self._parsed}
        return Tags(
            {key: value for key, value in values.items() if not isinstance(value, Unknown)},
            {key: value.reason for key, value in values.items() if isinstance(value, Unknown)},
        )
