"""The inventory: the result of a read of Okta and AWS. A part that was not read is Unavailable."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Flag, auto

from okta_idc.clients.aws_config import AwsConfig
from okta_idc.clients.aws_environment import Environment
from okta_idc.clients.identity_center import PermissionSetDetails
from okta_idc.clients.json_path import Json
from okta_idc.clients.policy_validation import PolicyIssue
from okta_idc.inventory.assigned_users import AssignedUser, AssignedUsers
from okta_idc.inventory.declared import Declared
from okta_idc.inventory.unavailable import Unavailable, known
from okta_idc.rules.account_access import Assignment
from okta_idc.rules.profile_mappings import Mapped, ProfileMapping
from okta_idc.rules.scim_secret import ScimResponse

Members = dict[str, frozenset[str] | Unavailable]
_NOT_READ = Unavailable("it was not read.")


class Part(Flag):
    """The parts to read. Only the chosen parts cause calls."""

    APP = auto()
    """The app, and the org's other apps of the same kind."""
    CONNECTION = auto()
    """The app's connection to the SCIM endpoint."""
    APP_SETTINGS = auto()
    """Provisioning features, certificate, metadata, user schemas and profile mapping."""
    ASSIGNED_GROUPS = auto()
    PUSH_MAPPINGS = auto()
    GROUP_NAMES = auto()
    """Groups that are assigned, pushed or declared."""
    NAMESAKES = auto()
    """With GROUP_NAMES: other groups that have the same names."""
    GROUP_MEMBERS = auto()
    """Members of the push groups in Okta."""
    GROUP_RULES = auto()
    """The org's group rules, if any are declared."""
    ASSIGNED_USERS = auto()
    SECRET_TAGS = auto()
    TOKEN = auto()
    """Whether AWS accepts the token in the secret."""
    PRIMARY_REGION = auto()
    ACCESS_CONTROL = auto()
    """Attributes for access control."""
    PERMISSION_SETS = auto()
    """All permission sets and their assignments."""
    GROUP_ACCESS = auto()
    """Account assignments of the push groups, with their permission sets. Needs PUSH_MAPPINGS,
    GROUP_NAMES and STORE_GROUPS."""
    APPLICATIONS = auto()
    """Application assignments of the push groups. Needs the same parts as GROUP_ACCESS."""
    ENVIRONMENT = auto()
    """The instance's features, the identity store's network, and the accounts and AWS managed
    policies that are assigned or declared. Needs PERMISSION_SETS."""
    POLICY_VALIDATION = auto()
    """AWS's validation of the inline policies. Needs PERMISSION_SETS."""
    STORE_USERS = auto()
    STORE_GROUPS = auto()
    STORE_MEMBERS = auto()
    """Members of the push groups in AWS; without GROUP_NAMES, of the declared push groups. Needs
    STORE_GROUPS."""


@dataclass(frozen=True)
class Source:
    """Where to read. `endpoint` replaces AWS's endpoints, and `verify_at` the SCIM endpoint's host
    (sandbox). `verify`: the token in the secret may be tested.

    An empty `app_id` means the org's only app; an empty `store_id` the identity store that the app
    names, or the only one; an empty `secret_region` the same as `region`.
    """

    region: str
    app_id: str = ""
    store_id: str = ""
    secret: str = ""
    secret_region: str = ""
    endpoint: str | None = None
    verify: bool = True
    verify_at: str = ""
    aws: AwsConfig = field(default_factory=AwsConfig)
    """Configuration of the stack's AWS provider."""


@dataclass(frozen=True)
class Certificate:
    """The app's active signing certificate: PEM text and expiry."""

    pem: str
    ends: datetime


@dataclass
class OktaGroups:
    """Group names by ID, and IDs by name. `imported`: groups of a directory or another app, which
    are in `by_name` only if none of Okta's own groups has the name. `empty`: the groups of which
    Okta counts no member, so that an empty list hides nobody."""

    names: dict[str, str] = field(default_factory=dict[str, str])
    by_name: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    imported: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    empty: set[str] = field(default_factory=set[str])

    def name(self, ident: str) -> str:
        return self.names.get(ident, ident)


@dataclass
class Membership:
    """User IDs by push group ID. `logins` and `inactive` (Okta status) are by user ID."""

    by_group: Members = field(default_factory=Members)
    logins: dict[str, str] = field(default_factory=dict[str, str])
    inactive: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(slots=True)
class StoreUser:
    """An Identity Store user. `by_scim`: AWS shows that SCIM created it."""

    user_name: str
    enabled: bool
    external_id: str
    by_scim: bool
    values: str = ""
    """Its attributes (`stored_values`); empty if they were not read."""


@dataclass(slots=True)
class StoreGroup:
    """An Identity Store group."""

    name: str
    by_scim: bool


@dataclass(frozen=True)
class Access:
    """Account access: permission sets, account assignments, and the number of sets by account."""

    sets: tuple[PermissionSetDetails, ...]
    assignments: tuple[Assignment, ...]
    sets_of_accounts: Mapping[str, int]


@dataclass(frozen=True)
class PushGroupAccess:
    """Account access of the push groups. `by_group` maps an Identity Store group ID to pairs of
    permission set ARN and account ID; `sets` are by ARN."""

    by_group: Mapping[str, tuple[tuple[str, str], ...]]
    sets: Mapping[str, PermissionSetDetails]


