"""The rules that need nothing but the settings, asked of them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from okta_idc.rules import (
    Finding,
    account_access,
    assignments,
    attribute_statements,
    attributes,
    endpoints,
    groups,
    profile_mappings,
    user_names,
)
from okta_idc.settings.models import GroupSetting

if TYPE_CHECKING:
    from okta_idc.settings.settings import Settings


def findings(settings: "Settings") -> Iterator[tuple[str, Finding]]:
    """Every breach, with the place of the settings that it was found in."""

    def at(place: str, found: list[Finding]) -> Iterator[tuple[str, Finding]]:
        return ((place, finding) for finding in found)

    yield from at("app.acs_url", endpoints.acs_url(settings.app.acs_url))
    yield from at("app.issuer_url", endpoints.issuer_url(settings.app.issuer_url))
    template = settings.app.user_name_template
    yield from at("app.user_name_template", user_names.user_name_template(template))
    mapped = {
        name: profile_mappings.Mapped(text, push=True) for name, text in settings.mappings.items()
    }
    yield from at("mappings", profile_mappings.unsupported(mapped))
    yield from at("mappings", profile_mappings.expression_is_one(mapped))
    pushed = [(index, group.name or group.create) for index, group in enumerate(settings.push)]
    for index, name in pushed:
        yield from at(f"push[{index}]", groups.group_name(name) if name else [])
    yield from at("push", groups.group_names_differ(tuple(n or f"[{i}]" for i, n in pushed)))
    roles = groups.GroupRoles(_called(settings.assigned), _called(settings.push))
    yield from at("", groups.named_once(roles))
    yield from at("", groups.one_role_per_group(roles))
    people = tuple(person.called for person in settings.assign_people)
    everybody = (settings.assigned_group,) if settings.assign == "pushed" else ()
    now = (*_called(settings.assigned), *everybody, *people)
    meant = assignments.Meant(now, tuple(settings.unassign))
    yield from at("", assignments.unassigned_is_not_assigned(meant))
    declared = tuple(attributes.Attribute(a.key, a.value) for a in settings.attributes)
    for index, attribute in enumerate(declared):
        yield from at(f"attributes[{index}]", attributes.attribute_key(attribute))
        yield from at(f"attributes[{index}]", attributes.attribute_value(attribute))
        sent = attribute_statements.statement(attribute)
        yield from at(f"attributes[{index}]", attribute_statements.statement_lengths(sent))
    yield from at("attributes", attributes.unique_keys(declared))
    yield from at("attributes", attributes.attribute_count(declared))
    retiring = tuple(group.called for group in settings.push if group.retire)
    for kind in ("permission_sets", "applications"):
        for index, opened in enumerate(getattr(settings.access, kind)):
            access = account_access.AccessOfGroups(tuple(opened.groups), _called(settings.push))
            place = f"access.{kind}[{index}].groups"
            yield from at(place, account_access.access_is_pushed(access))
            leaving = account_access.RetiringGroups(tuple(opened.groups), retiring)
            yield from at(place, account_access.retired_opens_nothing(leaving))


def _called(groups: list[GroupSetting]) -> tuple[str, ...]:
    return tuple(group.called for group in groups)
