"""Of groups: who is assigned to an app, and which groups are pushed through it.

Asked app by app. Apps that the stack declares for something else than IAM Identity Center are left
alone, and so are those whose ids the pack is told; any other id is taken for Identity Center's.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, cast

from okta_idc.rules import assignments, conflicting_resources, groups
from okta_idc.rules import push_mappings as push
from okta_idc.rules.assignments import Assignees, Unassigning
from okta_idc.rules.conflicting_resources import AssignedBy
from okta_idc.rules.groups import GroupRoles
from okta_idc.rules.push_mappings import PushMapping
from okta_idc.rules.registry import shorten

from .binding import Ask, Asks, known, numbered, of_resource, of_stack, together
from .properties import Inputs, Place, Undecided
from .stack_graph import GROUP, OTHER_APPS, Resource, Stack

GROUP_ASSIGNMENT = "okta:app/groupAssignment:GroupAssignment"
GROUP_ASSIGNMENTS = "okta:index/appGroupAssignments:AppGroupAssignments"
APP_USER = "okta:app/user:User"
PUSH = "okta:index/pushGroup:PushGroup"

UNASSIGNING: Mapping[str, Mapping[str, Any]] = {
    "limit": {
        "type": "integer",
        "minimum": 0,
        "description": "How many may lose AWS at once.",
    },
    "assigned": {
        "type": "object",
        "additionalProperties": {"type": "integer", "minimum": 0},
        "description": "Ids of the groups and users that are assigned now, and how many people "
        "each is. Those that the stack does not assign any more are counted.",
    },
}

RETIRING: Mapping[str, Mapping[str, Any]] = {
    "retiring": {
        "type": "array",
        "items": {"type": "string"},
        "description": "Names of push group resources whose groups in AWS are meant to go.",
    }
}

GroupOfApp = tuple[str, str]
"""Ids of an app and of a group."""


@of_stack(groups.one_role_per_group, groups.named_once, config=OTHER_APPS)
def roles(stack: Stack) -> Asks:
    assigned, undecided = _groups(stack, GROUP_ASSIGNMENT, GROUP_ASSIGNMENTS)
    pushed, more = _groups(stack, PUSH)
    yield from (*undecided, *more)
    for app in sorted({app for (app, _), _ in (*assigned, *pushed)}):
        assign = [(group, place) for (of, group), place in assigned if of == app]
        push = [(group, place) for (of, group), place in pushed if of == app]
        subject = GroupRoles(tuple(g for g, _ in assign), tuple(g for g, _ in push))
        parts = numbered(assign, "assign") | numbered(push, "push")
        yield Ask(lambda subject=subject: subject, parts=parts)


def _groups(stack: Stack, *types: str) -> tuple[list[tuple[GroupOfApp, Place]], list[Undecided]]:
    """The groups that resources of these types assign or push, with their places."""
    resources, undecided = stack.of_apps(*types)
    found, more = known(
        (Place(place, resource.urn), partial(_group, stack, app, resource, name, read))
        for app, resource in resources
        for place, name, read in _groups_of(resource)
    )
    return found, [*undecided, *more]


def _group(
    stack: Stack, app: str, resource: Resource, name: str, read: Callable[[], str | None]
) -> GroupOfApp | None:
    group = stack.belongs(resource, name, [GROUP], read)
    return None if group is None else (app, group)


def _groups_of(resource: Resource) -> list[tuple[str, str, Callable[[], str | None]]]:
    """Of each group that a resource names: its place, the property that it stands in, and what
    reads it there."""
    if resource.type != GROUP_ASSIGNMENTS:
        name = "groupId" if resource.type == GROUP_ASSIGNMENT else "sourceGroupId"
        return [(resource.name, name, partial(resource.values.text, name))]
    try:
        each = resource.values.each("groups")
    except Undecided:  # all of them
        return [(resource.name, "groups", partial(resource.values.text, "groups"))]
    return [(group.place, "groups", partial(group.text, "id")) for group in each]


@of_stack(groups.group_name, groups.group_name_forbidden, config=OTHER_APPS)
def push_names(stack: Stack) -> Asks:
    pushes, undecided = stack.of_apps(PUSH)
    yield from undecided
    made_here = stack.by_id(GROUP)
    for _, each in pushes:
        yield Ask(partial(_pushed_name, stack, each, made_here), each.here)


@of_stack(groups.group_names_differ, config=OTHER_APPS)
def push_names_differ(stack: Stack) -> Asks:
    by_app, undecided = stack.by_app(PUSH)
    yield from undecided
    made_here = stack.by_id(GROUP)
    for pushes in by_app.values():
        names, unnamed = known(
            (each.here, partial(_pushed_name, stack, each, made_here)) for each in pushes
        )
        yield from unnamed
        yield together(names)


def _pushed_name(stack: Stack, mapping: Resource, made_here: Mapping[str, Resource]) -> str | None:
    """The group's name in AWS: the one that is given, else the source group's, where the stack
    declares it. None where only Okta knows it. Raises Undecided."""
    missing: Undecided | None = None
    try:
        if name := mapping.values.text("targetGroupName"):
            return name
        if mapping.values.text("targetGroupId"):
            return None  # a group that is linked keeps the name it has
    except Undecided as unknown:
        missing = unknown
    source = stack.belongs(mapping, "sourceGroupId", [GROUP])
    if source is not None and source in made_here:
        return made_here[source].values.text("name")
    if missing:
        raise missing
    return None


@of_stack(assignments.assigned_through_groups, config=OTHER_APPS)
def people(stack: Stack) -> Asks:
    assigned, undecided = stack.of_apps(APP_USER)
    yield from undecided
    for _, each in assigned:
        shown = each.values.peek("username") or each.values.peek("userId") or each.name
        yield Ask(lambda shown=shown: Assignees((shown,)), parts={"[0]": each.here})


@of_stack(conflicting_resources.assigned_by_one_kind, config=OTHER_APPS)
def kinds(stack: Stack) -> Asks:
    all_at_once, undecided = stack.by_app(GROUP_ASSIGNMENTS)
    singly, more = stack.by_app(GROUP_ASSIGNMENT)
    yield from (*undecided, *more)
    for app, claiming in all_at_once.items():
        single = singly.get(app, [])
        subject = AssignedBy(tuple(r.name for r in claiming), tuple(r.name for r in single))
        parts = numbered([(r, r.here) for r in claiming], "together")
        parts |= numbered([(r, r.here) for r in single], "one_by_one")
        yield Ask(lambda subject=subject: subject, parts=parts)


@of_stack(assignments.unassigns_few, config={**UNASSIGNING, **OTHER_APPS})
def unassigned(stack: Stack) -> Asks:
    """A policy never sees what an update deletes. It is told who is assigned now, and counts those
    whom the stack does not assign any more; untold, it has nothing to compare with."""
    now = _people_now(stack)
    if not now:
        return
    assigned, undecided = _groups(stack, GROUP_ASSIGNMENT, GROUP_ASSIGNMENTS)
    people, more = stack.of_apps(APP_USER)
    ids, most = known((each.here, partial(each.values.text, "userId")) for _, each in people)
    still = {group for (_, group), _ in assigned} | {person for person, _ in ids}
    gone = {who: count for who, count in now.items() if who not in still}
    limit = Inputs(stack.config).number("limit")
    change = Unassigning(sum(gone.values()), *([] if limit is None else [limit]))
    missing = (*undecided, *more, *most)
    if missing and change.people > change.limit:
        yield from missing  # one of those may be whom we miss
    else:
        yield Ask(lambda: change, Place(shorten(", ".join(sorted(gone)))))


def _people_now(stack: Stack) -> dict[str, int]:
    told = Inputs(stack.config).inner("assigned")
    counts = {who: told.number(who) for who in cast(dict[str, object], told.values)}
    return {who: count for who, count in counts.items() if count}


@of_stack(push.keeps_target, config={**RETIRING, **OTHER_APPS})
def keeps_target(stack: Stack) -> Asks:
    pushes, undecided = stack.of_apps(PUSH)
    yield from undecided
    meant = stack.told("retiring")
    for _, each in pushes:
        if each.name not in meant:
            yield Ask(partial(_deletes, each.values), each.here)


def _deletes(mapping: Inputs) -> PushMapping:
    deletes = mapping.flag("deleteTargetGroupOnDestroy")
    return PushMapping() if deletes is None else PushMapping(delete_target_group_on_destroy=deletes)


@of_resource(push.one_target, types=[PUSH])
def one_target(mapping: Inputs) -> Asks:
    yield Ask(lambda: PushMapping(mapping.text("targetGroupId"), mapping.text("targetGroupName")))


@of_resource(push.is_active, types=[PUSH])
def is_active(mapping: Inputs) -> Asks:
    def subject() -> PushMapping | None:
        status = mapping.text("status")
        return None if status is None else PushMapping(status=status)

    yield Ask(subject)


@of_resource(push.priority_from_one, types=[GROUP_ASSIGNMENT, GROUP_ASSIGNMENTS])
def priorities(assignments: Inputs) -> Asks:
    for each in (assignments, *assignments.each("groups")):
        yield Ask(partial(_priority, each), parts={"[0]": Place(each.place)})


def _priority(inputs: Inputs) -> tuple[int, ...] | None:
    number = inputs.number("priority")
    return None if number is None else (number,)
