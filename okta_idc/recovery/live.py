"""The live side: what Okta and AWS have of the declared and recorded resources, in bulk lists.

A kind that could not be read is in `Live.unknown`, with the reason; it is compared with nothing.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from okta_idc.clients.aws import AwsClient, AwsError
from okta_idc.clients.identity_center import IdentityCenter
from okta_idc.clients.identity_store import IdentityStore
from okta_idc.clients.json_path import Json, get_text
from okta_idc.clients.okta import Okta, OktaError
from okta_idc.recovery import kinds
from okta_idc.recovery.declared import Declared
from okta_idc.recovery.state import Recorded, State

CATALOG_APP = "amazon_aws_sso"
_IDS_PER_CALL, _NAMES_PER_CALL = 100, 25  # keeps the URL well under the usual 8 kB


@dataclass(frozen=True)
class LiveObject:
    """An object in Okta or AWS. `ident` is what `identity` returns for its resource, `key` the key
    of its declaration, `import_id` the ID for `pulumi import`."""

    ident: str
    key: tuple[str, ...]
    import_id: str
    created: str = ""
    document: Json = field(default_factory=dict[str, Any])


@dataclass
class Live:
    """The objects by kind. A kind is missing if it was not read. `lost_groups`: IDs of Identity
    Store groups that recorded account assignments name, and that no longer exist."""

    objects: dict[str, list[LiveObject]] = field(default_factory=dict[str, list[LiveObject]])
    unknown: dict[str, str] = field(default_factory=dict[str, str])
    lost_groups: frozenset[str] = frozenset()

    def add(self, kind: str, found: Iterable[LiveObject]) -> None:
        self.objects.setdefault(kind, []).extend(found)

    def idents(self, kind: str) -> frozenset[str]:
        return frozenset(each.ident for each in self.objects[kind])


@dataclass(frozen=True)
class Where:
    """AWS Region of the instance, of the alarm ("": the alarm is not compared), and the endpoint
    that replaces AWS's (sandbox)."""

    region: str
    alarm_region: str
    endpoint: str | None = None


def identity(resource: Recorded) -> str:
    """What identifies the resource's object in Okta or AWS."""
    text = resource.text
    match resource.type:
        case kinds.CONNECTION:
            return text("idProperty")
        case kinds.FEATURES:
            return text("appId")
        case kinds.GROUP_ASSIGNMENT:
            return f"{text('appId')}/{text('groupId')}"
        case kinds.USER_ASSIGNMENT:
            return f"{text('appId')}/{text('userId')}"
        case kinds.EVENT_TARGET:
            return f"{text('rule')}/{text('targetId')}"
        case kinds.SUBSCRIPTION:
            return f"{text('topic')}/{text('endpoint')}"
        case _:
            return resource.id


async def read_live(okta: Okta, where: Where, state: State, declared: Sequence[Declared]) -> Live:
    """Reads the kinds that are declared or recorded. Raises OktaError if Okta rejects the
    credentials or does not respond, and AwsError if no call to AWS can be made."""
    reader = _Reader(Live(), state, declared)
    groups = await _read_okta(okta, reader)
    await asyncio.to_thread(_read_aws, where, reader, groups)
    return reader.live


@dataclass
class _Reader:
    live: Live
    state: State
    declared: Sequence[Declared]

    def wants(self, *wanted: str) -> bool:
        """Whether any of these kinds is declared or recorded."""
        return bool(self.recorded(*wanted) or self.keys(*wanted))

    def recorded(self, *wanted: str) -> list[Recorded]:
        recorded = (*self.state.resources, *self.state.replaced)
        return [each for each in recorded if each.type in wanted]

    def keys(self, *wanted: str) -> list[tuple[str, ...]]:
        return [each.key for each in self.declared if each.type in wanted]


