"""Previews a user's SAML assertion as AWS will read it: NameID, attributes, session tags.

No API previews an assertion (docs/research/okta-api.md#preview-of-an-assertion).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from okta_idc.inventory.session_tags import attributes_of
from okta_idc.okta_expression import Profile, Unknown, evaluate, parse
from okta_idc.rules import Finding, Rule, attribute_statements, attributes, user_names
from okta_idc.rules.attribute_statements import Statement

_ONE_STATEMENT: tuple[Rule[Any], ...] = (
    attribute_statements.name_format,
    attribute_statements.statement_name,
    attribute_statements.one_value,
    attribute_statements.statement_lengths,
)
_ONE_ATTRIBUTE: tuple[Rule[Any], ...] = (attributes.attribute_key, attributes.attribute_value)
_ONE_PERSON: tuple[Rule[Any], ...] = (attributes.session_tags, attributes.no_empty_tag)
_ONE_NAME: tuple[Rule[Any], ...] = (user_names.user_name_space, user_names.user_name_address)


@dataclass(frozen=True)
class Sent:
    """An attribute of the assertion. `key` is the session tag's key; None if it is none."""

    name: str
    name_format: str
    expression: str
    value: str | Unknown
    key: str | None


@dataclass(frozen=True)
class Preview:
    """One user's assertion. `findings` have the name of the part that they are about."""

    name_id: str | Unknown
    sent: tuple[Sent, ...]
    findings: tuple[tuple[str, Finding], ...]

    @property
    def unknown(self) -> list[str]:
        """The parts that cannot be evaluated, each with the reason."""
        parts = [("NameID", self.name_id), *((s.key or s.name, s.value) for s in self.sent)]
        return [f"{name}: {v.reason}" for name, v in parts if isinstance(v, Unknown)]


def preview(
    sends: tuple[Statement, ...],
    user: Profile | None,
    app_user: Profile | None,
    user_name: str | Unknown,
) -> Preview:
    """The assertion of the user with these profiles; None for an unknown profile."""
    sent = tuple(_sent(each, user, app_user) for each in sends)
    return Preview(user_name, sent, tuple(_findings(sends, sent, user_name)))


def _sent(each: Statement, user: Profile | None, app_user: Profile | None) -> Sent:
    attribute = each.attribute
    value: str | Unknown
    if each.type == "GROUP":
        value = Unknown("sends the names of groups, which are not looked up here.")
    elif len(each.values) != 1:
        value = Unknown(f"has {len(each.values)} values.")
    else:
        value = evaluate(parse(each.values[0]), user, app_user)
    key = attribute.key if attribute else None
    return Sent(each.name, each.namespace, ", ".join(each.values), value, key)


def _findings(
    sends: tuple[Statement, ...], sent: tuple[Sent, ...], user_name: str | Unknown
) -> Iterator[tuple[str, Finding]]:
    if isinstance(user_name, str):
        for rule in _ONE_NAME:
            yield from (("NameID", finding) for finding in rule({"userName": user_name}))
    for each, shown in zip(sends, sent, strict=True):
        name = shown.key or each.name
        for rule in _ONE_STATEMENT:
            yield from ((name, finding) for finding in rule(each))
        for rule in _ONE_ATTRIBUTE if each.attribute else ():
            yield from ((name, finding) for finding in rule(each.attribute))
        if shown.key and isinstance(shown.value, str):
            for rule in _ONE_PERSON:
                yield from ((name, finding) for finding in rule({shown.key: shown.value}))
    declared = attributes_of(sends)
    for finding in (*attributes.unique_keys(declared), *attributes.attribute_count(declared)):
        yield "attributes", finding
    yield from (("statements", finding) for finding in attribute_statements.unique_names(sends))
