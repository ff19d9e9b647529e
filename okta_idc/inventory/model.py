"""Everything one read found; an unreadable part is replaced by Unavailable."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from okta_idc.inventory.assigned_users import People
from okta_idc.inventory.declared import Declared
from okta_idc.inventory.unavailable import Unavailable, known
from okta_idc.rules.account_access import Assignment
from okta_idc.rules.permission_sets import PermissionSet
from okta_idc.rules.profile_mappings import ProfileMapping

Json = dict[str, Any]


def _not_yet() -> Unavailable:
    return Unavailable("it was not looked at.")


@dataclass(frozen=True)
class Certificate:
    """The app's active signing certificate: PEM text, and its last moment."""

    pem: str
    ends: datetime


@dataclass
class OktaGroups:
    """Names by id of the groups that matter here, and ids by name of those that are no app's."""

    names: dict[str, str] = field(default_factory=dict[str, str])
    by_name: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def name(self, ident: str) -> str:
        return self.names.get(ident, ident)


@dataclass
class Membership:
    """Who is in each push group: group id → user ids. `logins` and `inactive` (with their status
    in Okta) are by user id."""

    of: dict[str, frozenset[str] | Unavailable] = field(
        default_factory=dict[str, frozenset[str] | Unavailable]
    )
    logins: dict[str, str] = field(default_factory=dict[str, str])
    inactive: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(slots=True)
class StoreUser:
    """A user of the identity store. `by_scim`: Okta made it, as far as AWS tells."""

    user_name: str
    enabled: bool
    external_id: str
    by_scim: bool


@dataclass(slots=True)
class StoreGroup:
    """A group of the identity store."""

    name: str
    by_scim: bool


@dataclass(frozen=True)
class Access:
    """Account access: the permission sets, who is assigned, and sets by account."""

    sets: tuple[PermissionSet, ...]
    assignments: tuple[Assignment, ...]
    sets_of_accounts: Mapping[str, int]


@dataclass
class Inventory:
    """`apps`: status by label of the org's instances of the catalog app. `assigned`: ids of the
    groups that are assigned. `secret`: the secret's tags. `access_control`: the switch's status,
    and key with source of each mapping. `store_members`: user ids by group id."""

    now: datetime
    store_id: str
    declared: Declared

    apps: Mapping[str, str] | Unavailable = field(default_factory=_not_yet)
    app: Json | Unavailable = field(default_factory=_not_yet)
    connection: Json | Unavailable = field(default_factory=_not_yet)
    feature: Json | Unavailable = field(default_factory=_not_yet)
    certificate: Certificate | Unavailable = field(default_factory=_not_yet)
    metadata: str | Unavailable = field(default_factory=_not_yet)
    attributes: frozenset[str] | Unavailable = field(default_factory=_not_yet)
    all_types: Unavailable | None = None
    """Why the schemas of other user types are not among `attributes`, if they are not."""
    mapping: ProfileMapping | Unavailable = field(default_factory=_not_yet)
    assigned: tuple[str, ...] | Unavailable = field(default_factory=_not_yet)
    pushes: tuple[Json, ...] | Unavailable = field(default_factory=_not_yet)
    groups: OktaGroups | Unavailable = field(default_factory=_not_yet)
    people: People | Unavailable = field(default_factory=_not_yet)
    members: Membership = field(default_factory=Membership)

    secret: Mapping[str, str] | Unavailable = field(default_factory=_not_yet)
    primary_region: str | Unavailable = field(default_factory=_not_yet)
    access_control: tuple[str, tuple[tuple[str, str], ...]] | Unavailable = field(
        default_factory=_not_yet
    )
    access: Access | Unavailable = field(default_factory=_not_yet)
    store_users: dict[str, StoreUser] | Unavailable = field(default_factory=_not_yet)
    store_groups: dict[str, StoreGroup] | Unavailable = field(default_factory=_not_yet)
    store_members: dict[str, frozenset[str] | Unavailable] = field(
        default_factory=dict[str, frozenset[str] | Unavailable]
    )

    def nothing_in_okta(self, gap: Unavailable) -> None:
        """Without the app there is nothing to look at in Okta."""
        self.connection = self.feature = self.certificate = self.metadata = gap
        self.attributes = self.mapping = self.assigned = self.pushes = gap
        self.groups = self.people = gap

    def pushed(self) -> list["Pushed"]:
        """The push mappings with their groups on both sides. Raises Unavailable."""
        names, groups = known(self.groups), known(self.store_groups)
        declared: Any = () if isinstance(self.declared.push, Unavailable) else self.declared.push
        aws_ids = {group.id: group.aws_id for group in declared if group.id}
        by_name = {group.name: ident for ident, group in groups.items()}
        found: list[Pushed] = []
        for mapping in known(self.pushes):
            source, target = mapping["sourceGroupId"], mapping.get("targetGroupId") or ""
            there = names.names.get(target)
            aws_id = aws_ids.get(source) or ""
            if aws_id not in groups:
                aws_id = by_name.get(there or names.name(source), "")
            found.append(Pushed(mapping, source, names.name(source), there, aws_id))
        return found


@dataclass(frozen=True)
class Pushed:
    """One push mapping: the source group's id and name in Okta, the target group's name as Okta
    has it (None: not shown), and the id of its group in AWS ("": there is none)."""

    mapping: Json
    source: str
    name: str
    target: str | None
    aws_id: str
