"""What a preview changes in assignments, push mappings, memberships and permission sets.

Only IDs: the preview lists no unchanged resource, so that `okta_idc.access_map.plan` looks up names
and members. What only the update knows is in `unknown`.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from okta_idc.access_map.preview import Resource, Step
from okta_idc.clients.json_path import get_list, get_object, get_text
from okta_idc.recovery import kinds
from okta_idc.rules.iam_policy import canonical_policy

_GROUP_ASSIGNMENTS = "okta:app/groupAssignments:GroupAssignments"
_MEMBERSHIPS = (
    "okta:group/memberships:Memberships", "okta:user/groupMemberships:GroupMemberships",
)  # fmt: skip
_POLICIES: dict[str, tuple[str, str]] = {
    kinds.MANAGED_POLICY: ("the AWS managed policy", "managedPolicyArn"),
    kinds.CUSTOMER_POLICY: ("the customer managed policy", "customerManagedPolicyReference"),
    kinds.INLINE_POLICY: ("the inline policy", "inlinePolicy"),
    kinds.BOUNDARY: ("the permissions boundary", "permissionsBoundary"),
}
"""What each kind attaches to a permission set, and the input that has it."""
_SETTINGS = {"sessionDuration": "session duration", "relayState": "relay state"}
"""Settings of a permission set that its users notice."""


@dataclass(frozen=True)
class Grant:
    """An account assignment, or an application assignment (`application`, no permission set).

    An empty text is not known before the update. `set_urn` is the permission set's resource, if it
    is in the stack; `resource` the name of the assignment's own.
    """

    principal: str
    is_user: bool
    place: str
    set_arn: str = ""
    set_urn: str = ""
    application: bool = False
    resource: str = ""


@dataclass(frozen=True)
class Push:
    """A push mapping: its group in Okta, and the name of its group in AWS, empty if not known.
    `deletes`: its removal deletes the group in AWS."""

    source: str
    target: str
    deletes: bool = False
    resource: str = ""


@dataclass(frozen=True)
class SetChange:
    """A change of a permission set's policies or settings. `key`: its ARN, or the URN of a set that
    the update creates. `detail`: old and new value, for comparisons only."""

    key: str
    text: str
    detail: str = ""


@dataclass
class Changes:
    """Additions and removals. `sets`: names of permission sets by URN and ARN, as far as the
    preview has them. `app_removed`: the SAML app is deleted or replaced."""

    granted: dict[Grant, None] = field(default_factory=dict[Grant, None])
    revoked: dict[Grant, None] = field(default_factory=dict[Grant, None])
    pushed: list[Push] = field(default_factory=list[Push])
    unpushed: list[Push] = field(default_factory=list[Push])
    assigned_groups: list[str] = field(default_factory=list[str])
    unassigned_groups: list[str] = field(default_factory=list[str])
    assigned_users: list[str] = field(default_factory=list[str])
    unassigned_users: list[str] = field(default_factory=list[str])
    sets: dict[str, str] = field(default_factory=dict[str, str])
    set_changes: list[SetChange] = field(default_factory=list[SetChange])
    app_removed: bool = False
    unknown: list[str] = field(default_factory=list[str])
    details: list[str] = field(default_factory=list[str])
    """Old and new values of changes whose effect is unknown, for comparisons only."""

    @property
    def touches_assignments(self) -> bool:
        """Whether other users are assigned to the app."""
        return bool(
            self.assigned_groups or self.unassigned_groups or self.assigned_users
            or self.unassigned_users
        )  # fmt: skip

    def __bool__(self) -> bool:
        return bool(
            self.granted or self.revoked or self.pushed or self.unpushed or self.set_changes
            or self.touches_assignments or self.app_removed or self.unknown
        )  # fmt: skip


def changes_of(steps: Iterable[Step]) -> Changes:
    """The changes of all steps."""
    listed, found = list(steps), Changes()
    for step in listed:
        if step.type == kinds.PERMISSION_SET:
            for each in filter(None, (step.old, step.new)):
                for key in filter(None, (each.urn, _arn(each))):
                    found.sets[key] = each.text("name") or found.sets.get(key, "")
    for step in listed:
        if handler := _HANDLERS.get(step.type):
            handler(found, step)
    return found


def _arn(permission_set: Resource) -> str:
    return permission_set.text("arn")


def _account(found: Changes, step: Step) -> None:
    _grants(found, step, lambda each: Grant(
        principal=each.text("principalId"),
        is_user=each.text("principalType") == "USER",
        place=each.text("targetId"),
        set_arn=each.text("permissionSetArn"),
        set_urn=_set_urn(each),
        resource=each.name,
    ))  # fmt: skip


def _application(found: Changes, step: Step) -> None:
    _grants(found, step, lambda each: Grant(
        principal=each.text("principalId"),
        is_user=each.text("principalType") == "USER",
        place=each.text("applicationArn"),
        application=True,
        resource=each.name,
    ))  # fmt: skip


def _grants(found: Changes, step: Step, read: Callable[[Resource], Grant]) -> None:
    for each, listed in ((step.removed, found.revoked), (step.added, found.granted)):
        if each:
            listed[read(each)] = None  # a replacement has several steps


def _set_urn(resource: Resource) -> str:
    urns = [str(each) for each in get_list({**resource.depends_on}, "permissionSetArn")]
    return urns[0] if len(urns) == 1 else ""


def _push(found: Changes, step: Step) -> None:
    removed, added = step.removed, step.added
    if removed:
        found.unpushed.append(_push_of(removed))
    if added:
        found.pushed.append(_push_of(added))
    if added and not added.text("sourceGroupId"):
        found.unknown.append(
            f"the push mapping {added.name}: its group in Okta is known only to the update."
        )


def _push_of(each: Resource) -> Push:
    deletes = each.get("deleteTargetGroupOnDestroy") is True
    return Push(each.text("sourceGroupId"), each.text("targetGroupName"), deletes, each.name)


def _assignment(
    key: str, noun: str, added: Callable[[Changes], list[str]],
    removed: Callable[[Changes], list[str]],
) -> Callable[[Changes, Step], None]:  # fmt: skip
    def handle(found: Changes, step: Step) -> None:
        old, new = step.removed, step.added
        if old and old.get("retainAssignment") is not True and (ident := old.text(key)):
            removed(found).append(ident)
        if new and (ident := new.text(key)):
            added(found).append(ident)
        elif new:
            found.unknown.append(f"{new.name}: the {noun} is known only to the update.")

    return handle


def _assignments(found: Changes, step: Step) -> None:
    """The resource that assigns several groups, which an update changes in place."""
    old, new = step.updated or (step.removed, step.added)
    before, after = (_listed_groups(each) if each else set[str]() for each in (old, new))
    if new and new.is_unknown("groups"):
        found.unknown.append(f"{new.name}: some groups are known only to the update.")
        return
    found.unassigned_groups += sorted(before - after)
    found.assigned_groups += sorted(after - before)


def _listed_groups(resource: Resource) -> set[str]:
    return {get_text(each, "id") for each in get_list({"groups": resource.get("groups")}, "groups")}


def _permission_set(found: Changes, step: Step) -> None:
    if not step.updated:
        return
    old, new = step.updated
    for key, title in _SETTINGS.items():
        before, after = old.text(key), new.text(key)
        if new.is_unknown(key):
            after = "known only to the update"
        if before != after:
            text = f"{title}: {before or 'none'} → {after or 'none'}"
            found.set_changes.append(SetChange(_arn(old), text))


def _policy(found: Changes, step: Step) -> None:
    what, key = _POLICIES[step.type]
    old, new = step.updated or (step.removed, step.added)
    subject = old or new
    before, after = (_shown(each, key) if each else "" for each in (old, new))
    if subject is None or (before and before == after):
        return
    single = step.type == kinds.INLINE_POLICY  # too long to show
    if old and new:
        text = f"changes {what}" + ("" if single else f" {before} to {after}")
    else:
        text = f"{'adds' if new else 'removes'} {what}" + ("" if single else f" {before or after}")
    if new and new.is_unknown(key):
        text += " (known only to the update)"
    permission_set = subject.text("permissionSetArn") or _set_urn(subject)
    found.set_changes.append(SetChange(permission_set, text, f"{before} → {after}"))


def _shown(policy: Resource, key: str) -> str:
    """The policy in a form in which equal policies are equal."""
    value: Any = policy.get(key)
    if key == "inlinePolicy":
        return canonical_policy(value) if isinstance(value, str) else ""
    reference = get_object(value, "customerManagedPolicyReference") or value
    if own := get_text(reference, "name"):
        return f"{get_text(reference, 'path').strip('/')}/{own}".strip("/")
    if isinstance(value, dict):
        return get_text(value, "managedPolicyArn") or json.dumps(value, sort_keys=True)
    return str(value or "")


def _app(found: Changes, step: Step) -> None:
    found.app_removed |= step.removed is not None
    if step.updated:
        _session_tags(found, step, "attributeStatements")


def _session_tags(found: Changes, step: Step, key: str) -> None:
    """What policies with conditions on session tags allow is not known here."""
    old, new = step.updated or (step.removed, step.added)
    before, after = (each.inputs.get(key) or None if each else None for each in (old, new))
    if before != after or (new and new.is_unknown(key)):
        found.unknown.append(
            "the session tags change: what policies with conditions on them allow is known only to "
            "AWS."
        )
        found.details.append(_detail(step, before, after))


def _detail(step: Step, before: Any, after: Any) -> str:
    return json.dumps([step.urn, before, after], sort_keys=True)


def _membership(found: Changes, step: Step) -> None:
    each = step.new or step.old
    if each and (step.added or step.removed or step.updated):
        found.unknown.append(
            f"{each.name}: the members that a group has after a change of its "
            f"{'group rule' if step.type == kinds.RULE else 'memberships'} are known only to Okta."
        )
        before, after = (dict(each.inputs) if each else None for each in (step.old, step.new))
        found.details.append(_detail(step, before, after))


def _handlers() -> Iterator[tuple[str, Callable[[Changes, Step], None]]]:
    yield kinds.ACCOUNT_ASSIGNMENT, _account
    yield kinds.APPLICATION_ASSIGNMENT, _application
    yield kinds.PUSH_MAPPING, _push
    yield kinds.GROUP_ASSIGNMENT, _assignment(
        "groupId", "group", lambda found: found.assigned_groups,
        lambda found: found.unassigned_groups,
    )  # fmt: skip
    yield _GROUP_ASSIGNMENTS, _assignments
    yield kinds.USER_ASSIGNMENT, _assignment(
        "userId", "user", lambda found: found.assigned_users,
        lambda found: found.unassigned_users,
    )  # fmt: skip
    yield kinds.PERMISSION_SET, _permission_set
    yield from ((kind, _policy) for kind in _POLICIES)
    yield kinds.APP, _app
    yield kinds.ACCESS_CONTROL, lambda found, step: _session_tags(found, step, "attributes")
    yield from ((kind, _membership) for kind in (kinds.RULE, *_MEMBERSHIPS))


_HANDLERS = dict(_handlers())
