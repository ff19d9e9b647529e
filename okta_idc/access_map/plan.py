"""The access before and after a previewed update: joins the changes with what was read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from okta_idc.access_map.changes import Changes, Grant, Push
from okta_idc.access_map.impact import APPLICATIONS, Side
from okta_idc.access_map.live import PARTS as MAP_PARTS
from okta_idc.clients.aws import AwsError
from okta_idc.inventory.further_access import FurtherAccess, Wanted
from okta_idc.inventory.joined_access import Shared, by_set, names_of
from okta_idc.inventory.model import Inventory, Part, PushGroup
from okta_idc.inventory.unavailable import Unavailable, known, unavailable

PARTS = MAP_PARTS | Part.ASSIGNED_GROUPS | Part.ASSIGNED_USERS
_NOT_READ = Unavailable("its members were not read.")
_INDIVIDUAL = "USER"
_NONE: frozenset[str] = frozenset()
Key = tuple[str, str, str]
"""Group, permission set (`APPLICATIONS` for an application), and place."""


@dataclass
class Plan:
    """Both sides, and names for what they contain. `interrupted`: groups whose assignments are
    deleted and created again, with the number of assignments. `unknown`: what could not be
    decided, each reason once."""

    before: Side
    after: Side
    group_names: Mapping[str, str]
    people_names: Mapping[str, str]
    set_names: Mapping[str, str]
    interrupted: Mapping[str, int]
    unknown: list[str] = field(default_factory=list[str])


def wanted(changes: Changes, found: Inventory) -> Wanted:
    """What must be read besides the inventory to judge the changes."""
    pushed = _pushed(found)
    in_aws = {each.aws_id for each in pushed}
    sources = {each.source for each in pushed}
    okta = {each.source for each in changes.pushed if each.source not in sources}
    okta |= {*changes.assigned_groups, *changes.unassigned_groups}
    if changes.unassigned_groups or changes.unassigned_users:
        okta |= set() if isinstance(found.assigned, Unavailable) else set(found.assigned)
    if changes.assigned_groups or changes.assigned_users:
        okta |= sources
    grants = (*changes.granted, *changes.revoked)
    store = {each.principal for each in grants if not each.is_user}
    if not isinstance(found.store_groups, Unavailable):
        targets = {
            _target(each, found) for each in changes.pushed if each.source not in sources
        } - {""}
        store |= {ident for ident, group in found.store_groups.items() if group.name in targets}
    arns = {each.set_arn for each in grants} | {each.key for each in changes.set_changes}
    arns = {each for each in arns if each.startswith("arn:")}
    return Wanted(
        frozenset(filter(None, okta)),
        frozenset(filter(None, store - in_aws)),
        frozenset(arns - changes.sets.keys() - _live_sets(found).keys()),
    )


def plan(changes: Changes, found: Inventory, further: FurtherAccess) -> Plan:
    """The access before and after the update."""
    return _Planner(changes, found, further).plan()


def _pushed(found: Inventory) -> list[PushGroup]:
    try:
        return found.pushed()
    except Unavailable:
        return []


def _live_sets(found: Inventory) -> dict[str, str]:
    access = found.group_access
    if isinstance(access, Unavailable):
        return {}
    return {arn: each.name for arn, each in access.sets.items()}


def _target(push: Push, found: Inventory) -> str:
    """The name of a push mapping's group in AWS. The preview does not have the name of a group that
    AWS has already; the kit names the resource after it."""
    if push.target or isinstance(found.store_groups, Unavailable):
        return push.target
    names = {group.name for group in found.store_groups.values()}
    matching = [name for name in names if name and push.resource.endswith(f"-{name}")]
    return max(matching, key=len, default="")


class _Planner:
    def __init__(self, changes: Changes, found: Inventory, further: FurtherAccess) -> None:
        self.changes, self.found, self.further = changes, found, further
        self.pushed = _pushed(found)
        self.unknown: dict[str, None] = dict.fromkeys(changes.unknown)
        self.people = _People(found)
        self.sets = _live_sets(found) | {
            key: name for key, name in changes.sets.items() if name
        }  # fmt: skip
        if isinstance(further.set_names, Unavailable):
            self._mark(further.set_names, "the names of permission sets")
        else:
            self.sets |= further.set_names
        names = names_of(found, self.pushed)
        self.sources = {each.source: each.aws_id or f"okta:{each.source}" for each in self.pushed}
        self.names = {self.sources[each.source]: names[each.source] for each in self.pushed}
        if not isinstance(found.store_groups, Unavailable):
            for ident, group in found.store_groups.items():
                self.names.setdefault(ident, group.name)

    def plan(self) -> Plan:
        for part in (self.found.pushes, self.found.groups, self.found.store_groups,
                     self.found.store_users, self.found.group_access, self.found.applications,
                     self.found.users):  # fmt: skip
            if isinstance(part, Unavailable):
                self._mark(part)
        if self.found.in_progress:
            self._mark(self.found.in_progress)
        before = Side(self._live_grants(), self._live_members(), self._active())
        before, revoked, granted = self._with_direct(before)
        after = self._after(before, revoked, granted)
        again = revoked & granted
        interrupted: dict[str, int] = {}
        for group, _, _ in again:
            interrupted[group] = interrupted.get(group, 0) + 1
        return Plan(before, after, self.names, self.people.names, self.sets, interrupted,
                    list(self.unknown))  # fmt: skip

    def _mark(self, reason: Unavailable, what: str = "") -> None:
        self.unknown[f"{what}: {reason.text}" if what else reason.text] = None

    def _live_grants(self) -> dict[str, dict[str, frozenset[str]]]:
        accounts: dict[str, Iterable[tuple[str, str]]] = {}
        applications: dict[str, Sequence[str]] = {}
        if not isinstance(self.found.group_access, Unavailable):
            accounts |= self.found.group_access.by_group
        if not isinstance(self.found.applications, Unavailable):
            applications |= self.found.applications
        further = self.further.access
        if isinstance(further.accounts, AwsError):
            self._mark(unavailable(further.accounts))
        else:
            accounts |= further.accounts
        if isinstance(further.applications, AwsError):
            self._mark(unavailable(further.applications))
        else:
            applications |= further.applications
        shared = Shared()
        grants = {group: by_set(pairs, self.sets, shared) for group, pairs in accounts.items()}
        for group, arns in applications.items():
            if arns:
                grants.setdefault(group, {})[APPLICATIONS] = frozenset(arns)
        return grants

    def _live_members(self) -> dict[str, frozenset[str]]:
        members: dict[str, frozenset[str]] = {}
        for group, listed in self.found.store_members.items():
            if isinstance(listed, Unavailable):
                self._mark(listed, f"the members of {self.names.get(group, group)} in AWS")
            else:
                members[group] = frozenset(map(self.people.in_aws, listed))
        return members

    def _active(self) -> frozenset[str] | None:
        users = self.found.store_users
        if isinstance(users, Unavailable):
            return None
        return frozenset(self.people.in_aws(ident) for ident, user in users.items() if user.enabled)

    def _with_direct(self, before: Side) -> tuple[Side, set[Key], set[Key]]:
        """The side with the users who are assigned individually, and the changed keys."""
        members = dict(before.members)
        for each in (*self.changes.revoked, *self.changes.granted):
            if each.is_user and each.principal:
                person = self.people.in_aws(each.principal)
                members[each.principal] = frozenset((person,))
                self.names[each.principal] = "assigned individually"
        revoked = set(self._keys(self.changes.revoked, "is deleted"))
        granted = set(self._keys(self.changes.granted, "is created"))
        direct = {each.principal for each in self.changes.revoked if each.is_user}
        grants = _changed(before.grants, added={key for key in revoked if key[0] in direct})
        return replace(before, grants=grants, members=members), revoked, granted

    def _keys(self, grants: Iterable[Grant], verb: str) -> Iterator[Key]:
        for each in grants:
            group = each.principal or self._named_group(each)
            name = APPLICATIONS if each.application else self._set_name(each)
            missing = [
                text
                for text, value in (
                    ("the group", group), ("the permission set", each.application or name),
                    ("the application" if each.application else "the account", each.place),
                )
                if not value
            ]  # fmt: skip
            if missing:
                self.unknown[
                    f"the assignment {each.resource} {verb}: {' and '.join(missing)} is known only "
                    "to the update."
                ] = None
            else:
                yield group, name, each.place

    def _set_name(self, grant: Grant) -> str:
        if grant.set_arn:
            return self.sets.get(grant.set_arn) or grant.set_arn
        return self.sets.get(grant.set_urn, "") or self._named_set(grant)

    def _named_set(self, grant: Grant) -> str:
        """The permission set of an assignment whose ARN only the update knows, because another
        stack of the fleet creates it: the kit names an assignment after its permission set, group
        and account, and a permission set after its name."""
        if grant.principal:
            groups = [self.names.get(grant.principal, "")]
        else:
            groups = [name for _, name in self._new_groups()]
        ends = [f"-{group}-{grant.place}" for group in groups if group and grant.place]
        heads = [grant.resource.removesuffix(e) for e in ends if grant.resource.endswith(e)]
        made = {f"{head}-set" for head in heads}
        found = {
            name
            for urn, name in self.changes.sets.items()
            if name and urn.rpartition("::")[2] in made
        }
        return found.pop() if len(found) == 1 else ""

    def _named_group(self, grant: Grant) -> str:
        """The group of an assignment whose principal only the update knows: the kit names the
        resource after permission set, group and account."""
        if grant.application:
            name = grant.place.rpartition("/")[2]
            candidates = {key: f"-{name}-{group}" for key, group in self._new_groups()}
        else:
            name = self._set_name(grant)
            candidates = {
                key: f"-{name}-{group}-{grant.place}" for key, group in self._new_groups()
            }
        found = [key for key, suffix in candidates.items() if grant.resource.endswith(suffix)]
        return found[0] if len(found) == 1 and name and grant.place else ""

    def _new_groups(self) -> Iterator[tuple[str, str]]:
        """Keys and possible names of the groups that AWS does not have yet."""
        for each in self.changes.pushed:
            if each.source:
                yield self._key_of(each), _target(each, self.found)
        for each in self.pushed:
            if not each.aws_id:
                yield self.sources[each.source], each.name

    def _key_of(self, push: Push) -> str:
        """The group in AWS that a push mapping fills."""
        if known_key := self.sources.get(push.source):
            return known_key
        groups, target = self.found.store_groups, _target(push, self.found)
        if target and not isinstance(groups, Unavailable):
            same = [ident for ident, group in groups.items() if group.name == target]
            if len(same) == 1:
                return same[0]
        return f"okta:{push.source}"

    def _after(self, before: Side, revoked: set[Key], granted: set[Key]) -> Side:
        members, grants = dict(before.members), _changed(before.grants, revoked, granted)
        again = {each.source for each in self.changes.pushed}
        for each in self.changes.unpushed:
            group = self.sources.get(each.source)
            if each.deletes and each.source not in again and group:
                members.pop(group, None)
                grants.pop(group, None)
        for each in self.changes.pushed:
            group = self._key_of(each)
            self.names.setdefault(group, _target(each, self.found) or each.resource)
            if each.source and each.source not in self.sources:
                members[group] = self._okta_members(each.source, self.names[group])
        active = self._active_after(before.active, members)
        return Side(grants, members, active)

    def _active_after(
        self, before: frozenset[str] | None, members: dict[str, frozenset[str]]
    ) -> frozenset[str] | None:
        """The people who can use their access after the update. Adds people who are provisioned
        by it to the members of the push groups."""
        changes = self.changes
        if changes.app_removed:
            return _NONE
        if isinstance(self.found.users, Unavailable):
            return before
        assigned = self.found.users.by_id
        # Members of a group in Okta whom AWS does not have get no access: they are not assigned.
        active = None if before is None else set(before)
        if active is None or not changes.touches_assignments:
            return before
        lost = set(changes.unassigned_users) & assigned.keys()
        for group in changes.unassigned_groups:
            lost |= self._okta_members(group, group) & assigned.keys()
        if lost:
            kept = set(changes.assigned_users)
            kept |= {ident for ident, user in assigned.items() if user.scope == _INDIVIDUAL}
            kept -= set(changes.unassigned_users)
            groups = () if isinstance(self.found.assigned, Unavailable) else self.found.assigned
            for group in {*groups, *changes.assigned_groups} - set(changes.unassigned_groups):
                if lost - kept:
                    kept |= self._okta_members(group, group)
            active -= lost - kept
        new = set(changes.assigned_users)
        for group in changes.assigned_groups:
            new |= self._okta_members(group, group)
        new -= {ident for ident, user in assigned.items() if user.kind != "waiting"}
        new -= self.found.members.inactive.keys()
        if new:
            active |= new
            for each in self.pushed:
                group = self.sources[each.source]
                added = new & self._okta_members(each.source, self.names[group])
                if added:
                    members[group] = members.get(group, _NONE) | added
        return frozenset(active)

    def _okta_members(self, group: str, name: str) -> frozenset[str]:
        """The active members of a group in Okta; none if they are not known."""
        try:
            listed = known(self.found.members.by_group.get(group, _NOT_READ))
        except Unavailable as reason:
            self._mark(reason, f"the members of {name} in Okta")
            return _NONE
        return listed - self.found.members.inactive.keys()


def _changed(
    grants: Mapping[str, Mapping[str, frozenset[str]]], removed: Iterable[Key] = (),
    added: Iterable[Key] = (),
) -> dict[str, dict[str, frozenset[str]]]:  # fmt: skip
    """A copy without the removed and with the added keys."""
    found = {group: dict(uses) for group, uses in grants.items()}
    by_pair: dict[tuple[str, str], tuple[set[str], set[str]]] = {}
    for index, keys in enumerate((removed, added)):
        for group, name, place in keys:
            by_pair.setdefault((group, name), (set(), set()))[index].add(place)
    for (group, name), (less, more) in by_pair.items():
        uses = found.setdefault(group, {})
        uses[name] = uses.get(name, _NONE) - less | more
        if not uses[name]:
            del uses[name]
    return found


class _People:
    """One key for each person on both sides: the Okta ID, or the Identity Store ID of a user whom
    Okta does not assign."""

    def __init__(self, found: Inventory) -> None:
        self.names: dict[str, str] = {}
        self._okta: dict[str, str] = {}
        users = found.users
        by_name: dict[str, str] = {}
        if not isinstance(users, Unavailable):
            for ident, user in users.by_id.items():
                self.names[ident] = user.login
                by_name[user.user_name.casefold()] = ident
                if user.aws_id:
                    self._okta[user.aws_id] = ident
        for ident, login in found.members.logins.items():
            self.names.setdefault(ident, login)
        if not isinstance(found.store_users, Unavailable):
            for ident, user in found.store_users.items():
                same = by_name.get(user.user_name.casefold())
                if ident not in self._okta and same:
                    self._okta[ident] = same
                self.names.setdefault(self.in_aws(ident), user.user_name)

    def in_aws(self, ident: str) -> str:
        """The key of an Identity Store user."""
        return self._okta.get(ident, ident)