async def _read_okta(okta: Okta, reader: _Reader) -> Mapping[str, str]:
    """Names of the push groups by their key in the settings."""
    live = reader.live
    listed = await okta.every("/api/v1/apps", filter=f'name eq "{CATALOG_APP}"', limit=200)
    live.add(kinds.APP, (_okta_object(app, (app["label"],)) for app in listed))
    apps = live.idents(kinds.APP)
    for kind in (kinds.CONNECTION, kinds.FEATURES):
        live.add(kind, (LiveObject(app, (), app) for app in apps))

    async def read(kind: str, request: Any) -> None:
        try:
            live.add(kind, await request)
        except OktaError as error:
            live.unknown[kind] = str(error)

    names = [key[0] for key in reader.keys(kinds.GROUP, kinds.PUSH_MAPPING)]
    groups: dict[str, Json] = {}
    if reader.wants(kinds.GROUP, kinds.PUSH_MAPPING):
        idents = [each.id for each in reader.recorded(kinds.GROUP)]
        try:
            groups = await _groups(okta, [*idents, *names], names)
            live.add(
                kinds.GROUP,
                (_okta_object(g, (get_text(g, "profile", "name"),)) for g in groups.values()),
            )
        except OktaError as error:
            live.unknown[kinds.GROUP] = live.unknown[kinds.PUSH_MAPPING] = str(error)
    if reader.wants(kinds.RULE):
        await read(kinds.RULE, _rules(okta))
    if reader.wants(kinds.PROFILE_MAPPING):
        for app in _apps(reader):
            await read(kinds.PROFILE_MAPPING, _profile_mappings(okta, app))
    by_name = {get_text(group, "profile", "name"): ident for ident, group in groups.items()}
    keys = {by_name.get(name, name): name for name in names}
    for kind, path in (
        (kinds.GROUP_ASSIGNMENT, "groups"),
        (kinds.USER_ASSIGNMENT, "users"),
        (kinds.PUSH_MAPPING, "group-push/mappings"),
    ):
        if reader.wants(kind) and kind not in live.unknown:
            live.add(kind, ())
            for app in _apps(reader):
                await read(kind, _of_app(okta, app, kind, path, keys))
    return {
        name: get_text(groups.get(by_name.get(name, name)), "profile", "name") or name
        for name in names
    }


def _apps(reader: _Reader) -> list[str]:
    """IDs of the stack's app, recorded and as labeled, that Okta has."""
    recorded = {each.id for each in reader.recorded(kinds.APP)}
    labels = reader.keys(kinds.APP)
    found = reader.live.objects[kinds.APP]
    return [each.ident for each in found if each.ident in recorded or each.key in labels]


def _okta_object(document: Json, key: tuple[str, ...]) -> LiveObject:
    ident = str(document["id"])
    return LiveObject(ident, key, ident, get_text(document, "created"), document)


async def _groups(okta: Okta, idents: Sequence[str], names: Sequence[str]) -> dict[str, Json]:
    """The groups with one of these IDs or names, by ID; without the groups that an app owns."""
    found: dict[str, Json] = {}
    for attribute, values, per_call in (
        ("id", idents, _IDS_PER_CALL),
        ("profile.name", names, _NAMES_PER_CALL),
    ):
        quoted = [v.replace("\\", "\\\\").replace('"', '\\"') for v in dict.fromkeys(values)]
        for start in range(0, len(quoted), per_call):
            chunk = quoted[start : start + per_call]
            search = " or ".join(f'{attribute} eq "{value}"' for value in chunk)
            for group in await okta.every("/api/v1/groups", search=search, limit=200):
                if group.get("type") != "APP_GROUP":
                    found[group["id"]] = group
    return found


async def _rules(okta: Okta) -> list[LiveObject]:
    listed = await okta.every("/api/v1/groups/rules", limit=200)
    return [_okta_object(rule, (rule["name"],)) for rule in listed]


async def _profile_mappings(okta: Okta, app: str) -> list[LiveObject]:
    listed = await okta.every("/api/v1/mappings", targetId=app, limit=200)
    return [_okta_object(each, ()) for each in listed]


async def _of_app(
    okta: Okta, app: str, kind: str, path: str, keys: Mapping[str, str]
) -> list[LiveObject]:
    limit = {kinds.USER_ASSIGNMENT: 500, kinds.PUSH_MAPPING: 1000}.get(kind, 200)
    found: list[LiveObject] = []
    for each in await okta.every(f"/api/v1/apps/{app}/{path}", limit=limit):
        ident = str(each["id"])
        if kind == kinds.USER_ASSIGNMENT and each.get("scope") == "GROUP":
            continue  # the individual assignment is gone; a group still assigns the user
        if kind == kinds.PUSH_MAPPING:
            source = each["sourceGroupId"]
            key = (keys.get(source, source),)
            document = {**each, "appId": app}
            found.append(
                LiveObject(ident, key, f"{app}/{ident}", get_text(each, "created"), document)
            )
        else:
            found.append(LiveObject(f"{app}/{ident}", (ident,), f"{app}/{ident}"))
    return found


