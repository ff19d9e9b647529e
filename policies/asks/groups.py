"""Of groups: who is assigned to an app, and which groups are pushed through it.

Asked app by app. Apps that the stack declares for something else than IAM Identity Center are left
alone, and so are those whose ids the pack is told; any other id is taken for Identity Center's.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

from okta_idc.rules import declared, groups, push
from okta_idc.rules.declared import AssignedBy
from okta_idc.rules.groups import Assignees, GroupRoles, Unassigning
from okta_idc.rules.push import PushMapping
from okta_idc.rules.registry import shorten

from .inputs import Inputs, Undecided
from .question import Ask, Asks, Place, of_resource, of_stack
from .stack import GROUP, OTHER_APPS, Resource, Stack

ONE = "okta:app/groupAssignment:GroupAssignment"
ALL = "okta:index/appGroupAssignments:AppGroupAssignments"
PERSON = "okta:app/user:User"
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


@dataclass
class Roles:
    """The groups of one app by role, with the place of each."""

    assign: list[tuple[str, Place]] = field(default_factory=list[tuple[str, Place]])
    push: list[tuple[str, Place]] = field(default_factory=list[tuple[str, Place]])


@of_stack(groups.one_role_per_group, groups.named_once, config=OTHER_APPS)
def roles(stack: Stack) -> Asks:
    by_app: dict[str, Roles] = {}
    for found in _roles(stack):
        if isinstance(found, Undecided):
            yield found
        else:
            app, role, group, place = found
            of_app = by_app.setdefault(app, Roles())
            (of_app.assign if role == "assign" else of_app.push).append((group, place))
    for of_app in by_app.values():
        subject = GroupRoles(tuple(g for g, _ in of_app.assign), tuple(g for g, _ in of_app.push))
        parts = {f"assign[{i}]": place for i, (_, place) in enumerate(of_app.assign)}
        parts |= {f"push[{i}]": place for i, (_, place) in enumerate(of_app.push)}
        yield Ask(lambda subject=subject: subject, parts=parts)


def _roles(stack: Stack) -> Iterator[tuple[str, str, str, Place] | Undecided]:
    """App, role, group and place of every assignment of a group and every push mapping."""
    for role, kind in (("assign", ONE), ("assign", ALL), ("push", PUSH)):
        by_app, undecided = stack.by_app(kind)
        yield from undecided
        for app, found in by_app.items():
            for resource in found:
                for place, name, read in _groups_of(resource):
                    try:
                        group = stack.belongs(resource, name, [GROUP], read)
                    except Undecided as missing:
                        yield missing
                        continue
                    if group is not None:
                        yield app, role, group, Place(place, resource.urn)


def _groups_of(resource: Resource) -> list[tuple[str, str, Callable[[], str | None]]]:
    """Of each group that a resource names: its place, the property that it stands in, and what
    reads it there."""
    if resource.type != ALL:
        name = "groupId" if resource.type == ONE else "sourceGroupId"
        return [(resource.name, name, partial(resource.values.text, name))]
    try:
        each = resource.values.each("groups")
    except Undecided:  # all of them
        return [(resource.name, "groups", partial(resource.values.text, "groups"))]
    return [(group.place, "groups", partial(group.text, "id")) for group in each]


@of_stack(groups.group_name, groups.group_name_forbidden, config=OTHER_APPS)
def push_names(stack: Stack) -> Asks:
    by_app, undecided = stack.by_app(PUSH)
    yield from undecided
    for each in (each for found in by_app.values() for each in found):
        yield Ask(lambda e=each: _pushed_name(stack, e), Place(each.name, each.urn))


@of_stack(groups.group_names_differ, config=OTHER_APPS)
def push_names_differ(stack: Stack) -> Asks:
    by_app, undecided = stack.by_app(PUSH)
    yield from undecided
    for found in by_app.values():
        names: list[tuple[str, Place]] = []
        for each in found:
            try:
                name = _pushed_name(stack, each)
            except Undecided as missing:
                yield missing
                continue
            if name is not None:
                names.append((name, Place(each.name, each.urn)))
        parts = {f"[{index}]": place for index, (_, place) in enumerate(names)}
        yield Ask(lambda names=names: tuple(name for name, _ in names), parts=parts)


def _pushed_name(stack: Stack, mapping: Resource) -> str | None:
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
    for group in stack.of(GROUP):
        if stack.id_of(group) == source:
            return group.values.text("name")
    if missing:
        raise missing
    return None


@of_stack(groups.assigned_through_groups, config=OTHER_APPS)
def people(stack: Stack) -> Asks:
    by_app, undecided = stack.by_app(PERSON)
    yield from undecided
    for each in (each for found in by_app.values() for each in found):
        shown = each.values.peek("username") or each.values.peek("userId") or each.name
        yield Ask(lambda p=shown: Assignees((p,)), parts={"[0]": Place(each.name, each.urn)})


@of_stack(declared.assigned_by_one_kind, config=OTHER_APPS)
def kinds(stack: Stack) -> Asks:
    together, undecided = stack.by_app(ALL)
    singly, more = stack.by_app(ONE)
    yield from (*undecided, *more)
    for app, claiming in together.items():
        single = singly.get(app, [])
        parts = {f"together[{i}]": Place(r.name, r.urn) for i, r in enumerate(claiming)}
        parts |= {f"one_by_one[{i}]": Place(r.name, r.urn) for i, r in enumerate(single)}
        names = tuple(r.name for r in claiming), tuple(r.name for r in single)
        yield Ask(lambda names=names: AssignedBy(*names), parts=parts)


@of_stack(groups.unassigns_few, config={**UNASSIGNING, **OTHER_APPS})
def unassigned(stack: Stack) -> Asks:
    """A policy never sees what an update deletes. It is told who is assigned now, and counts those
    whom the stack does not assign any more; untold, it has nothing to compare with."""
    now = _people_now(stack)
    if not now:
        return
    still, undecided = set[str](), list[Undecided]()
    for found in _roles(stack):
        if isinstance(found, Undecided):
            undecided.append(found)
        elif found[1] == "assign":
            still.add(found[2])
    by_app, more = stack.by_app(PERSON)
    undecided += more
    for person in (each for found in by_app.values() for each in found):
        try:
            still.add(person.values.text("userId") or "")
        except Undecided as missing:
            undecided.append(missing)
    gone = {who: count for who, count in now.items() if who not in still}
    limit = Inputs(stack.config).number("limit")
    change = Unassigning(sum(gone.values()), *([] if limit is None else [limit]))
    if undecided and change.people > change.limit:
        yield from undecided  # one of those may be whom we miss
    else:
        yield Ask(lambda: change, Place(shorten(", ".join(sorted(gone)))))


def _people_now(stack: Stack) -> dict[str, int]:
    told = Inputs(stack.config).inner("assigned")
    counts = {who: told.number(who) for who in cast(dict[str, object], told.values)}
    return {who: count for who, count in counts.items() if count}


@of_stack(push.keeps_target, config=OTHER_APPS)
def keeps_target(stack: Stack) -> Asks:
    by_app, undecided = stack.by_app(PUSH)
    yield from undecided
    for each in (each for found in by_app.values() for each in found):
        yield Ask(lambda e=each: _deletes(e.values), Place(each.name, each.urn))


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


@of_resource(push.priority_from_one, types=[ONE, ALL])
def priorities(assignments: Inputs) -> Asks:
    for each in (assignments, *assignments.each("groups")):
        yield Ask(lambda e=each: _priority(e), parts={"[0]": Place(each.place)})


def _priority(inputs: Inputs) -> tuple[int, ...] | None:
    number = inputs.number("priority")
    return None if number is None else (number,)
