"""Why one user is in AWS or not, and what they get there: groups, session tags, permission sets."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from okta_idc.clients.json_path import Json, get_list, get_object, get_text
from okta_idc.clients.okta import Okta
from okta_idc.doctor.report import Report
from okta_idc.doctor.saml_preview import Preview, preview
from okta_idc.doctor.user_checks import UserChecks
from okta_idc.inventory.assigned_users import AssignedUsers, okta_profile
from okta_idc.inventory.assigned_users import user_name as name_of
from okta_idc.inventory.declared import Declared
from okta_idc.inventory.joined_access import by_set
from okta_idc.inventory.model import Inventory, Part, PushGroup, Source
from okta_idc.inventory.one_user import (
    Candidate,
    InAws,
    find_users,
    read_app_user,
    read_groups_of,
    read_in_aws,
)
from okta_idc.inventory.read import read_inventory
from okta_idc.inventory.session_tags import statements_of
from okta_idc.inventory.unavailable import Unavailable
from okta_idc.okta_expression import Unknown, username_of
from okta_idc.rules import Finding
from okta_idc.rules.groups import ACTIVE
from okta_idc.rules.registry import count, shortened

PARTS = (
    Part.APP | Part.ASSIGNED_GROUPS | Part.PUSH_MAPPINGS | Part.GROUP_NAMES
    | Part.ACCESS_CONTROL | Part.STORE_GROUPS
)  # fmt: skip
_CREATES = "PUSH_NEW_USERS"
_ENABLED = "ENABLED"


@dataclass(frozen=True)
class GroupOfUser:
    """A group that matters for AWS. `role`: `assigned`, `pushed`, both, or `only in AWS`;
    `in_okta`, `in_aws`: whether the user is a member (None: unknown, or no such group); `note`:
    what is wrong with its push mapping."""

    name: str
    role: str
    in_okta: bool | None
    in_aws: bool | None
    note: str = ""


@dataclass(frozen=True)
class RoleOfUser:
    """A permission set in an account. `through`: the group, or `the user`. `pending`: the user gets
    it as soon as AWS shows them in the group."""

    account: str
    permission_set: str
    through: str
    pending: bool


@dataclass
class Explanation:
    """All about one user. `in_aws`: enabled in AWS, or None if unknown. A part that could not be
    read is Unavailable; `unknown` has the reasons of all such parts, each once."""

    user: Candidate
    app: str
    in_aws: bool | None
    summary: str
    assignment: str
    in_identity_store: str
    groups: list[GroupOfUser]
    assertion: Preview | Unavailable
    tags_enabled: bool | None
    roles: list[RoleOfUser] | Unavailable
    findings: list[Finding]
    unknown: list[str] = field(default_factory=list[str])


async def explain_user(
    okta: Okta, source: Source, declared: Declared, text: str
) -> Explanation | list[Candidate]:
    """The user with this login, email, or ID; the candidates if there is not exactly one. Raises
    OktaError and AwsError if nothing can be read."""
    found = await read_inventory(okta, source, PARTS, declared=declared)
    candidates = await find_users(okta, found.app_id, text)
    if len(candidates) != 1:
        return candidates
    [user] = candidates
    app_user: Json | Unavailable | None
    app_user = found.app if isinstance(found.app, Unavailable) else None
    if app_user is None:
        app_user = await read_app_user(okta, found.app_id, user)
    own = await read_groups_of(okta, user)
    pushed = _pushed(found)
    further = [
        each.aws_id
        for each in (() if isinstance(pushed, Unavailable) else pushed)
        if each.aws_id and not isinstance(own, Unavailable) and each.source in own
    ]
    in_aws = await read_in_aws(found, _user_name(found, user, app_user), further)
    return _Explainer(found, user, app_user, own, pushed, in_aws).explanation()


def _pushed(found: Inventory) -> list[PushGroup] | Unavailable:
    try:
        return found.pushed()
    except Unavailable as reason:
        return reason


def _user_name(found: Inventory, user: Candidate, app_user: Json | Unavailable | None) -> (
    str | Unavailable
):  # fmt: skip
    """The user's name in AWS: the app user's, or the one that the app's format gives."""
    if isinstance(app_user, Unavailable):
        return app_user
    if app_user:
        return name_of(app_user)
    template = get_text(found.app, "credentials", "userNameTemplate", "template")
    name = username_of(template, get_object(user.user, "profile"))
    return Unavailable(f"the name in AWS: {name.reason}") if isinstance(name, Unknown) else name