@dataclass(frozen=True)
class PushGroup:
    """A push mapping with its groups: ID and name of the source group, the target group's name in
    Okta (None: not shown), and the Identity Store group's ID ("": none)."""

    mapping: Json
    source: str
    name: str
    target: str | None
    aws_id: str


@dataclass
class Inventory:
    """`apps`: the org's instances of the catalog app by label and ID. `assigned`: priority (if
    any) by ID of the assigned groups. `users`: the assigned users. `secret`: the secret's tags.
    `access_control`: status, and pairs of key and source. `store_members`: user IDs by group ID."""

    source: Source
    declared: Declared = field(default_factory=Declared)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    apps: Mapping[str, Json] | Unavailable = _NOT_READ
    app: Json | Unavailable = _NOT_READ
    connection: Json | Unavailable = _NOT_READ
    admin_console: str | Unavailable = _NOT_READ
    """URL of the Okta Admin Console; read only in mode `console`."""
    feature: Json | Unavailable = _NOT_READ
    certificate: Certificate | Unavailable = _NOT_READ
    metadata: str | Unavailable = _NOT_READ
    attributes: frozenset[str] | Unavailable = _NOT_READ
    all_types: Unavailable | None = None
    """Why `attributes` lacks the schemas of other user types, if it does."""
    in_progress: Unavailable | None = None
    """Why the two sides cannot be compared, if they changed with every reading."""
    mapping: ProfileMapping | Unavailable = _NOT_READ
    """The mapping of users to the app; of the first user type if there are several."""
    type_mappings: Mapping[str, ProfileMapping] = field(default_factory=dict[str, ProfileMapping])
    """The mapping of each user type by its ID, if there are several."""
    assigned: Mapping[str, int | None] | Unavailable = _NOT_READ
    pushes: Sequence[Json] | Unavailable = _NOT_READ
    groups: OktaGroups | Unavailable = _NOT_READ
    rules: Sequence[Json] | Unavailable = _NOT_READ
    """Group rules as Okta's API returns them."""
    users: AssignedUsers | Unavailable = _NOT_READ
    members: Membership = field(default_factory=Membership)

    instance: str | Unavailable = _NOT_READ
    """ARN of the IAM Identity Center instance."""
    secret: Mapping[str, str] | Unavailable = _NOT_READ
    token: ScimResponse | Unavailable = _NOT_READ
    primary_region: str | Unavailable = _NOT_READ
    access_control: tuple[str, tuple[tuple[str, str], ...]] | Unavailable = _NOT_READ
    access: Access | Unavailable = _NOT_READ
    group_access: PushGroupAccess | Unavailable = _NOT_READ
    applications: Mapping[str, tuple[str, ...]] | Unavailable = _NOT_READ
    """ARNs of applications by Identity Store group ID of the push groups."""
    environment: Environment | Unavailable = _NOT_READ
    policy_issues: Mapping[str, tuple[PolicyIssue, ...]] | Unavailable = _NOT_READ
    """What AWS's validation reports, by name of the permission set."""
    store_users: dict[str, StoreUser] | Unavailable = _NOT_READ
    store_groups: dict[str, StoreGroup] | Unavailable = _NOT_READ
    store_members: Members = field(default_factory=Members)

    def __post_init__(self) -> None:
        self.app_id, self.store_id = self.source.app_id, self.source.store_id

    def mark_app_unavailable(self, reason: Unavailable) -> None:
        """Mark all parts that belong to the app as Unavailable."""
        self.connection = self.feature = self.certificate = self.metadata = reason
        self.attributes = self.mapping = self.assigned = self.pushes = reason
        self.groups = self.users = reason

    def mark_instance_unavailable(self, reason: Unavailable) -> None:
        """Mark all parts that belong to the IAM Identity Center instance as Unavailable."""
        self.instance = self.primary_region = self.access_control = reason
        self.access = self.group_access = self.applications = reason
        self.environment = self.policy_issues = reason

    def mapped(self, attribute: str) -> list[Mapped] | Unavailable:
        """How the mappings of all user types fill an attribute of the app; empty if none does."""
        if isinstance(self.mapping, Unavailable):
            return self.mapping
        mappings = self.type_mappings.values() or (self.mapping,)
        found = (each.get(attribute) for each in mappings)
        return [each for each in found if each and each.expression]

    def pushed(self) -> list[PushGroup]:
        """The push mappings with their groups on both sides. Raises Unavailable."""
        names, groups = known(self.groups), known(self.store_groups)
        declared = () if isinstance(self.declared.push, Unavailable) else self.declared.push
        aws_ids = {group.id: group.aws_id for group in declared if group.id}
        by_name = {group.name: ident for ident, group in groups.items()}
        found: list[PushGroup] = []
        for mapping in known(self.pushes):
            source = mapping["sourceGroupId"]
            target = names.names.get(mapping.get("targetGroupId") or "")
            aws_id = aws_ids.get(source) or ""
            if aws_id not in groups:
                aws_id = by_name.get(target or names.name(source), "")
            found.append(PushGroup(mapping, source, names.name(source), target, aws_id))
        return found


UserListener = Callable[[Inventory, AssignedUser, Json], None]
"""Called for each assigned user, with the app user from Okta's API, while pages arrive."""
