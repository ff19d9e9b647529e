"""Bindings of assignments and push groups, app by app.

Skips apps that the stack declares for other services than IAM Identity Center, and apps that the
setting `otherApps` lists. Every other app counts as an app for IAM Identity Center.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import cast

from okta_idc.rules import assignments, conflicting_resources, groups
from okta_idc.rules import push_mappings as push
from okta_idc.rules.assignments import Assignees, Deprovisioning
from okta_idc.rules.binding import Location, Subject, Unavailable, numbered
from okta_idc.rules.groups import GroupRoles
from okta_idc.rules.push_mappings import PushMapping
from okta_idc.rules.registry import shorten

from .binding import Subjects, all_parts, competing, of_resource, of_stack, read_parts, subject
from .properties import Inputs
from .stack_graph import GROUP, OTHER_APPS, Resource, Settings, Stack, grouped, list_of_strings

GROUP_ASSIGNMENT = "okta:app/groupAssignment:GroupAssignment"
GROUP_ASSIGNMENTS = "okta:index/appGroupAssignments:AppGroupAssignments"
APP_USER = "okta:app/user:User"
PUSH = "okta:index/pushGroup:PushGroup"

DEPROVISIONING: Settings = {
    "limit": {
        "type": "integer",
        "minimum": 0,
        "description": "How many users one update may deprovision.",
    },
    "assigned": {
        "type": "object",
        "additionalProperties": {"type": "integer", "minimum": 0},
        "description": "Number of users by ID of each group and user that is assigned now. The "
        "users of IDs that the stack no longer assigns are counted.",
    },
}

RETIRING = list_of_strings(
    "retiring", "Names of push group resources whose groups in AWS may be deleted."
)


@of_stack(groups.one_role_per_group, groups.listed_once, config=OTHER_APPS)
def roles(stack: Stack) -> Subjects:
    assigned = grouped(_groups(stack, GROUP_ASSIGNMENT, GROUP_ASSIGNMENTS))
    pushed = grouped(_groups(stack, PUSH))
    for app in sorted({*assigned, *pushed}):
        assignments, pushes = assigned.get(app, []), pushed.get(app, [])
        parts = numbered((at for _, at in assignments), "assignments.groups")
        parts |= numbered((at for _, at in pushes), "push_groups")
        by_role = GroupRoles(tuple(g for g, _ in assignments), tuple(g for g, _ in pushes))
        yield Subject(by_role, parts=parts)


def _groups(stack: Stack, *types: str) -> Iterator[tuple[str, tuple[str, Location]]]:
    """The groups that resources of these types assign or push, each with the ID of its app."""
    for app, resource in stack.of_apps(*types):
        for path, name, read in _groups_of(resource):
            group = partial(stack.reference, resource, name, [GROUP], read)
            place = Location(path, urn=resource.urn)
            yield from ((app, part) for part in read_parts([(place, group)], stack.missing))


def _groups_of(resource: Resource) -> list[tuple[str, str, Callable[[], str | None]]]:
    """For each group that a resource names: its path, the property, and the function that reads
    it."""
    if resource.type != GROUP_ASSIGNMENTS:
        name = "groupId" if resource.type == GROUP_ASSIGNMENT else "sourceGroupId"
        return [(resource.name, name, partial(resource.values.text, name))]
    try:
        each = resource.values.each("groups")
    except Unavailable:  # unknown as a whole
        return [(resource.name, "groups", partial(resource.values.text, "groups"))]
    return [(group.path, "groups", partial(group.text, "id")) for group in each]


@of_stack(groups.group_name, groups.group_name_forbidden, config=OTHER_APPS)
def push_names(stack: Stack) -> Subjects:
    made_here = stack.by_id(GROUP)
    for _, each in stack.of_apps(PUSH):
        yield from subject(partial(_pushed_name, stack, each, made_here), each.location)


@of_stack(groups.group_names_differ, config=OTHER_APPS)
def push_names_differ(stack: Stack) -> Subjects:
    made_here = stack.by_id(GROUP)
    for pushes in grouped(stack.of_apps(PUSH)).values():
        yield from all_parts(
            (each.location, partial(_pushed_name, stack, each, made_here)) for each in pushes
        )


def _pushed_name(stack: Stack, mapping: Resource, made_here: Mapping[str, Resource]) -> str | None:
    """The group's name in AWS: the declared one, else the source group's if the stack declares
    it. None where only Okta knows the name, as for a linked group. Raises Unavailable."""
    if name := _declared(mapping, "targetGroupName"):
        return name
    if _declared(mapping, "targetGroupId"):
        return None
    source = stack.reference(mapping, "sourceGroupId", [GROUP])
    group = made_here.get(source or "")
    return group.values.text("name") if group else None


def _declared(mapping: Resource, name: str) -> str | None:
    """A property; None where only the provider sets it, which a preview shows as unknown, too.
    Raises Unavailable."""
    try:
        return mapping.values.text(name)
    except Unavailable:
        if mapping.dependencies.get(name):
            raise
        return None


@of_stack(assignments.assigned_through_groups, config=OTHER_APPS)
def individual_assignments(stack: Stack) -> Subjects:
    for _, each in stack.of_apps(APP_USER):
        user = each.values.peek("username") or each.values.peek("userId") or each.name
        yield Subject(Assignees((user,)), parts=numbered([each.location]))


@of_stack(conflicting_resources.one_assignment_resource_type, config=OTHER_APPS)
def assignment_resource_types(stack: Stack) -> Subjects:
    return competing(stack.of_apps(GROUP_ASSIGNMENTS), stack.of_apps(GROUP_ASSIGNMENT))


@of_stack(assignments.deprovisioning_within_limit, config={**DEPROVISIONING, **OTHER_APPS})
def deprovisioned_users(stack: Stack) -> Subjects:
    """A policy does not see deletions. The setting `assigned` lists present assignments, of which
    the policy counts those that the stack no longer declares; without it, nothing is checked."""
    assigned = Inputs(stack.config).inner("assigned")
    counts = {i: assigned.number(i) or 0 for i in cast(dict[str, object], assigned.values)}
    if not any(counts.values()):
        return
    declared = {group for _, (group, _) in _groups(stack, GROUP_ASSIGNMENT, GROUP_ASSIGNMENTS)}
    users = ((at.location, partial(at.values.text, "userId")) for _, at in stack.of_apps(APP_USER))
    declared |= {user for user, _ in read_parts(users, stack.missing)}
    removed = {i: n for i, n in counts.items() if n and i not in declared}
    limit = Inputs(stack.config).number("limit")
    change = Deprovisioning(sum(removed.values()), *([] if limit is None else [limit]))
    if stack.missing and change.users > change.limit:
        return  # the unknown groups and users may still be assigned
    stack.missing.clear()  # within the limit, whatever the unknown values are
    yield Subject(change, Location(shorten(", ".join(sorted(removed)))))


@of_stack(push.keeps_target_group, config={**RETIRING, **OTHER_APPS})
def keeps_target_group(stack: Stack) -> Subjects:
    retiring = stack.setting("retiring")
    for _, each in stack.of_apps(PUSH):
        if each.name not in retiring:
            yield from subject(partial(_deletes, each.values), each.location)


def _deletes(mapping: Inputs) -> PushMapping:
    deletes = mapping.flag("deleteTargetGroupOnDestroy")
    return PushMapping() if deletes is None else PushMapping(delete_target_group_on_destroy=deletes)


@of_resource(push.one_target, types=[PUSH])
def one_target(mapping: Inputs) -> Subjects:
    text = mapping.text
    return subject(lambda: PushMapping(text("targetGroupId"), text("targetGroupName")))


@of_stack(push.is_active, config=OTHER_APPS)
def is_active(stack: Stack) -> Subjects:
    for _, each in stack.of_apps(PUSH):
        yield from subject(partial(_status, each.values), each.location)


def _status(mapping: Inputs) -> PushMapping | None:
    status = mapping.text("status")
    return PushMapping(status=status) if status else None


@of_resource(push.priority_from_one, types=[GROUP_ASSIGNMENT, GROUP_ASSIGNMENTS])
def priorities(assignments: Inputs) -> Subjects:
    for each in (assignments, *assignments.each("groups")):
        yield from all_parts([(Location(each.at("priority")), partial(each.number, "priority"))])
