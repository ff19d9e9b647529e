"""What really stands: the app's people and push mappings in Okta, beside the Identity Store.

A handful of list calls, whatever the number of people; one a pushed group for its members. Okta's
API tells that a person was refused but not why, so the reason is what the rules say of the profile
that Okta sent, and «unknown» where they find nothing.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from okta_idc.clients.identity_store import IdentityStore
from okta_idc.clients.okta import Json, Okta
from okta_idc.inventory.app_user import kind, okta_status, user_name
from okta_idc.rules import Finding, Severity, profiles
from okta_idc.rules import uniqueness as people_rules


@dataclass(frozen=True)
class LeftOut:
    """Somebody or a group that is not in AWS as declared, and why."""

    kind: str
    """`refused`, `inactive`, `waiting` (people), `group`."""
    name: str
    findings: tuple[Finding, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Pushed:
    """A push mapping, and its group in AWS (members None: it does not stand there)."""

    name: str
    status: str
    group_id: str | None
    members: int | None


@dataclass
class Standing:
    assigned: int = 0
    users: int = 0
    disabled: int = 0
    pushed: list[Pushed] = field(default_factory=list[Pushed])
    others: list[str] = field(default_factory=list[str])
    """Groups in AWS that the stack does not push."""
    left_out: list[LeftOut] = field(default_factory=list[LeftOut])


async def look(
    okta: Okta, store: IdentityStore, app_id: str, names: dict[str, str], wait: float,
    waiting: Callable[[int], None] = lambda _: None,
) -> Standing:  # fmt: skip
    """`names`: the declared push groups, Okta's group id → name. `wait`: seconds that provisioning
    is given to come to an end; `waiting` is told how much is still under way."""
    people, mappings = await _settled(okta, app_id, wait, waiting)
    found = Standing(assigned=len(people))
    users, groups = store.users(), store.groups()
    found.users = len(users)
    found.disabled = sum(user.get("UserStatus") == "DISABLED" for user in users)
    by_name = {group["DisplayName"]: group["GroupId"] for group in groups}
    counts = store.member_counts([by_name[n] for n in names.values() if n in by_name])
    mapped = {mapping.get("sourceGroupId"): mapping for mapping in mappings}
    for source, name in names.items():
        mapping, group = mapped.get(source), by_name.get(name)
        status = str(mapping.get("status") or "unknown") if mapping else "gone"
        found.pushed.append(Pushed(name, status, group, counts[group] if group else None))
        if mapping and mapping.get("errorSummary"):
            found.left_out.append(LeftOut("group", name, reason=mapping["errorSummary"]))
    found.others = sorted(by_name.keys() - set(names.values()))
    found.left_out += _people_left_out(people)
    return found


async def _settled(
    okta: Okta, app_id: str, wait: float, waiting: Callable[[int], None]
) -> tuple[list[Json], list[Json]]:
    deadline, pause = time.monotonic() + wait, 0.5
    while True:
        people = await okta.every(f"/api/v1/apps/{app_id}/users", limit=500, expand="user")
        mappings = await okta.every(f"/api/v1/apps/{app_id}/group-push/mappings", limit=1000)
        under_way = sum(kind(p) == "waiting" for p in people) + sum(
            m.get("status") == "ACTIVE" and not m.get("lastPush") for m in mappings
        )
        if not under_way or time.monotonic() > deadline:
            return people, mappings
        waiting(under_way)
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 10)  # a long wait must not eat the app's calls (100 a minute)


def _people_left_out(people: list[Json]) -> list[LeftOut]:
    names = [user_name(person) for person in people]
    same = {f.path: f for f in people_rules.unique_user_names(tuple(names))}
    out: list[LeftOut] = []
    for index, person in enumerate(people):
        state, name = kind(person), names[index]
        if state == "refused":
            profile: Json = {**(person.get("profile") or {}), "userName": name}
            findings = [f for f in profiles.judge(profile) if f.rule.severity is Severity.BLOCKING]
            if not findings and f"[{index}]" in same:
                findings = [same[f"[{index}]"]]
            reason = "" if findings else "Okta's API does not say why (Dashboard → Tasks does)."
            out.append(LeftOut(state, name, tuple(findings), reason))
        elif state == "inactive":
            out.append(LeftOut(state, name, reason=f"is {okta_status(person)} in Okta"))
        elif state == "waiting":
            out.append(LeftOut(state, name, reason="is still on the way to AWS"))
    return out
