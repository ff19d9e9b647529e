"""Provisioning status: what Okta has sent to AWS, what AWS has, and who is missing and why.

Reads the same inventory as the doctor, without the app's settings and account access, and applies
the same rules, so that both give the same reasons.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from okta_idc.clients.json_path import get_text
from okta_idc.clients.okta import Okta
from okta_idc.doctor.bindings import EXPLAINING, judge
from okta_idc.doctor.report import Report
from okta_idc.doctor.token_status import TokenStatus, token_status
from okta_idc.doctor.user_checks import UserChecks
from okta_idc.inventory.declared import Declared
from okta_idc.inventory.model import Inventory, Part, Source
from okta_idc.inventory.read import read_inventory
from okta_idc.inventory.session_tags import attributes_of, statements_of
from okta_idc.inventory.unavailable import Unavailable, known
from okta_idc.rules import (
    Finding,
    app_drift,
    groups,
    identity_store_drift,
    push_drift,
    scim_attempts,
    scim_secret,
)

AWAITED = Part.ASSIGNED_USERS | Part.PUSH_MAPPINGS
PARTS = (
    AWAITED | Part.APP | Part.CONNECTION | Part.ASSIGNED_GROUPS | Part.GROUP_NAMES
    | Part.GROUP_MEMBERS | Part.SECRET_TAGS | Part.TOKEN
    | Part.STORE_USERS | Part.STORE_GROUPS | Part.STORE_MEMBERS
)  # fmt: skip
_PAUSE, _MAX_PAUSE = 0.5, 10.0
"""Seconds between two polls; the app's rate limit is 100 calls a minute."""

_OF_FEDERATION = (
    scim_secret.token_not_expired, scim_secret.token_not_expiring_in_90_days,
    scim_secret.token_not_expiring_in_15_days, scim_secret.token_accepted, scim_secret.secret_tags,
    scim_attempts.okta_token_accepted, scim_attempts.provisioning_succeeds,
    app_drift.connection_known, app_drift.connection_enabled, app_drift.features_on,
    app_drift.group_push_on, app_drift.app_active,
)  # fmt: skip
_OF_GROUPS = (
    push_drift.mapping_in_error, push_drift.mapping_inactive, push_drift.mapping_missing,
    push_drift.assignment_missing, identity_store_drift.group_missing,
    identity_store_drift.unmanaged_group_conflict,
)  # fmt: skip
_KINDS = {
    **{rule.id: "group" for rule in _OF_GROUPS},
    groups.members_are_assigned.id: "unassigned",
    identity_store_drift.provisioning_failed.id: "refused",
    identity_store_drift.user_missing.id: "missing",
}
"""Why a group or user is not provisioned, by the rule that finds it. The other rules on users
explain a rejection."""
_RULES = frozenset((*(rule.id for rule in _OF_FEDERATION), *_KINDS))


