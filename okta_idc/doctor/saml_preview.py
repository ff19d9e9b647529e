"""Previews a user's SAML assertion: NameID, attributes, session tags.

No API previews an assertion (docs/research/okta-api.md#preview-of-an-assertion).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from okta_idc.inventory.session_tags import attributes_of
from okta_idc.okta_expression import Profile, Unknown, evaluate, parse
from okta_idc.rules import Finding, Rule, attribute_statements, attributes, user_names
from okta_idc.rules.attribute_statements import Statement


@dataclass(frozen=True)
class Sent:
    """An attribute of the assertion. `key` is the session tag's key; None for no session tag."""

    name: str
    name_format: str
    expression: str
    value: str | Unknown
    key: str | None


@dataclass(frozen=True)
class Preview:
    """One user's assertion. `findings` are pairs of the affected part's name and the finding."""

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
    value: str | Unknown
    if each.type == "GROUP":
        value = Unknown("sends the names of groups, which the preview does not look up.")
    elif len(each.values) != 1:
        value = Unknown(f"has {len(each.values)} values.")
    else:
        value = evaluate(parse(each.values[0]), user, app_user)
    key = each.attribute.key if each.attribute else None
    return Sent(each.name, each.namespace, ", ".join(each.values), value, key)


def _findings(
    sends: tuple[Statement, ...], sent: tuple[Sent, ...], user_name: str | Unknown
) -> Iterator[tuple[str, Finding]]:
    def found(name: str, subject: Any, *rules: Rule[Any]) -> Iterator[tuple[str, Finding]]:
        return ((name, finding) for rule in rules for finding in rule(subject))

    if isinstance(user_name, str):
        names = {"userName": user_name}
        yield from found("NameID", names, user_names.user_name_space, user_names.user_name_address)
    for each, shown in zip(sends, sent, strict=True):
        name = shown.key or each.name
        yield from found(name, each, *attribute_statements.PER_STATEMENT)
        if each.attribute:
            rules = (
                attributes.attribute_key,
                attributes.attribute_value,
                attributes.literal_is_allowed,
                attributes.value_is_not_empty,
                attributes.app_attribute,
            )
            yield from found(name, each.attribute, *rules)
        if shown.key and isinstance(shown.value, str):
            yield from found(
                name, {shown.key: shown.value}, attributes.session_tags, attributes.no_empty_tag
            )
    declared = attributes_of(sends)
    yield from found("attributes", declared, attributes.unique_keys, attributes.attribute_count)
    yield from found("statements", sends, attribute_statements.unique_names)
