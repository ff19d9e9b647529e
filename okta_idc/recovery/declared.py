"""The resources that the next `pulumi up` declares, with their names in the stack.

Follows the naming of the components, which this package cannot import; a test compares the two.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from okta_idc.recovery import kinds
from okta_idc.settings import Settings
from okta_idc.settings.expressions import group_rules
from okta_idc.settings.models import AssignmentGroup, PermissionSet, PushGroup

FEDERATION = "okta-identity-center:index:IdentityCenterFederation"
DEFAULT_NAME = "identity-center"


@dataclass(frozen=True)
class Declared:
    """A declared resource. `key` identifies it in Okta or AWS: a label, a name, or names of the
    objects that it joins. `component`: type and name of its parent; empty for the federation."""

    type: str
    name: str
    key: tuple[str, ...]
    component: tuple[str, str] = ("", "")

    def urn(self, stack: str, project: str) -> str:
        types = [FEDERATION, *filter(None, [self.component[0]]), self.type]
        return f"urn:pulumi:{stack}::{project}::{'$'.join(types)}::{self.name}"

    def parent(self, stack: str, project: str, federation: str) -> str:
        """URN of the component that declares it."""
        kind, name = self.component
        types = "$".join(filter(None, [FEDERATION, kind]))
        return f"urn:pulumi:{stack}::{project}::{types}::{name or federation}"


def declared(settings: Settings, name: str = DEFAULT_NAME) -> list[Declared]:
    """Every resource of the federation `name`, in the order in which `up` creates them."""
    return [*_okta(settings, name), *_aws(settings, name)]


def _component(kind: str, name: str) -> tuple[str, str]:
    return f"okta-identity-center:index:{kind}", name


def _okta(settings: Settings, name: str) -> Iterator[Declared]:
    assignments = settings.assignments
    rules = {f"{name}-{each.resource}": each.name for each in group_rules(settings)}
    yield from _created(name, [*settings.push_groups, *assignments.groups], rules)
    assigned = [group.key for group in assignments.groups]
    if members := assignments.pushed_members_group:
        assigned.append(members.name)
        of = _component("PushedMembersGroup", f"{name}-members")
        yield Declared(kinds.GROUP, f"{of[1]}-group", (members.name,), of)
        for resource, rule in rules.items():
            if resource.startswith(f"{of[1]}-rule-"):
                yield Declared(kinds.RULE, resource, (rule,), of)
    of = _component("SamlApp", f"{name}-app")
    yield Declared(kinds.APP, f"{of[1]}-saml", (settings.app.label,), of)
    if settings.provisioning.mode.value == "api":
        of = _component("Provisioning", f"{name}-provisioning")
        yield Declared(kinds.CONNECTION, f"{of[1]}-connection", (), of)
        yield Declared(kinds.FEATURES, f"{of[1]}-features", (), of)
    if settings.profile_mappings:
        of = _component("ProfileMappings", f"{name}-mappings")
        yield Declared(kinds.PROFILE_MAPPING, f"{of[1]}-to-app", (), of)
    of = _component("GroupAssignments", f"{name}-assign")
    for key in assigned:
        yield Declared(kinds.GROUP_ASSIGNMENT, f"{of[1]}-{key}", (key,), of)
    of = _component("UserAssignments", f"{name}-assign-users")
    for user in assignments.users:
        yield Declared(kinds.USER_ASSIGNMENT, f"{of[1]}-{user.key}", (user.key,), of)
    of = _component("PushGroups", f"{name}-push")
    for group in settings.push_groups:
        if not group.import_id:
            yield Declared(kinds.PUSH_MAPPING, f"{of[1]}-{group.key}", (group.key,), of)


def _created(
    name: str, groups: Iterable[PushGroup | AssignmentGroup], rules: Mapping[str, str]
) -> Iterator[Declared]:
    """The groups to create. `rules`: names of group rules by resource."""
    for group in groups:
        if group.create:
            resource = f"{name}-group-{group.key}"
            yield Declared(kinds.GROUP, resource, (group.key,))
            if group.rule is not None:
                yield Declared(kinds.RULE, resource, (rules[resource],))


def _aws(settings: Settings, name: str) -> Iterator[Declared]:
    if settings.access_control_attributes is not None:
        of = _component("AccessControlAttributes", f"{name}-attributes")
        yield Declared(kinds.ACCESS_CONTROL, f"{of[1]}-attributes", (), of)
    of = _component("AccountAccess", f"{name}-access")
    for each in settings.account_access.permission_sets:
        yield from _permission_set(each, of)
    for application in settings.account_access.applications:
        arn = application.arn
        for group in application.groups:
            resource = f"{of[1]}-{arn.rsplit('/', 1)[-1]}-{group}"
            yield Declared(kinds.APPLICATION_ASSIGNMENT, resource, (arn, group), of)
    if (alarm := settings.token_expiry_alarm) is None:
        return
    of = _component("TokenExpiryAlarm", f"{name}-alarm")
    yield Declared(kinds.TOPIC, f"{of[1]}-topic", (f"{of[1]}-topic",), of)
    yield Declared(kinds.TOPIC_POLICY, f"{of[1]}-policy", (), of)
    for event in ("health", *(f"{days}-days" for days in alarm.days_before)):
        rule = f"{of[1]}-{event}"
        yield Declared(kinds.EVENT_RULE, rule, (rule,), of)
        yield Declared(kinds.EVENT_TARGET, f"{rule}-target", (rule,), of)
    for email in alarm.emails:
        yield Declared(kinds.SUBSCRIPTION, f"{of[1]}-{email}", (email,), of)


def _permission_set(each: PermissionSet, of: tuple[str, str]) -> Iterator[Declared]:
    prefix = f"{of[1]}-{each.name}"
    yield Declared(kinds.PERMISSION_SET, f"{prefix}-set", (each.name,), of)
    for arn in each.managed_policies:
        resource = f"{prefix}-{arn.rsplit('/', 1)[-1]}"
        yield Declared(kinds.MANAGED_POLICY, resource, (each.name, arn), of)
    for policy in each.customer_managed_policies:
        path = policy.strip("/")
        resource = f"{prefix}-{path.rpartition('/')[2]}"
        yield Declared(kinds.CUSTOMER_POLICY, resource, (each.name, path), of)
    if each.inline_policy:
        yield Declared(kinds.INLINE_POLICY, f"{prefix}-inline", (each.name,), of)
    if each.permissions_boundary:
        yield Declared(kinds.BOUNDARY, f"{prefix}-boundary", (each.name,), of)
    for group, account in each.pairs():
        resource = f"{prefix}-{group}-{account}"
        yield Declared(kinds.ACCOUNT_ASSIGNMENT, resource, (each.name, group, account), of)
