"""A small org for the tests of the map and the review.

Okta assigns everyone to the app through `everyone` (00gA) and Cleo also individually, and pushes
`admins` and `devs`. Members: Ada (admins, devs), Ben (devs), Cleo (devs). Dan is a member of the
group `ops` (00gO), which is not pushed; Eve of `guests` (00gX), and not assigned.
"""

from typing import Any

from okta_idc.access_map.changes import Changes, changes_of
from okta_idc.access_map.plan import plan
from okta_idc.access_map.preview import UNKNOWN_VALUES, read_preview
from okta_idc.access_map.review import Review, review
from okta_idc.clients.identity_center import PermissionSetDetails
from okta_idc.inventory.assigned_users import AssignedUser, AssignedUsers
from okta_idc.inventory.declared import Declared, DeclaredGroup
from okta_idc.inventory.further_access import FurtherAccess
from okta_idc.inventory.model import (
    Inventory,
    OktaGroups,
    PushGroupAccess,
    Source,
    StoreGroup,
    StoreUser,
)

UNKNOWN = next(value for value in UNKNOWN_VALUES if value.startswith("04da"))
ADMIN, READ = (f"arn:aws:sso:::permissionSet/ssoins-1/ps-{name}" for name in ("admin", "read"))
DEV, PROD = "210987654321", "321098765432"
APP = "arn:aws:sso::123456789012:application/ssoins-1111111111111111/apl-1111111111111111"
ASSIGNED = ("ada", "ben", "cleo", "dan")
MEMBERS = {
    "00gA": {"ada", "ben", "dan"}, "00gB": {"ada"}, "00gD": {"ada", "ben", "cleo"},
    "00gO": {"dan"}, "00gX": {"eve"},
}  # fmt: skip
"""Members of groups in Okta."""
IN_AWS = {"g-admins": "00gB", "g-devs": "00gD"}


def app_user(name: str, kind: str = "provisioned") -> AssignedUser:
    scope = "USER" if name == "cleo" else "GROUP"
    return AssignedUser(
        f"{name}@example.com", f"{name}@example.com", "", "ACTIVE", kind, "PROVISIONED", scope, "",
        f"u-{name}", "",
    )  # fmt: skip


def inventory(**changes: Any) -> Inventory:
    """What a read of the org returns, with some parts changed."""
    found = Inventory(Source("us-east-1"), Declared(push=(DeclaredGroup("admins", "00gB"),)))
    found.users = AssignedUsers(by_id={f"00u{name}": app_user(name) for name in ASSIGNED})
    found.assigned = {"00gA": None}
    names = {"00gA": "everyone", "00gB": "admins", "00gD": "devs", "00gT": "admins", "00gU": "devs"}
    found.groups = OktaGroups(names)
    found.pushes = [
        {"sourceGroupId": "00gB", "targetGroupId": "00gT", "status": "ACTIVE"},
        {"sourceGroupId": "00gD", "targetGroupId": "00gU", "status": "ACTIVE"},
    ]
    found.store_users = {
        f"u-{name}": StoreUser(f"{name}@example.com", True, f"00u{name}", True) for name in ASSIGNED
    }
    found.store_groups = {
        "g-admins": StoreGroup("admins", True),
        "g-devs": StoreGroup("devs", True),
    }
    found.store_members = {
        ident: frozenset(f"u-{name}" for name in MEMBERS[source])
        for ident, source in IN_AWS.items()
    }
    found.members.by_group = {
        group: frozenset(f"00u{name}" for name in names) for group, names in MEMBERS.items()
    }
    found.members.logins = {"00ueve": "eve@example.com"}
    found.group_access = PushGroupAccess(
        {"g-admins": ((ADMIN, DEV), (ADMIN, PROD)), "g-devs": ((READ, DEV),)},
        {ADMIN: PermissionSetDetails("Admin"), READ: PermissionSetDetails("Read")},
    )
    found.applications = {"g-admins": (APP,), "g-devs": ()}
    for name, value in changes.items():
        setattr(found, name, value)
    return found


def step(op: str, kind: str, name: str, depends_on: Any = None, /, **inputs: Any) -> dict[str, Any]:
    """A step of a preview. The inputs are those of the state that the operation has."""
    urn = f"urn:pulumi:prod::kit::{kind}::{name}"
    state = {"urn": urn, "type": kind, "inputs": inputs}
    if depends_on:
        state["propertyDependencies"] = depends_on
    key = "oldState" if op.startswith("delete") else "newState"
    return {"op": op, "urn": urn, key: state}


def assignment(
    op: str, principal: str, arn: str, account: str, kind: str = "GROUP", **more: Any
) -> dict[str, Any]:
    name = more.pop("name", f"access-{principal}-{account}")
    return step(
        op, "aws:ssoadmin/accountAssignment:AccountAssignment", name, more.pop("depends_on", None),
        principalId=principal, principalType=kind, permissionSetArn=arn, targetId=account,
    )  # fmt: skip


def assigned(op: str, group: str, **more: Any) -> dict[str, Any]:
    kind = "okta:app/groupAssignment:GroupAssignment"
    return step(op, kind, f"assign-{group}", groupId=group, appId="0oa1", **more)


def user_assigned(op: str, user: str) -> dict[str, Any]:
    return step(op, "okta:app/user:User", f"assign-{user}", userId=user, appId="0oa1")


def pushed(op: str, source: str, target: str, *, deletes: bool = False) -> dict[str, Any]:
    return step(
        op, "okta:index/pushGroup:PushGroup", f"push-{target}", sourceGroupId=source,
        targetGroupName=target, deleteTargetGroupOnDestroy=deletes,
    )  # fmt: skip


def preview(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"steps": [*steps], "changeSummary": {"create": len(steps)}}


def changes(*steps: dict[str, Any]) -> Changes:
    return changes_of(read_preview(preview(*steps)))


def reviewed(*steps: dict[str, Any], further: FurtherAccess | None = None, **parts: Any) -> Review:
    """The review of a preview with these steps."""
    found = changes(*steps)
    return review(found, plan(found, inventory(**parts), further or FurtherAccess()))


def people(review: Review) -> dict[str, tuple[int, int]]:
    """What each person gains and loses, by the first name."""
    return {each.name.partition("@")[0]: (each.gained, each.lost) for each in review.people}