@dataclass(frozen=True)
class NotProvisioned:
    """A user or group that is not in AWS as declared, and why. `kind` is `group`; or for a user,
    whose name is the Okta login: `refused` (by AWS), `unassigned` (a member of a push group),
    `missing` (in AWS, although provisioned), `inactive` (in Okta) or `waiting`."""

    kind: str
    name: str
    findings: tuple[Finding, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class PushStatus:
    """A push group: its mapping's status (`gone`: declared, without a mapping), its group in AWS
    and the number of members (None: missing, or not known)."""

    name: str
    status: str
    group_id: str | None
    members: int | None


@dataclass
class ProvisioningStatus:
    """`others`: groups in AWS that Okta does not push. `report`: the findings on the token, the
    app, the groups and the users, and what is unknown."""

    label: str
    app_id: str
    store_id: str
    attributes: tuple[str, ...]
    token: TokenStatus
    groups: int | None
    assigned: int
    users: int
    disabled: int
    pushed: list[PushStatus]
    others: list[str]
    not_provisioned: list[NotProvisioned]
    report: Report = field(repr=False)


async def provisioning_status(
    okta: Okta,
    source: Source,
    declared: Declared,
    wait: float,
    on_wait: Callable[[int], None] = lambda _: None,
) -> ProvisioningStatus:
    """The status, when nothing is pending or after `wait` seconds. `on_wait` gets the number of
    pending users and mappings. Raises Unavailable, OktaError and AwsError."""

    async def read() -> tuple[Inventory, UserChecks]:
        checks = UserChecks()
        found = await read_inventory(okta, source, PARTS, declared=declared, on_user=checks)
        return found, checks

    found, checks = await read()
    if wait and _pending(found):
        await _settled(okta, replace(source, app_id=found.app_id), wait, on_wait)
        found, checks = await read()
    return _status(found, judge(found, checks))


async def _settled(okta: Okta, source: Source, wait: float, on_wait: Callable[[int], None]) -> None:
    deadline, pause = time.monotonic() + wait, _PAUSE
    while True:
        await asyncio.sleep(pause)
        pending = _pending(await read_inventory(okta, source, AWAITED))
        if not pending or time.monotonic() > deadline:
            return
        on_wait(pending)
        pause = min(pause * 1.5, _MAX_PAUSE)


def _pending(found: Inventory) -> int:
    users = known(found.users).by_id.values()
    return sum(user.kind == "waiting" for user in users) + sum(
        mapping.get("status") == "ACTIVE" and not mapping.get("lastPush")
        for mapping in known(found.pushes)
    )


def _status(found: Inventory, judged: Report) -> ProvisioningStatus:
    app, users = known(found.app), known(found.store_users)
    in_aws, assigned = known(found.store_groups), known(found.users).by_id
    pushed = list(_pushed(found))
    kinds = _kinds(found, judged)
    report = _selected(judged, kinds)
    sent = {group.group_id for group in pushed}
    return ProvisioningStatus(
        label=get_text(app, "label"),
        app_id=found.app_id,
        store_id=found.store_id,
        attributes=tuple(each.key for each in attributes_of(statements_of(app))),
        token=token_status(found),
        groups=None if isinstance(found.assigned, Unavailable) else len(found.assigned),
        assigned=len(assigned),
        users=len(users),
        disabled=sum(not user.enabled for user in users.values()),
        pushed=pushed,
        others=sorted(group.name for ident, group in in_aws.items() if ident not in sent),
        not_provisioned=list(_not_provisioned(found, report, kinds)),
        report=report,
    )


def _pushed(found: Inventory) -> Iterator[PushStatus]:
    mapped: set[str] = set()
    for each in found.pushed():
        mapped.add(each.source)
        members = found.store_members.get(each.aws_id, Unavailable("not in AWS."))
        number = None if isinstance(members, Unavailable) else len(members)
        state = str(each.mapping.get("status") or "unknown")
        yield PushStatus(each.name, state, each.aws_id or None, number)
    declared = () if isinstance(found.declared.push, Unavailable) else found.declared.push
    for group in declared:
        if group.id not in mapped:
            yield PushStatus(group.name, "gone", None, None)


def _selected(judged: Report, kinds: Mapping[str, str]) -> Report:
    """The findings that concern provisioning; of users, only those who are not provisioned."""
    return replace(
        judged,
        found=[
            each
            for each in judged.found
            if (each.name in kinds and each.rule.id in _RULES | EXPLAINING)
            or (each.name not in judged.people and each.rule.id in _RULES)
        ],
        unknown={
            why: own
            for why, rules in judged.unknown.items()
            if (own := [rule for rule in rules if rule in _RULES])
        },
    )


def _kinds(found: Inventory, judged: Report) -> dict[str, str]:
    """Why each user or group is not provisioned, by login or name, as far as rules find it."""
    rejected = (user.login for user in known(found.users).by_id.values() if user.kind == "refused")
    kinds = dict.fromkeys(rejected, "refused")
    for each in judged.found:
        if each.rule.id in _KINDS:
            kinds.setdefault(each.name, _KINDS[each.rule.id])
    return kinds


def _not_provisioned(
    found: Inventory, report: Report, kinds: Mapping[str, str]
) -> Iterator[NotProvisioned]:
    findings: dict[str, list[Finding]] = {}
    for each in report.found:
        findings.setdefault(each.name, []).append(each.finding)
    for name, kind in kinds.items():
        yield NotProvisioned(kind, name, tuple(findings.get(name, ())))
    for user in known(found.users).by_id.values():
        if user.kind == "inactive":
            yield NotProvisioned("inactive", user.login, reason=f"is {user.status} in Okta")
        elif user.kind == "waiting":
            yield NotProvisioned("waiting", user.login, reason="is still being provisioned")
