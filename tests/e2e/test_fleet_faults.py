"""What happens to a fleet when others change or use up something while it runs."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import Kit
from tests.e2e.fleet_project import FleetProject
from tests.e2e.test_access_rules import make_unit, move, unit_id
from tests.e2e.test_fleet import ACCOUNTS, SETTINGS, Log, assigned, fleet, run_fleet

pytestmark = pytest.mark.e2e

DEV, PROD = ACCOUNTS
UNITS = "Workloads/Dev", "Workloads/Prod"
BY_UNIT: dict[str, Any] = SETTINGS | {
    "push_groups": ["aws-developers", "aws-finance"],
    "account_access": {
        "permission_sets": [
            {"name": "Developer", "groups": ["aws-developers"],
             "account_selectors": [{"organizational_unit": UNITS[0]}]},
            {"name": "CostReports", "groups": ["aws-finance"],
             "account_selectors": [{"organizational_unit": "Workloads", "nested": True}]},
        ]
    },
    "fleet": {"push_groups": {"count": 1}, "accounts": {"organizational_units": [*UNITS]}},
}  # fmt: skip


@contextmanager
def after(kit: Kit, operation: str, action: Callable[[], object]) -> Iterator[None]:
    """Act as soon as the request log shows an operation of Okta or AWS."""
    ended = threading.Event()

    def calls(since: int) -> list[dict[str, Any]]:
        log = f"/sandbox/request-log?since={since}&server="
        return [call for server in ("okta", "aws") for call in kit.okta("GET", log + server)]

    def watch() -> None:
        since = max((call["seq"] for call in calls(0)), default=0)
        while not ended.wait(0.05):
            if any(call["operation"] == operation for call in calls(since)):
                action()
                return
        pytest.fail(f"{operation} was not called")

    with ThreadPoolExecutor(1) as pool:
        watching = pool.submit(watch)
        try:
            yield
        finally:
            ended.set()
            watching.result()


@pytest.fixture
def project(kit: Kit, tmp_path: Path) -> Iterator[FleetProject]:
    with kit.running_sandbox("--connections", "supported"):
        organizations = kit.aws("organizations")
        for unit, account in zip(UNITS, ACCOUNTS, strict=True):
            make_unit(organizations, *unit.split("/"))
            move(organizations, account, unit.partition("/")[2])
        core = tmp_path.name.replace("_", "-")
        yield FleetProject(kit, tmp_path / "project", core, files="stacks")


def test_a_unit_and_an_account_that_vanish_in_the_middle(project: FleetProject) -> None:
    organizations = project.kit.aws("organizations")

    def vanish() -> None:
        root = unit_id(organizations)
        unit = unit_id(organizations, "Workloads", "Dev")
        organizations.move_account(AccountId=DEV, SourceParentId=unit, DestinationParentId=root)
        organizations.delete_organizational_unit(OrganizationalUnitId=unit)
        organizations.close_account(AccountId=PROD)

    project.configure(**BY_UNIT)
    with after(project.kit, "sso:CreatePermissionSet", vanish):
        done = fleet(project, "up")  # every stack has the organization as it was at the beginning
    assert {each["status"] for each in done["stacks"]} == {"done"}
    access = assigned(project.kit)
    assert {("Developer", "aws-developers", DEV), ("CostReports", "aws-finance", DEV)} <= access

    stopped = run_fleet(project, "up")
    assert stopped.returncode == 2
    assert UNITS[0] in stopped.stderr
    assert assigned(project.kit) == access
    # The unit is back, with its account; the closed account is not.
    make_unit(organizations, *UNITS[0].split("/"))
    [parent] = organizations.list_parents(ChildId=DEV)["Parents"]
    organizations.move_account(
        AccountId=DEV, SourceParentId=parent["Id"],
        DestinationParentId=unit_id(organizations, "Workloads", "Dev"),
    )  # fmt: skip
    healed = fleet(project, "up")
    assert {each["status"] for each in healed["stacks"]} <= {"done", "unchanged"}
    assert assigned(project.kit) == access


def test_all_stacks_share_one_read_of_the_organization(project: FleetProject) -> None:
    project.configure(**BY_UNIT)
    calls = Log(project.kit)
    done = fleet(project, "up")
    assert len(done["stacks"]) == 5
    read = Counter(each for each in calls.operations() if each.startswith("organizations:"))
    assert read["organizations:ListAccounts"] == 1, read
    assert read["organizations:ListRoots"] == len(UNITS) + 1, read
    assert not list(Path(done["stacks"][0]["log"]).parent.glob("*.json"))


def test_a_foreign_client_that_uses_up_the_limits(project: FleetProject) -> None:
    kit = project.kit
    project.configure(**SETTINGS, fleet={"push_groups": {"count": 1}, "accounts": {"count": 1}})
    kit.okta("POST", "/sandbox/settings", {"limits": "workforce"})

    def use_up() -> None:
        def read_on() -> None:
            while True:
                kit.okta("GET", "/api/v1/apps?limit=200")

        with pytest.raises(httpx.HTTPStatusError, match="429"):
            read_on()

    with after(kit, "POST /api/v1/apps", use_up):
        done = fleet(project, "up")
    assert {each["status"] for each in done["stacks"]} == {"done"}
    log = kit.okta("GET", "/sandbox/request-log?server=okta")
    refused = [call for call in log if call["status"] == 429]
    assert len(refused) > 1, "the fleet itself was never refused"
    kit.okta("POST", "/sandbox/settings", {"limits": "off"})
    assert {each["status"] for each in fleet(project, "preview")["stacks"]} == {"unchanged"}
