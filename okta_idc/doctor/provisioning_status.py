"""Provisioning status: compares assigned users and push groups in Okta with the Identity Store.

Makes a few list calls, and one for each push group's members. Okta's API shows that AWS rejected a
user but not why, so the reason comes from the rules on the profile that Okta sent. If they have no
finding, the reason is unknown.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from okta_idc.clients.json_path import get_object
from okta_idc.clients.okta import Okta
from okta_idc.inventory.assigned_users import AssignedUser
from okta_idc.inventory.declared import Declared
from okta_idc.inventory.model import Inventory, Json, Part, Source
from okta_idc.inventory.read import read_inventory
from okta_idc.inventory.unavailable import known
from okta_idc.rules import Finding, Severity, profiles, uniqueness
from okta_idc.rules.binding import Location, Subject, numbered

IN_OKTA = Part.ASSIGNED_USERS | Part.PUSH_MAPPINGS
IN_AWS = Part.STORE_USERS | Part.STORE_GROUPS | Part.STORE_MEMBERS

Refused = dict[str, tuple[Finding, ...]]
"""Blocking findings on the profiles of rejected users, by Okta user ID."""


@dataclass(frozen=True)
class NotProvisioned:
    """A user or group that is not in AWS as declared, and why. `kind` is `group`; or `refused`,
    `inactive` or `waiting` for a user, whose name is the Okta login."""

    kind: str
    name: str
    findings: tuple[Finding, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class PushStatus:
    """A declared push group: its mapping's status, and its group in AWS (members None: missing)."""

    name: str
    status: str
    group_id: str | None
    members: int | None


@dataclass
class ProvisioningStatus:
    """`others` are groups in AWS that the stack does not push."""

    assigned: int = 0
    users: int = 0
    disabled: int = 0
    pushed: list[PushStatus] = field(default_factory=list[PushStatus])
    others: list[str] = field(default_factory=list[str])
    not_provisioned: list[NotProvisioned] = field(default_factory=list[NotProvisioned])


async def provisioning_status(
    okta: Okta,
    source: Source,
    declared: Declared,
    wait: float,
    on_wait: Callable[[int], None] = lambda _: None,
) -> ProvisioningStatus:
    """The status, when nothing is pending or after `wait` seconds. `on_wait` gets the number of
    pending users and mappings. Raises Unavailable, OktaError and AwsError."""
    in_okta, refused = await _settled(okta, source, wait, on_wait)
    in_aws = await read_inventory(okta, source, IN_AWS, declared=declared)
    push = known(declared.push)
    users, groups = known(in_aws.store_users), known(in_aws.store_groups)
    by_name = {group.name: ident for ident, group in groups.items()}
    mappings = {mapping.get("sourceGroupId"): mapping for mapping in known(in_okta.pushes)}
    status = ProvisioningStatus(
        assigned=len(known(in_okta.users).by_id),
        users=len(users),
        disabled=sum(not user.enabled for user in users.values()),
        others=sorted(by_name.keys() - {group.name for group in push}),
    )
    for group in push:
        mapping, ident = mappings.get(group.id), by_name.get(group.name)
        state = str(mapping.get("status") or "unknown") if mapping else "gone"
        members = len(known(in_aws.store_members[ident])) if ident else None
        status.pushed.append(PushStatus(group.name, state, ident, members))
        if mapping and mapping.get("errorSummary"):
            status.not_provisioned.append(
                NotProvisioned("group", group.name, reason=mapping["errorSummary"])
            )
    status.not_provisioned += _users_not_provisioned(known(in_okta.users).by_id, refused)
    return status


def _judge_refused(refused: Refused, _: Inventory, user: AssignedUser, app_user: Json) -> None:
    if user.kind == "refused":
        found = profiles.judge({**get_object(app_user, "profile"), "userName": user.user_name})
        blocking = (each for each in found if each.rule.severity is Severity.BLOCKING)
        refused[str(app_user.get("id"))] = tuple(blocking)


async def _settled(
    okta: Okta, source: Source, wait: float, on_wait: Callable[[int], None]
) -> tuple[Inventory, Refused]:
    deadline, pause = time.monotonic() + wait, 0.5
    while True:
        refused: Refused = {}
        listener = partial(_judge_refused, refused)
        found = await read_inventory(okta, source, IN_OKTA, on_user=listener)
        pending = sum(user.kind == "waiting" for user in known(found.users).by_id.values()) + sum(
            mapping.get("status") == "ACTIVE" and not mapping.get("lastPush")
            for mapping in known(found.pushes)
        )
        if not pending or time.monotonic() > deadline:
            return found, refused
        on_wait(pending)
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 10)  # the app's rate limit is 100 calls a minute


def _users_not_provisioned(
    users: Mapping[str, AssignedUser], refused: Refused
) -> Iterator[NotProvisioned]:
    names = tuple(user.user_name for user in users.values())
    subject = Subject(names, parts=numbered(Location(user.login) for user in users.values()))
    taken = {each.path: subject.located(each)[1] for each in uniqueness.unique_user_names(names)}
    for index, (ident, user) in enumerate(users.items()):
        if user.kind == "refused":
            findings = refused.get(ident) or tuple(filter(None, [taken.get(f"[{index}]")]))
            reason = "" if findings else "Okta's API does not say why (Dashboard → Tasks does)."
            yield NotProvisioned("refused", user.login, findings, reason)
        elif user.kind == "inactive":
            yield NotProvisioned("inactive", user.login, reason=f"is {user.status} in Okta")
        elif user.kind == "waiting":
            yield NotProvisioned("waiting", user.login, reason="is still being provisioned")
