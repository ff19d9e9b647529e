"""3xx and 4xx, what is sent: the profile mapping, attribute statements, the instance's own feed."""

from collections.abc import Callable, Iterator

from okta_idc.doctor.bindings.binding import Case, Question
from okta_idc.inventory.model import Inventory
from okta_idc.inventory.session_tags import attributes_of, statements_of
from okta_idc.inventory.unavailable import Unavailable, known
from okta_idc.rules import attribute_statements, attributes, instance_attributes, profile_mappings

_MAPPING = "the profile mapping"


def _mapped(found: Inventory) -> Iterator[Case]:
    yield Case(known(found.mapping), _MAPPING)


def _targets(found: Inventory) -> Iterator[Case]:
    filled = {name: each.expression for name, each in known(found.mapping).items()}
    yield Case(filled, _MAPPING)


def _sent(found: Inventory) -> tuple[attributes.Attribute, ...]:
    return attributes_of(statements_of(known(found.app)))


def _each_attribute(found: Inventory) -> Iterator[Case]:
    for attribute in _sent(found):
        yield Case(attribute, f"attribute {attribute.key}")


def _all_attributes(found: Inventory) -> Iterator[Case]:
    sent = _sent(found)
    labels = [f"attribute {attribute.key}" for attribute in sent]
    yield Case(sent, labels={"": labels})


def _count(found: Inventory) -> Iterator[Case]:
    yield Case(_sent(found), "the app", "attributes")


def _references(found: Inventory) -> Iterator[Case | Unavailable]:
    names = known(found.attributes)
    for attribute in _sent(found):
        subject, who = attributes.Referring(attribute.value, names), f"attribute {attribute.key}"
        if found.all_types and attributes.known_reference(subject):
            # Another type of user may have it.
            yield Unavailable(f"{who}: {found.all_types.text}")
        else:
            yield Case(subject, who)


def _each_statement(found: Inventory) -> Iterator[Case]:
    for each in statements_of(known(found.app)):
        yield Case(each, _name(each))


def _all_statements(found: Inventory) -> Iterator[Case]:
    there = statements_of(known(found.app))
    yield Case(there, labels={"": [_name(each) for each in there]})


def _name(each: attribute_statements.Statement) -> str:
    attribute = each.attribute
    return f"attribute {attribute.key}" if attribute else f"statement {each.name}"


def _feeds(found: Inventory) -> Iterator[Case]:
    saml = tuple(attribute.key for attribute in _sent(found))
    _, pairs = known(found.access_control)
    labels = [f"attribute {key}" for key in saml]
    feeds = instance_attributes.Feeds(saml, tuple(key for key, _ in pairs))
    yield Case(feeds, labels={"saml": labels})


def _switch(found: Inventory) -> Iterator[Case]:
    status, pairs = known(found.access_control)
    keys = (*(attribute.key for attribute in _sent(found)), *(key for key, _ in pairs))
    yield Case(instance_attributes.Switch(keys, status))


def _sources(found: Inventory) -> Iterator[Case]:
    for key, source in known(found.access_control)[1]:
        yield Case(instance_attributes.InstanceAttribute(key, source), f"attribute {key}")


def _each(*rules: object, cases: Callable[[Inventory], Iterator[Case]]) -> Iterator[Question]:
    for rule in rules:
        yield Question(rule, cases)  # pyright: ignore[reportArgumentType]


QUESTIONS = (
    *_each(profile_mappings.names_are_mapped, profile_mappings.mapping_is_pushed, cases=_mapped),
    *_each(profile_mappings.roles, profile_mappings.unsupported, cases=_targets),
    *_each(
        attributes.attribute_key, attributes.attribute_value, attributes.worked_out,
        cases=_each_attribute,
    ),
    Question(attributes.unique_keys, _all_attributes),
    Question(attributes.attribute_count, _count),
    Question(attributes.known_reference, _references),
    *_each(
        attribute_statements.name_format,
        attribute_statements.statement_name,
        attribute_statements.one_value,
        attribute_statements.statement_lengths,
        cases=_each_statement,
    ),
    Question(attribute_statements.unique_names, _all_statements),
    Question(instance_attributes.one_feed, _feeds),
    Question(instance_attributes.switched_on, _switch),
    Question(instance_attributes.instance_source, _sources),
)  # fmt: skip
