"""The map and the review of a deployed stack, with the real engine and the sandbox."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from okta_idc.access_map.preview import read_preview
from tests.e2e import previewed_changes
from tests.e2e.conftest import Kit
from tests.e2e.previewed_changes import CHANGES, FOLDER, REPLACED
from tests.paths import ROOT

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def stack(kit: Kit) -> Iterator[Kit]:
    with previewed_changes.deployed(kit):
        yield kit


def okta_idc(kit: Kit, *arguments: str) -> tuple[int, Any]:
    """Exit code and JSON of a command."""
    done = subprocess.run(
        [sys.executable, "-m", "okta_idc", *arguments, "--json"],
        cwd=ROOT, env=kit.env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def review(kit: Kit, file: Path, *arguments: str) -> tuple[int, Any]:
    return okta_idc(kit, "review", "--preview", str(file), *arguments)


def steps(text: str) -> list[tuple[str, str]]:
    """Operations and names of the changed resources."""
    listed = read_preview(json.loads(text))
    return sorted((each.op, each.urn.rpartition("::")[2]) for each in listed if each.op != "same")


EXPECTED = {
    "nothing": (0, 0, 0, 0, 0),
    "policies": (0, 0, 18, 0, 18),
    "accounts": (13, 5, 0, 0, 18),
    "push-group-removed": (0, 5, 0, 0, 5),
    "set-renamed": (13, 13, 0, 0, 13),
    "user-assigned": (0, 0, 0, 0, 0),
    REPLACED: (0, 0, 0, 5, 5),
}
"""People who gain, lose, keep a changed permission set, are interrupted, and are affected."""


@pytest.mark.parametrize("name", [*CHANGES, REPLACED])
def test_a_review_counts_the_people(stack: Kit, name: str, tmp_path: Path) -> None:
    text = previewed_changes.preview(stack, name)
    assert steps(text) == steps((FOLDER / f"{name}.json").read_text())
    file = tmp_path / "preview.json"
    file.write_text(text)
    code, found = review(stack, file, "--max-affected", "1000")
    assert (code, found["unknown"], found["findings"]) == (0, [], [])
    members = stack.groups()
    numbers = tuple(
        found[key] for key in ("gaining", "losing", "changed", "interrupted", "affected")
    )
    if name in EXPECTED:
        assert numbers == EXPECTED[name]
    elif name == "push-group-added":
        [row] = found["gains"]
        assert (row["group"], row["permission_set"]) == ("aws-admins", "Admin")
        assert numbers == (row["people"], 0, 0, 0, row["people"])
        assert row["people"] > 0
    else:
        losing = {p["name"] for p in found["people"]}
        everyone = {name for group in members.values() for name in group}
        assert name == "assignment-removed"
        assert losing
        assert {each["note"] for each in found["people"]} == {"loses all access"}
        assert len(losing) <= len(everyone)


def test_an_update_above_the_limit_needs_an_approval(stack: Kit, tmp_path: Path) -> None:
    file = tmp_path / "preview.json"
    file.write_text(previewed_changes.preview(stack, "accounts"))
    code, found = review(stack, file, "--max-affected", "5")
    assert code == 1
    [finding] = found["findings"]
    assert "OIC-546" in finding
    code, found = review(stack, file, "--max-affected", "5", "--approved", found["approval"])
    assert (code, found["findings"]) == (0, [])


def test_the_map_of_a_deployed_stack_agrees_with_its_settings(stack: Kit) -> None:
    previewed_changes.preview(stack, "nothing")
    code, live = okta_idc(stack, "map")
    assert (code, live["unknown"]) == (0, [])
    declared_code, declared = okta_idc(stack, "map", "--from", "declared")
    assert declared_code == 0
    for side in (live, declared):
        for group in side["groups"]:
            group.pop("people")
    assert live["groups"] == declared["groups"]
    assert okta_idc(stack, "map", "--diff")[0] == 0
    stack.change(**previewed_changes.BASE | CHANGES["accounts"])
    code, found = okta_idc(stack, "map", "--diff")
    assert code == 1
    assert {each["permission_set"] for each in found["missing"]["access"]} == {"Developer"}
    assert {each["permission_set"] for each in found["extra"]["access"]} == {"CostReports"}