_ACCESS = (
    kinds.PERMISSION_SET, kinds.MANAGED_POLICY, kinds.CUSTOMER_POLICY, kinds.INLINE_POLICY,
    kinds.BOUNDARY, kinds.ACCOUNT_ASSIGNMENT,
)  # fmt: skip
_ALARM = (
    kinds.TOPIC, kinds.TOPIC_POLICY, kinds.SUBSCRIPTION, kinds.EVENT_RULE, kinds.EVENT_TARGET,
)  # fmt: skip


def _read_aws(where: Where, reader: _Reader, groups: Mapping[str, str]) -> None:
    live = reader.live

    def read(wanted: Iterable[str], function: Callable[[], None]) -> None:
        wanted = [kind for kind in wanted if reader.wants(kind)]
        if not wanted:
            return
        try:
            function()
        except AwsError as error:
            for kind in wanted:
                live.objects.pop(kind, None)
                live.unknown[kind] = str(error)

    def access() -> None:
        center = IdentityCenter(where.region, where.endpoint)
        for instance in _instances(center, reader):
            arn, store = instance["InstanceArn"], instance["IdentityStoreId"]
            aws = _Access(center, arn, reader)
            read((kinds.ACCESS_CONTROL,), aws.access_control)
            read(_ACCESS, lambda aws=aws, store=store: aws.sets(_groups_of(where, store), groups))
            read(
                (kinds.APPLICATION_ASSIGNMENT,),
                lambda aws=aws, store=store: aws.applications(
                    _principals(_groups_of(where, store), groups)
                ),
            )

    read((*_ACCESS, kinds.ACCESS_CONTROL, kinds.APPLICATION_ASSIGNMENT), access)
    if where.alarm_region:
        read(_ALARM, lambda: _alarm(where, reader))
    elif reader.wants(*_ALARM):
        reason = "the alarm uses a role; it is not compared."
        live.unknown |= {kind: reason for kind in _ALARM if reader.wants(kind)}


def _instances(center: IdentityCenter, reader: _Reader) -> list[Json]:
    """The stack's instance: the recorded one, or the only one."""
    listed = center.instances()
    recorded = {each.text("instanceArn") for each in reader.recorded(*_ACCESS)}
    chosen = [each for each in listed if each["InstanceArn"] in recorded] or listed
    if len(chosen) != 1:
        raise AwsError(f"AWS shows {len(listed)} IAM Identity Center instances, not 1.")
    return chosen


def _groups_of(where: Where, store: str) -> dict[str, str]:
    """Names of all Identity Store groups by their ID."""
    listed = IdentityStore(store, where.region, where.endpoint).groups()
    return {str(group["GroupId"]): str(group.get("DisplayName")) for group in listed}


def _principals(existing: Mapping[str, str], groups: Mapping[str, str]) -> dict[str, str]:
    """Keys of the push groups by the ID of their Identity Store group."""
    keys = {name: key for key, name in groups.items()}
    return {ident: keys[name] for ident, name in existing.items() if name in keys}


