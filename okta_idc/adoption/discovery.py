"""What stands on both sides of a federation that was made by hand.

Lists wherever there is one: of apps, assignments, mappings and groups in Okta, of groups in AWS.
Who has access is asked of AWS group by group: that is one call for each pushed group, where the
permission sets would take one for each of them in each account.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from okta_idc.clients.aws import AwsError
from okta_idc.clients.identity_center import IdentityCenter
from okta_idc.clients.identity_store import IdentityStore
from okta_idc.clients.json_path import get_text
from okta_idc.clients.okta import Okta, OktaError
from okta_idc.clients.secrets import secret_tags
from okta_idc.inventory.declared import Declared
from okta_idc.inventory.model import Inventory, OktaGroups
from okta_idc.inventory.okta import find_app
from okta_idc.inventory.okta_groups import find_groups
from okta_idc.inventory.unavailable import Unavailable

Json = dict[str, Any]
T = TypeVar("T")

_AT_ONCE = 4


@dataclass(frozen=True)
class Where:
    """Whom to ask. An empty `app` or `store`: the only one. `endpoint` replaces AWS's own."""

    app: str
    store: str
    region: str
    secret: str
    endpoint: str | None = None


@dataclass
class Found:
    """`assigned` and `pushes` as Okta lists them, `in_aws` ids by name, `access` by AWS group id:
    pairs of permission set and account; `sets` by ARN. `secret`: why it cannot be used, or ""."""

    app: Json
    assigned: list[Json] = field(default_factory=list[Json])
    pushes: list[Json] = field(default_factory=list[Json])
    groups: OktaGroups = field(default_factory=OktaGroups)
    instance: str = ""
    store: str = ""
    in_aws: dict[str, str] = field(default_factory=dict[str, str])
    access: dict[str, list[tuple[str, str]]] = field(
        default_factory=dict[str, list[tuple[str, str]]]
    )
    sets: dict[str, Json] = field(default_factory=dict[str, Json])
    control: tuple[str, list[tuple[str, str]]] = ("", [])
    secret: str = ""

    def in_aws_of(self, mapping: Json) -> str:
        """The id in AWS of the group that a mapping pushes to; empty where none is found."""
        target = self.groups.names.get(str(mapping.get("targetGroupId")), "")
        return self.in_aws.get(target, "")


async def look(okta: Okta, where: Where) -> Found:
    """Raises OktaError, AwsError, and Unavailable where the result is ambiguous or hidden."""
    seen = Inventory(datetime.now(UTC), where.store, Declared())
    await find_app(okta, where.app, seen)
    if isinstance(seen.app, Unavailable):
        raise seen.app
    found = Found(seen.app)
    root = f"/api/v1/apps/{found.app['id']}"
    found.assigned = await okta.every(f"{root}/groups", limit=200)
    found.pushes = await okta.every(f"{root}/group-push/mappings", limit=1000)
    found.groups = await _groups(okta, found)
    await asyncio.to_thread(_look_at_aws, found, where)
    return found


async def _groups(okta: Okta, found: Found) -> OktaGroups:
    """Those that are used; then all of their names, so that a name shared by two is known."""
    ids = [str(each["id"]) for each in found.assigned]
    ids += [str(mapping["sourceGroupId"]) for mapping in found.pushes]
    targets = [str(m["targetGroupId"]) for m in found.pushes if m.get("targetGroupId")]
    used = await find_groups(okta, [*ids, *targets])
    if hidden := [ident for ident in ids if ident not in used.names]:
        raise OktaError(
            f"Okta does not show the group {hidden[0]}, which the app uses. Needs "
            "okta.groups.read, and an admin role that can see groups.",
            403,
        )
    named = await find_groups(okta, (), used.by_name)
    return OktaGroups(used.names, named.by_name)


def _look_at_aws(found: Found, where: Where) -> None:
    center = IdentityCenter(where.region, where.endpoint)
    entity = get_text(found.app, "settings", "app", "entityID")
    found.instance, found.store = _instance(center, where, entity.rpartition("/")[2])
    store = IdentityStore(found.store, where.region, where.endpoint)
    found.in_aws = {str(g.get("DisplayName") or ""): g["GroupId"] for g in store.groups()}
    found.control = center.access_control(found.instance)
    found.secret = _secret(where)
    groups = [ident for mapping in found.pushes if (ident := found.in_aws_of(mapping))]

    def access(group: str) -> list[tuple[str, str]]:
        listed = center.access_of_group(found.instance, group)
        return sorted((each["PermissionSetArn"], each["AccountId"]) for each in listed)

    found.access = dict(zip(groups, _each(access, groups), strict=True))
    sets = sorted({arn for pairs in found.access.values() for arn, _ in pairs})
    whole = _each(lambda arn: center.whole_set(found.instance, arn), sets)
    found.sets = dict(zip(sets, whole, strict=True))


def _each(ask: Callable[[str], T], subjects: Sequence[str]) -> list[T]:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(ask, subjects))


def _instance(center: IdentityCenter, where: Where, named: str) -> tuple[str, str]:
    """ARN and identity store of the instance that is given, that the app names, or the only one."""
    listed = {str(i["IdentityStoreId"]): str(i["InstanceArn"]) for i in center.instances()}
    wanted = where.store or (named if named in listed else "")
    if wanted in listed:
        return listed[wanted], wanted
    if wanted or len(listed) != 1:
        raise AwsError(
            f"AWS shows {'the identity stores ' + ', '.join(listed) if listed else 'no instance'} "
            f"in {where.region}{', not ' + wanted if wanted else ''}. Fix: give --region or "
            "--identity-store, with credentials of the account that owns the instance "
            "(sso:ListInstances)."
        )
    [(store, arn)] = listed.items()
    return arn, store


def _secret(where: Where) -> str:
    """Why the secret cannot be used; DescribeSecret alone, never its value."""
    try:
        tags = secret_tags(where.secret, region=where.region, endpoint=where.endpoint)
    except AwsError as error:
        return str(error)
    return "" if tags.get("endpoint") else "it has no tag `endpoint`"
