"""Checks the rules that need only the settings, or only the arguments of one component."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from okta_idc.rules import (
    Finding,
    account_access,
    assignments,
    attribute_statements,
    attributes,
    endpoints,
    groups,
    instance_attributes,
    permission_sets,
    policy_tags,
    profile_mappings,
    user_names,
)
from okta_idc.settings.models import DEFAULT_ATTRIBUTES, AccountAccess, GroupSource, is_plain
from okta_idc.settings.settings import Settings

Found = Iterator[tuple[str, list[Finding]]]
"""Findings, with the path that their paths are relative to."""


def findings(settings: Settings) -> Found:
    """All findings. The components check values that are not known yet."""
    app = settings.app
    for path, text, rule in (
        ("app.acs_url", app.acs_url, endpoints.acs_url),
        ("app.issuer_url", app.issuer_url, endpoints.issuer_url),
        ("app.username_format", app.username_format, user_names.user_name_template),
    ):
        yield path, rule(text) if isinstance(text, str) else []
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


def statement_findings(statements: Iterable[tuple[str, object]]) -> Found:
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


def _groups(settings: Settings) -> Found:
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


def _account_access(settings: Settings) -> Found:
    pushed, access = _keys(settings.push_groups), settings.account_access
    retiring = _keys(group for group in settings.push_groups if group.retire)
    for path, named in _grants(access):
        subject = account_access.AccessOfGroups(named, pushed, retiring)
        retires = account_access.retiring_groups_have_no_access(subject)
        yield f"account_access.{path}", retires
    tags = tuple(statement.key for statement in settings.attribute_statements)
    if (control := settings.access_control_attributes) is not None:
        sources = control.attributes or DEFAULT_ATTRIBUTES
        for path, found in access_control_findings(sources, tags):
            yield f"access_control_attributes.{path}", found
        tags += tuple(sources)
    for path, found in account_access_findings(access, pushed, tags):
        yield f"account_access.{path}", found


def access_control_findings(sources: Mapping[str, object], tags: tuple[str, ...]) -> Found:
    """Findings on attributes for access control. `tags`: keys of the attribute statements."""
    for key, source in sources.items():
        attribute = instance_attributes.InstanceAttribute(key, str(source))
        found = instance_attributes.instance_source(attribute) if is_plain(source) else []
        yield f"attributes.{key}", found
    feeds = instance_attributes.KeySources(tags, tuple(sources))
    yield "attributes", instance_attributes.one_source_per_key(feeds)


def account_access_findings(
    access: AccountAccess, pushed: tuple[str, ...], tags: tuple[str, ...]
) -> Found:
    """Findings on permission sets and assignments. `tags`: keys of the session tags."""
    names = tuple(declared.name for declared in access.permission_sets)
    yield "permission_sets", permission_sets.set_names_differ(names)
    for index, declared in enumerate(access.permission_sets):
        path, inline = f"permission_sets[{index}]", declared.inline_policy
        policy = json.dumps(inline) if isinstance(inline, dict) else None
        texts = declared.description, declared.session_duration, declared.relay_state
        known = [text if isinstance(text, str) else None for text in texts]
        managed = (*declared.managed_policies, *declared.customer_managed_policies)
        subject = permission_sets.PermissionSet(
            declared.name, known[0], known[1], known[2], policy, managed
        )
        for rule in (
            permission_sets.set_name, permission_sets.set_description,
            permission_sets.session_duration, permission_sets.relay_state,
            permission_sets.inline_policy_size, permission_sets.inline_policy_json,
            permission_sets.managed_policies,
        ):  # fmt: skip
            yield path, rule(subject)
        if policy is not None:
            yield path, policy_tags.tags_are_sent(policy_tags.PolicyAndTags(policy, tags))
        for number, account in enumerate(declared.accounts):
            found = account_access.account_id(account_access.Assignment("", names[index], account))
            yield f"{path}.accounts[{number}]", [replace(each, path="") for each in found]
    for path, named in _grants(access):
        opened = account_access.AccessOfGroups(named, pushed)
        yield path, account_access.access_groups_are_pushed(opened)


def _grants(access: AccountAccess) -> Iterator[tuple[str, tuple[str, ...]]]:
    for index, declared in enumerate(access.permission_sets):
        yield f"permission_sets[{index}].groups", tuple(declared.groups)
    for index, application in enumerate(access.applications):
        yield f"applications[{index}].groups", tuple(application.groups)


def _keys(declared: Iterable[GroupSource]) -> tuple[str, ...]:
    return tuple(group.key for group in declared)
