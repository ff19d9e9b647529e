"""Measures the map and the review: `python -m bench.access_map [GROUPS] [ACCOUNTS] [PEOPLE]`.

Each group has a permission set in every account, which is a million assignments by default. Joins,
compares and renders what was read; the calls of a read are calculated. Each part runs in a separate
process, so that its memory does not affect another. The benchmark has no assertions.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from okta_idc.access_map.changes import changes_of
from okta_idc.access_map.difference import difference
from okta_idc.access_map.live import live_map
from okta_idc.access_map.model import Access, AccessMap
from okta_idc.access_map.plan import plan
from okta_idc.access_map.preview import read_preview
from okta_idc.access_map.reporters.documents import map_document, review_document
from okta_idc.access_map.reporters.page import map_page
from okta_idc.access_map.reporters.review_markdown import review_markdown
from okta_idc.access_map.reporters.review_text import print_review
from okta_idc.access_map.reporters.tree import print_map
from okta_idc.access_map.review import review
from okta_idc.clients import pace
from okta_idc.clients.identity_center import PermissionSetDetails
from okta_idc.inventory.assigned_users import AssignedUser, AssignedUsers
from okta_idc.inventory.further_access import FurtherAccess
from okta_idc.inventory.model import (
    Inventory,
    OktaGroups,
    PushGroupAccess,
    Source,
    StoreGroup,
    StoreUser,
)

MEMBERS, SETS = 50, 40
REVOKED = 5_000
"""Assignments that the previewed update deletes."""
SET = "arn:aws:sso:::permissionSet/ssoins-1111111111111111/ps-{:016d}"


def account(number: int) -> str:
    return f"{number:012d}"


def inventory(groups: int, accounts: int, people: int) -> Inventory:
    """What a read of the org returns."""
    found = Inventory(Source("us-east-1"), app={"id": "0oa1"})
    listed = tuple(account(number) for number in range(accounts))
    found.users = AssignedUsers()
    found.store_users = {}
    for number in range(people):
        name = f"user{number}@example.com"
        found.store_users[f"u-{number}"] = StoreUser(name, True, f"00u{number}", True)
        found.users.by_id[f"00u{number}"] = AssignedUser(
            name, name, name, "ACTIVE", "provisioned", "PROVISIONED", "GROUP", "SYNCHRONIZED",
            f"u-{number}", "",
        )  # fmt: skip
    names = {number: f"aws-team-{number}" for number in range(groups)}
    found.assigned = {"00gA": None}
    found.groups = OktaGroups({"00gA": "everyone"})
    for number, name in names.items():
        found.groups.names |= {f"00g{number}": name, f"00gt{number}": name}
    found.pushes = [
        {"sourceGroupId": f"00g{n}", "targetGroupId": f"00gt{n}", "status": "ACTIVE"} for n in names
    ]
    found.store_groups = {f"g-{n}": StoreGroup(name, True) for n, name in names.items()}
    for n in names:
        found.store_members[f"g-{n}"] = frozenset(
            f"u-{(n * 37 + k * 7919) % people}" for k in range(MEMBERS)
        )
    found.group_access = PushGroupAccess(
        {f"g-{n}": tuple((SET.format(n % SETS), each) for each in listed) for n in names},
        {SET.format(n): PermissionSetDetails(f"Set{n}") for n in range(SETS)},
    )
    found.applications = {f"g-{n}": () for n in names}
    found.members.by_group["00gA"] = frozenset(found.users.by_id)
    return found


def previewed(groups: int, accounts: int) -> dict[str, Any]:
    """A preview that deletes assignments of all groups, and changes the policies of one set."""
    steps: list[dict[str, Any]] = []
    for number in range(REVOKED):
        group = number % groups
        inputs = {
            "principalId": f"g-{group}", "principalType": "GROUP",
            "targetId": account(number // groups % accounts),
            "permissionSetArn": SET.format(group % SETS),
        }  # fmt: skip
        kind = "aws:ssoadmin/accountAssignment:AccountAssignment"
        urn = f"urn:pulumi:prod::kit::{kind}::access-{number}"
        state = {"urn": urn, "type": kind, "inputs": inputs, "outputs": inputs}
        steps.append({"op": "delete", "urn": urn, "oldState": state})
    kind = "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment"
    inputs = {"permissionSetArn": SET.format(0), "managedPolicyArn": "arn:aws:iam::aws:policy/X"}
    urn = f"urn:pulumi:prod::kit::{kind}::policy"
    state = {"urn": urn, "type": kind, "inputs": inputs}
    steps.append({"op": "create", "urn": urn, "newState": state})
    return {"steps": steps, "changeSummary": {"delete": REVOKED, "create": 1}}


def run_map(found: Inventory, folder: Path) -> str:
    """The live map, its difference from an equal declaration, and all renderers."""
    shown = live_map(found)
    declared = AccessMap(Access(shown.access.accounts, shown.access.applications), shown.groups)
    assert not difference(declared, shown)
    page = folder / "map.html"
    page.write_text(map_page(shown, "Access in AWS"))
    (folder / "map.json").write_text(json.dumps(map_document(shown, "live")))
    with (folder / "map.txt").open("w") as file:
        print_map(Console(file=file, width=120), shown, "Access in AWS")
    size = page.stat().st_size / 1e6
    return f"{shown.access.assignments:,} assignments, page of {size:.1f} MB"


def run_review(found: Inventory, folder: Path) -> str:
    """The review of the preview, and all renderers."""
    assert not isinstance(found.pushes, Exception)
    text = json.dumps(previewed(len(found.pushes), 500))
    changes = changes_of(read_preview(json.loads(text)))
    result = review(changes, plan(changes, found, FurtherAccess()))
    (folder / "review.md").write_text(review_markdown(result, [], "1-x"))
    (folder / "review.json").write_text(json.dumps(review_document(result, "1-x", [])))
    with (folder / "review.txt").open("w") as file:
        print_review(Console(file=file, width=120), result, [], "1-x")
    return f"{len(text) / 1e6:.1f} MB of preview, {result.affected:,} people affected"


def run_unassigned(found: Inventory, folder: Path) -> str:
    """The review of an update that removes the assignment of everyone."""
    assert not isinstance(found.pushes, Exception)
    kind = "okta:app/groupAssignment:GroupAssignment"
    urn = f"urn:pulumi:prod::kit::{kind}::assign-everyone"
    state = {"urn": urn, "type": kind, "inputs": {"groupId": "00gA"}}
    document = {"steps": [{"op": "delete", "urn": urn, "oldState": state}], "changeSummary": {}}
    changes = changes_of(read_preview(document))
    result = review(changes, plan(changes, found, FurtherAccess()))
    (folder / "review.md").write_text(review_markdown(result, [], "1-x"))
    return f"{result.losing:,} people lose everything"


PARTS: dict[str, Callable[[Inventory, Path], str]] = {
    "map": run_map, "review": run_review, "review, everyone": run_unassigned,
}  # fmt: skip


def run_part(part: str, *sizes: str) -> None:
    found = inventory(*map(int, sizes))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started, cpu = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        note = PARTS[part](found, Path(folder))
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        json.dumps(
            {"s": seconds, "CPU": cpu, "MB": peak / 1024, "read": before / 1024, "note": note}
        )
    )


def main() -> None:
    """Prints seconds and peak memory of each part."""
    groups, accounts, people = (
        *map(int, sys.argv[1:4]),
        *(2_000, 500, 20_000)[len(sys.argv) - 1 :],
    )
    print(f"{groups:,} groups of {MEMBERS} members, {accounts:,} accounts, {people:,} people")
    for part in PARTS:
        command = [sys.executable, "-m", "bench.access_map", "--part", part]
        sizes = [str(groups), str(accounts), str(people)]
        done = subprocess.run([*command, *sizes], stdout=subprocess.PIPE, check=True)
        found = json.loads(done.stdout)
        print(f"{part:18} {found['s']:5.1f} s ({found['CPU']:.1f} s of CPU), {found['MB']:4.0f} MB "
              f"({found['read']:.0f} MB of it before); {found['note']}")  # fmt: skip
    calls = 2 * groups + 5 * SETS
    minutes = calls / pace.DEFAULT / 60
    print(f"Calculated: a read makes {calls:,} calls to IAM Identity Center, {minutes:.0f} minutes")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--part"]:
        run_part(*sys.argv[2:])
    else:
        main()
