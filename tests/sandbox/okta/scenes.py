"""Scenes: the initial objects of each recording, and changes by others between its calls.

The steps of a scene use the emulator's API. Numbers are those of the recorded IDs: `app(3)` creates
the app with the recorded ID `0oaEMU00000000000003`.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.faults import parse_fault
from tests.sandbox.okta.org import TOKEN

if TYPE_CHECKING:
    from tests.sandbox.okta.replay import Replay

Step = Callable[["Replay"], Awaitable[None]]
IDC = "AWS IAM Identity Center"


@dataclass(frozen=True)
class Scene:
    before: tuple[Step, ...] = ()
    at: dict[int, tuple[Step, ...]] = field(default_factory=dict)
    """Steps before the record of this number."""
    faked: frozenset[int] = frozenset()
    """Records whose successful answer the recorder injected; the replay injects it too."""
    own: frozenset[int] = frozenset()
    """Records with an injected error that the emulator returns by itself."""
    connections: str = "supported"
    aws_groups: tuple[str, ...] = ()
    """Groups that exist in AWS when the app is connected."""


def recorded_id(prefix: str, number: int) -> str:
    return f"{prefix}EMU{number:014d}"


def app(number: int, label: str = IDC) -> Step:
    async def step(replay: "Replay") -> None:
        created = await replay.okta.new_app(label)
        replay.ids[recorded_id("0oa", number)] = created["id"]
        replay.ids[f"kid{number:04d}DUMMY"] = created["credentials"]["signing"]["kid"]

    return step


def group(number: int, name: str) -> Step:
    async def step(replay: "Replay") -> None:
        created = await replay.okta.ok("POST", "/api/v1/groups", {"profile": {"name": name}})
        replay.ids[recorded_id("00g", number)] = created["id"]

    return step


def connected(number: int) -> Step:
    """Enable provisioning of this app."""

    async def step(replay: "Replay") -> None:
        await replay.okta.connect(replay.ids[recorded_id("0oa", number)])

    return step


def imported(number: int, name: str) -> Step:
    """The app group that was imported when the app was connected."""

    async def step(replay: "Replay") -> None:
        found = await replay.okta.ok("GET", '/api/v1/groups?filter=type eq "APP_GROUP"')
        (app_group,) = [group for group in found if group["profile"]["name"] == name]
        replay.ids[recorded_id("00g", number)] = app_group["id"]

    return step


def assigned(app_number: int, group_number: int, priority: int | None = None) -> Step:
    body = {} if priority is None else {"priority": priority}
    return call("PUT", f"/api/v1/apps/0oa{app_number}/groups/00g{group_number}", body)


def pushed(number: int, app_number: int, source: int, target: str, target_number: int = 0) -> Step:
    """Push a group to a group of this name."""

    async def step(replay: "Replay") -> None:
        app_id = replay.ids[recorded_id("0oa", app_number)]
        body = {"sourceGroupId": replay.ids[recorded_id("00g", source)],
                "targetGroupName": target}  # fmt: skip
        created = await replay.okta.ok("POST", f"/api/v1/apps/{app_id}/group-push/mappings", body)
        replay.ids[recorded_id("gPm", number)] = created["id"]
        replay.ids[recorded_id("00g", target_number)] = created["targetGroupId"]

    return step


def call(method: str, path: str, body: Any = None) -> Step:
    """Make a call that is not in the recording; `0oa3` in the path is the recorded app 3."""

    async def step(replay: "Replay") -> None:
        actual_path = re.sub(
            r"\b(0oa|00g|00u|gPm|0pr|rst|ofc)(\d+)\b",
            lambda match: replay.ids[recorded_id(match[1], int(match[2]))],
            path,
        )
        await replay.okta.ok(method, actual_path, body)
        replay.forget(re.split(r"\?|/lifecycle/", actual_path)[0])

    return step


def claim(number: int, app_number: int) -> Step:
    async def step(replay: "Replay") -> None:
        address = f"/api/v1/apps/{replay.ids[recorded_id('0oa', app_number)]}/federated-claims"
        body = {"name": "Department", "expression": "user.profile.costCenter"}
        created = await replay.okta.ok("POST", address, body)
        replay.ids[recorded_id("ofc", number)] = created["id"]

    return step


def gone(number: int) -> tuple[Step, Step]:
    """Delete this app, as another client would."""
    one = f"/api/v1/apps/0oa{number}"
    return call("POST", one + "/lifecycle/deactivate"), call("DELETE", one)


def unassigned(app_number: int, group_number: int) -> Step:
    return call("DELETE", f"/api/v1/apps/0oa{app_number}/groups/00g{group_number}")


def disconnected(number: int) -> Step:
    return call("POST", f"/api/v1/apps/0oa{number}/connections/default/lifecycle/deactivate")


def unpushed(number: int, app_number: int) -> tuple[Step, Step]:
    one = f"/api/v1/apps/0oa{app_number}/group-push/mappings/gPm{number}"
    off = call("PATCH", one, {"status": "INACTIVE"})
    return off, call("DELETE", one + "?deleteTargetGroup=true")


def in_error(number: int, app_number: int) -> Step:
    """Make the next push of this group fail."""

    async def step(replay: "Replay") -> None:
        refusal = {"server": "scim", "method": "PATCH", "path": "/Groups/", "status": 400,
                   "body": {"detail": "refused"}}  # fmt: skip
        await replay.okta.settled()
        replay.okta.scim.active.append(parse_fault(refusal))
        one = f"/api/v1/apps/0oa{app_number}/group-push/mappings/gPm{number}"
        await call("PATCH", one, {"status": "ACTIVE"})(replay)
        await replay.okta.settled()

    return step


def authorized(with_: str) -> Step:
    async def step(replay: "Replay") -> None:
        replay.okta.authorization = with_

    return step


def connections(value: str) -> Step:
    return call("POST", "/sandbox/settings", {"connections": value})


APP3, APP5 = app(3), app(5)
ON3, ON5 = (app(3), connected(3)), (app(5), connected(5))
TWO = (group(3, "group-1"), group(4, "group-2"))
THREE = (group(3, "group-1"), group(7, "group-2"), group(8, "group-3"))
BULK = tuple(group(10 + n, f"bulk-{n}") for n in range(250))
PUSHED = tuple(pushed(260 + n, 5, 10 + n, f"target-{n}") for n in range(250))

SCENES: dict[str, Scene] = {
    "assignment-single-import": Scene((app(6), group(5, "group-1"), assigned(6, 5))),
    "assignment-single-out-of-band": Scene(
        (app(6), group(5, "group-1"), group(4, "group-3"), group(3, "group-2"),
         assigned(6, 4, 3)),
        {13: (unassigned(6, 4),)},
    ),
    "assignment-single-refresh": Scene(
        (app(6), group(5, "group-1"), group(4, "group-3"), group(3, "group-2"),
         assigned(6, 5), assigned(6, 3, 1)),
    ),
    "assignment-single-update": Scene(
        (app(6), group(5, "group-1"), group(4, "group-3"), group(3, "group-2"),
         assigned(6, 5), assigned(6, 3, 1)),
    ),
    "assignments-app-gone": Scene((APP5, *TWO, *gone(5))),
    "assignments-delete": Scene((app(4), *THREE, assigned(4, 3), assigned(4, 8))),
    "assignments-errors": Scene((app(4), *THREE)),
    "assignments-foreign": Scene(
        (app(4), *THREE, assigned(4, 3, 1), assigned(4, 8, 1), assigned(4, 7)),
    ),
    "assignments-import": Scene((app(4), *THREE, assigned(4, 8, 0), assigned(4, 3, 1))),
    "assignments-out-of-band": Scene((app(4), *THREE)),
    "assignments-refresh": Scene((app(4), *THREE, assigned(4, 3), assigned(4, 7))),
    "assignments-update": Scene((app(4), *THREE, assigned(4, 3), assigned(4, 7))),
    "auth-access-token": Scene((authorized(f"Bearer {TOKEN}"),)),
    "auth-private-key": Scene((authorized("none yet"),)),
    "auth-private-key-all-clients": Scene((authorized("none yet"),)),
    "configure-401": Scene((authorized("SSWS wrong"),), own=frozenset({1, 2})),
    "connection-app-id-change-refresh": Scene((*ON3, app(6, "Second app"))),
    "connection-destroy": Scene((APP3, app(6, "Second app"))),
    "connection-drift": Scene((*ON3, disconnected(3)), {17: (disconnected(3),)}),
    "connection-import": Scene(ON3),
    "connection-refresh": Scene(ON3),
    "connection-refresh-404": Scene(ON3),
    "connection-unknown": Scene(connections="unknown"),
    "connection-update": Scene(ON3),
    "features-delete-import": Scene(ON3),
    "features-description": Scene(ON3),
    "features-perpetual-diff": Scene(ON3),
    "features-refresh": Scene(ON3),
    "features-refresh-400": Scene((*ON3, disconnected(3))),
    "features-unknown-400": Scene((APP3,), connections="unknown"),
    "features-update": Scene(ON3),
    "federated-claim": Scene(
        at={35: (call("DELETE", "/api/v1/apps/0oa3/federated-claims/ofc6"),), 44: (claim(6, 3),)}
    ),
    "group-errors": Scene((group(5, "group-1"),)),
    "group-lifecycle": Scene(at={21: (group(5, "group-2"),)}),
    "group-rule-lifecycle": Scene(at={52: (call("DELETE", "/api/v1/groups/rules/0pr6"),)}),
    "invokes-apps": Scene((*ON5, app(6, "AWS other"))),
    "invokes-groups": Scene((*ON5, *TWO, pushed(9, 5, 3, "group-1", 8)), {28: BULK}),
    "invokes-paging-apps": Scene(
        tuple(s for n in range(45) for s in (app(490 + n, f"AWS copy {n}"), connected(490 + n)))
    ),
    "invokes-provisioning": Scene(
        (*ON5, *TWO, pushed(9, 5, 3, "group-1", 8)),
        {35: (connections("unknown"),), 41: unpushed(9, 5),
         44: (connections("supported"), *BULK, *PUSHED)},
    ),
    "profile-mapping": Scene(faked=frozenset({70})),
    "push-group-400-by-name": Scene((*ON5, group(3, "group-1")), aws_groups=("group-1",)),
    "push-group-both-targets": Scene((*ON5, group(3, "group-1"))),
    "push-group-create-by-id": Scene(
        (*ON5, group(3, "group-1"), imported(16, "linked")), aws_groups=("linked",)
    ),
    "push-group-create-no-target": Scene(
        (app(4), connected(4), group(3, "group-1"), group(7, "group-2"))
    ),
    "push-group-delete": Scene((*ON5, *TWO, pushed(11, 5, 4, "b"), pushed(13, 5, 3, "a"))),
    "push-group-delete-half": Scene((*ON5, *TWO, pushed(19, 5, 3, "group-1"))),
    "push-group-import": Scene((*ON5, *TWO, pushed(17, 5, 3, "linked", 16))),
    "push-group-out-of-band-delete": Scene((*ON5, *TWO)),
    "push-group-refresh": Scene((*ON5, *TWO, pushed(9, 5, 3, "group-1", 8))),
    "push-group-replace": Scene((*ON5, *TWO, pushed(9, 5, 3, "group-1", 8))),
    "push-group-replace-delete-first": Scene(
        (app(4), connected(4), group(3, "group-1"), pushed(9, 4, 3, "group-1"))
    ),
    "push-group-replace-flag-flip": Scene((*ON5, *TWO, pushed(11, 5, 4, "group-2"))),
    "push-group-replace-same-source": Scene(
        (*ON5, *TWO, pushed(9, 5, 3, "group-1", 8), pushed(11, 5, 4, "group-2", 10))
    ),
    "push-group-status-error": Scene(
        (*ON5, *TWO, pushed(15, 5, 3, "group-1", 14), in_error(15, 5))
    ),
    "push-group-update": Scene((*ON5, *TWO, pushed(9, 5, 3, "group-1"))),
    "rate-limit-429": Scene((*ON5, *TWO, pushed(9, 5, 3, "group-1", 8))),
    "retry-settings-ignored": Scene((APP3,)),
    "saml-classic": Scene(faked=frozenset({4, 11})),
    "saml-delete-errors": Scene((APP3,), {8: (app(6),)}),
    "saml-destroy": Scene((APP3,)),
    "saml-errors-refresh": Scene((APP3,)),
    "saml-import": Scene((APP3,)),
    "saml-out-of-band-delete": Scene((APP3, *gone(3)), {10: (app(6), *gone(6))}),
    "saml-refresh": Scene((APP3,)),
    "saml-server-defaults": Scene((APP3,)),
    "saml-skip-policy": Scene((APP3,)),
    "saml-replace-label-clash": Scene((APP3,)),
    "saml-statements-dropped": Scene((APP3,), faked=frozenset({3, 7, 9})),
    "saml-status-inactive-with-policy": Scene((APP3,)),
    "saml-update": Scene((APP3,)),
    "stack-destroy": Scene((*ON5, *TWO, pushed(21, 5, 3, "group-1", 20))),
}  # fmt: skip
