"""Checks the rules that need only the settings."""

from collections.abc import Iterable, Iterator

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
from okta_idc.settings.models import GroupSource, is_plain
from okta_idc.settings.settings import Settings


def findings(settings: Settings) -> Iterator[tuple[str, list[Finding]]]:
    """Findings, with the path that their paths are relative to. The components check values that
    are not known yet."""
    app = settings.app
    for path, text, rule in (
        ("app.acs_url", app.acs_url, endpoints.acs_url),
        ("app.issuer_url", app.issuer_url, endpoints.issuer_url),
        ("app.username_format", app.username_format, user_names.user_name_template),
    ):
        yield path, rule(text) if is_plain(text) else []
    mapped = {
        name: profile_mappings.Mapped(text, push=True)
        for name, text in settings.profile_mappings.items()
        if is_plain(text)
    }
    yield "profile_mappings", profile_mappings.unsupported(mapped)
    yield "profile_mappings", profile_mappings.expression_is_one(mapped)
    yield from statement_findings((each.key, each.value) for each in settings.attribute_statements)
    yield from _groups(settings)
    yield from _account_access(settings)


def statement_findings(
    statements: Iterable[tuple[str, object]],
) -> Iterator[tuple[str, list[Finding]]]:
    """Findings by path on attribute statements, given as key and value. If a value is not known
    yet, only the key is checked."""
    declared = tuple(
        attributes.Attribute(key, value if isinstance(value, str) else "user.x")
        for key, value in statements
    )
    for index, attribute in enumerate(declared):
        path = f"attribute_statements[{index}]"
        yield path, attributes.attribute_key(attribute)
        yield path, attributes.attribute_value(attribute)
        sent = attribute_statements.statement(attribute)
        yield path, attribute_statements.statement_lengths(sent)
    yield "attribute_statements", attributes.unique_keys(declared)
    yield "attribute_statements", attributes.attribute_count(declared)


def _groups(settings: Settings) -> Iterator[tuple[str, list[Finding]]]:
    assigned, pushed = settings.assignments, settings.push_groups
    names = tuple(group.name or group.create or f"[{i}]" for i, group in enumerate(pushed))
    for index, group in enumerate(pushed):
        if name := group.name or group.create:
            yield f"push_groups[{index}]", groups.group_name(name)
    yield "push_groups", groups.group_names_differ(names)
    roles = groups.GroupRoles(_keys(assigned.groups), _keys(pushed))
    yield "", groups.listed_once(roles)
    yield "", groups.one_role_per_group(roles)
    members = assigned.pushed_members_group
    named = (
        *_keys(assigned.groups),
        *((members.name,) if members else ()),
        *(user.login or user.id or "" for user in assigned.users),
    )
    confirmed = assignments.ConfirmedRemovals(named, tuple(assigned.confirm_deprovisioning))
    yield "", assignments.confirmed_is_not_assigned(confirmed)


def _account_access(settings: Settings) -> Iterator[tuple[str, list[Finding]]]:
    pushed = _keys(settings.push_groups)
    retiring = _keys(group for group in settings.push_groups if group.retire)
    access = settings.account_access
    grants = [
        *((f"permission_sets[{i}]", each.groups) for i, each in enumerate(access.permission_sets)),
        *((f"applications[{i}]", each.groups) for i, each in enumerate(access.applications)),
    ]
    for grant, named in grants:
        path = f"account_access.{grant}.groups"
        with_access = account_access.AccessOfGroups(tuple(named), pushed, retiring)
        yield path, account_access.access_groups_are_pushed(with_access)
        yield path, account_access.retiring_groups_have_no_access(with_access)


def _keys(declared: Iterable[GroupSource]) -> tuple[str, ...]:
    return tuple(group.key for group in declared)
