"""What the settings declare in Okta's expression language, and the group rules among it."""

from collections.abc import Iterator
from dataclasses import dataclass

from okta_idc.rules.group_rules import members_rule_names, rule_name
from okta_idc.rules.stack_file import is_plain
from okta_idc.settings.models import GroupSource
from okta_idc.settings.settings import Settings


@dataclass(frozen=True)
class DeclaredExpression:
    """An expression, or the username format, with its path in the settings."""

    path: str
    text: str
    username_format: bool = False


@dataclass(frozen=True)
class DeclaredRule:
    """A group rule: the path of what declares it, its name in Okta, and its resource's name without
    the federation's."""

    path: str
    name: str
    resource: str


def expressions(settings: Settings) -> Iterator[DeclaredExpression]:
    """The expressions that are known; those of group rules included."""
    found: list[tuple[str, object]] = [
        (f"attribute_statements[{index}].value", each.value)
        for index, each in enumerate(settings.attribute_statements)
    ]
    found += [(f"profile_mappings.{key}", text) for key, text in settings.profile_mappings.items()]
    found += [(f"{path}.rule", group.rule) for path, group in groups_to_create(settings)]
    found.append(("app.username_format", settings.app.username_format))
    for path, text in found:
        if isinstance(text, str):
            yield DeclaredExpression(path, text, path == "app.username_format")


def groups_to_create(settings: Settings) -> Iterator[tuple[str, GroupSource]]:
    """The groups that the stack creates, with their paths."""
    for path, groups in (
        ("push_groups", settings.push_groups),
        ("assignments.groups", settings.assignments.groups),
    ):
        for index, group in enumerate(groups):
            if isinstance(group.create, str):
                yield f"{path}[{index}]", group


def group_rules(settings: Settings) -> Iterator[DeclaredRule]:
    """The group rules that the federation declares; one for a group that is listed twice."""
    ruled: set[str] = set()
    for path, group in groups_to_create(settings):
        name = str(group.create)
        if group.rule is not None and name not in ruled:
            ruled.add(name)
            yield DeclaredRule(f"{path}.create", rule_name(name), f"group-{name}")
    members = settings.assignments.pushed_members_group
    if members and is_plain(members.name):
        names = members_rule_names(members.name, len(settings.push_groups))
        for number, name in enumerate(names, 1):
            path = "assignments.pushed_members_group.name"
            yield DeclaredRule(path, name, f"members-rule-{number}")
