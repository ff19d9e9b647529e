"""3xx and 4xx: the profile mapping, attribute statements, and attributes for access control."""

from collections.abc import Callable, Iterator
from functools import partial

from okta_idc.clients.json_path import get_text
from okta_idc.doctor.bindings.single import single
from okta_idc.inventory.model import Inventory
from okta_idc.inventory.session_tags import attributes_of, statements_of
from okta_idc.rules import (
    attribute_statements,
    attributes,
    instance_attributes,
    profile_mappings,
    profile_references,
)
from okta_idc.rules.attribute_statements import Statement
from okta_idc.rules.binding import Binding, Location, Subject, Unavailable, known, numbered

_MAPPING = "the profile mapping"
_Read = Callable[[Inventory], tuple[Statement | attributes.Attribute, ...]]


def _targets(found: Inventory) -> dict[str, object]:
    return {name: each.expression for name, each in known(found.mapping).items()}


def _statements(found: Inventory) -> tuple[Statement, ...]:
    return statements_of(known(found.app))


def _sent(found: Inventory) -> tuple[attributes.Attribute, ...]:
    return attributes_of(_statements(found))


def _name(each: Statement | attributes.Attribute) -> str:
    if isinstance(each, Statement):
        return _name(each.attribute) if each.attribute else f"statement {each.name}"
    return f"attribute {each.key}"


def _each(read: _Read, found: Inventory) -> Iterator[Subject]:
    return (Subject(each, Location(_name(each))) for each in read(found))


def _all(read: _Read, found: Inventory) -> Iterator[Subject]:
    yield Subject(read(found), parts=numbered(map(_name, read(found))))


def _written(found: Inventory) -> Iterator[tuple[Location, str, bool]]:
    """Where an expression or the username format is, its text, and whether it is the latter."""
    for attribute in _sent(found):
        yield Location(_name(attribute), "value"), attribute.value, False
    template = get_text(known(found.app), "credentials", "userNameTemplate", "template")
    yield Location("the app", "userNameTemplate"), template, True


def _mapped(found: Inventory) -> Iterator[tuple[Location, str, bool]]:
    for name, each in _mapping(found).items():
        yield Location(_MAPPING, name), each.expression or "", False


def _mapping(found: Inventory) -> profile_mappings.ProfileMapping:
    """The attributes that are mapped."""
    return {name: each for name, each in known(found.mapping).items() if each.expression}


def _references(found: Inventory) -> Iterator[Subject | Unavailable]:
    names = known(found.attributes)
    for read in (_written, _mapped):
        try:
            written = [*read(found)]
        except Unavailable as unavailable:
            yield unavailable
            continue
        for location, text, is_format in written:
            subject = profile_references.ExpressionAndSchema(text, names, is_format)
            if found.all_types and profile_references.known_reference(subject):
                # Another user type may have the attribute.
                at = " ".join(filter(None, (location.name, location.path)))
                yield Unavailable(f"{at}: {found.all_types.text}")
            else:
                yield Subject(subject, location)


def _key_sources(found: Inventory) -> Iterator[Subject]:
    saml, (_, pairs) = _sent(found), known(found.access_control)
    keys = tuple(attribute.key for attribute in saml), tuple(key for key, _ in pairs)
    yield Subject(instance_attributes.KeySources(*keys), parts=numbered(map(_name, saml), "saml"))


def _access_control_status(found: Inventory) -> instance_attributes.AccessControlStatus:
    status, pairs = known(found.access_control)
    keys = (*(attribute.key for attribute in _sent(found)), *(key for key, _ in pairs))
    return instance_attributes.AccessControlStatus(keys, status)


def _sources(found: Inventory) -> Iterator[Subject]:
    for key, source in known(found.access_control)[1]:
        at = Location(f"attribute {key}")
        yield Subject(instance_attributes.InstanceAttribute(key, source), at)


BINDINGS = (
    single(profile_mappings.names_are_mapped, lambda found: known(found.mapping), _MAPPING),
    single(profile_mappings.mapping_is_pushed, lambda found: known(found.mapping), _MAPPING),
    single(profile_mappings.expression_is_one, _mapping, _MAPPING),
    single(profile_mappings.maps_the_okta_user, _mapping, _MAPPING),
    single(profile_mappings.roles, _targets, _MAPPING),
    single(profile_mappings.unsupported, _targets, _MAPPING),
    Binding(attributes.attribute_key, partial(_each, _sent)),
    Binding(attributes.attribute_value, partial(_each, _sent)),
    Binding(attributes.literal_is_allowed, partial(_each, _sent)),
    Binding(attributes.value_is_not_empty, partial(_each, _sent)),
    Binding(attributes.app_attribute, partial(_each, _sent)),
    Binding(attributes.evaluable, partial(_each, _sent)),
    Binding(attributes.unique_keys, partial(_all, _sent)),
    single(attributes.attribute_count, _sent, "the app", "attribute_statements"),
    Binding(profile_references.known_reference, _references),
    *(Binding(rule, partial(_each, _statements)) for rule in attribute_statements.PER_STATEMENT),
    Binding(attribute_statements.unique_names, partial(_all, _statements)),
    Binding(instance_attributes.one_source_per_key, _key_sources),
    single(instance_attributes.access_control_enabled, _access_control_status),
    Binding(instance_attributes.instance_source, _sources),
)
