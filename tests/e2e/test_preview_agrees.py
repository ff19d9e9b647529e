"""Each preview shows exactly the steps that the update then takes, with the real engine.

Ten changes, one after another, of a deployed stack. Steps are read from the engine's event log, so
both commands are compared in the same form.
"""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Kit
from tests.paths import ROOT

pytestmark = pytest.mark.e2e
QUICK = {"mode": "api", "propagation_settle_seconds": 1}
DEVELOPER: dict[str, Any] = {
    "name": "Developer", "groups": ["aws-data"], "accounts": ["210987654321"],
}  # fmt: skip
SMALL: dict[str, Any] = {
    "provisioning": QUICK,
    "assignments": {"groups": ["aws-access"], "max_deprovisioned_users": 100},
    "push_groups": ["aws-data", "aws-finance"],
    "account_access": {"permission_sets": [DEVELOPER]},
}
MORE_SETS = [
    DEVELOPER,
    {"name": "Auditor", "groups": ["aws-finance"], "accounts": ["210987654321"]},
]
MORE_ACCOUNTS = [{**DEVELOPER, "accounts": ["210987654321", "321098765432"]}]
MORE_GROUPS = [{**DEVELOPER, "groups": ["aws-data", "aws-support"]}]
CHANGES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "add a push group": ({"push_groups": ["aws-data", "aws-finance", "aws-support"]}, {"create"}),
    "give it access": ({"account_access": {"permission_sets": MORE_GROUPS}}, {"create"}),
    "remove its access": ({"account_access": {"permission_sets": [DEVELOPER]}}, {"delete"}),
    "add an account": ({"account_access": {"permission_sets": MORE_ACCOUNTS}}, {"create"}),
    "add a permission set": ({"account_access": {"permission_sets": MORE_SETS}},
                             {"create", "delete"}),
    "add an attribute": ({"attribute_statements": [{"key": "Team", "value": "user.division"}]},
                         {"update"}),
    "assign a group": ({"assignments": {"groups": ["aws-access", "contractors"],
                                        "max_deprovisioned_users": 100}}, {"create", "update"}),
    "assign a person": ({"assignments": {"groups": ["aws-access", "contractors"],
                                         "users": ["alex.kim@example.com"],
                                         "max_deprovisioned_users": 100}}, {"create", "update"}),
    "remove a push group": ({"push_groups": ["aws-data", "aws-finance"]}, {"delete"}),
    "change to console mode": ({"provisioning": {**QUICK, "mode": "console"}}, {"delete"}),
}  # fmt: skip
"""Settings that change, and the operations that the change consists of."""


@pytest.fixture(scope="module")
def deployed(kit: Kit) -> Iterator[Kit]:
    with kit.running_sandbox("--connections", "supported"):
        kit.change(**SMALL)
        done = kit.run("up", "--yes", "--skip-preview")
        assert done.code == 0, done.text
        yield kit


def steps(kit: Kit, log: Path, *command: str) -> set[tuple[str, str]]:
    """Operation and URN of each step that changes something."""
    env = {**kit.env, "PULUMI_DEBUG_COMMANDS": "true"}
    done = subprocess.run(
        ["pulumi", *command, "--non-interactive", "--event-log", str(log)], cwd=ROOT, env=env,
        capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    events = [json.loads(line) for line in log.read_text().splitlines()]
    found = [each["resourcePreEvent"]["metadata"] for each in events if "resourcePreEvent" in each]
    return {
        (each["op"], each["urn"])
        for each in found
        if each["op"] not in ("same", "read") and "::pulumi:providers:" not in each["urn"]
    }


def test_each_preview_shows_the_steps_of_the_update(deployed: Kit, tmp_path: Path) -> None:
    declared = dict(SMALL)
    for number, (change, (settings, operations)) in enumerate(CHANGES.items()):
        declared |= settings
        deployed.change(**declared)
        shown = steps(deployed, tmp_path / f"{number}-preview", "preview")
        taken = steps(deployed, tmp_path / f"{number}-up", "up", "--yes", "--skip-preview")
        assert shown == taken, change
        assert {operation for operation, _ in shown} == operations, (change, shown)
