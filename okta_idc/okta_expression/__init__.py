"""Parses and evaluates Okta's expressions and application username formats, without Okta.

Imports nothing else of the kit. Okta's rules: docs/research/okta-api.md#expressions. A result that
they do not determine is `Unknown`. Parses any text in linear time and raises no exception.

An expression fills an attribute statement or a mapped attribute, or is the condition of a group
rule. `parse` returns the `Expression`, `Invalid` for what Okta would send as literal text or reject
(a misspelled function, a missing value or operator), or `Unsupported` for what Okta may understand
and this package does not evaluate. `parse_tree` also returns expressions with functions that are
not evaluated here (`Opaque`), which is all that a group rule's condition can have:

    expression = test ? expression : expression | expression ?: expression
               | operands joined by OR, AND, == != < > <= >=, + -, each with ! or - before it
    operand    = "text" | 'text' | number | true | false | null | ( expression )
               | user.ATTRIBUTE | appuser.ATTRIBUTE | String.FUNCTION(expression, …)

A username format gives each app user a name: NameID in SAML and userName in SCIM.
`parse_username_format` returns a `UsernameFormat`, or `Invalid` for a format that cannot give every
user a unique name. A format is a template (Okta's type BUILT_IN) if it contains `${`, else an
expression (type CUSTOM):

    template   = literal text without white space and braces, and ${value}, in any order
    value      = source.ATTRIBUTE | fn:FUNCTION(argument, …)
    FUNCTION   = toLowerCase | toUpperCase | substringBefore | substringAfter
    argument   = value | "text" | 'text'

`user.`, `appuser.`, and `String.` between `${` and `}` are Invalid: Okta documents `source.` and
`fn:`. An expression in place of a template can have `source.` for `user.`. `username_of` is Unknown
for anything else between them, and if a value or an expression's result is empty: Okta does not
document the name in that case.
"""

from okta_idc.okta_expression.evaluator import Profile, Unknown, evaluate
from okta_idc.okta_expression.functions import MEMBERSHIP
from okta_idc.okta_expression.okta_profile import INTERNAL_PROPERTIES, OKTA_ATTRIBUTES
from okta_idc.okta_expression.parser import (
    Call,
    Conditional,
    Expression,
    Invalid,
    Literal,
    Opaque,
    Operation,
    Reference,
    Unsupported,
    parse,
    parse_tree,
    references,
)
from okta_idc.okta_expression.username_format import (
    UsernameFormat,
    parse_username_format,
    username_of,
)  # fmt: skip

__all__ = [
    "INTERNAL_PROPERTIES", "MEMBERSHIP", "OKTA_ATTRIBUTES", "Call", "Conditional", "Expression",
    "Invalid", "Literal", "Opaque", "Operation", "Profile", "Reference", "Unknown", "Unsupported",
    "UsernameFormat",
    "evaluate", "parse", "parse_tree", "parse_username_format", "references", "username_of",
]  # fmt: skip