@dataclass
class _Access:
    center: IdentityCenter
    instance: str
    reader: _Reader

    def access_control(self) -> None:
        status, _ = self.center.access_control(self.instance)
        found = [LiveObject(self.instance, (), self.instance)] if status else []
        self.reader.live.add(kinds.ACCESS_CONTROL, found)

    def sets(self, existing: Mapping[str, str], groups: Mapping[str, str]) -> None:
        """`existing`: names of the Identity Store groups by ID; `groups`: of push groups by key."""
        live, instance = self.reader.live, self.instance
        principals = _principals(existing, groups)
        for kind in _ACCESS:
            live.add(kind, ())
        names = self._names()
        for arn, name in names.items():
            at = f"{arn},{instance}"
            live.add(kinds.PERMISSION_SET, [LiveObject(at, (name,), at)])
            self._policies(arn, name, at)
        recorded = {e.text("principalId") for e in self.reader.recorded(kinds.ACCOUNT_ASSIGNMENT)}
        live.lost_groups = frozenset(recorded - {"", *existing})
        for group in sorted({*principals, *recorded} - {"", *live.lost_groups}):
            for arn, account in self.center.access_of_group(instance, group):
                ident = f"{group},GROUP,{account},AWS_ACCOUNT,{arn},{instance}"
                key = (str(names.get(arn)), principals.get(group, group), account)
                live.add(kinds.ACCOUNT_ASSIGNMENT, [LiveObject(ident, key, ident)])

    def _names(self) -> dict[str, str]:
        """Names of the recorded permission sets, and of others with a declared name, by ARN."""
        wanted = {key[0] for key in self.reader.keys(kinds.PERMISSION_SET)}
        recorded = {
            each.text("arn"): each.text("name")
            for each in self.reader.recorded(kinds.PERMISSION_SET)
        }
        listed = list(self.center.permission_sets(self.instance))
        names = {arn: recorded[arn] for arn in listed if arn in recorded}
        for arn in listed:
            if arn not in names and wanted - {*names.values()}:
                at = {"InstanceArn": self.instance, "PermissionSetArn": arn}
                shown = self.center.call("describe_permission_set", **at)
                if (name := get_text(shown, "PermissionSet", "Name")) in wanted:
                    names[arn] = name
        return names

    def _policies(self, arn: str, name: str, at: str) -> None:
        live, shown = self.reader.live, self.center.permission_set(self.instance, arn)
        for error in shown.unread.values():
            raise error
        for policy in shown.managed_policies:
            ident = f"{policy},{at}"
            live.add(kinds.MANAGED_POLICY, [LiveObject(ident, (name, policy), ident)])
        for policy in shown.customer_managed_policies:
            path, _, last = policy.rpartition("/")
            ident = f"{last},{f'/{path}/' if path else '/'},{at}"
            live.add(kinds.CUSTOMER_POLICY, [LiveObject(ident, (name, policy), ident)])
        if shown.inline_policy:
            live.add(kinds.INLINE_POLICY, [LiveObject(at, (name,), at)])
        if shown.permissions_boundary:
            live.add(kinds.BOUNDARY, [LiveObject(at, (name,), at)])

    def applications(self, principals: Mapping[str, str]) -> None:
        live, kind = self.reader.live, kinds.APPLICATION_ASSIGNMENT
        live.add(kind, ())
        recorded = {each.text("applicationArn") for each in self.reader.recorded(kind)}
        for arn in sorted(recorded | {key[0] for key in self.reader.keys(kind)}):
            operation = "list_application_assignments"
            for each in self.center.pages(operation, "ApplicationAssignments", ApplicationArn=arn):
                who, of = str(each["PrincipalId"]), str(each["PrincipalType"])
                ident = f"{arn},{who},{of}"
                live.add(kind, [LiveObject(ident, (arn, principals.get(who, who)), ident)])


def _alarm(where: Where, reader: _Reader) -> None:
    """The topic and rules, whose automatic names are the declared ones with a suffix."""
    live, names = reader.live, {key[0] for key in reader.keys(kinds.TOPIC, kinds.EVENT_RULE)}
    recorded = {each.id for each in reader.recorded(kinds.TOPIC, kinds.EVENT_RULE)}
    for kind in _ALARM:
        live.add(kind, ())
    sns = AwsClient("sns", where.alarm_region, where.endpoint)
    for topic in sns.pages("list_topics", "Topics"):
        arn = str(topic["TopicArn"])
        key = _without_suffix(arn.rpartition(":")[2])
        if arn in recorded or key in names:
            live.add(kinds.TOPIC, [LiveObject(arn, (key,), arn)])
            live.add(kinds.TOPIC_POLICY, [LiveObject(arn, (), arn)])
            found = sns.pages("list_subscriptions_by_topic", "Subscriptions", TopicArn=arn)
            for each in found:
                ident = f"{arn}/{each['Endpoint']}"
                live.add(kinds.SUBSCRIPTION, [LiveObject(ident, (each["Endpoint"],), ident)])
    events = AwsClient("events", where.alarm_region, where.endpoint)
    for rule in events.pages("list_rules", "Rules"):
        name = str(rule["Name"])
        key = _without_suffix(name)
        if name in recorded or key in names:
            live.add(kinds.EVENT_RULE, [LiveObject(name, (key,), name)])
            for each in events.pages("list_targets_by_rule", "Targets", Rule=name):
                ident = f"{name}/{each['Id']}"
                live.add(kinds.EVENT_TARGET, [LiveObject(ident, (key,), ident)])


def _without_suffix(name: str) -> str:
    """The name without the suffix that Pulumi adds: a hyphen and seven hex digits."""
    head, _, tail = name.rpartition("-")
    hexadecimal = len(tail) == 7 and not set(tail) - set("0123456789abcdef")
    return head if hexadecimal else name


def describe(found: LiveObject) -> str:
    """The object's ID and, if it is known, when it was created."""
    created = f", created {found.created}" if found.created else ""
    return f"{found.import_id}{created}"