@dataclass
class _Explainer:
    found: Inventory
    user: Candidate
    app_user: Json | Unavailable | None
    own: Mapping[str, str] | Unavailable
    pushed: list[PushGroup] | Unavailable
    aws: InAws

    def explanation(self) -> Explanation:
        report, assertion = self._checks(), self._assertion()
        in_aws, summary = self._verdict(report)
        roles = self._roles()
        if in_aws and not isinstance(roles, Unavailable):
            summary += f", with {_count_roles(roles)}"
        status = self.found.access_control
        explained = Explanation(
            user=self.user,
            app=self._app(),
            in_aws=in_aws,
            summary=summary,
            assignment=self._assignment(),
            in_identity_store=self._in_identity_store(),
            groups=sorted(self._groups(), key=lambda group: group.name),
            assertion=assertion,
            tags_enabled=None if isinstance(status, Unavailable) else status[0] == _ENABLED,
            roles=roles,
            findings=[each.finding for each in report.found],
        )
        parts = (
            self.found.app, self.app_user, self.own, self.found.assigned, self.pushed, status,
            self.found.store_groups, self.aws.user, self.aws.groups, self.aws.roles,
            self.aws.names,
        )  # fmt: skip
        reasons = [part.text for part in parts if isinstance(part, Unavailable)]
        if isinstance(assertion, Preview):
            reasons += assertion.unknown
        explained.unknown = list(dict.fromkeys(reasons))
        return explained

    def _app(self) -> str:
        app = self.found.app
        return "unknown" if isinstance(app, Unavailable) else f"{app.get('label')} ({app['id']})"

    def _checks(self) -> Report:
        """The rules on one user, which explain why AWS rejects them."""
        report, checks = Report(), UserChecks()
        if self.app_user and not isinstance(self.app_user, Unavailable):
            users = AssignedUsers(lambda user, shown: checks(self.found, user, shown))
            users.add([self.app_user])
            self.found.users = users
            checks.report(self.found, report)
        return report

    def _assertion(self) -> Preview | Unavailable:
        app, app_user = self.found.app, self.app_user
        if isinstance(app, Unavailable):
            return app
        if isinstance(app_user, Unavailable):
            return app_user
        name = _user_name(self.found, self.user, app_user)
        shown = okta_profile(app_user) if app_user else None
        return preview(
            statements_of(app),
            shown or get_object(self.user.user, "profile") or None,
            get_object(app_user, "profile") if app_user else None,
            Unknown(name.text) if isinstance(name, Unavailable) else name,
        )

    def _assigned_by(self) -> list[str] | None:
        """The assigned groups that the user is in; None if unknown."""
        assigned, own = self.found.assigned, self.own
        if isinstance(assigned, Unavailable) or isinstance(own, Unavailable):
            return None
        return sorted(own[ident] for ident in assigned if ident in own)

    def _assignment(self) -> str:
        if isinstance(self.app_user, Unavailable):
            return "unknown"
        by = self._assigned_by()
        if self.app_user is None:
            return "not assigned"
        state = {"ERROR": "rejected by AWS"}.get(get_text(self.app_user, "syncState"), "")
        waiting = get_text(self.app_user, "status") == "STAGED"
        state = state or ("waiting to be provisioned" if waiting else "provisioned")
        groups = "by groups that are unknown" if by is None else f"by {', '.join(by)}" if by else ""
        individually = "individually" if get_text(self.app_user, "scope") == "USER" else ""
        how = " and ".join(filter(None, (individually, groups))) or "by no group that Okta shows"
        return f"assigned {how}; {state}"

    def _other_user(self) -> str:
        """The Okta ID of another user who has this user's name in AWS."""
        aws_user = self.aws.user
        if isinstance(aws_user, Unavailable) or aws_user is None:
            return ""
        ids = (get_text(each, "Id") for each in get_list(aws_user, "ExternalIds"))
        return next((i for i in ids if i.startswith("00u") and i != self.user.id), "")

    def _in_identity_store(self) -> str:
        aws_user = self.aws.user
        if isinstance(aws_user, Unavailable):
            return "unknown"
        if aws_user is None:
            return "no user"
        state = get_text(aws_user, "UserStatus") or _ENABLED
        other = self._other_user()
        whose = f" of another Okta user, {other}" if other else ""
        return f"{get_text(aws_user, 'UserName')} ({aws_user['UserId']}){whose}, {state.lower()}"

    def _verdict(self, report: Report) -> tuple[bool | None, str]:
        aws_user, other = self.aws.user, self._other_user()
        if isinstance(aws_user, Unavailable):
            return None, "unknown: AWS does not show whether the user exists"
        enabled = (get_text(aws_user, "UserStatus") or _ENABLED) == _ENABLED if aws_user else False
        if aws_user and enabled and not other:
            gone = self.app_user is None
            return True, "in AWS" + (", although not assigned in Okta" if gone else "")
        state = "disabled in AWS" if aws_user and not other else "not in AWS"
        return False, f"{state}: {self._reason(report, other)}"

    def _reason(self, report: Report, other: str) -> str:
        status, app, app_user = self.user.status or "ACTIVE", self.found.app, self.app_user
        if status not in ACTIVE:
            return f"the user is {status} in Okta, which provisions active users only"
        if isinstance(app_user, Unavailable):
            return "Okta does not show whether the user is assigned"
        if app_user is None:
            return f"the user is not assigned to the app{self._ways()}"
        if other:
            return f"the Okta user {other} has the same name in AWS, which must be unique (OIC-321)"
        if get_text(app_user, "syncState") == "ERROR":
            rules = sorted({each.rule.id for each in report.found})
            why = f" ({', '.join(rules)})" if rules else "; Okta shows why in Dashboard → Tasks"
            return f"AWS rejects the user{why}"
        if _CREATES not in get_list(app, "features"):
            return "the app does not create users (Provisioning → To App → Create Users)"
        if get_text(app_user, "status") == "STAGED":
            return "Okta has not provisioned the user yet"
        return "Okta shows the user as provisioned, and AWS has no user with this name"

    def _ways(self) -> str:
        assigned = self.found.assigned
        if isinstance(assigned, Unavailable) or not assigned:
            return ""
        names = self.found.groups
        shown = sorted(i if isinstance(names, Unavailable) else names.name(i) for i in assigned)
        groups = f"any of {shortened(shown)}" if len(shown) > 1 else shown[0]
        return f" (not a member of {groups}, and not assigned individually)"

    def _groups(self) -> Iterator[GroupOfUser]:
        own, in_aws = self.own, self.aws.groups
        if self._other_user():
            in_aws = frozenset[str]()
        assigned: Mapping[str, int | None] = {}
        if not isinstance(self.found.assigned, Unavailable):
            assigned = self.found.assigned
        pushed = [] if isinstance(self.pushed, Unavailable) else self.pushed
        for each in pushed:
            member = None if isinstance(own, Unavailable) else each.source in own
            there = None
            if each.aws_id and not isinstance(in_aws, Unavailable):
                there = each.aws_id in in_aws
            if member or there:
                role = "assigned and pushed" if each.source in assigned else "pushed"
                state = get_text(each.mapping, "status")
                note = "" if state == "ACTIVE" else f"push mapping {state or 'unknown'}"
                yield GroupOfUser(each.name, role, member, there, note)
        mapped = {each.source for each in pushed}
        for ident, name in () if isinstance(own, Unavailable) else own.items():
            if ident in assigned and ident not in mapped:
                yield GroupOfUser(name, "assigned", True, None)
        known_in_aws = {each.aws_id for each in pushed}
        for ident in () if isinstance(in_aws, Unavailable) else in_aws - known_in_aws:
            yield GroupOfUser(self._store_name(ident), "only in AWS", None, True)

    def _store_name(self, ident: str) -> str:
        store = self.found.store_groups
        if isinstance(store, Unavailable) or ident not in store:
            return ident
        return store[ident].name

    def _roles(self) -> list[RoleOfUser] | Unavailable:
        aws = self.aws
        if isinstance(aws.roles, Unavailable):
            return aws.roles
        ident = "" if isinstance(aws.user, Unavailable) or not aws.user else aws.user["UserId"]
        own = frozenset[str]() if isinstance(aws.groups, Unavailable) else aws.groups
        other = self._other_user()
        pushed = [] if isinstance(self.pushed, Unavailable) else self.pushed
        further = {
            each.aws_id
            for each in pushed
            if not isinstance(self.own, Unavailable) and each.source in self.own
        }
        groups = {each.aws_id: each.name for each in pushed}
        names: Mapping[str, str] = {} if isinstance(aws.names, Unavailable) else aws.names
        found: list[RoleOfUser] = []
        for principal, pairs in aws.roles.items():
            direct, mine = principal == ident, principal in own
            if other and principal not in further:
                continue  # of the other user
            through = "the user" if direct else groups.get(principal) or self._store_name(principal)
            pending = bool(other) or not (direct or mine)
            for name, accounts in by_set(pairs, names, {}).items():
                found += [RoleOfUser(account, name, through, pending) for account in accounts]
        return sorted(found, key=lambda role: (role.account, role.permission_set, role.through))


def _count_roles(roles: list[RoleOfUser]) -> str:
    now = [role for role in roles if not role.pending]
    sets = {role.permission_set for role in now}
    accounts = {role.account for role in now}
    if not now:
        return "no permission set"
    return f"{count(len(sets), 'permission set')} in {count(len(accounts), 'account')}"
